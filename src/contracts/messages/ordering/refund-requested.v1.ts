import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, OrderId, PositiveMoney, RefundId, UserId } from '../../schema.ts';

/** Asks payment to give back `amount`, or all that is captured and not refunded where it is null. */
export const RefundRequested = message('ordering.refund-requested', 1, {
  key: 'orderId',
  data: closed({
    refundId: RefundId,
    orderId: OrderId,
    userId: UserId,
    amount: Type.Union([PositiveMoney, Type.Null()]),
    reason: Type.String(),
  }),
});
