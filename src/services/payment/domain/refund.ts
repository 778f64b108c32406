import { type DataOf, type Saying, say } from '#contracts/message.ts';
import type { RefundRequested } from '#contracts/messages/ordering/refund-requested.v1.ts';
import { RefundFailed } from '#contracts/messages/payment/refund-failed.v1.ts';
import { RefundSucceeded } from '#contracts/messages/payment/refund-succeeded.v1.ts';
import type { Instant } from '#kernel/clock.ts';
import { type Decider, type MessageDecider, nothing } from '#runtime/batch/decider.ts';
import {
  type Attempt,
  nextAfter,
  noCurrency,
  type Payment,
  type PaymentTables,
  paymentIdOf,
  type Refund,
  type RefundPart,
} from './model.ts';

/**
 * Ordering asks to give back an amount, or all that is there. It is taken from the attempts that captured it, newest first, and
 * never more from one than is left of it. All of nothing is done at once: what is captured later goes back by itself.
 */
export const requestRefund: MessageDecider<PaymentTables, DataOf<typeof RefundRequested>> = {
  needs: ({ data }) => ({ payments: [paymentIdOf(data.orderId)], refunds: [data.refundId] }),
  needsThen: ({ data }, state) => ({ attempts: state.payments.get(paymentIdOf(data.orderId))?.capturedAttempts ?? [] }),
  decide(state, { data }, { now, cause }) {
    if (state.refunds.get(data.refundId)) return nothing;
    const payment = state.payments.get(paymentIdOf(data.orderId));
    if (!payment) return { setAside: { as: 'retry', reason: `the payment of ${data.orderId} is not known yet` } };
    const attempts = payment.capturedAttempts
      .map((id) => state.attempts.get(id))
      .filter((attempt) => attempt !== undefined)
      .reverse();
    const left = attempts.reduce((sum, attempt) => sum + attempt.amount - attempt.refunding, 0n);
    const wanted = data.amount === null ? left : BigInt(data.amount.amount);
    const currency = payment.currency ?? data.amount?.currency ?? noCurrency;
    const refund: Refund = {
      id: data.refundId,
      paymentId: payment.id,
      status: 'REQUESTED',
      amount: wanted,
      currency,
      reason: data.reason,
      parts: [],
      nextTryAt: now,
      tries: 0,
      createdAt: now,
      cause,
    };
    if (wanted > left || (data.amount !== null && data.amount.currency !== currency)) {
      const failed: Refund = { ...refund, status: 'FAILED', nextTryAt: null };
      return { put: { refunds: [failed] }, say: [failure(payment, failed, 'refund_exceeds_payment', data.userId)] };
    }
    if (wanted === 0n) {
      const done: Refund = { ...refund, status: 'SUCCEEDED', nextTryAt: null };
      return { put: { refunds: [done] }, say: [success(payment, done, data.userId)] };
    }
    const { parts, taken } = allocate(wanted, attempts);
    return { put: { refunds: [{ ...refund, parts }], attempts: taken } };
  },
};

function allocate(wanted: bigint, attempts: readonly Attempt[]): { parts: RefundPart[]; taken: Attempt[] } {
  const parts: RefundPart[] = [];
  const taken: Attempt[] = [];
  let rest = wanted;
  for (const attempt of attempts) {
    const left = attempt.amount - attempt.refunding;
    const coversRest = left >= rest;
    const amount = coversRest ? rest : left;
    if (amount === 0n) continue;
    rest -= amount;
    parts.push({ attemptId: attempt.id, method: attempt.method, amount, status: 'REQUESTED' });
    taken.push({ ...attempt, refunding: attempt.refunding + amount });
  }
  return { parts, taken };
}

/** What is known of one part: the money is back; it never will be; or no answer came. */
export type PartOutcome =
  | { readonly kind: 'succeeded' | 'unknown' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface ConcludePart {
  readonly refundId: string;
  readonly paymentId: string;
  readonly attemptId: string;
  readonly outcome: PartOutcome;
}

/** The funnel of refunds: each part becomes final once, and with the last one the refund. */
export const concludePart: Decider<PaymentTables, ConcludePart> = {
  name: 'conclude-refund-part',
  needs: ({ refundId, paymentId, attemptId }) => ({
    refunds: [refundId],
    payments: [paymentId],
    attempts: [attemptId],
  }),
  decide(state, { refundId, paymentId, attemptId, outcome }, { now }) {
    const refund = state.refunds.get(refundId);
    const payment = state.payments.get(paymentId);
    const attempt = state.attempts.get(attemptId);
    const part = refund?.parts.find((candidate) => candidate.attemptId === attemptId);
    if (!refund || !payment || !attempt || !part) throw new Error(`no part ${attemptId} of ${refundId}`);
    if (part.status !== 'REQUESTED') return nothing;
    if (outcome.kind === 'unknown') return { put: { refunds: [triedInVain(refund, now)] } };
    const succeeded = outcome.kind === 'succeeded';
    const parts = refund.parts.map((candidate) =>
      candidate === part ? { ...part, status: succeeded ? ('SUCCEEDED' as const) : ('FAILED' as const) } : candidate,
    );
    const settled = settle({ ...refund, parts });
    const says = settled.status === 'REQUESTED' ? [] : [verdict(payment, settled, outcome)];
    if (!succeeded) {
      const free: Attempt = { ...attempt, refunding: attempt.refunding - part.amount };
      return { put: { refunds: [settled], attempts: [free] }, say: says };
    }
    const after: Payment = { ...payment, refunded: payment.refunded + part.amount };
    return { put: { refunds: [settled], payments: [after] }, say: says };
  },
};

const firstRetryMs = 500;

function triedInVain(refund: Refund, now: Instant): Refund {
  return { ...refund, tries: refund.tries + 1, nextTryAt: nextAfter(now, firstRetryMs, refund.tries) };
}

function settle(refund: Refund): Refund {
  if (refund.parts.some(({ status }) => status === 'REQUESTED')) return refund;
  const failed = refund.parts.some(({ status }) => status === 'FAILED');
  return { ...refund, status: failed ? 'FAILED' : 'SUCCEEDED', nextTryAt: null };
}

function verdict(payment: Payment, refund: Refund, outcome: PartOutcome): Saying {
  if (refund.status === 'SUCCEEDED') return success(payment, refund, payment.userId);
  return failure(payment, refund, outcome.kind === 'failed' ? outcome.reason : 'part_failed', payment.userId);
}

function success(payment: Payment, { id, amount, currency, parts }: Refund, userId: string | null): Saying {
  return say(RefundSucceeded, {
    refundId: id,
    paymentId: payment.id,
    orderId: payment.orderId,
    userId: known(userId, payment),
    amount: { amount: Number(amount), currency },
    parts: parts.map((part) => ({
      attemptId: part.attemptId,
      method: part.method,
      amount: { amount: Number(part.amount), currency },
    })),
  });
}

/** Parks the refund for a person. */
function failure(payment: Payment, { id }: Refund, reason: string, userId: string | null): Saying {
  const { id: paymentId, orderId } = payment;
  return say(RefundFailed, { refundId: id, paymentId, orderId, userId: known(userId, payment), reason });
}

function known(userId: string | null, payment: Payment): string {
  if (userId === null) throw new Error(`payment ${payment.id} has a refund and no buyer`);
  return userId;
}
