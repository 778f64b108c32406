import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, OrderId, PaymentId, UserId } from '../../schema.ts';

/** The payment as a whole failed for good; said once, and it seals the payment. */
export const PaymentFailure = message('payment.payment-failure', 1, {
  key: 'orderId',
  data: closed({
    paymentId: PaymentId,
    orderId: OrderId,
    userId: UserId,
    reason: Type.String(),
  }),
});
