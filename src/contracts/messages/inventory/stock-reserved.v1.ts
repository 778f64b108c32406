import { message } from '../../message.ts';
import { closed, OrderId } from '../../schema.ts';

/** All lines of the order are held. */
export const StockReserved = message('inventory.stock-reserved', 1, {
  key: 'orderId',
  data: closed({ orderId: OrderId }),
});
