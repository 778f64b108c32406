import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, OrderId, OrderLine } from '../../schema.ts';

/** Asks inventory to hold all lines of the order, or none. */
export const ReserveStock = message('ordering.reserve-stock', 1, {
  key: 'orderId',
  data: closed({
    orderId: OrderId,
    lines: Type.Array(OrderLine, { minItems: 1, maxItems: 100 }),
  }),
});
