import Type from 'typebox';
import { message } from '../../message.ts';
import { closed, Money, Sku } from '../../schema.ts';

/** The price of a variant changed. */
export const PriceChanged = message('catalog.price-changed', 1, {
  key: 'productId',
  data: closed({
    productId: Type.String(),
    sku: Sku,
    price: Money,
  }),
});
