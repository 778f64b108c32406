import type { Refund as RefundBody } from '#contracts/http/ordering.ts';
import type { DataOf } from '#contracts/message.ts';
import type { RefundFailed } from '#contracts/messages/payment/refund-failed.v1.ts';
import type { RefundSucceeded } from '#contracts/messages/payment/refund-succeeded.v1.ts';
import type { Money } from '#kernel/money.ts';
import { type Problem, problem } from '#kernel/problem.ts';
import { type Decider, type Decision, type MessageDecider, type Moment, nothing } from '#runtime/batch/decider.ts';
import { decisionOf, sceneOf } from './deciders.ts';
import { changed, newRefund, refundable, saidRefund } from './moving.ts';
import type { Order, OrderingTables, Refund } from './order.ts';
import { reversals } from './participants.ts';
import type { Scene } from './signals.ts';
import { step } from './transitions.ts';
import { refundBody } from './views.ts';

type Tables = OrderingTables;

export interface AskForRefund {
  readonly refundId: string;
  readonly orderId: string;
  readonly by: 'buyer' | 'operator';
  readonly userId: string;
  /** Null: all that is left. */
  readonly amount: Money | null;
  readonly reason: string;
  /** The goods came back and go on sale again. */
  readonly restock: boolean;
}

/** Full and before shipping: the order is cancelled. Otherwise a buyer's waits for an operator, an operator's is carried out. */
export const askForRefund: Decider<Tables, AskForRefund, RefundBody> = {
  name: 'ordering.ask-for-refund',
  needs: ({ orderId }) => ({ orders: [orderId] }),
  needsThen: ({ orderId }, state) => ({ refunds: state.orders.get(orderId)?.openRefunds ?? [] }),
  decide(state, ask, moment) {
    const order = state.orders.get(ask.orderId);
    if (!order || (ask.by === 'buyer' && order.userId !== ask.userId)) return { refuse: problem('not_found') };
    const refusal = refusalOf(order, ask);
    if (refusal) return { refuse: refusal };
    const scene = sceneOf(state, order, moment);
    const left = refundable(order);
    const isFull = ask.amount === null || ask.amount.amount === left;
    if (isFull && isBeforeShipping(order)) return cancelled(order, ask, scene);
    if (ask.by === 'operator') return carriedOut(order, ask, ask.amount?.amount ?? left, moment);
    const asked = scene.openRefunds().reduce((sum, { amount }) => sum + (amount ?? 0n), 0n);
    const amount = ask.amount?.amount ?? left - asked;
    if (amount <= 0n || amount > left - asked) return { refuse: exceeds(order, left - asked) };
    const refund = newRefund(order, draftOf(ask, amount), 'REQUESTED', moment);
    const next = changed(order, moment, { openRefunds: [...order.openRefunds, refund.id] });
    return { put: { orders: [next], refunds: [refund] }, answer: refundBody(refund) };
  },
};

function refusalOf(order: Order, { amount, restock }: AskForRefund): Problem | undefined {
  const left = refundable(order);
  if (amount && amount.currency !== order.currency) {
    return problem('currency_mismatch', `The order is in ${order.currency}.`, [{ pointer: '/amount/currency' }]);
  }
  if (left <= 0n || (amount && amount.amount > left)) return exceeds(order, left);
  if (restock && amount && amount.amount < left) {
    const detail = 'goods are booked in with all that is left to refund; single items by a stock adjustment';
    return problem('validation_failed', undefined, [{ pointer: '/restock', detail }]);
  }
  return undefined;
}

function isBeforeShipping({ status }: Order): boolean {
  return status === 'PAID' || status === 'CONFIRMED';
}

function exceeds({ currency }: Order, left: bigint): Problem {
  const refundableNow = Number(left > 0n ? left : 0n);
  return problem('refund_exceeds_payment', `${refundableNow} ${currency} can still be refunded.`, [
    { pointer: '/amount', refundable: refundableNow, currency },
  ]);
}

function draftOf({ refundId, reason, userId }: AskForRefund, amount: bigint) {
  return { id: refundId, amount, reason, requestedBy: userId };
}

function cancelled(order: Order, ask: AskForRefund, scene: Scene): Decision<Tables, RefundBody> {
  const { refundId, reason, userId, by } = ask;
  const refund = { id: refundId, reason, requestedBy: userId };
  const outcome = step(order, { kind: 'cancelled', by, note: reason, refund }, scene);
  const made = outcome.kind === 'moved' ? outcome.refunds?.find(({ id }) => id === refundId) : undefined;
  if (!made) throw new Error(`order ${order.id} was to be cancelled with refund ${refundId}`);
  return { ...decisionOf(order, outcome), answer: refundBody(made), ...trailOf(ask) };
}

