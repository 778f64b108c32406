import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, OrderId } from '../../schema.ts';

/** Held goods were lost before the sale; what remained of the reservation is released. */
export const StockReduceFailed = message('inventory.stock-reduce-failed', 1, {
  key: 'orderId',
  data: closed({
    orderId: OrderId,
    reason: Type.Union([Type.Literal('lost'), Type.Literal('not_reserved')]),
  }),
});
