import type { PaymentAction } from '#contracts/http/payment.ts';
import { type Saying, say } from '#contracts/message.ts';
import { PaymentCaptured } from '#contracts/messages/payment/payment-captured.v1.ts';
import { PaymentFailure } from '#contracts/messages/payment/payment-failure.v1.ts';
import type { Instant } from '#kernel/clock.ts';
import { type ProblemCode, problem } from '#kernel/problem.ts';
import type { Decider, Decision, Moment } from '#runtime/batch/decider.ts';
import type { Changes, State } from '#runtime/batch/workset.ts';
import { attemptsOf, type Changed, closing, openOf, ownRefund, released } from './legs.ts';
import {
  type Attempt,
  type AttemptStatus,
  type Charge,
  nextAfter,
  type Payment,
  type PaymentTables,
  type PaymentView,
  viewOf,
} from './model.ts';
import { closed, success } from './record.ts';
import { isTopUp, topUpCaptured } from './top-ups.ts';

/** How long after no answer the wallet is asked first: whoever was told to ask again mostly does so before. */
const firstCheckMs = 2_000;

/**
 * What is known of an attempt: the money is ours; it is refused (`failed`: so that the payment as a whole has failed); nothing
 * was taken and nothing will be (`closed`: by the provider's word); or no answer came. Of a provider also: the buyer has been
 * told what to do; nobody has paid yet; somebody has, and the provider is at it.
 */
export type AttemptOutcome =
  | { readonly kind: 'succeeded'; readonly transaction?: string; readonly paidAt?: Instant }
  | { readonly kind: 'declined' | 'failed'; readonly problem: ProblemCode; readonly detail?: string }
  | { readonly kind: 'void' }
  | { readonly kind: 'closed'; readonly detail: string }
  | ({ readonly kind: 'opened' } & Pick<Charge, 'action' | 'reference'>)
  | { readonly kind: 'open' | 'processing' | 'unknown' };

export interface ConcludeAttempt {
  readonly paymentId: string;
  readonly attemptId: string;
  readonly outcome: AttemptOutcome;
}
export interface Concluded {
  readonly status: AttemptStatus;
  readonly problem: string | null;
  readonly action: PaymentAction | null;
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
  needsThen: ({ paymentId, attemptId }, state) => {
    const attempt = state.attempts.get(attemptId);
    const rest = attemptsOf(state.payments.get(paymentId));
    return attempt?.method === 'balance' ? rest : { ...rest, charges: [attemptId] };
  },
  decide(state, { paymentId, attemptId, outcome }, moment) {
    const payment = state.payments.get(paymentId);
    const attempt = state.attempts.get(attemptId);
    if (!payment || !attempt) throw new Error(`no attempt ${attemptId} of ${paymentId}`);
    const isFinal = finalStatuses.includes(attempt.status);
    if (attempt.status === 'SUCCEEDED' || (isFinal && outcome.kind !== 'succeeded')) {
      return { answer: concluded(attempt, payment, undefined) };
    }
    const scene = { state, payment, attempt, moment };
    const { put, say: says = [] } = conclude(scene, outcome);
    const after = put?.attempts?.find(({ id }) => id === attemptId) ?? attempt;
    const charge = put?.charges?.[0] ?? chargeOf(scene);
    return { ...(put && { put }), say: says, answer: concluded(after, put?.payments?.[0] ?? payment, charge) };
  },
};

function concluded({ status, problem }: Attempt, payment: Payment, charge: Charge | undefined): Concluded {
  return { status, problem, action: charge?.action ?? null, payment: viewOf(payment) };
}

/** What stands beside an attempt at a provider; one over the balance has nothing there. */
function chargeOf({ state, attempt }: Pick<Scene, 'state' | 'attempt'>): Charge | undefined {
  return attempt.method === 'balance' ? undefined : state.charges.get(attempt.id);
}

interface Scene {
  readonly state: State<PaymentTables>;
  readonly payment: Payment;
  readonly attempt: Attempt;
  readonly moment: Moment;
}

