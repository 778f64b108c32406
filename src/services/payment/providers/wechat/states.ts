import type { Instant } from '#kernel/clock.ts';
import type { ChargeState, RefundState, Unknown } from '../provider.ts';
import { type Fields, fenOf, fieldsOf, instantOf, textOf } from './json.ts';

/** WeChat Pay's calendar and its texts of time are China's, all year. */
const beijingMs = 8 * 3_600_000;

/** RFC 3339, whole seconds rounded down: never later than was meant. */
export function toBeijing(instant: Instant): string {
  return `${new Date(instant + beijingMs).toISOString().slice(0, 19)}+08:00`;
}

const unknown = (reason: string): Unknown => ({ kind: 'unknown', reason });

/** `trade_state` of a transaction, from a query or a callback; total: what is not in WeChat Pay's list is unknown. */
export function chargeState(transaction: Fields): ChargeState {
  const code = textOf(transaction, 'trade_state') ?? '';
  switch (code) {
    // REFUND: it was paid, and some or all of it went back since.
    case 'SUCCESS':
    case 'REFUND':
      return paid(transaction);
    case 'NOTPAY':
    // The buyer is at it, or the order was taken on to be charged later: both may still come to nothing.
    case 'USERPAYING':
    case 'ACCEPT':
      return { kind: 'open' };
    case 'CLOSED':
    case 'REVOKED':
      return { kind: 'closed', code };
    case 'PAYERROR':
      return { kind: 'failed', code };
    default:
      return unknown(`trade_state ${code.slice(0, 32)}`);
  }
}

function paid(transaction: Fields): ChargeState {
  const amount = fieldsOf(transaction.amount);
  const total = fenOf(amount, 'total');
  const currency = textOf(amount, 'currency');
  const number = textOf(transaction, 'transaction_id');
  const paidAt = instantOf(transaction, 'success_time');
  if (total === undefined || !currency || !number || paidAt === undefined)
    return unknown('paid, but not what, when or how');
  return { kind: 'paid', amount: { amount: total, currency }, transaction: number, paidAt };
}

/** `status` of a refund, or `refund_status` where a callback tells it, without a currency: WeChat Pay refunds in CNY here. */
export function refundState(refund: Fields, state: 'status' | 'refund_status'): RefundState {
  const code = textOf(refund, state) ?? '';
  const reference = textOf(refund, 'refund_id') ?? null;
  switch (code) {
    case 'SUCCESS': {
      const amount = fieldsOf(refund.amount);
      const back = fenOf(amount, 'refund');
      if (back === undefined) return unknown('refunded, but not how much');
      const currency = textOf(amount, 'currency') ?? 'CNY';
      const refundedAt = instantOf(refund, 'success_time') ?? null;
      return { kind: 'refunded', amount: { amount: back, currency }, reference, refundedAt };
    }
    case 'PROCESSING':
      return { kind: 'processing', reference };
    case 'CLOSED':
      return { kind: 'failed', code, detail: 'WeChat Pay closed the refund: nothing went back' };
    case 'ABNORMAL':
      return {
        kind: 'failed',
        code,
        detail: 'the money could not be returned to where it came from: see the merchant platform',
      };
    default:
      return unknown(`refund status ${code.slice(0, 32)}`);
  }
}
