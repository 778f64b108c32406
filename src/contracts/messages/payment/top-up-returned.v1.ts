import Type from 'typebox';
import { message } from '../../message.ts';
import { AttemptId, closed, PaymentId, PositiveMoney, RefundId, TopUpId, UserId } from '../../schema.ts';

/** What came over an attempt for a wallet, and was not credited, is back where it came from. */
export const TopUpReturned = message('payment.top-up-returned', 1, {
  key: 'topUpId',
  data: closed({
    topUpId: TopUpId,
    refundId: RefundId,
    paymentId: PaymentId,
    userId: UserId,
    attemptId: AttemptId,
    method: Type.String(),
    amount: PositiveMoney,
  }),
});
