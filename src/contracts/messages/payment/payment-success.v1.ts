import { message } from '../../message.ts';
import { closed, Money, OrderId, PaymentId, UserId } from '../../schema.ts';

/** Captures reached what is due; said once. */
export const PaymentSuccess = message('payment.payment-success', 1, {
  key: 'orderId',
  data: closed({
    paymentId: PaymentId,
    orderId: OrderId,
    userId: UserId,
    amount: Money,
  }),
});