function carriedOut(order: Order, ask: AskForRefund, amount: bigint, moment: Moment): Decision<Tables, RefundBody> {
  const refund = newRefund(order, draftOf(ask, amount), 'APPROVED', moment);
  return {
    put: {
      orders: [changed(order, moment, { refundRequested: order.refundRequested + amount })],
      refunds: [refund],
    },
    say: [saidRefund(order, refund), ...(ask.restock ? reversals(order) : [])],
    answer: refundBody(refund),
    ...trailOf(ask),
  };
}

function trailOf({ by, reason, refundId }: AskForRefund): Pick<Decision<Tables>, 'trail'> {
  return by === 'buyer' ? {} : { trail: { action: 'refund.created', object: refundId, reason } };
}

export interface DecideRefund {
  readonly refundId: string;
  readonly orderId: string;
  readonly verdict: 'approve' | 'reject';
  readonly operatorId: string;
  readonly reason: string | undefined;
}

/** An operator's word on what a buyer asked for; the sum is looked at again, since other refunds may have come between. */
export const decideRefund: Decider<Tables, DecideRefund> = {
  name: 'ordering.decide-refund',
  needs: ({ orderId, refundId }) => ({ orders: [orderId], refunds: [refundId] }),
  decide(state, { refundId, orderId, verdict, operatorId, reason }, moment) {
    const order = state.orders.get(orderId);
    const refund = state.refunds.get(refundId);
    if (!order || !refund) return { refuse: problem('not_found') };
    if (refund.status !== 'REQUESTED') return { refuse: problem('refund_not_decidable', `It is ${refund.status}.`) };
    const amount = refund.amount ?? 0n;
    if (verdict === 'approve' && amount > refundable(order)) return { refuse: exceeds(order, refundable(order)) };
    const decided: Refund = {
      ...refund,
      status: verdict === 'approve' ? 'APPROVED' : 'REJECTED',
      decidedBy: operatorId,
      decisionReason: reason ?? null,
      updatedAt: moment.now,
      cause: moment.cause,
    };
    const next = changed(order, moment, {
      openRefunds: order.openRefunds.filter((id) => id !== refundId),
      ...(verdict === 'approve' ? { refundRequested: order.refundRequested + amount } : {}),
    });
    return {
      put: { orders: [next], refunds: [decided] },
      say: verdict === 'approve' ? [saidRefund(order, decided)] : [],
      trail: { action: `refund.${verdict}`, object: refundId, ...(reason === undefined ? {} : { reason }) },
    };
  },
};

/** Money went back; what payment gave back by itself (late or double money) is counted too. */
export const onRefundSucceeded: MessageDecider<Tables, DataOf<typeof RefundSucceeded>> = {
  needs: ({ data }) => ({ orders: [data.orderId], refunds: [data.refundId] }),
  decide(state, { data }, moment) {
    const order = state.orders.get(data.orderId);
    if (!order) return { setAside: { as: 'parked', reason: `there is no order ${data.orderId}` } };
    const known = state.refunds.get(data.refundId);
    if (known?.status === 'SUCCEEDED') return nothing;
    if (known && wasNeverAskedFor(known)) return contradiction(known);
    const amount = BigInt(data.amount.amount);
    const refund = known ?? newRefund(order, madeByPayment(data.refundId, 'made_by_payment'), 'APPROVED', moment);
    return {
      put: {
        orders: [changed(order, moment, { refunded: order.refunded + amount })],
        refunds: [{ ...refund, amount, status: 'SUCCEEDED', updatedAt: moment.now, cause: moment.cause }],
      },
    };
  },
};

/** The refund waits for a person; it may still succeed, so what was asked for stays asked for. */
export const onRefundFailed: MessageDecider<Tables, DataOf<typeof RefundFailed>> = {
  needs: ({ data }) => ({ orders: [data.orderId], refunds: [data.refundId] }),
  decide(state, { data }, moment) {
    const order = state.orders.get(data.orderId);
    if (!order) return { setAside: { as: 'parked', reason: `there is no order ${data.orderId}` } };
    const known = state.refunds.get(data.refundId);
    if (known?.status === 'SUCCEEDED' || known?.status === 'FAILED') return nothing;
    if (known && wasNeverAskedFor(known)) return contradiction(known);
    const refund = known ?? newRefund(order, madeByPayment(data.refundId, data.reason), 'APPROVED', moment);
    return {
      put: {
        refunds: [
          { ...refund, status: 'FAILED', decisionReason: data.reason, updatedAt: moment.now, cause: moment.cause },
        ],
      },
    };
  },
};

/** Payment is asked only for what was approved. */
function wasNeverAskedFor({ status }: Refund): boolean {
  return status === 'REQUESTED' || status === 'REJECTED';
}

function contradiction({ id, status }: Refund): Decision<Tables> {
  return {
    setAside: { as: 'parked', reason: `payment speaks of refund ${id}, which is ${status} and was not asked for` },
  };
}

function madeByPayment(id: string, reason: string) {
  return { id, amount: null, reason, requestedBy: 'payment' };
}
