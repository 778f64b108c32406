import type { Moment } from '#runtime/batch/decider.ts';
import type { Changes, State } from '#runtime/batch/workset.ts';
import { type Attempt, ownRefundIdOf, type Payment, type PaymentTables, type Refund } from './model.ts';

/**
 * A payment can have two legs, a part over the balance and the rest over a provider. The first is worth nothing without the
 * second: where that comes to nothing, it goes back.
 */

type Attempts = { readonly attempts: readonly string[] };

/** The attempts under way, and those whose money counts: what ends with the payment. */
export function attemptsOf(payment: Payment | undefined): Attempts {
  if (!payment) return { attempts: [] };
  const open = [payment.openAttempt, payment.openBalance].filter((id) => id !== null);
  return { attempts: payment.credited > 0n ? [...open, ...payment.capturedAttempts] : open };
}

export interface Changed extends Changes<PaymentTables> {
  readonly payments: readonly [Payment];
  readonly attempts: readonly Attempt[];
  readonly refunds: readonly Refund[];
}

/** Nothing is under way any more: open attempts are to be closed, and what was captured in part goes back. */
export function released(state: State<PaymentTables>, payment: Payment, moment: Moment): Changed {
  const open = openOf(state, payment).map((attempt) => closing(attempt, moment));
  const credited = payment.credited === 0n ? [] : payment.capturedAttempts.map((id) => state.attempts.get(id));
  const back = credited.filter((attempt) => attempt !== undefined).filter(({ problem }) => problem === null);
  return {
    payments: [{ ...payment, openAttempt: null, openBalance: null, credited: 0n }],
    attempts: [
      ...open,
      ...back.map((attempt): Attempt => ({ ...attempt, problem: 'rest_not_paid', refunding: attempt.amount })),
    ],
    refunds: back.map((attempt) => ownRefund(attempt, attempt.amount - attempt.refunding, moment)),
  };
}

export function openOf(state: State<PaymentTables>, payment: Payment): Attempt[] {
  return [payment.openAttempt, payment.openBalance]
    .map((id) => (id === null ? undefined : state.attempts.get(id)))
    .filter((attempt) => attempt !== undefined);
}

/** Not wanted any more, and watched until its last word. */
export function closing(attempt: Attempt, { now }: Moment, problem: string | null = attempt.problem): Attempt {
  return { ...attempt, status: 'CLOSING', problem, nextCheckAt: now, checks: 0 };
}

/** Payment gives back by itself what came too late, was too much, or is worth nothing without the rest. */
export function ownRefund(attempt: Attempt, amount: bigint, { now, cause }: Moment): Refund {
  return {
    id: ownRefundIdOf(attempt.id),
    paymentId: attempt.paymentId,
    status: 'REQUESTED',
    amount,
    currency: attempt.currency,
    reason: 'not_due',
    parts: [{ attemptId: attempt.id, method: attempt.method, amount, status: 'REQUESTED' }],
    nextTryAt: now,
    tries: 0,
    settledAt: null,
    createdAt: now,
    cause,
  };
}
