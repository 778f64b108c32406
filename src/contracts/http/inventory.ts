import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed, Sku } from '../schema.ts';

/** What is on sale now; a SKU that inventory does not know has 0. */
export const getAvailability = operation({
  service: 'inventory',
  name: 'getAvailability',
  summary: 'Availability of SKUs',
  method: 'POST',
  path: '/internal/inventory/availability',
  access: 'service',
  body: closed({ skus: Type.Array(Sku, { minItems: 1, maxItems: 1000 }) }),
  answers: { 200: closed({ data: Type.Array(closed({ sku: Sku, available: Type.Integer({ minimum: 0 }) })) }) },
});
