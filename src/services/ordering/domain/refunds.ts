import type { Refund as RefundBody } from '#contracts/http/refunds.ts';
import { type Saying, say } from '#contracts/message.ts';
import { RefundDecided } from '#contracts/messages/ordering/refund-decided.v1.ts';
import { RefundOpened } from '#contracts/messages/ordering/refund-opened.v1.ts';
import type { Money } from '#kernel/money.ts';
import { type Problem, problem } from '#kernel/problem.ts';
import type { Decider, Decision, Moment } from '#runtime/batch/decider.ts';
import { decisionOf, sceneOf } from './deciders.ts';
import { changed, factsOf, newRefund, refundable, saidRefund } from './moving.ts';
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
    return {
      put: { orders: [next], refunds: [refund] },
      say: [say(RefundOpened, { ...factsOf(order, refund), reason: refund.reason })],
      answer: refundBody(refund),
    };
  },
};

function refusalOf(order: Order, { amount, restock }: AskForRefund): Problem | undefined {
  const left = refundable(order);
  if (amount && amount.currency !== order.currency) {
    return problem('currency_mismatch', `The order is in ${order.currency}.`, [{ pointer: '/amount/currency' }]);
  }
  if (left <= 0n || (amount && amount.amount > left)) return exceeds(order, left);
  return restock && amount && amount.amount < left ? notInParts : undefined;
}

const notInParts = problem('validation_failed', undefined, [
  {
    pointer: '/restock',
    detail: 'goods are booked in with all that is left to refund; single items by a stock adjustment',
  },
]);

function saidDecided(order: Order, refund: Refund, verdict: 'approved' | 'rejected', note?: string): Saying {
  return say(RefundDecided, { ...factsOf(order, refund), verdict, ...(note === undefined ? {} : { note }) });
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
    say: [
      saidDecided(order, refund, 'approved', ask.reason),
      saidRefund(order, refund),
      ...(ask.restock ? reversals(order) : []),
    ],
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
  /** The goods came back and go on sale again. */
  readonly restock?: boolean | undefined;
}

/** An operator's word on what a buyer asked for; the sum is looked at again, since other refunds may have come between. */
export const decideRefund: Decider<Tables, DecideRefund> = {
  name: 'ordering.decide-refund',
  needs: ({ orderId, refundId }) => ({ orders: [orderId], refunds: [refundId] }),
  needsThen: ({ orderId }, state) => ({ refunds: state.orders.get(orderId)?.openRefunds ?? [] }),
  decide(state, command, moment) {
    const { refundId, orderId, verdict, reason } = command;
    const order = state.orders.get(orderId);
    const refund = state.refunds.get(refundId);
    if (!order || !refund) return { refuse: problem('not_found') };
    if (refund.status !== 'REQUESTED') return { refuse: problem('refund_not_decidable', `It is ${refund.status}.`) };
    const others = { ...order, openRefunds: order.openRefunds.filter((id) => id !== refundId) };
    const trail = { action: `refund.${verdict}`, object: refundId, ...(reason === undefined ? {} : { reason }) };
    if (verdict === 'reject') return { ...rejected(others, refund, command, moment), trail };
    const [left, amount] = [refundable(order), refund.amount ?? 0n];
    if (amount > left) return { refuse: exceeds(order, left) };
    if (command.restock && amount < left) return { refuse: notInParts };
    if (amount < left || !isBeforeShipping(order)) return { ...approved(others, refund, command, moment), trail };
    return { ...cancelledBy(others, refund, command, sceneOf(state, others, moment)), trail };
  },
};

function decided(refund: Refund, status: Refund['status'], command: DecideRefund, { now, cause }: Moment): Refund {
  const { operatorId: decidedBy, reason } = command;
  return { ...refund, status, decidedBy, decisionReason: reason ?? null, updatedAt: now, cause };
}

function rejected(order: Order, refund: Refund, command: DecideRefund, moment: Moment): Decision<Tables> {
  return {
    put: {
      orders: [changed(order, moment, {})],
      refunds: [decided(refund, 'REJECTED', command, moment)],
    },
    say: [saidDecided(order, refund, 'rejected', command.reason)],
  };
}

function approved(order: Order, refund: Refund, command: DecideRefund, moment: Moment): Decision<Tables> {
  return {
    put: {
      orders: [changed(order, moment, { refundRequested: order.refundRequested + (refund.amount ?? 0n) })],
      refunds: [decided(refund, 'APPROVED', command, moment)],
    },
    say: [
      saidDecided(order, refund, 'approved', command.reason),
      saidRefund(order, refund),
      ...(command.restock ? reversals(order) : []),
    ],
  };
}

/** With the last of the money given back before anything has left, nothing is to leave any more. */
function cancelledBy(order: Order, refund: Refund, command: DecideRefund, scene: Scene): Decision<Tables> {
  const { id, reason, requestedBy } = refund;
  const signal = { kind: 'cancelled', by: 'operator', note: reason, refund: { id, reason, requestedBy } } as const;
  const outcome = step(order, signal, scene);
  if (outcome.kind !== 'moved') throw new Error(`order ${order.id} was to be cancelled with refund ${id}`);
  const refunds = outcome.refunds?.map((made) =>
    made.id === id ? decided(refund, 'APPROVED', command, scene.moment) : made,
  );
  return decisionOf(order, { ...outcome, ...(refunds && { refunds }) });
}
