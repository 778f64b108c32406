import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, Money, OrderId, UserId } from '../../schema.ts';

/** The goods arrived: `how` is delivered, received (the buyer said so) or elapsed (nobody said otherwise for long enough). */
export const OrderCompleted = message('ordering.order-completed', 1, {
  key: 'orderId',
  data: closed({
    orderId: OrderId,
    userId: UserId,
    number: Type.String(),
    total: Money,
    how: Type.Union([Type.Literal('delivered'), Type.Literal('received'), Type.Literal('elapsed')]),
  }),
});
