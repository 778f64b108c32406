import { problem } from '#kernel/problem.ts';
import type { Decider } from '#runtime/batch/decider.ts';
import type { Attempt, PaymentTables, RefundPart } from './model.ts';

export interface RetryRefund {
  readonly refundId: string;
  readonly reason: string;
}

/**
 * An operator has a failed refund carried on with: what is not back of it is given to it again, and the provider is asked what
 * became of that before it is asked for it.
 */
export const retryRefund: Decider<PaymentTables, RetryRefund, { readonly refundId: string }> = {
  name: 'retry-refund',
  needs: ({ refundId }) => ({ refunds: [refundId] }),
  needsThen: ({ refundId }, state) => ({
    attempts: state.refunds.get(refundId)?.parts.map(({ attemptId }) => attemptId) ?? [],
  }),
  decide(state, { refundId, reason }, { now }) {
    const refund = state.refunds.get(refundId);
    if (!refund) return { refuse: problem('not_found', 'Payment knows no such refund.') };
    if (refund.status !== 'FAILED') return { refuse: problem('conflict', `The refund is ${refund.status}.`) };
    const failed = refund.parts.filter(({ status }) => status === 'FAILED');
    // What was more than the payment had was never allotted, and cannot be.
    if (failed.length === 0) return { refuse: problem('refund_exceeds_payment') };
    const attempts: Attempt[] = [];
    for (const { attemptId, amount, isKept } of failed) {
      const attempt = state.attempts.get(attemptId);
      if (isKept) continue;
      if (!attempt || attempt.refunding + amount > attempt.amount) return { refuse: problem('refund_exceeds_payment') };
      attempts.push({ ...attempt, refunding: attempt.refunding + amount });
    }
    const parts = refund.parts.map((part) => (part.status === 'FAILED' ? again(part) : part));
    return {
      put: { refunds: [{ ...refund, status: 'REQUESTED', parts, nextTryAt: now, tries: 0 }], attempts },
      answer: { refundId },
      trail: { action: 'refund.retry', object: refundId, reason },
    };
  },
};

function again({ isKept: _, ...part }: RefundPart): RefundPart {
  return { ...part, status: 'REQUESTED', ...(part.method === 'balance' ? {} : { isAsked: true }) };
}
