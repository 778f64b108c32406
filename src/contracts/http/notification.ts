import Type from 'typebox';
import { idPattern } from '#kernel/ids.ts';
import { operation } from '../operation.ts';
import { closed, list, OrderId, Page, Timestamp } from '../schema.ts';

const NotificationId = Type.String({ pattern: idPattern('notification') });

/**
 * `SENT`: in the list (in_app), or taken over by the mail server (email). Mail only: `WAITING` for the recipient's address,
 * `QUEUED`, `SENDING`, `FAILED` for good, `KEPT`: no mail server is configured, an operator can read it.
 */
const Status = Type.Union([
  Type.Literal('SENT'),
  Type.Literal('WAITING'),
  Type.Literal('QUEUED'),
  Type.Literal('SENDING'),
  Type.Literal('FAILED'),
  Type.Literal('KEPT'),
]);

const Notification = closed({
  id: NotificationId,
  type: Type.String(),
  orderId: Type.Optional(OrderId),
  channel: Type.Union([Type.Literal('in_app'), Type.Literal('email')]),
  title: Type.String(),
  body: Type.String(),
  createdAt: Timestamp,
  status: Status,
});

export const listNotifications = operation({
  service: 'notification',
  name: 'listNotifications',
  summary: 'What was sent to the user, newest first',
  method: 'GET',
  path: '/v1/notifications',
  access: 'user',
  query: closed(Page),
  answers: { 200: list(Notification) },
});

export const listNotices = operation({
  service: 'notification',
  name: 'listNotices',
  summary: 'What waits for an operator, newest first: refunds that failed',
  method: 'GET',
  path: '/v1/admin/notifications',
  access: 'operator',
  query: closed(Page),
  answers: { 200: list(Notification) },
});

/** `to` is null while the recipient's address is not known yet; `error` is the mail server's last word where it refused. */
const Mail = closed({
  id: NotificationId,
  to: Type.Union([Type.String(), Type.Null()]),
  subject: Type.String(),
  text: Type.String(),
  createdAt: Timestamp,
  status: Status,
  attempts: Type.Integer({ minimum: 0 }),
  error: Type.Union([Type.String(), Type.Null()]),
});

export const listMail = operation({
  service: 'notification',
  name: 'listMail',
  summary: 'Mail to users, newest first: sent, waiting, failed or kept',
  method: 'GET',
  path: '/v1/admin/mail',
  access: 'operator',
  query: closed(Page),
  answers: { 200: list(Mail) },
});

export const getMail = operation({
  service: 'notification',
  name: 'getMail',
  summary: 'One mail to a user',
  method: 'GET',
  path: '/v1/admin/mail/{id}',
  access: 'operator',
  params: closed({ id: NotificationId }),
  answers: { 200: Mail },
  problems: ['not_found'],
});
