import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, Money, OrderId, UserId } from '../../schema.ts';

/**
 * The order ended after it was payable. `reason`: expired, payment_failed, stock_lost, cancelled_by_buyer,
 * cancelled_by_operator.
 */
export const OrderCancelled = message('ordering.order-cancelled', 1, {
  key: 'orderId',
  data: closed({
    orderId: OrderId,
    userId: UserId,
    number: Type.String(),
    total: Money,
    reason: Type.String(),
    note: Type.Optional(Type.String()),
  }),
});
