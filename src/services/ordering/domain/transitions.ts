import type { OrderStatus } from '#contracts/http/ordering.ts';
import { agree, approve, fail, failAtDeadline, failByCancelling, hold, reject, releaseLate } from './agreement.ts';
import type { Order } from './order.ts';
import {
  cancelPaid,
  cancelUnpaid,
  closeOrExpire,
  confirm,
  expire,
  failPayment,
  loseStock,
  pay,
  refundLate,
} from './paying.ts';
import { complete, completeByTime, ship } from './shipping.ts';
import type { Outcome, Rule, Scene, Signal, SignalKind } from './signals.ts';

type Row = { readonly [Kind in SignalKind]: Rule<Kind> };

const same = (): Outcome => ({ kind: 'same' });
const no = (): Outcome => ({ kind: 'illegal' });

const unpaid = { paid: no, paymentFailed: no, paymentClosed: no, reduced: no, reduceFailed: no, released: no } as const;
const agreedBefore = { agreed: same, held: same, refused: no, approved: same, rejected: no } as const;
const paidBefore = { ...agreedBefore, paid: same, paymentFailed: no, paymentClosed: no, released: no } as const;
const notShipped = { shipped: no, completed: no } as const;

/** The order's table (docs/order-lifecycle.md, Order), total by its type: each status answers each signal. */
export const transitions: { readonly [Status in OrderStatus]: Row } = {
  CREATED: {
    ...unpaid,
    ...notShipped,
    agreed: agree,
    held: hold,
    refused: fail,
    approved: no,
    rejected: no,
    cancelled: failByCancelling,
    timeout: failAtDeadline,
  },
  REVIEW: {
    ...unpaid,
    ...notShipped,
    agreed: agree,
    held: same,
    refused: fail,
    approved: approve,
    rejected: reject,
    cancelled: failByCancelling,
    timeout: failAtDeadline,
  },
  PENDING: {
    ...unpaid,
    ...agreedBefore,
    ...notShipped,
    paid: pay,
    paymentFailed: failPayment,
    paymentClosed: expire,
    cancelled: cancelUnpaid,
    timeout: closeOrExpire,
  },
  PAID: {
    ...paidBefore,
    ...notShipped,
    reduced: confirm,
    reduceFailed: loseStock,
    cancelled: cancelPaid,
    timeout: same,
  },
  CONFIRMED: {
    ...paidBefore,
    reduced: same,
    reduceFailed: no,
    shipped: ship,
    completed: no,
    cancelled: cancelPaid,
    timeout: same,
  },
  SHIPPED: {
    ...paidBefore,
    reduced: same,
    reduceFailed: no,
    shipped: same,
    completed: complete,
    cancelled: no,
    timeout: completeByTime,
  },
  COMPLETED: {
    ...paidBefore,
    reduced: same,
    reduceFailed: no,
    shipped: same,
    completed: same,
    cancelled: no,
    timeout: same,
  },
  FAILED: {
    ...notShipped,
    agreed: releaseLate,
    held: same,
    refused: same,
    approved: no,
    rejected: ({ statusReason }) => (statusReason === 'refused_by_risk' ? same() : no()),
    paid: refundLate,
    paymentFailed: same,
    paymentClosed: same,
    reduced: no,
    reduceFailed: no,
    released: same,
    cancelled: ({ statusReason }) => (statusReason === 'cancelled' ? same() : no()),
    timeout: same,
  },
  CANCELLED: {
    ...notShipped,
    agreed: releaseLate,
    held: same,
    refused: same,
    approved: no,
    rejected: no,
    paid: refundLate,
    paymentFailed: same,
    paymentClosed: same,
    reduced: same,
    reduceFailed: same,
    released: same,
    cancelled: same,
    timeout: same,
  },
};

export function step(order: Order, signal: Signal, scene: Scene): Outcome {
  const rule = transitions[order.status][signal.kind] as (order: Order, signal: Signal, scene: Scene) => Outcome;
  return rule(order, signal, scene);
}
