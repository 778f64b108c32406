import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed, list, Page, Sku, text } from '../schema.ts';

const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** What is on sale now; a SKU that inventory does not know has 0. */
export const getAvailability = operation({
  service: 'inventory',
  name: 'getAvailability',
  summary: 'Availability of SKUs',
  method: 'POST',
  path: '/internal/inventory/availability',
  access: 'service',
  body: closed({ skus: Type.Array(Sku, { minItems: 1, maxItems: 1000 }) }),
  answers: { 200: closed({ data: Type.Array(closed({ sku: Sku, available: Count })) }) },
});

/** Books goods in, once per `reference`: for demo stock and deliveries. `received` is false where it was booked before. */
export const receiveStock = operation({
  service: 'inventory',
  name: 'receiveStock',
  summary: 'Book received goods in',
  method: 'POST',
  path: '/internal/inventory/receipts',
  access: 'service',
  body: closed({
    reference: text(1, 200),
    lines: Type.Array(closed({ sku: Sku, quantity: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }) }), {
      minItems: 1,
      maxItems: 1000,
    }),
  }),
  answers: { 200: closed({ received: Type.Boolean() }) },
});

/** `onHand = reserved + available`; `sold` has left the shelf. */
export const StockLevel = closed({ sku: Sku, onHand: Count, reserved: Count, available: Count, sold: Count });
export type StockLevel = Type.Static<typeof StockLevel>;

/** In the order of SKUs. `low`: with so many or fewer available. */
export const listStock = operation({
  service: 'inventory',
  name: 'listStock',
  summary: 'The stock of all SKUs; `q` finds a part of a SKU',
  method: 'GET',
  path: '/v1/admin/stock',
  access: 'operator',
  query: closed({ ...Page, q: Type.Optional(text(1, 64)), low: Type.Optional(Count) }),
  answers: { 200: list(StockLevel) },
});

export const getStock = operation({
  service: 'inventory',
  name: 'getStock',
  summary: 'The stock of one SKU',
  method: 'GET',
  path: '/v1/admin/stock/{sku}',
  access: 'operator',
  params: closed({ sku: Sku }),
  answers: { 200: StockLevel },
  problems: ['not_found'],
});

/**
 * Goods received (a positive delta, which may introduce the SKU), corrected, or — with `lost` — gone although they may be
 * reserved: then the newest reservations are lost until what remains fits.
 */
export const adjustStock = operation({
  service: 'inventory',
  name: 'adjustStock',
  summary: 'Adjust the stock of one SKU',
  method: 'POST',
  path: '/v1/admin/stock/{sku}/adjustments',
  access: 'operator',
  params: closed({ sku: Sku }),
  body: closed({
    delta: Type.Integer({ minimum: -1_000_000_000, maximum: 1_000_000_000 }),
    reason: text(1, 500),
    lost: Type.Optional(Type.Boolean()),
  }),
  answers: { 201: StockLevel },
  problems: ['not_found', 'stock_below_reserved', 'unavailable'],
  idempotencyKey: 'required',
});
