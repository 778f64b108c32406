import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, Money, OrderId, UserId } from '../../schema.ts';

/** All that is due was captured. */
export const OrderPaid = message('ordering.order-paid', 1, {
  key: 'orderId',
  data: closed({
    orderId: OrderId,
    userId: UserId,
    number: Type.String(),
    total: Money,
  }),
});
