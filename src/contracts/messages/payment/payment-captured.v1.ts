import Type from 'typebox';
import { message } from '../../message.ts';
import { AttemptId, closed, OrderId, PaymentId, PositiveMoney, UserId } from '../../schema.ts';

/** Money of one attempt is ours; the wallet journals it. */
export const PaymentCaptured = message('payment.payment-captured', 1, {
  key: 'orderId',
  data: closed({
    paymentId: PaymentId,
    orderId: OrderId,
    userId: UserId,
    attemptId: AttemptId,
    method: Type.String(),
    amount: PositiveMoney,
  }),
});
