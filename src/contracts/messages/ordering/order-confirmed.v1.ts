import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, Money, OrderId, UserId } from '../../schema.ts';

/** The goods are deducted: ready to be shipped. */
export const OrderConfirmed = message('ordering.order-confirmed', 1, {
  key: 'orderId',
  data: closed({
    orderId: OrderId,
    userId: UserId,
    number: Type.String(),
    total: Money,
  }),
});
