import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, OrderId, Quantity, Sku } from '../../schema.ts';

/** Nothing is held for the order. `shortages` is empty where a release had come first. */
export const StockReserveFailed = message('inventory.stock-reserve-failed', 1, {
  key: 'orderId',
  data: closed({
    orderId: OrderId,
    shortages: Type.Array(closed({ sku: Sku, requested: Quantity, available: Type.Integer({ minimum: 0 }) })),
  }),
});
