import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed, Language, Money, Sku } from '../schema.ts';

/** Prices and names as they are now, for an order; `forSale` is false for what is unknown or off sale. */
export const quoteItems = operation({
  service: 'catalog',
  name: 'quoteItems',
  summary: 'Price the SKUs of an order',
  method: 'POST',
  path: '/internal/catalog/quotes',
  access: 'service',
  body: closed({ skus: Type.Array(Sku, { minItems: 1, maxItems: 100 }), language: Language }),
  answers: {
    200: closed({
      items: Type.Array(
        Type.Union([
          closed({ sku: Sku, forSale: Type.Literal(true), name: Type.String(), price: Money }),
          closed({ sku: Sku, forSale: Type.Literal(false) }),
        ]),
      ),
    }),
  },
});
