import type { KeyObject } from 'node:crypto';
import type { Order } from './books.ts';
import type { Callbacks, Notice } from './callbacks.ts';
import type { Desk } from './orders.ts';

/** What a callback is that nobody should believe, or that says another amount than was asked for. */
export const forgeryKinds = [
  ...(['signature', 'stale', 'early', 'merchant', 'app', 'amount', 'currency', 'serial', 'other key'] as const),
  /** WeChat Pay's own: has to be refused. */
  'signtest' as const,
];
export type ForgeryKind = (typeof forgeryKinds)[number];

export interface Forged {
  readonly notice: Notice;
  readonly headers: Record<string, string>;
}

const hourMs = 3_600_000;

/** A callback about this order, forged in one way and genuine in all others. */
export function forge(desk: Desk, callbacks: Callbacks, order: Order, kind: ForgeryKind): Forged {
  const notice = callbacks.paymentNotice(order, changesOf(order, kind));
  const now = desk.now();
  const signed = (at: number, by?: KeyObject): Record<string, string> => ({
    'Content-Type': 'application/json',
    ...desk.identity.signed(notice.body, at, callbacks.serial, by),
  });
  switch (kind) {
    case 'signature':
      return { notice, headers: signed(now, desk.identity.keys.stranger.privateKey) };
    case 'stale':
      return { notice, headers: signed(now - hourMs) };
    case 'early':
      return { notice, headers: signed(now + hourMs) };
    case 'signtest':
      return {
        notice,
        headers: { ...signed(now), 'Wechatpay-Signature': `WECHATPAY/SIGNTEST/${desk.identity.nonce(64)}` },
      };
    case 'serial':
      return { notice, headers: { ...signed(now), 'Wechatpay-Serial': '0123456789ABCDEF0123456789ABCDEF01234567' } };
    case 'other key': {
      const other = { ...desk, merchant: { ...desk.merchant, apiV3Key: desk.identity.nonce(32) } };
      const sealed = desk.identity.sealed('{}', other.merchant.apiV3Key, 'transaction');
      const body = JSON.stringify({
        ...JSON.parse(notice.body),
        resource: { original_type: 'transaction', ...sealed },
      });
      return { notice: { ...notice, body }, headers: callbacks.sign({ ...notice, body }, now) };
    }
    default:
      return { notice, headers: signed(now) };
  }
}

function changesOf(order: Order, kind: ForgeryKind): object {
  const amount = {
    total: Number(order.total),
    payer_total: Number(order.total),
    currency: 'CNY',
    payer_currency: 'CNY',
  };
  switch (kind) {
    case 'merchant':
      return { mchid: '1900009999' };
    case 'app':
      return { appid: 'wx0000000000000000' };
    case 'amount':
      return { amount: { ...amount, total: amount.total + 1 } };
    case 'currency':
      return { amount: { ...amount, currency: 'HKD' } };
    default:
      return {};
  }
}
