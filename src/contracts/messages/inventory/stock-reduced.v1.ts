import { message } from '../../message.ts';
import { closed, OrderId } from '../../schema.ts';

/** The reservation became a sale. */
export const StockReduced = message('inventory.stock-reduced', 1, {
  key: 'orderId',
  data: closed({ orderId: OrderId }),
});