function conclude(scene: Scene, outcome: AttemptOutcome): Decision<PaymentTables> {
  switch (outcome.kind) {
    case 'succeeded':
      return capture(scene, outcome);
    case 'declined':
    case 'failed':
    case 'void':
    case 'closed':
      return end(scene, outcome);
    case 'opened': {
      const { action, reference } = outcome;
      return { put: { attempts: [waiting(scene, 'REQUIRES_ACTION', 0)], ...charged(scene, { action, reference }) } };
    }
    case 'open':
      return { put: { attempts: [waiting(scene, 'REQUIRES_ACTION')] } };
    case 'processing':
      return { put: { attempts: [waiting(scene, 'PROCESSING')] } };
    case 'unknown': {
      const { status } = scene.attempt;
      return { put: { attempts: [waiting(scene, status === 'STARTED' ? 'UNKNOWN' : status)] } };
    }
  }
}

/** Asked about again, later each time, but not past the end of its time: then it is to be closed. */
function waiting(scene: Scene, status: AttemptStatus, checks = scene.attempt.checks): Attempt {
  const { attempt, moment } = scene;
  const next = nextAfter(moment.now, firstCheckMs, checks);
  const expiresAt = chargeOf(scene)?.expiresAt ?? moment.now;
  const nextCheckAt = expiresAt > moment.now ? Math.min(next, expiresAt) : next;
  return { ...attempt, status: attempt.status === 'CLOSING' ? 'CLOSING' : status, nextCheckAt, checks: checks + 1 };
}

function charged(scene: Scene, changes: Partial<Charge>): Changes<PaymentTables> {
  const charge = chargeOf(scene);
  return charge ? { charges: [{ ...charge, ...changes }] } : {};
}

/**
 * Counts the money. It counts towards what is due where it is exactly what is missing, or the balance's part while the rest is
 * under way; else all of it goes back: the payment was sealed or paid before, or is being paid otherwise.
 */
function capture(
  scene: Scene,
  { transaction, paidAt }: Extract<AttemptOutcome, { kind: 'succeeded' }>,
): Decision<PaymentTables> {
  const { payment, attempt, moment } = scene;
  const missing = payment.status === 'DUE' ? (payment.due ?? 0n) - payment.credited : 0n;
  const completes = missing > 0n && attempt.amount === missing;
  const isPart = attempt.id === payment.openBalance && attempt.amount < missing;
  const counts = completes || isPart;
  const succeeded: Attempt = {
    ...attempt,
    status: 'SUCCEEDED',
    problem: counts ? null : 'order_not_payable',
    refunding: counts ? 0n : attempt.amount,
    nextCheckAt: null,
  };
  const captured: Payment = {
    ...withoutOpen(payment, attempt),
    captured: payment.captured + attempt.amount,
    credited: payment.credited + (counts ? attempt.amount : 0n),
    capturedAttempts: [...payment.capturedAttempts, attempt.id],
  };
  const { ended, attempts, refunds, says } = withOthersEnded(scene, captured, completes);
  return {
    put: {
      payments: [ended],
      attempts: [succeeded, ...attempts],
      refunds: counts ? refunds : [ownRefund(attempt, attempt.amount, moment), ...refunds],
      ...(transaction === undefined ? {} : charged(scene, { transaction, paidAt: paidAt ?? moment.now })),
    },
    say: [capturedOf(payment, attempt, counts), ...says],
  };
}

/** Once it is paid nothing else is to be; and where the provider's part came and does not count, the balance's part has no use. */
function withOthersEnded(
  { state, payment, attempt, moment }: Scene,
  captured: Payment,
  completes: boolean,
): Pick<Changed, 'attempts' | 'refunds'> & { readonly ended: Payment; readonly says: readonly Saying[] } {
  if (completes) {
    const attempts = openOf(state, captured).map((other) => closing(other, moment));
    const paid = { status: 'SUCCEEDED', closing: null, openAttempt: null, openBalance: null } as const;
    const ended: Payment = { ...captured, ...paid };
    return { ended, attempts, refunds: [], says: isTopUp(ended) ? [] : [success(ended)] };
  }
  if (attempt.id !== payment.openAttempt) return { ended: captured, attempts: [], refunds: [], says: [] };
  const changed = released(state, captured, moment);
  const { sealed, says } = closedIfAsked(changed);
  const { attempts, refunds } = changed;
  return { ended: sealed, attempts, refunds, says };
}

