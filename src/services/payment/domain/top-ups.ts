import { type Saying, say } from '#contracts/message.ts';
import { TopUpCaptured } from '#contracts/messages/payment/top-up-captured.v1.ts';
import { TopUpReturned } from '#contracts/messages/payment/top-up-returned.v1.ts';
import type { Attempt, Payment, Refund } from './model.ts';

/**
 * A payment whose subject is no order but a top-up of a wallet: nobody waits for it but its buyer, and who fails begins another.
 * Ordering hears nothing of it, the wallet what was captured and what went back.
 */
export function isTopUp({ orderId }: Pick<Payment, 'orderId'>): boolean {
  return orderId.startsWith('top_');
}

export function topUpCaptured(payment: Payment, attempt: Attempt, isCredited: boolean): Saying {
  const { id: attemptId, method, currency } = attempt;
  const amount = { amount: Number(attempt.amount), currency };
  return say(TopUpCaptured, { ...subjectOf(payment), attemptId, method, amount, isCredited });
}

export function topUpReturned(payment: Payment, { id: refundId, parts, currency }: Refund): Saying[] {
  return parts.map(({ attemptId, method, amount }) => {
    const back = { amount: Number(amount), currency };
    return say(TopUpReturned, { ...subjectOf(payment), refundId, attemptId, method, amount: back });
  });
}

function subjectOf({ id: paymentId, orderId: topUpId, userId }: Payment) {
  if (userId === null) throw new Error(`top-up ${topUpId} is nobody's`);
  return { topUpId, paymentId, userId };
}
