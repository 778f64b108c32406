import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, Money, OrderId, RefundId, UserId } from '../../schema.ts';

/** A refund that failed was given back by hand, by other means than the payment. */
export const RefundSettled = message('ordering.refund-settled', 1, {
  key: 'orderId',
  data: closed({
    refundId: RefundId,
    orderId: OrderId,
    userId: UserId,
    number: Type.String(),
    amount: Money,
    note: Type.String(),
  }),
});
