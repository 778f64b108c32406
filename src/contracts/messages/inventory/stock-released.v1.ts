import { message } from '../../message.ts';
import { closed, OrderId } from '../../schema.ts';

/** The reservation ended; what it held is on sale again. */
export const StockReleased = message('inventory.stock-released', 1, {
  key: 'orderId',
  data: closed({ orderId: OrderId }),
});
