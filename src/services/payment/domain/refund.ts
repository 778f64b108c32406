import { type DataOf, type Saying, say } from '#contracts/message.ts';
import type { RefundRequested } from '#contracts/messages/ordering/refund-requested.v1.ts';
import { RefundFailed } from '#contracts/messages/payment/refund-failed.v1.ts';
import { RefundSucceeded } from '#contracts/messages/payment/refund-succeeded.v1.ts';
import type { Instant } from '#kernel/clock.ts';
import { noCurrency } from '#kernel/money.ts';
import { type Decider, type Decision, type MessageDecider, nothing } from '#runtime/batch/decider.ts';
import type { Changes, Rows } from '#runtime/batch/workset.ts';
import {
  type Attempt,
  nextAfter,
  type Payment,
  type PaymentTables,
  paymentIdOf,
  type Refund,
  type RefundPart,
} from './model.ts';
import { isTopUp, topUpReturned } from './top-ups.ts';

/**
 * Ordering asks to give back an amount of the price, or all that was paid of it. It is taken from the attempts that captured it,
 * newest first, and never more from one than is left of it. All of nothing is done at once: what is captured later goes back by
 * itself.
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
      // What came late or twice goes back by itself, all of it: whoever asks for the price back gets nothing of that.
      .filter(({ problem }) => problem === null)
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
      settledAt: null,
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

/**
 * What is known of one part: the money is back; it never will be; a provider has taken it on, or is to be asked; or no answer
 * came.
 */
export type PartOutcome =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'unknown' | 'absent' }
  | { readonly kind: 'told' }
  | { readonly kind: 'processing'; readonly reference: string | null }
  | { readonly kind: 'failed'; readonly reason: string };

export interface ConcludePart {
  readonly refundId: string;
  readonly paymentId: string;
  readonly attemptId: string;
  readonly outcome: PartOutcome;
}

/**
 * The funnel of refunds: each part becomes final once, and with the last one the refund. What a provider has given back after all,
 * or is at, though somebody was told that it would not, counts: who was told may have asked beside another.
 */
export const concludePart: Decider<PaymentTables, ConcludePart> = {
  name: 'conclude-refund-part',
  needs: ({ refundId, paymentId, attemptId }) => ({
    refunds: [refundId],
    payments: [paymentId],
    attempts: [attemptId],
  }),
  needsThen: ({ refundId }, state) => ({ attempts: attemptsOf(state.refunds.get(refundId)) }),
  decide(state, { refundId, paymentId, attemptId, outcome }, { now }) {
    const refund = state.refunds.get(refundId);
    const payment = state.payments.get(paymentId);
    const attempt = state.attempts.get(attemptId);
    const part = refund?.parts.find((candidate) => candidate.attemptId === attemptId);
    if (!refund || !payment || !attempt || !part) throw new Error(`no part ${attemptId} of ${refundId}`);
    if (part.status === 'SUCCEEDED') return nothing;
    if (part.status === 'FAILED') return afterAll({ refund, payment, attempt, part }, outcome, now);
    // A provider has called about it: it is asked at once.
    if (outcome.kind === 'told') return { put: { refunds: [{ ...refund, nextTryAt: now }] } };
    if (outcome.kind !== 'succeeded' && outcome.kind !== 'failed') {
      return { put: { refunds: [triedInVain(withPart(refund, followed(part, outcome)), now)] } };
    }
    const succeeded = outcome.kind === 'succeeded';
    const settled = settle(concluded(refund, part, succeeded ? 'SUCCEEDED' : 'FAILED', now));
    const says = settled.status === 'REQUESTED' ? [] : verdicts(payment, settled, outcome);
    if (isAllLost(settled)) return { put: freed(settled, state.attempts), say: says };
    if (!succeeded) return { put: { refunds: [settled] }, say: says };
    const after: Payment = { ...payment, refunded: payment.refunded + part.amount };
    return { put: { refunds: [settled], payments: [after] }, say: says };
  },
};

interface Scene {
  readonly refund: Refund;
  readonly payment: Payment;
  readonly attempt: Attempt;
  readonly part: RefundPart;
}

