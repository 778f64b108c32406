import type { Message } from '#contracts/message.ts';
import type { Language } from '#contracts/schema.ts';
import type { Instant } from '#kernel/clock.ts';
import { idPrefixes } from '#kernel/ids.ts';
import { type Decider, type Decision, type Moment, nothing } from '#runtime/batch/decider.ts';
import type { Keys, State, Table } from '#runtime/batch/workset.ts';
import type { Notice } from './domain/notices.ts';
import { defaultLanguage, textOf } from './domain/texts.ts';

export type Channel = 'in_app' | 'email';

/**
 * In the app a notice is SENT by being there. Mail: WAITING → QUEUED → SENDING → SENT | FAILED, or KEPT where there is no mail
 * server.
 */
export type Status = 'SENT' | 'WAITING' | 'QUEUED' | 'SENDING' | 'FAILED' | 'KEPT';

/** Whom notices that are for the shop's people are kept for, in place of a user's id. */
export const operators = 'operators';

/** Whom a user id stands for. Operators have no name, and perhaps no address: then nothing is mailed to them. */
export interface Recipient {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly language: Language;
  /** Where in identity's log it says so. */
  readonly position: number;
  readonly cause: string;
}

export interface Notification {
  readonly id: string;
  readonly userId: string;
  readonly orderId: string | null;
  readonly orderNumber: string | null;
  readonly type: string;
  readonly channel: Channel;
  readonly title: string;
  readonly body: string;
  readonly language: Language;
  readonly status: Status;
  /** When what it tells of happened. */
  readonly createdAt: Instant;
  readonly cause: string;
  /** The mail address; null while it is not known, and in the app. */
  readonly recipient: string | null;
  /** How often sending was begun. It also names the attempt, so that a late outcome of an earlier one is recognised. */
  readonly attempts: number;
  /** How often the mail server said "not now" to this mail. */
  readonly refusals: number;
  /** QUEUED: not to be sent before; SENDING: whoever sends it is given up on then. */
  readonly nextAttemptAt: Instant | null;
  readonly error: string | null;
}

/** Whether new mail is sent or kept. */
export interface MailPolicy {
  readonly id: 'mail';
  readonly mode: 'SMTP' | 'KEEP';
}

/** The number that an earlier notice of the order named; read, never written. */
export interface OrderNumber {
  /** {@link orderKey} */
  readonly key: string;
  readonly number: string;
}

/** What the deciders of notification read and write; the tables themselves are in store.ts. */
export type NotificationTables = {
  readonly recipients: Table<Recipient>;
  readonly notifications: Table<Notification>;
  readonly mailPolicy: Table<MailPolicy>;
  readonly orderNumbers: Table<OrderNumber>;
};

export function orderKey(userId: string, orderId: string): string {
  return `${userId}/${orderId}`;
}

/** Rows that a notice to the user is made from. */
export function needsFor(userId: string): Keys<NotificationTables> {
  return { recipients: [userId], mailPolicy: ['mail'] };
}

interface Addressee {
  readonly userId: string;
  readonly orderId: string;
  readonly orderNumber?: string;
  readonly channels: readonly Channel[];
}

/** One row per channel. A message that comes again makes the same ids, and the rows that are there stay as they are. */
export function notify(
  state: State<NotificationTables>,
  message: Message,
  moment: Moment,
  { userId, orderId, orderNumber, channels }: Addressee,
  notice: Notice,
): Decision<NotificationTables> {
  const recipient = state.recipients.get(userId);
  const language = recipient?.language ?? defaultLanguage;
  const { title, body } = textOf(notice, language);
  const rows = channels.map((channel): Notification => {
    const status = channel === 'in_app' ? 'SENT' : mailStatus(recipient, state.mailPolicy.get('mail'));
    return {
      id: notificationId(message, channel, userId === operators ? 'operators' : 'user'),
      userId,
      orderId,
      orderNumber: orderNumber ?? null,
      type: notice.type,
      channel,
      title,
      body,
      language,
      status,
      createdAt: message.timeMs,
      cause: moment.cause,
      recipient: channel === 'email' && recipient ? recipient.email : null,
      attempts: 0,
      refusals: 0,
      nextAttemptAt: status === 'QUEUED' ? moment.now : null,
      error: null,
    };
  });
  return { put: { notifications: rows } };
}

/** They are mailed only where they have an address. */
export function channelsOfOperators(state: State<NotificationTables>): readonly Channel[] {
  return state.recipients.get(operators)?.email ? ['in_app', 'email'] : ['in_app'];
}

function mailStatus(recipient: Recipient | undefined, policy: MailPolicy | undefined): Status {
  if (!recipient) return 'WAITING';
  return policy?.mode === 'SMTP' ? 'QUEUED' : 'KEPT';
}

/**
 * The id of what a message makes on one channel: a UUIDv7 of the message's time whose 74 other bits are the message's name
 * (position 56, source 16, channel 1, audience 1) instead of chance. So the same message never makes two, and a list by id is a
 * list by time.
 */
export function notificationId(
  { source, position, timeMs }: Pick<Message, 'source' | 'position' | 'timeMs'>,
  channel: Channel,
  audience: 'user' | 'operators' = 'user',
): string {
  const time = timeMs.toString(16).padStart(12, '0');
  const place = position.toString(16).padStart(14, '0');
  // The two highest bits are the variant (RFC 9562 §4.1).
  const variant = (8 + (channel === 'email' ? 1 : 0) + (audience === 'operators' ? 2 : 0)).toString(16);
  const from = hash16(source).toString(16).padStart(4, '0');
  return `${idPrefixes.notification}_${time.slice(0, 8)}-${time.slice(8)}-7${place.slice(0, 3)}-${variant}${place.slice(3, 6)}-${place.slice(6)}${from}`;
}

/** FNV-1a folded to 16 bits: tells the few sources of messages apart. */
function hash16(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return ((hash >>> 16) ^ hash) & 0xffff;
}

/**
 * Makes the directory of recipients say what the user registered with, or was called last: brokers bring the later first at
 * times.
 */
export function remember(
  state: State<NotificationTables>,
  { userId, email, name, language }: Omit<Recipient, 'position' | 'cause'>,
  position: number,
  cause: string,
): Decision<NotificationTables> {
  const known = state.recipients.get(userId);
  if (known && known.position >= position) return nothing;
  return { put: { recipients: [{ userId, email, name, language, position, cause }] } };
}

/** What the settings say about whom to tell in the shop; no address, no mail. */
export const setOperators: Decider<NotificationTables, Pick<Recipient, 'email' | 'language'>> = {
  name: 'setOperators',
  needs: () => ({ recipients: [operators] }),
  decide(state, { email, language }, { cause }) {
    const known = state.recipients.get(operators);
    if (known?.email === email && known.language === language) return nothing;
    return { put: { recipients: [{ userId: operators, email, name: '', language, position: 0, cause }] } };
  },
};

/** What the settings say about mail. */
export const setMailPolicy: Decider<NotificationTables, MailPolicy['mode']> = {
  name: 'setMailPolicy',
  needs: () => ({ mailPolicy: ['mail'] }),
  decide: (state, mode) =>
    state.mailPolicy.get('mail')?.mode === mode ? nothing : { put: { mailPolicy: [{ id: 'mail', mode }] } },
};
