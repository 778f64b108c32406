import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  clearCart,
  getCart,
  mergeCart,
  quoteCart,
  removeCartItem,
  setCartItem,
} from '../../src/contracts/http/cart.ts';
import { changeProduct, changeVariant } from '../../src/contracts/http/catalog.ts';
import { adjustStock } from '../../src/contracts/http/inventory.ts';
import { commonTestShop } from '../support/arrangement.ts';
import { Browser } from '../support/browser.ts';
import type { Person, TestShop } from '../support/shop.ts';
import { demand, expectStatus, type Goods, newGoods, refused, until, yuan } from '../support/trade.ts';

/** A cart is kept for its user, and says what has changed since something was put in. */

let shop: TestShop;

beforeAll(async () => {
  shop = await commonTestShop();
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

const put = (person: Pick<Person, 'ask'>, { sku }: Pick<Goods, 'sku'>, quantity: number) =>
  person.ask(setCartItem, { params: { sku }, body: { quantity } });
const cartOf = (person: Person) => demand(person, getCart, {}, 200);

test('a cart is filled, changed and emptied, and is its user’s alone', async () => {
  const [buyer, other] = [await shop.shopper(), await shop.shopper()];
  const [tea, cup] = [await newGoods(shop, { stock: 5, price: 1_000 }), await newGoods(shop, { stock: 5, price: 300 })];
  expect(await cartOf(buyer)).toEqual({ lines: [], subtotal: null, orderable: false });
  await put(buyer, tea, 2);
  const filled = expectStatus(await put(buyer, cup, 1), 200);
  expect(filled).toMatchObject({ subtotal: yuan(2_300), orderable: true });
  expect(filled.lines[0]).toEqual({
    ...{ sku: tea.sku, productId: tea.productId, name: `Tea ${tea.sku}`, image: null, quantity: 2, available: 5 },
    ...{ unitPrice: yuan(1_000), subtotal: yuan(2_000), changes: [] },
  });
  const inChinese = await buyer.ask(getCart, {}, { headers: { 'accept-language': 'zh-TW' } });
  expect(inChinese.body).toMatchObject({ lines: [{ name: `茶 ${tea.sku}` }, {}] });
  expect(await cartOf(other)).toMatchObject({ lines: [] });

  expect((await put(buyer, tea, 3)).body).toMatchObject({ subtotal: yuan(3_300) });
  const { body: left } = await buyer.ask(removeCartItem, { params: { sku: cup.sku } });
  expect(left).toMatchObject({ lines: [{ sku: tea.sku, quantity: 3 }], subtotal: yuan(3_000) });
  expect(await cartOf(buyer)).toEqual(left);
  expect((await buyer.ask(clearCart)).body).toMatchObject({ lines: [] });
  expect(await cartOf(buyer)).toMatchObject({ lines: [] });
});

test('what is not for sale cannot be put in, nor by anybody who is not signed in', async () => {
  const buyer = await shop.shopper();
  expect(await put(buyer, { sku: 'no-such-thing' }, 1)).toEqual(
    refused(422, 'item_not_for_sale', [{ sku: 'no-such-thing' }]),
  );
  const tea = await newGoods(shop, { stock: 1 });
  expect(await put(buyer, tea, 0)).toEqual(refused(400, 'validation_failed', [{ pointer: '/quantity' }]));
  expect(await shop.client.request(getCart)).toEqual(refused(401, 'unauthenticated'));
});

test('a cart says what has changed since, until that is accepted', async () => {
  const [buyer, operator] = [await shop.shopper(), await shop.operator()];
  const tea = await newGoods(shop, { stock: 5, price: 1_000 });
  await put(buyer, tea, 4);
  const { productId: id, sku } = tea;
  await demand(operator, changeVariant, { params: { id, sku }, body: { price: yuan(1_200) } }, 200);
  await demand(operator, adjustStock, { params: { sku }, body: { delta: -3, reason: 'broken' } }, 201);
  const dearer = { type: 'price_changed', from: yuan(1_000), to: yuan(1_200) };
  const fewer = { type: 'insufficient_stock', requested: 4, available: 2 };
  expect(await cartOf(buyer)).toMatchObject({ orderable: false, lines: [{ changes: [dearer, fewer] }] });
  expect((await put(buyer, tea, 2)).body).toMatchObject({ orderable: true, lines: [{ changes: [], available: 2 }] });

  await demand(operator, changeProduct, { params: { id }, body: { onSale: false } }, 200);
  const gone = { name: `Tea ${sku}`, unitPrice: null, subtotal: null, changes: [{ type: 'not_for_sale' }] };
  expect(await cartOf(buyer)).toMatchObject({ orderable: false, subtotal: null, lines: [gone] });
});

test('a guest’s cart is priced, and joins the user’s own when they log in', async () => {
  const [tea, cup] = [await newGoods(shop, { stock: 5, price: 1_000 }), await newGoods(shop, { stock: 5, price: 300 })];
  const items = [
    { sku: tea.sku, quantity: 2, unitPrice: yuan(900) },
    { sku: 'no-such-thing', quantity: 1 },
  ];
  const guest = new Browser(shop);
  expect(await guest.ask(quoteCart, { body: { items } })).toMatchObject({
    status: 200,
    body: {
      ...{ subtotal: yuan(2_000), orderable: false },
      lines: [{ changes: [{ type: 'price_changed', from: yuan(900), to: yuan(1_000) }] }, { name: 'no-such-thing' }],
    },
  });
  await guest.register();
  await put(guest, cup, 1);
  await put(guest, tea, 1);
  const joined = {
    lines: [
      { sku: cup.sku, quantity: 1 },
      { sku: tea.sku, quantity: 2 },
    ],
    subtotal: yuan(2_300),
  };
  const merge = { body: { items: items.map(({ sku, quantity }) => ({ sku, quantity })) } };
  for (const time of ['once', 'again']) {
    expect([time, (await guest.ask(mergeCart, merge)).body]).toMatchObject([time, joined]);
  }
});

test('carts of many lines, filled at once from several tabs, lose none', async () => {
  const buyer = await shop.shopper();
  const goods = await Promise.all(Array.from({ length: 8 }, () => newGoods(shop, { stock: 1 })));
  await Promise.all(goods.map((one) => put(buyer, one, 1)));
  const cart = await until(
    () => cartOf(buyer),
    ({ lines }) => lines.length === goods.length,
  );
  expect(new Set(cart.lines.map(({ sku }) => sku))).toEqual(new Set(goods.map(({ sku }) => sku)));
});