function capturedOf(payment: Payment, attempt: Attempt, isCredited: boolean): Saying {
  if (isTopUp(payment)) return topUpCaptured(payment, attempt, isCredited);
  const { id: attemptId, method, currency } = attempt;
  const { id: paymentId, orderId } = payment;
  const amount = { amount: Number(attempt.amount), currency };
  return say(PaymentCaptured, { paymentId, orderId, userId: buyerOf(payment), attemptId, method, amount });
}

type Ending = Extract<AttemptOutcome, { kind: 'declined' | 'failed' | 'void' | 'closed' }>;

/** No money: the payment is due again, unless it has failed for good with it, or ordering waits for it to be closed. */
function end(scene: Scene, outcome: Ending): Decision<PaymentTables> {
  const { state, payment, attempt, moment } = scene;
  const ended = endedBy(attempt, outcome);
  const detail = 'detail' in outcome && outcome.detail !== undefined ? charged(scene, { detail: outcome.detail }) : {};
  const isUnderWay = payment.openAttempt === attempt.id || payment.openBalance === attempt.id;
  if (!isUnderWay) return { put: { attempts: [ended], ...detail } };
  const changed = released(state, payment, moment);
  const attempts = changed.attempts.map((one) => {
    if (one.id === attempt.id) return ended;
    // The rest that nobody has been asked for yet ends with the balance's part.
    const before = state.attempts.get(one.id);
    return before?.status === 'STARTED' && one.id === payment.openAttempt ? endedBy(before, outcome) : one;
  });
  const { sealed, says } = endedPayment(changed, ended, outcome);
  return { put: { ...changed, payments: [sealed], attempts, ...detail }, say: says };
}

function endedBy(attempt: Attempt, outcome: Ending): Attempt {
  const isClosed = outcome.kind === 'void' || outcome.kind === 'closed' || attempt.status === 'CLOSING';
  const why = { void: voided, closed: 'closed_by_provider' } as const;
  return {
    ...attempt,
    status: isClosed ? 'CLOSED' : 'DECLINED',
    problem: attempt.problem ?? ('problem' in outcome ? outcome.problem : why[outcome.kind]),
    nextCheckAt: null,
  };
}

interface Sealing {
  readonly sealed: Payment;
  readonly says: readonly Saying[];
}

/** A top-up is tried once: who wants it still begins another. */
function endedPayment(changed: Changed, { problem: why }: Attempt, outcome: Ending): Sealing {
  const [payment] = changed.payments;
  if (isTopUp(payment)) return { sealed: { ...payment, status: 'CLOSED', statusReason: why }, says: [] };
  return outcome.kind === 'failed' ? failed(changed, outcome.problem) : closedIfAsked(changed);
}

/** Only what is still due can fail: another attempt may have brought the money. */
function failed({ payments: [payment] }: Changed, reason: ProblemCode): Sealing {
  if (payment.status !== 'DUE') return { sealed: payment, says: [] };
  const { id: paymentId, orderId } = payment;
  return {
    sealed: { ...payment, status: 'FAILED', statusReason: reason, closing: null },
    says: [say(PaymentFailure, { paymentId, orderId, userId: buyerOf(payment), reason })],
  };
}

/** Ordering asked to close and was kept waiting for the open attempt: now it gets its answer. */
function closedIfAsked({ payments: [payment] }: Changed): Sealing {
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
  needsThen: ({ paymentId }, state) => attemptsOf(state.payments.get(paymentId)),
  decide(state, { paymentId, userId }, moment) {
    const payment = state.payments.get(paymentId);
    if (!payment || payment.userId !== userId || isTopUp(payment)) {
      return { refuse: problem('not_found', 'No such payment.') };
    }
    const attempt = payment.openAttempt === null ? undefined : state.attempts.get(payment.openAttempt);
    if (!attempt) return { refuse: problem('payment_not_closable', 'No attempt to pay is under way.') };
    const changed = released(state, payment, moment);
    const attempts = changed.attempts.map((one) =>
      one.id === attempt.id ? closing(attempt, moment, 'closed_by_buyer') : one,
    );
    const { sealed, says } = closedIfAsked(changed);
    return { put: { ...changed, payments: [sealed], attempts }, say: says, answer: { attemptId: attempt.id } };
  },
};

function withoutOpen(payment: Payment, { id }: Attempt): Payment {
  if (payment.openAttempt === id) return { ...payment, openAttempt: null };
  return payment.openBalance === id ? { ...payment, openBalance: null } : payment;
}
