import { creditRefund, debitWallet, resolveDebit } from '#contracts/http/wallet.ts';
import type { Instant } from '#kernel/clock.ts';
import { ProblemError } from '#kernel/problem.ts';
import type { Context, Origin } from '#runtime/service.ts';
import type { AttemptOutcome } from './domain/funnel.ts';
import type { RefundPart } from './domain/model.ts';
import type { PartOutcome } from './domain/refund.ts';
import type { AttemptToSettle, RefundToCarryOut } from './reads.ts';

/** The method `balance`: the wallet is the provider. It is asked under the attempt's id, so that asking again changes nothing. */

type Debit = Pick<AttemptToSettle, 'id' | 'orderId' | 'userId'> & {
  readonly wireAmount: { readonly amount: number; readonly currency: string };
};

/** Enough to record an outcome before the caller's own deadline. */
const reserveMs = 1_000;

/**
 * Takes the attempt's amount, once; no answer is the outcome `unknown`. Throws only where it was a step of what is begun again.
 */
export async function takeFromBalance(context: Context, attempt: Debit, origin: Origin): Promise<AttemptOutcome> {
  const { id: attemptId, orderId, userId, wireAmount: amount } = attempt;
  try {
    reach(context, 'payment.before-debit');
    const { body } = await context.call(
      debitWallet,
      { body: { attemptId, orderId, userId, amount } },
      { ...origin, deadline: earlier(origin.deadline) },
    );
    reach(context, 'payment.after-debit');
    return body.status === 'DEBITED' ? { kind: 'succeeded' } : { kind: 'void' };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'insufficient_balance') return { kind: 'declined', problem: code };
    if (origin.upon?.isFallen) throw error;
    context.log.warn({ err: error, attemptId, orderId }, 'the wallet gave no answer; the attempt will be resolved');
    return { kind: 'unknown' };
  }
}

/** The last word on an attempt: debited, or void from now on. Never throws. */
export async function resolveBalance(context: Context, attemptId: string, origin: Origin): Promise<AttemptOutcome> {
  try {
    const { body } = await context.call(resolveDebit, { params: { attemptId } }, origin);
    return body.status === 'DEBITED' ? { kind: 'succeeded' } : { kind: 'void' };
  } catch (error) {
    context.log.warn({ err: error, attemptId }, 'the wallet could not resolve an attempt; it is asked again');
    return { kind: 'unknown' };
  }
}

/** Gives one part of a refund back, once. Never throws. */
export async function giveBackToBalance(
  context: Context,
  refund: RefundToCarryOut,
  part: RefundPart,
  origin: Origin,
): Promise<PartOutcome> {
  const { id: refundId, orderId, userId, currency } = refund;
  const { attemptId } = part;
  const amount = { amount: Number(part.amount), currency };
  try {
    reach(context, 'payment.before-credit');
    await context.call(creditRefund, { body: { refundId, attemptId, orderId, userId, amount } }, origin);
    reach(context, 'payment.after-credit');
    return { kind: 'succeeded' };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'conflict' || code === 'refund_exceeds_payment') {
      context.log.error(
        { err: error, refundId, attemptId, orderId },
        'the wallet refused a refund; it waits for a person',
      );
      return { kind: 'failed', reason: code };
    }
    context.log.warn(
      { err: error, refundId, attemptId, orderId },
      'the wallet gave no answer; the refund is tried again',
    );
    return { kind: 'unknown' };
  }
}

function reach({ failPoints }: Context, point: string): void {
  if (failPoints.armed) failPoints.reach(point);
}

function earlier(deadline: Instant): Instant {
  return deadline - reserveMs;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof ProblemError ? error.problem.code : undefined;
}
