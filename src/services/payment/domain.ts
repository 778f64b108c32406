import { type Saying, say } from '#contracts/message.ts';
import { PaymentCaptured } from '#contracts/messages/payment/payment-captured.v1.ts';
import { PaymentFailure } from '#contracts/messages/payment/payment-failure.v1.ts';
import { type Problem, type ProblemCode, problem } from '#kernel/problem.ts';
import type { Decider, Decision, Moment } from '#runtime/batch/decider.ts';
import {
  type Attempt,
  type AttemptStatus,
  nextAfter,
  type Payment,
  type PaymentMethod,
  type PaymentTables,
  type PaymentView,
  paymentIdOf,
  viewOf,
} from './domain/model.ts';
import { closed, type OrderFacts, openAttemptOf, ownRefund, success, withFacts } from './domain/record.ts';

/** How long whoever opened an attempt has to conclude it before the sweeper asks. */
const patienceMs = 5_000;
/** How long after no answer the wallet is asked first: whoever was told to ask again mostly does so before. */
const firstCheckMs = 2_000;

export interface OpenAttempt {
  readonly attemptId: string;
  readonly orderId: string;
  readonly userId: string;
  readonly method: PaymentMethod;
  /** What ordering said, where payment was asked before it heard of the order. */
  readonly order?: OrderFacts;
  /** Why ordering's word allows no attempt, where payment was asked before it heard of the order. */
  readonly refusal?: Problem;
  /** The voided attempt of the same request that this one takes over from. */
  readonly retryOf?: string;
}

/** The attempt to go on with, and what it is to take. */
export interface Opened {
  readonly attemptId: string;
  readonly amount: { readonly amount: number; readonly currency: string };
}

/** Payment has not heard enough of the order: ask ordering, and come again with what it says. Not kept for the key. */
export const notHeardOf: Problem = {
  ...problem('unavailable', 'The order is on its way here.'),
  retryAfterSeconds: 1,
};

/** Attempt first: its row is committed before anyone is called. */
export const openAttempt: Decider<PaymentTables, OpenAttempt, Opened> = {
  name: 'open-attempt',
  needs: ({ orderId, retryOf }) => ({
    payments: [paymentIdOf(orderId)],
    ...(retryOf === undefined ? {} : { attempts: [retryOf] }),
  }),
  decide(state, ask, moment) {
    if (ask.refusal) return { refuse: ask.refusal };
    const known = state.payments.get(paymentIdOf(ask.orderId));
    const payment = ask.order ? withFacts(known, ask.order, moment) : known;
    const before = ask.retryOf === undefined ? undefined : state.attempts.get(ask.retryOf);
    if (before?.retriedAs) return { answer: { attemptId: before.retriedAs, amount: wireAmount(before) } };
    if (!payment || payment.due === null || payment.currency === null) return { refuse: notHeardOf };
    const refuse = refusalOf(payment, ask, moment);
    if (refuse) return { refuse };
    const attempt: Attempt = {
      id: ask.attemptId,
      paymentId: payment.id,
      number: payment.attempts + 1,
      method: ask.method,
      amount: payment.due - payment.captured,
      currency: payment.currency,
      status: 'STARTED',
      problem: null,
      refunding: 0n,
      nextCheckAt: moment.now + patienceMs,
      checks: 0,
      retriedAs: null,
      createdAt: moment.now,
      cause: moment.cause,
    };
    const opened: Payment = { ...payment, attempts: attempt.number, method: ask.method, openAttempt: attempt.id };
    const attempts = before ? [{ ...before, retriedAs: attempt.id }, attempt] : [attempt];
    return {
      put: { payments: [opened], attempts },
      bind: attempt.id,
      answer: { attemptId: attempt.id, amount: wireAmount(attempt) },
    };
  },
};

