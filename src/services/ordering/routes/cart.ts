import {
  type Cart as CartBody,
  clearCart,
  getCart,
  mergeCart as mergeOperation,
  quoteCart,
  removeCartItem,
  setCartItem,
} from '#contracts/http/cart.ts';
import { describeItems } from '#contracts/http/catalog.ts';
import type { OrderLine } from '#contracts/schema.ts';
import { refuse } from '#kernel/problem.ts';
import { answer, type Context as ContextOf, type Origin } from '#runtime/service.ts';
import { cartBody, type Description, mergeCart, setCartLine, takeFromCart, type Wanted } from '../domain/cart.ts';
import { findCart } from '../queries.ts';
import type { orderingSettings } from '../settings.ts';

type Context = ContextOf<typeof orderingSettings>;

export const read = answer(getCart, async (request, context: Context) => {
  return shown(await findCart(context.database, request.caller.id), context, request);
});

export const set = answer(setCartItem, async (request, context: Context) => {
  const { sku } = request.params;
  const { quantity } = request.body;
  const [found] = await describe([sku], context, request);
  if (!found?.price) refuse('item_not_for_sale', undefined, [{ pointer: '/path/sku', sku }]);
  const line = { userId: request.caller.id, sku, quantity, unitPrice: found.price };
  const { answer: lines = [] } = await context.write(setCartLine, line, request);
  return shown(lines, context, request);
});

export const remove = answer(removeCartItem, async (request, context: Context) => {
  const { sku } = request.params;
  const { answer: lines = [] } = await context.write(takeFromCart, { userId: request.caller.id, sku }, request);
  return shown(lines, context, request);
});

export const clear = answer(clearCart, async (request, context: Context) => {
  const { answer: lines = [] } = await context.write(takeFromCart, { userId: request.caller.id }, request);
  return shown(lines, context, request);
});

export const merge = answer(mergeOperation, async (request, context: Context) => {
  const items = withoutRepeats(request.body.items);
  const found = await describe([...items.keys()], context, request);
  const lines = found.flatMap(({ sku, price }) =>
    price ? [{ sku, quantity: items.get(sku)?.quantity ?? 1, unitPrice: price }] : [],
  );
  const { answer: merged = [] } = await context.write(mergeCart, { userId: request.caller.id, lines }, request);
  return shown(merged, context, request);
});

export const quote = answer(quoteCart, async (request, context: Context) => {
  return shown([...withoutRepeats(request.body.items).values()], context, request);
});

/** Each SKU once, with the greater quantity where it stands twice. */
function withoutRepeats<Item extends OrderLine>(items: readonly Item[]): ReadonlyMap<string, Item> {
  const bySku = new Map<string, Item>();
  for (const item of items) {
    const before = bySku.get(item.sku);
    if (!before || item.quantity > before.quantity) bySku.set(item.sku, item);
  }
  return bySku;
}

async function shown(wanted: readonly Wanted[], context: Context, origin: Origin) {
  const skus = wanted.map(({ sku }) => sku);
  const body: CartBody = cartBody(wanted, await describe(skus, context, origin));
  return { status: 200 as const, body };
}

/** In the order of the SKUs; what catalog never knew is left out. */
async function describe(skus: readonly string[], context: Context, origin: Origin): Promise<readonly Description[]> {
  if (skus.length === 0) return [];
  const asked = { skus: [...skus], language: origin.language };
  return (await context.call(describeItems, { body: asked }, origin)).body.items;
}
