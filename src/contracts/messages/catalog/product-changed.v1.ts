import Type from 'typebox';
import { message } from '../../message.ts';
import { closed } from '../../schema.ts';

/** A product was created or changed: texts, variants, on or off sale. */
export const ProductChanged = message('catalog.product-changed', 1, {
  key: 'productId',
  data: closed({
    productId: Type.String(),
    onSale: Type.Boolean(),
  }),
});
