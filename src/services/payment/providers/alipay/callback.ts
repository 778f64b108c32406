import type { Instant } from '#kernel/clock.ts';
import type { Callback, RawCallback, RefusedCallback } from '../provider.ts';
import { fromYuan } from './amount.ts';
import { stateOf } from './answers.ts';
import { fromBeijing } from './beijing.ts';
import type { Client } from './client.ts';

export interface Recipient {
  readonly appId: string;
  readonly sellerId: string;
}

/** Alipay tries for 25 hours; a notification older than that is somebody's copy. */
const oldestMs = 26 * 3_600_000;
const clocksDifferMs = 300_000;
const mostBytes = 64 << 10;

type Notification = Readonly<Record<string, string>>;

/** A notification of the kind trade_status_sync: a form, signed over all its fields but `sign` and `sign_type`. */
export function readNotification(raw: RawCallback, client: Client, us: Recipient): Callback | RefusedCallback {
  const fields = formOf(raw.body);
  if (!fields) return refused('malformed', 'not a form of fields that each come once');
  if (!client.verifyNotification(fields)) return refused('signature', 'not signed by Alipay with RSA2');
  if (fields.app_id !== us.appId) return refused('merchant', 'of another app');
  if (fields.seller_id !== undefined && fields.seller_id !== us.sellerId)
    return refused('merchant', 'of another seller');
  const sentAt = fromBeijing(fields.notify_time);
  const id = fields.notify_id;
  if (sentAt === undefined || !id) return refused('malformed', 'without notify_time or notify_id');
  if (sentAt < raw.receivedAt - oldestMs) return refused('stale', `sent ${fields.notify_time}`);
  if (sentAt > raw.receivedAt + clocksDifferMs) return refused('stale', `sent ahead of time, ${fields.notify_time}`);
  if (fields.notify_type !== 'trade_status_sync') return { kind: 'other', id, type: fields.notify_type ?? '' };
  // Whose money it is has to be said where it is about money.
  if (fields.seller_id === undefined) return refused('merchant', 'of no seller');
  return ofTrade(fields, id, sentAt);
}

function ofTrade(fields: Notification, id: string, sentAt: Instant): Callback | RefusedCallback {
  const number = fields.out_trade_no;
  if (!number) return refused('malformed', 'without out_trade_no');
  if (tellsOfRefund(fields)) {
    // A refund that somebody made by hand at Alipay has no number of ours.
    if (!fields.out_biz_no) return { kind: 'other', id, type: 'refund' };
    // `refund_fee` is the sum of all refunds of the trade: how much this one was, and that it is done, the query tells.
    const state = { kind: 'processing', reference: null } as const;
    return { kind: 'refund', id, number: fields.out_biz_no, reference: null, state };
  }
  return { kind: 'charge', id, number, reference: null, state: stateOf(fields, number, sentAt) };
}

/** Refunds are told as the trade's state: TRADE_SUCCESS after one in part, TRADE_CLOSED after the whole. */
function tellsOfRefund(fields: Notification): boolean {
  if (fields.trade_status === 'TRADE_FINISHED') return false;
  return fields.gmt_refund !== undefined || (fromYuan(fields.refund_fee) ?? 0n) > 0n;
}

function formOf(body: Uint8Array): Notification | undefined {
  if (body.length === 0 || body.length > mostBytes) return undefined;
  const text = Buffer.from(body).toString('latin1');
  // A form has nothing but these; what is not ASCII is percent-encoded, and in UTF-8, as we have asked for.
  if (!/^(?:[\w.*+=&~!'()@:/,;$-]|%[0-9A-Fa-f]{2})+$/.test(text)) return undefined;
  const pairs = [...new URLSearchParams(text)];
  const fields = new Map(pairs);
  if (fields.size !== pairs.length || !fields.has('sign')) return undefined;
  if ((fields.get('charset') ?? 'utf-8').toLowerCase() !== 'utf-8') return undefined;
  return Object.fromEntries(fields);
}

function refused(why: RefusedCallback['why'], detail: string): RefusedCallback {
  return { kind: 'refused', why, detail };
}
