import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, OrderId, PaymentId } from '../../schema.ts';

/** The payment is sealed and was not paid. */
export const PaymentClosed = message('payment.payment-closed', 1, {
  key: 'orderId',
  data: closed({
    paymentId: PaymentId,
    orderId: OrderId,
    reason: Type.String(),
  }),
});
