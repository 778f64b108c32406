import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, Money, OrderId, RefundId, UserId } from '../../schema.ts';

/** A buyer asked for money back, and it waits for an operator. */
export const RefundOpened = message('ordering.refund-opened', 1, {
  key: 'orderId',
  data: closed({
    refundId: RefundId,
    orderId: OrderId,
    userId: UserId,
    number: Type.String(),
    amount: Money,
    reason: Type.String(),
  }),
});
