import { message } from '../../message.ts';
import { closed, OrderId } from '../../schema.ts';

/** Asks inventory to turn the reservation into a sale. */
export const ReduceStock = message('ordering.reduce-stock', 1, {
  key: 'orderId',
  data: closed({ orderId: OrderId }),
});
