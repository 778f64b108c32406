import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, Money, OrderId, OrderLine, Timestamp, UserId } from '../../schema.ts';

/** A draft was written: payment opens its record, every participant is asked. */
export const OrderCreated = message('ordering.order-created', 1, {
  key: 'orderId',
  data: closed({
    orderId: OrderId,
    userId: UserId,
    lines: Type.Array(OrderLine, { minItems: 1, maxItems: 100 }),
    total: Money,
    placedAt: Timestamp,
  }),
});
