import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed, Money, OrderLine, Quantity, Sku } from '../schema.ts';

/** What a buyer means to order. It holds nothing back: prices and stock are those of the moment it is looked at. */

function nullable<const Schema extends Type.TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** What is different from when the line was put in, or in the way of ordering it. */
export const CartChange = Type.Union([
  closed({ type: Type.Literal('price_changed'), from: Money, to: Money }),
  closed({ type: Type.Literal('not_for_sale') }),
  closed({ type: Type.Literal('insufficient_stock'), requested: Quantity, available: Type.Integer({ minimum: 0 }) }),
]);
export type CartChange = Type.Static<typeof CartChange>;

/** Of what is not for sale any more, `unitPrice` and `subtotal` are null, and `name` is the last that is known, or its SKU. */
export const CartLine = closed({
  sku: Sku,
  productId: nullable(Type.String()),
  name: Type.String(),
  image: nullable(Type.String()),
  quantity: Quantity,
  unitPrice: nullable(Money),
  subtotal: nullable(Money),
  available: Type.Integer({ minimum: 0 }),
  changes: Type.Array(CartChange),
});
export type CartLine = Type.Static<typeof CartLine>;

/**
 * `subtotal` is of the lines that are for sale; null where there are none or they are not in one currency. `orderable`: an order
 * of just these lines would be accepted as things stand.
 */
export const Cart = closed({
  lines: Type.Array(CartLine),
  subtotal: nullable(Money),
  orderable: Type.Boolean(),
});
export type Cart = Type.Static<typeof Cart>;

const own = { service: 'ordering', access: 'user', answers: { 200: Cart } } as const;
const ofSku = closed({ sku: Sku });
const linesMax = 100;

export const getCart = operation({
  ...own,
  name: 'getCart',
  summary: 'The cart, priced',
  method: 'GET',
  path: '/v1/cart',
});

/** Puts it in, or changes how many; the price of now is what later ones are compared with. At most 100 lines (`cart_full`). */
export const setCartItem = operation({
  ...own,
  name: 'setCartItem',
  summary: 'Put something into the cart',
  method: 'PUT',
  path: '/v1/cart/items/{sku}',
  params: ofSku,
  body: closed({ quantity: Quantity }),
  problems: ['item_not_for_sale', 'cart_full'],
});

export const removeCartItem = operation({
  ...own,
  name: 'removeCartItem',
  summary: 'Take something out of the cart',
  method: 'DELETE',
  path: '/v1/cart/items/{sku}',
  params: ofSku,
});

export const clearCart = operation({
  ...own,
  name: 'clearCart',
  summary: 'Empty the cart',
  method: 'DELETE',
  path: '/v1/cart',
});

/**
 * Adds what a guest had put in before logging in. Of what is in both, the greater quantity counts, so that a repeat changes
 * nothing. What is not for sale, and what comes after 100 lines, is left out.
 */
export const mergeCart = operation({
  ...own,
  name: 'mergeCart',
  summary: 'Add the cart of a guest',
  method: 'POST',
  path: '/v1/cart/merge',
  body: closed({ items: Type.Array(OrderLine, { maxItems: linesMax }) }),
});

/** Prices a guest's cart, which lives in the browser; `unitPrice` is what it cost when it was put in. */
export const quoteCart = operation({
  ...own,
  access: 'public',
  name: 'quoteCart',
  summary: 'Price a cart that is kept elsewhere',
  method: 'POST',
  path: '/v1/cart/quote',
  body: closed({
    items: Type.Array(closed({ ...OrderLine.properties, unitPrice: Type.Optional(Money) }), { maxItems: linesMax }),
  }),
});
