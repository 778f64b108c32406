import { message } from '../../message.ts';
import { closed, OrderId } from '../../schema.ts';

/** Asks inventory to reverse the sale: the goods go back on the shelf. */
export const ReturnStock = message('ordering.return-stock', 1, {
  key: 'orderId',
  data: closed({ orderId: OrderId }),
});
