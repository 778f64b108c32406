import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, Sku } from '../../schema.ts';

/** Availability was adjusted or crossed zero; at most one per SKU and transaction. */
export const StockChanged = message('inventory.stock-changed', 1, {
  key: 'sku',
  data: closed({
    sku: Sku,
    available: Type.Integer({ minimum: 0 }),
  }),
});
