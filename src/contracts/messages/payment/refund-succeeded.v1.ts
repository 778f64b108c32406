import Type from 'typebox';
import { message } from '../../message.ts';
import { AttemptId, closed, Money, OrderId, PaymentId, PositiveMoney, RefundId, UserId } from '../../schema.ts';

/** `amount` went back to where it came from. `refundId` is ordering’s own, or one that payment made for late or double money. */
export const RefundSucceeded = message('payment.refund-succeeded', 1, {
  key: 'orderId',
  data: closed({
    refundId: RefundId,
    paymentId: PaymentId,
    orderId: OrderId,
    userId: UserId,
    amount: Money,
    parts: Type.Array(closed({ attemptId: AttemptId, method: Type.String(), amount: PositiveMoney })),
  }),
});
