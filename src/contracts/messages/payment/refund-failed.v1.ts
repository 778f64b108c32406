import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, OrderId, PaymentId, RefundId, UserId } from '../../schema.ts';

/** The refund could not be carried out; it waits for a person. */
export const RefundFailed = message('payment.refund-failed', 1, {
  key: 'orderId',
  data: closed({
    refundId: RefundId,
    paymentId: PaymentId,
    orderId: OrderId,
    userId: UserId,
    reason: Type.String(),
  }),
});