function refusalOf(payment: Payment, { userId }: OpenAttempt, { now }: Moment): Problem | undefined {
  if (payment.userId !== userId) return problem('not_found', 'No such order.');
  if (payment.status === 'SUCCEEDED') return problem('order_not_payable', 'The order is paid.');
  if (payment.status !== 'DUE') return problem('order_not_payable', `The payment is closed: ${payment.statusReason}.`);
  if (payment.payableUntil === null) return notHeardOf;
  if (payment.closing !== null || now > payment.payableUntil) {
    return problem('order_not_payable', 'The time to pay the order is over.');
  }
  if (payment.openAttempt !== null)
    return problem('payment_in_progress', 'Another attempt to pay the order is under way.');
  return undefined;
}

function wireAmount(attempt: Attempt): Opened['amount'] {
  return { amount: Number(attempt.amount), currency: attempt.currency };
}

/**
 * What is known of an attempt: the money is ours; it is refused (`failed`: so that the payment as a whole has failed); nothing
 * was taken and nothing will be; or no answer came.
 */
export type AttemptOutcome =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'declined' | 'failed'; readonly problem: ProblemCode }
  | { readonly kind: 'void' }
  | { readonly kind: 'unknown' };

export interface ConcludeAttempt {
  readonly paymentId: string;
  readonly attemptId: string;
  readonly outcome: AttemptOutcome;
}
export interface Concluded {
  readonly status: AttemptStatus;
  readonly problem: string | null;
  readonly payment: PaymentView;
}

/** The problem of an attempt that was resolved to nothing because its request had gone: it may be tried anew. */
export const voided = 'voided';

const finalStatuses: readonly AttemptStatus[] = ['SUCCEEDED', 'DECLINED', 'CLOSED'];

/**
 * The one funnel through which every outcome of an attempt enters, from whoever learns it and however often: money counts once
 * and always, a final status changes for money only. Answers with how things stand after it.
 */
export const concludeAttempt: Decider<PaymentTables, ConcludeAttempt, Concluded> = {
  name: 'conclude-attempt',
  needs: ({ paymentId, attemptId }) => ({ payments: [paymentId], attempts: [attemptId] }),
  decide(state, { paymentId, attemptId, outcome }, moment) {
    const payment = state.payments.get(paymentId);
    const attempt = state.attempts.get(attemptId);
    if (!payment || !attempt) throw new Error(`no attempt ${attemptId} of ${paymentId}`);
    const isFinal = finalStatuses.includes(attempt.status);
    if (attempt.status === 'SUCCEEDED' || (isFinal && outcome.kind !== 'succeeded')) {
      return { answer: concluded(attempt, payment) };
    }
    const decision = conclude(payment, attempt, outcome, moment);
    const { attempts, payments } = decision.put ?? {};
    return { ...decision, answer: concluded(attempts?.[0] ?? attempt, payments?.[0] ?? payment) };
  },
};

function concluded({ status, problem }: Attempt, payment: Payment): Concluded {
  return { status, problem, payment: viewOf(payment) };
}

function conclude(
  payment: Payment,
  attempt: Attempt,
  outcome: AttemptOutcome,
  moment: Moment,
): Decision<PaymentTables> {
  switch (outcome.kind) {
    case 'succeeded':
      return capture(payment, attempt, moment);
    case 'declined':
    case 'failed':
    case 'void':
      return end(payment, attempt, outcome);
    case 'unknown': {
      const status = attempt.status === 'CLOSING' ? 'CLOSING' : 'UNKNOWN';
      const nextCheckAt = nextAfter(moment.now, firstCheckMs, attempt.checks);
      return { put: { attempts: [{ ...attempt, status, nextCheckAt, checks: attempt.checks + 1 }] } };
    }
  }
}

/** Counts the money. Where the payment was sealed or paid before, all of it goes back. */
function capture(payment: Payment, attempt: Attempt, moment: Moment): Decision<PaymentTables> {
  const isDue = payment.status === 'DUE';
  const succeeded: Attempt = {
    ...attempt,
    status: 'SUCCEEDED',
    problem: isDue ? null : 'order_not_payable',
    refunding: isDue ? 0n : attempt.amount,
    nextCheckAt: null,
  };
  const after: Payment = {
    ...withoutOpen(payment, attempt),
    captured: payment.captured + attempt.amount,
    capturedAttempts: [...payment.capturedAttempts, attempt.id],
    ...(isDue ? { status: 'SUCCEEDED', closing: null } : {}),
  };
  return {
    put: {
      payments: [after],
      attempts: [succeeded],
      refunds: isDue ? [] : [ownRefund(attempt, attempt.amount, moment)],
    },
    say: [capturedOf(payment, attempt), ...(isDue ? [success(after)] : [])],
  };
}

