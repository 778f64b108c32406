import Type from 'typebox';
import { message } from '../../message.ts';
import { AttemptId, closed, PaymentId, PositiveMoney, TopUpId, UserId } from '../../schema.ts';

/**
 * Money for a wallet is ours; the wallet journals it. It is for the buyer where `isCredited`; what came too late or twice is not,
 * and goes back (TopUpReturned).
 */
export const TopUpCaptured = message('payment.top-up-captured', 1, {
  key: 'topUpId',
  data: closed({
    topUpId: TopUpId,
    paymentId: PaymentId,
    userId: UserId,
    attemptId: AttemptId,
    method: Type.String(),
    amount: PositiveMoney,
    isCredited: Type.Boolean(),
  }),
});
