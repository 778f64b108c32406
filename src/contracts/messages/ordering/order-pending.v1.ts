import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, Money, OrderId, Timestamp, UserId } from '../../schema.ts';

/** Every participant agreed: the order has its number and may be paid until `payableUntil`. */
export const OrderPending = message('ordering.order-pending', 1, {
  key: 'orderId',
  data: closed({
    orderId: OrderId,
    userId: UserId,
    number: Type.String(),
    total: Money,
    payableUntil: Timestamp,
  }),
});
