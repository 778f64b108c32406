import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, OrderId, UserId } from '../../schema.ts';

/** The goods are on their way. */
export const OrderShipped = message('ordering.order-shipped', 1, {
  key: 'orderId',
  data: closed({
    orderId: OrderId,
    userId: UserId,
    number: Type.String(),
    carrier: Type.String(),
    trackingNumber: Type.String(),
  }),
});
