import { say } from '#contracts/message.ts';
import { RefundSettled } from '#contracts/messages/ordering/refund-settled.v1.ts';
import type { Money } from '#kernel/money.ts';
import { type Problem, problem } from '#kernel/problem.ts';
import type { Decider } from '#runtime/batch/decider.ts';
import { changed, factsOf, saidRefund } from './moving.ts';
import type { OrderingTables, Refund } from './order.ts';
import { isPartlyBack } from './way-to-retry.ts';

type Tables = OrderingTables;

/** The ways out for a refund that failed: a person has it tried again, or gives the money back by other means. */
interface OnFailed {
  readonly refundId: string;
  readonly orderId: string;
  readonly operatorId: string;
  readonly reason: string;
}

const needs = ({ orderId, refundId }: OnFailed) => ({ orders: [orderId], refunds: [refundId] });

export interface RetryRefund extends OnFailed {
  /** The name under which payment is asked this time. */
  readonly retryId: string;
}

/** What had been asked for stays asked for; payment is only asked once more, having said that the try before has failed. */
export const retryRefund: Decider<Tables, RetryRefund> = {
  name: 'ordering.retry-refund',
  needs,
  decide(state, { refundId, orderId, operatorId, reason, retryId }, { now, cause }) {
    const order = state.orders.get(orderId);
    const refund = state.refunds.get(refundId);
    if (!order || !refund) return { refuse: problem('not_found') };
    if (refund.status !== 'FAILED') return { refuse: notFailed(refund) };
    if (isPartlyBack(refund)) return { refuse: isBackInPart };
    if (refund.requestedBy === 'payment') return { refuse: isNotOfThePrice };
    const again: Refund = {
      ...refund,
      status: 'PROCESSING',
      askedAs: retryId,
      decidedBy: operatorId,
      decisionReason: reason,
      updatedAt: now,
      cause,
    };
    return {
      put: { refunds: [again], retries: [{ id: retryId, refundId, createdAt: now, cause }] },
      say: [saidRefund(order, { ...again, id: retryId })],
      trail: { action: 'refund.retried', object: refundId, reason },
    };
  },
};

/** Asked for anew, what is back of it would go back once more; payment knows what is not. */
const isBackInPart = problem('conflict', 'A part of it is back: have payment carry on with the rest.');

/** What came late or twice: ordering asks for the price only, and does not know how much that was. */
const isNotOfThePrice = problem('conflict', 'Payment gives this back of its own accord: have it carry on there.');

export interface SettleRefund extends OnFailed {
  /** Needed where the refund has none. */
  readonly amount: Money | undefined;
}

export const settleRefund: Decider<Tables, SettleRefund> = {
  name: 'ordering.settle-refund',
  needs,
  decide(state, { refundId, orderId, operatorId, reason, amount: given }, moment) {
    const order = state.orders.get(orderId);
    const refund = state.refunds.get(refundId);
    if (!order || !refund) return { refuse: problem('not_found') };
    if (refund.status !== 'FAILED') return { refuse: notFailed(refund) };
    const refusal = refusalOf(refund, given);
    if (refusal) return { refuse: refusal };
    const amount = refund.amount ?? given?.amount ?? 0n;
    const settled: Refund = {
      ...refund,
      amount,
      status: 'SUCCEEDED',
      settledByHand: true,
      decidedBy: operatorId,
      decisionReason: reason,
      updatedAt: moment.now,
      cause: moment.cause,
    };
    return {
      put: { orders: [changed(order, moment, { refunded: order.refunded + amount })], refunds: [settled] },
      say: [say(RefundSettled, { ...factsOf(order, settled), note: reason })],
      trail: { action: 'refund.settled', object: refundId, reason },
    };
  },
};

function refusalOf({ amount, currency }: Refund, given: Money | undefined): Problem | undefined {
  if (given && given.currency !== currency) {
    return problem('currency_mismatch', `The refund is in ${currency}.`, [{ pointer: '/amount/currency' }]);
  }
  const isWrong = amount === null ? given === undefined : given !== undefined && given.amount !== amount;
  if (!isWrong) return undefined;
  const detail = amount === null ? 'is needed: only payment knew the amount' : `is ${amount}: all of it, or none`;
  return problem('validation_failed', undefined, [{ pointer: '/amount', detail }]);
}

function notFailed({ status }: Refund): Problem {
  return problem('refund_not_failed', `It is ${status}.`);
}
