import Type from 'typebox';
import { operation } from '#contracts/operation.ts';
import { closed, list, Money, OrderId, OrderLine, Page, Sku, Timestamp, text } from '#contracts/schema.ts';

/** What the fake shop answers: one operation for every kind of contract that the HTTP layer has to carry. */

export const placeOrder = operation({
  service: 'shop',
  name: 'placeOrder',
  summary: 'Place an order',
  method: 'POST',
  path: '/v1/orders',
  access: 'user',
  body: closed({
    items: Type.Array(OrderLine, { minItems: 1, maxItems: 100 }),
    note: Type.Optional(text(0, 200)),
    expectedTotal: Type.Optional(Money),
    payment: Type.Optional(
      Type.Union([
        closed({ method: Type.Literal('balance') }),
        closed({ method: Type.Literal('card'), returnUrl: Type.String({ maxLength: 200 }) }),
      ]),
    ),
    email: Type.Optional(Type.String({ format: 'email' })),
    notBefore: Type.Optional(Timestamp),
    gift: Type.Optional(Type.Union([Type.String({ minLength: 1 }), Type.Null()])),
  }),
  answers: { 201: closed({ id: OrderId, lines: Type.Integer(), key: Type.String() }) },
  problems: ['insufficient_stock'],
  idempotencyKey: 'required',
});

export const listOrders = operation({
  service: 'shop',
  name: 'listOrders',
  summary: 'Orders, newest first',
  method: 'GET',
  path: '/v1/orders',
  access: 'user',
  query: closed({
    ...Page,
    status: Type.Optional(Type.String({ maxLength: 20 })),
    paid: Type.Optional(Type.Boolean()),
  }),
  answers: { 200: list(closed({ id: Type.String(), paid: Type.Boolean() })) },
});

export const getOrder = operation({
  service: 'shop',
  name: 'getOrder',
  summary: 'An order',
  method: 'GET',
  path: '/v1/orders/{id}',
  access: 'user',
  params: closed({ id: OrderId }),
  answers: { 200: closed({ id: OrderId, language: Type.String(), deadline: Type.Number() }) },
  problems: ['not_found'],
});

export const removeItem = operation({
  service: 'shop',
  name: 'removeItem',
  summary: 'Take an item out of the cart',
  method: 'DELETE',
  path: '/v1/cart/items/{sku}',
  access: 'public',
  params: closed({ sku: Sku }),
  answers: { 204: Type.Null() },
});

export const cancelOrder = operation({
  service: 'shop',
  name: 'cancelOrder',
  summary: 'Cancel an order',
  method: 'POST',
  path: '/v1/orders/{id}/cancel',
  access: 'user',
  params: closed({ id: OrderId }),
  body: closed({ reason: Type.Optional(text(1, 200)) }),
  answers: { 200: closed({ reason: Type.Union([Type.String(), Type.Null()]) }) },
});

export const adjustStock = operation({
  service: 'shop',
  name: 'adjustStock',
  summary: 'Adjust the stock',
  method: 'POST',
  path: '/v1/admin/stock/{sku}/adjustments',
  access: 'operator',
  params: closed({ sku: Sku }),
  answers: { 200: closed({ sku: Sku }) },
});

export const changeRoles = operation({
  service: 'shop',
  name: 'changeRoles',
  summary: 'Change roles',
  method: 'POST',
  path: '/v1/admin/roles',
  access: 'admin',
  answers: { 204: Type.Null() },
});

export const fail = operation({
  service: 'shop',
  name: 'fail',
  summary: 'Fail in the way that is asked for',
  method: 'POST',
  path: '/v1/failures',
  access: 'public',
  body: closed({ how: Type.String() }),
  answers: { 200: closed({ how: Type.Literal('not at all') }) },
});

export const logIn = operation({
  service: 'shop',
  name: 'logInLimited',
  summary: 'Log in',
  method: 'POST',
  path: '/v1/limited',
  access: 'public',
  answers: { 204: Type.Null() },
  ratePerMinute: 3,
  rateBy: 'address',
});

export const getDiagram = operation({
  service: 'shop',
  name: 'getDiagram',
  summary: 'A diagram',
  method: 'GET',
  path: '/v1/diagram',
  access: 'public',
  answers: { 200: Type.String() },
  produces: 'text/plain',
});

export const streamOrder = operation({
  service: 'shop',
  name: 'streamOrder',
  summary: 'Follow an order',
  method: 'GET',
  path: '/v1/stream',
  access: 'public',
  answers: { 200: Type.String() },
  produces: 'text/event-stream',
});

export const quote = operation({
  service: 'prices',
  name: 'quote',
  summary: 'Prices, for services alone',
  method: 'POST',
  path: '/internal/prices/quotes',
  access: 'service',
  body: closed({ skus: Type.Array(Sku, { minItems: 1 }) }),
  answers: { 200: closed({ total: Type.Integer() }) },
  problems: ['item_not_for_sale'],
});