function capturedOf(payment: Payment, attempt: Attempt): Saying {
  const { id: attemptId, method, currency } = attempt;
  const { id: paymentId, orderId } = payment;
  const amount = { amount: Number(attempt.amount), currency };
  return say(PaymentCaptured, { paymentId, orderId, userId: buyerOf(payment), attemptId, method, amount });
}

/** No money: the payment is due again, unless it has failed for good with it, or ordering waits for it to be closed. */
function end(
  payment: Payment,
  attempt: Attempt,
  outcome: Extract<AttemptOutcome, { kind: 'declined' | 'failed' | 'void' }>,
): Decision<PaymentTables> {
  const ended: Attempt = {
    ...attempt,
    status: outcome.kind === 'void' || attempt.status === 'CLOSING' ? 'CLOSED' : 'DECLINED',
    problem: attempt.problem ?? (outcome.kind === 'void' ? voided : outcome.problem),
    nextCheckAt: null,
  };
  if (payment.openAttempt !== attempt.id) return { put: { attempts: [ended] } };
  const after = withoutOpen(payment, attempt);
  const { sealed, says } = outcome.kind === 'failed' ? failed(after, outcome.problem) : closedIfAsked(after);
  return { put: { payments: [sealed], attempts: [ended] }, say: says };
}

interface Sealing {
  readonly sealed: Payment;
  readonly says: readonly Saying[];
}

/** Only what is still due can fail: another attempt may have brought the money. */
function failed(payment: Payment, reason: ProblemCode): Sealing {
  if (payment.status !== 'DUE') return { sealed: payment, says: [] };
  const { id: paymentId, orderId } = payment;
  return {
    sealed: { ...payment, status: 'FAILED', statusReason: reason, closing: null },
    says: [say(PaymentFailure, { paymentId, orderId, userId: buyerOf(payment), reason })],
  };
}

/** Ordering asked to close and was kept waiting for the open attempt: now it gets its answer. */
function closedIfAsked(payment: Payment): Sealing {
  return payment.closing === null ? { sealed: payment, says: [] } : closed(payment, payment.closing);
}

function buyerOf({ id, userId }: Payment): string {
  if (userId === null) throw new Error(`payment ${id} has an attempt and no buyer`);
  return userId;
}

export interface CloseAttempt {
  readonly paymentId: string;
  readonly userId: string;
}

/** The buyer gives the open attempt up: the payment is due again, the attempt is watched until its last word. */
export const closeAttempt: Decider<PaymentTables, CloseAttempt, { readonly attemptId: string }> = {
  name: 'close-attempt',
  needs: ({ paymentId }) => ({ payments: [paymentId] }),
  needsThen: ({ paymentId }, state) => openAttemptOf(state.payments.get(paymentId)),
  decide(state, { paymentId, userId }, moment) {
    const payment = state.payments.get(paymentId);
    if (!payment || payment.userId !== userId) return { refuse: problem('not_found', 'No such payment.') };
    const attempt = payment.openAttempt === null ? undefined : state.attempts.get(payment.openAttempt);
    if (!attempt) return { refuse: problem('payment_not_closable', 'No attempt to pay is under way.') };
    const closing: Attempt = { ...attempt, status: 'CLOSING', problem: 'closed_by_buyer', nextCheckAt: moment.now };
    const { sealed, says } = closedIfAsked({ ...payment, openAttempt: null });
    return {
      put: { payments: [sealed], attempts: [closing] },
      say: says,
      answer: { attemptId: attempt.id },
    };
  },
};

function withoutOpen(payment: Payment, attempt: Attempt): Payment {
  return payment.openAttempt === attempt.id ? { ...payment, openAttempt: null } : payment;
}