/** Only as far as the attempt has it: what was given to another refund meanwhile is for a person to see. */
function afterAll(
  { refund, payment, attempt, part }: Scene,
  outcome: PartOutcome,
  now: Instant,
): Decision<PaymentTables> {
  const taken = part.isKept ? attempt.refunding : attempt.refunding + part.amount;
  const hasRoom = taken <= attempt.amount;
  if (!hasRoom || (outcome.kind !== 'succeeded' && outcome.kind !== 'processing')) return nothing;
  const attempts = [{ ...attempt, refunding: taken }];
  if (outcome.kind === 'processing') {
    const asked = withPart(refund, followed({ ...withoutKept(part), status: 'REQUESTED' }, outcome));
    return { put: { refunds: [triedInVain({ ...asked, status: 'REQUESTED' }, now)], attempts } };
  }
  const settled = settle(concluded({ ...refund, status: 'REQUESTED' }, part, 'SUCCEEDED', now));
  const payments = [{ ...payment, refunded: payment.refunded + part.amount }];
  const isDone = settled.status === 'SUCCEEDED';
  const nextTryAt = settled.status === 'REQUESTED' ? (refund.nextTryAt ?? now) : null;
  const put = { refunds: [{ ...settled, nextTryAt }], payments, attempts };
  return { put, say: isDone ? verdicts(payment, settled, outcome) : [] };
}

function concluded(refund: Refund, part: RefundPart, status: 'SUCCEEDED' | 'FAILED', now: Instant): Refund {
  const isBackByProvider = status === 'SUCCEEDED' && part.method !== 'balance';
  const final: RefundPart = { ...withoutKept(part), status, ...(status === 'FAILED' ? { isKept: true } : {}) };
  return { ...withPart(refund, final), ...(isBackByProvider ? { settledAt: now } : {}) };
}

function withoutKept({ isKept: _, ...part }: RefundPart): RefundPart {
  return part;
}

function attemptsOf(refund: Refund | undefined): string[] {
  return refund?.parts.map(({ attemptId }) => attemptId) ?? [];
}

/** Nothing of it is back: it may be asked for anew, under another name. */
function isAllLost({ status, parts }: Refund): boolean {
  return status === 'FAILED' && parts.every((part) => part.status === 'FAILED');
}

/** What was set apart for it may go back otherwise. */
function freed(refund: Refund, attempts: Rows<Attempt>): Changes<PaymentTables> {
  const free = refund.parts.flatMap(({ attemptId, amount, isKept }) => {
    const attempt = isKept && attempts.get(attemptId);
    return attempt ? [{ ...attempt, refunding: attempt.refunding - amount }] : [];
  });
  return { refunds: [{ ...refund, parts: refund.parts.map(withoutKept) }], attempts: free };
}

function withPart(refund: Refund, part: RefundPart): Refund {
  const parts = refund.parts.map((other) => (other.attemptId === part.attemptId ? part : other));
  return { ...refund, parts };
}

/** Whoever may have heard of it is asked what became of it; whoever has not, for the money again. */
function followed(
  part: RefundPart,
  outcome: Exclude<PartOutcome, { kind: 'succeeded' | 'failed' | 'told' }>,
): RefundPart {
  if (part.method === 'balance') return part;
  const { isAsked: _, ...fresh } = part;
  if (outcome.kind === 'absent') return fresh;
  const reference = outcome.kind === 'processing' ? outcome.reference : null;
  return { ...part, isAsked: true, ...(reference === null ? {} : { reference }) };
}

const firstRetryMs = 500;

function triedInVain(refund: Refund, now: Instant): Refund {
  return { ...refund, tries: refund.tries + 1, nextTryAt: nextAfter(now, firstRetryMs, refund.tries) };
}

function settle(refund: Refund): Refund {
  if (refund.parts.some(({ status }) => status === 'REQUESTED')) return refund;
  const failed = refund.parts.some(({ status }) => status === 'FAILED');
  return { ...refund, status: failed ? 'FAILED' : 'SUCCEEDED', nextTryAt: null };
}

/** Of a top-up only the wallet hears, what is back; what is not waits for a person. */
function verdicts(payment: Payment, refund: Refund, outcome: PartOutcome): Saying[] {
  if (!isTopUp(payment)) return [verdict(payment, refund, outcome)];
  return refund.status === 'SUCCEEDED' ? topUpReturned(payment, refund) : [];
}

function verdict(payment: Payment, refund: Refund, outcome: PartOutcome): Saying {
  if (refund.status === 'SUCCEEDED') return success(payment, refund, payment.userId);
  const reason = outcome.kind === 'failed' ? outcome.reason : undefined;
  // Who hears this must not ask for all of it anew: it is to be carried on with.
  const isInPart = refund.parts.some(({ status }) => status === 'SUCCEEDED');
  const why = isInPart || reason === undefined ? partFailed(reason) : reason;
  return failure(payment, refund, why, payment.userId);
}

function partFailed(reason: string | undefined): string {
  return reason === undefined ? 'part_failed' : `part_failed: ${reason}`;
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
