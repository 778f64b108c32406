import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeVariant } from '../../src/contracts/http/catalog.ts';
import {
  cancelAnyOrder,
  cancelOrder,
  getAnyOrder,
  getOrder,
  listAllOrders,
  listOrders,
  placeOrder,
} from '../../src/contracts/http/ordering.ts';
import { payOrder } from '../../src/contracts/http/payment.ts';
import { violationsAtRest } from '../proof/audits.ts';
import { commonTestShop } from '../support/arrangement.ts';
import type { TestShop } from '../support/shop.ts';
import {
  address,
  balanceOf,
  demand,
  expectStatus,
  newGoods,
  order,
  orderOf,
  pay,
  refused,
  stockOf,
  untilOrder,
  untilStock,
  yuan,
} from '../support/trade.ts';

/** Orders over HTTP: 000 (the scenario), 001 §1, 003 §4 and 004 §4.4. */

const minuteMs = 60_000;
let shop: TestShop;

beforeAll(async () => {
  shop = await commonTestShop();
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

describe('placing an order', () => {
  test('001 §1, 004 §4.4: goods are checked and held, and 201 tells a payable order', async () => {
    const [buyer, tea, cup] = [
      await shop.shopper(),
      await newGoods(shop, { stock: 5, price: 1_250 }),
      await newGoods(shop, { stock: 2 }),
    ];
    const body = {
      ...orderOf([
        [tea, 3],
        [cup, 1],
      ]),
      note: '请放门口 🌿',
      expectedTotal: yuan(4_750),
    };
    const reply = await buyer.ask(placeOrder, { body });
    expect(reply).toMatchObject({
      status: 201,
      body: {
        id: expect.stringMatching(/^ord_/),
        number: expect.stringMatching(/^\d{8}-\d{6,}$/),
        status: 'PENDING',
        statusReason: null,
        items: [
          { sku: tea.sku, quantity: 3, unitPrice: yuan(1_250), subtotal: yuan(3_750) },
          { sku: cup.sku, quantity: 1, unitPrice: yuan(1_000), subtotal: yuan(1_000) },
        ],
        subtotal: yuan(4_750),
        discount: yuan(0),
        total: yuan(4_750),
        note: '请放门口 🌿',
        shippingAddress: address,
        refunded: yuan(0),
      },
    });
    const { id, payableUntil, createdAt } = reply.body as { id: string; payableUntil: string; createdAt: string };
    expect(Date.parse(payableUntil) - Date.parse(createdAt)).toBeGreaterThanOrEqual(30 * minuteMs);
    expect(reply.headers.location).toBe(`/v1/orders/${id}`);
    expect(await stockOf(shop, tea)).toMatchObject({ onHand: 5, reserved: 3, available: 2, sold: 0 });
    expect(await demand(buyer, getOrder, { params: { id } }, 200)).toEqual(reply.body);
  });

  test('at one gateway is done for all of them', async () => {
    const [buyer, tea] = [await shop.shopper(), await newGoods(shop, { stock: 5 * shop.clients.length })];
    for (const client of shop.clients) {
      const send = { body: orderOf([[tea, 1]]), idempotencyKey: randomUUID() };
      const placed = expectStatus(await client.request(placeOrder, send, buyer), 201);
      for (const other of shop.clients) {
        const seen = await other.request(getOrder, { params: { id: placed.id } }, buyer);
        expect(seen).toMatchObject({ status: 200, body: placed });
        expect((await other.request(placeOrder, send, buyer)).body).toEqual(placed);
      }
    }
    expect(await stockOf(shop, tea)).toMatchObject({ reserved: shop.clients.length });
  });

  test('001 §1: an unknown item and one off sale are refused by name, and nothing is held', async () => {
    const [buyer, tea, gone] = [
      await shop.shopper(),
      await newGoods(shop, { stock: 5 }),
      await newGoods(shop, { stock: 5 }),
    ];
    const operator = await shop.operator();
    const params = { id: gone.productId, sku: gone.sku };
    await demand(operator, changeVariant, { params, body: { onSale: false } }, 200);
    const reply = await buyer.ask(placeOrder, {
      body: orderOf([
        [tea, 1],
        [gone, 1],
        [{ sku: 'NO-SUCH-THING' }, 1],
      ]),
    });
    expect(reply).toEqual(
      refused(422, 'item_not_for_sale', [
        { sku: gone.sku, pointer: '/items/1/sku' },
        { sku: 'NO-SUCH-THING', pointer: '/items/2/sku' },
      ]),
    );
    expect(await stockOf(shop, tea)).toMatchObject({ reserved: 0 });
    expect((await demand(buyer, listOrders, {}, 200)).data).toEqual([]);
  });

  test('004 §4.4: not enough stock names what is short and how much is left; the order has failed, nothing is held', async () => {
    const [buyer, tea, cup] = [
      await shop.shopper(),
      await newGoods(shop, { stock: 5 }),
      await newGoods(shop, { stock: 1 }),
    ];
    const key = randomUUID();
    const ask = () =>
      buyer.ask(placeOrder, {
        body: orderOf([
          [tea, 2],
          [cup, 3],
        ]),
        idempotencyKey: key,
      });
    const expected = refused(409, 'insufficient_stock', [
      { sku: cup.sku, requested: 3, available: 1, pointer: '/items/1/quantity' },
    ]);
    expect(await ask()).toEqual(expected);
    const repeat = await ask();
    expect(repeat).toEqual(expected);
    expect(repeat.headers['idempotency-replayed']).toBe('true');
    const { data } = await demand(buyer, listOrders, { query: { status: 'FAILED' } }, 200);
    expect(data).toMatchObject([{ status: 'FAILED', statusReason: 'insufficient_stock', number: null }]);
    expect(await stockOf(shop, tea)).toMatchObject({ reserved: 0, available: 5 });
  });

  test('a changed price is refused with the new total, and the refusal is the key’s answer from then on', async () => {
    const [buyer, tea] = [await shop.shopper(), await newGoods(shop, { stock: 5, price: 900 })];
    const body = { ...orderOf([[tea, 2]]), expectedTotal: yuan(1_600) };
    const key = randomUUID();
    const first = await buyer.ask(placeOrder, { body, idempotencyKey: key });
    expect(first).toEqual(refused(409, 'price_changed', [{ pointer: '/expectedTotal', amount: 1_800 }]));
    const operator = await shop.operator();
    const params = { id: tea.productId, sku: tea.sku };
    await demand(operator, changeVariant, { params, body: { price: yuan(800) } }, 200);
    expect(await buyer.ask(placeOrder, { body, idempotencyKey: key })).toEqual(refused(409, 'price_changed'));
    await expect.poll(async () => (await buyer.ask(placeOrder, { body })).status).toBe(201);
  });

  test('a repeat under the same key is the same order, whatever has become of it; with another body it is refused', async () => {
    const [buyer, tea] = [await shop.shopper(10_000), await newGoods(shop, { stock: 5 })];
    const [body, key] = [orderOf([[tea, 1]]), randomUUID()];
    const first = await buyer.ask(placeOrder, { body, idempotencyKey: key });
    expect(first.status).toBe(201);
    const { id } = first.body as { id: string };
    await pay(buyer, id);
    await untilOrder(shop, id, ({ status }) => status === 'CONFIRMED');
    const repeats = await Promise.all([1, 2, 3].map(() => buyer.ask(placeOrder, { body, idempotencyKey: key })));
    for (const repeat of repeats) {
      expect([repeat.status, repeat.body]).toEqual([201, first.body]);
      expect(repeat.headers['idempotency-replayed']).toBe('true');
    }
    const other = await buyer.ask(placeOrder, { body: orderOf([[tea, 2]]), idempotencyKey: key });
    expect(other).toEqual(refused(422, 'idempotency_key_reused'));
    expect(await stockOf(shop, tea)).toMatchObject({ onHand: 4, reserved: 0, sold: 1 });
  });

  test('twenty requests at once under one key are one order', async () => {
    const [buyer, tea] = [await shop.shopper(), await newGoods(shop, { stock: 50 })];
    const [body, key] = [orderOf([[tea, 1]]), randomUUID()];
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => buyer.ask(placeOrder, { body, idempotencyKey: key })),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(replies.map(({ body }) => (body as { id?: string }).id)).size).toBe(1);
    expect(await stockOf(shop, tea)).toMatchObject({ reserved: 1 });
  });

  test('what is not an order is refused with a pointer', async () => {
    const [buyer, tea] = [await shop.shopper(), await newGoods(shop, { stock: 5 })];
    const good = orderOf([[tea, 1]]);
    const wrong: [unknown, string][] = [
      [{ ...good, items: [] }, '/items'],
      [{ ...good, items: [...good.items, ...good.items] }, '/items/1/sku'],
      [{ ...good, items: [{ sku: tea.sku, quantity: 0 }] }, '/items/0/quantity'],
      [{ ...good, items: [{ sku: tea.sku, quantity: 10_000 }] }, '/items/0/quantity'],
      [{ ...good, items: [{ sku: tea.sku, quantity: 1.5 }] }, '/items/0/quantity'],
      [{ ...good, shippingAddress: { ...address, city: undefined } }, '/shippingAddress/city'],
      [{ ...good, note: 'x'.repeat(501) }, '/note'],
      [{ ...good, total: yuan(1) }, '/total'],
      [{ ...good, expectedTotal: { amount: 1e300, currency: 'CNY' } }, '/expectedTotal/amount'],
    ];
    for (const [body, pointer] of wrong) {
      const reply = await buyer.ask(placeOrder, { body: body as typeof good });
      expect(reply).toEqual(refused(400, 'validation_failed', [{ pointer }]));
    }
    expect(await buyer.ask(placeOrder, { body: { ...good, couponCode: 'SPRING' } })).toEqual(
      refused(422, 'coupon_not_applicable', [{ pointer: '/couponCode' }]),
    );
    const huge = await newGoods(shop, { stock: 1, price: Number.MAX_SAFE_INTEGER });
    expect(await buyer.ask(placeOrder, { body: orderOf([[huge, 2]]) })).toEqual(refused(400, 'validation_failed'));
    const dollars = await newGoods(shop, { stock: 1, currency: 'USD' });
    expect(
      await buyer.ask(placeOrder, {
        body: orderOf([
          [tea, 1],
          [dollars, 1],
        ]),
      }),
    ).toEqual(refused(422, 'currency_mismatch', [{ pointer: '/items/1/sku' }]));
    expect(await stockOf(shop, tea)).toMatchObject({ reserved: 0 });
  });
});

describe('after the order', () => {
  test('004 §4.4: paid → stock deducted → CONFIRMED', async () => {
    const [buyer, tea] = [await shop.shopper(10_000), await newGoods(shop, { stock: 5 })];
    const { id } = await order(buyer, [tea, 2]);
    await pay(buyer, id);
    const confirmed = await untilOrder(shop, id, ({ status }) => status === 'CONFIRMED');
    expect(confirmed).toMatchObject({ paid: yuan(2_000), refundRequested: yuan(0), payableUntil: expect.any(String) });
    expect(await stockOf(shop, tea)).toMatchObject({ onHand: 3, reserved: 0, sold: 2 });
  });

  test('001 §1.6: unpaid past its time → CANCELLED(expired), stock back; another order of the time before is left alone', async () => {
    const [buyer, tea] = [await shop.shopper(10_000), await newGoods(shop, { stock: 5 })];
    const paid = await order(buyer, [tea, 1]);
    await pay(buyer, paid.id);
    await untilOrder(shop, paid.id, ({ status }) => status === 'CONFIRMED');
    const { id } = await order(buyer, [tea, 2]);
    await shop.move(29 * minuteMs);
    expect(await demand(buyer, getOrder, { params: { id } }, 200)).toMatchObject({ status: 'PENDING' });
    await shop.move(2 * minuteMs);
    const expired = await untilOrder(shop, id, ({ status }) => status === 'CANCELLED');
    expect(expired.statusReason).toBe('expired');
    await untilStock(shop, tea, { onHand: 4, reserved: 0, sold: 1 });
    expect(await buyer.ask(payOrder, { body: { orderId: id, method: 'balance' } })).toEqual(
      refused(409, 'order_not_payable'),
    );
    expect(await demand(buyer, getOrder, { params: { id: paid.id } }, 200)).toMatchObject({ status: 'CONFIRMED' });
  });

  test('cancelled by its buyer before it is paid: stock back, cancelling again is no error, paying is refused', async () => {
    const [buyer, tea] = [await shop.shopper(10_000), await newGoods(shop, { stock: 5 })];
    const { id } = await order(buyer, [tea, 2]);
    const cancelled = await demand(buyer, cancelOrder, { params: { id }, body: { reason: 'changed my mind' } }, 200);
    expect(cancelled).toMatchObject({ id, status: 'CANCELLED', statusReason: 'cancelled_by_buyer' });
    expect(await demand(buyer, cancelOrder, { params: { id } }, 200)).toEqual(cancelled);
    await untilStock(shop, tea, { onHand: 5, reserved: 0, sold: 0 });
    expect(await buyer.ask(payOrder, { body: { orderId: id, method: 'balance' } })).toEqual(
      refused(409, 'order_not_payable'),
    );
  });

  test('cancelled by an operator after it was paid: money back, goods back on sale', async () => {
    const [buyer, tea] = [await shop.shopper(10_000), await newGoods(shop, { stock: 5 })];
    const { id } = await order(buyer, [tea, 2]);
    await pay(buyer, id);
    await untilOrder(shop, id, ({ status }) => status === 'CONFIRMED');
    const operator = await shop.operator();
    await demand(operator, cancelAnyOrder, { params: { id }, body: { reason: 'damaged' } }, 200);
    const end = await untilOrder(shop, id, ({ refunded }) => refunded.amount === 2_000);
    expect(end).toMatchObject({
      status: 'CANCELLED',
      statusReason: 'cancelled_by_operator',
      refundRequested: yuan(2_000),
    });
    expect(await balanceOf(buyer)).toBe(10_000);
    await untilStock(shop, tea, { onHand: 5, reserved: 0, sold: 0 });
  });

  test('another’s order does not exist: not to read, not to cancel, not in a list', async () => {
    const [buyer, stranger, tea] = [await shop.shopper(), await shop.shopper(), await newGoods(shop, { stock: 5 })];
    const { id } = await order(buyer, [tea, 1]);
    expect(await stranger.ask(getOrder, { params: { id } })).toEqual(refused(404, 'not_found'));
    expect(await stranger.ask(cancelOrder, { params: { id } })).toEqual(refused(404, 'not_found'));
    expect(await stranger.ask(getAnyOrder, { params: { id } })).toEqual(refused(403, 'forbidden'));
    expect((await demand(stranger, listOrders, {}, 200)).data).toEqual([]);
    expect(await demand(buyer, getOrder, { params: { id } }, 200)).toMatchObject({ status: 'PENDING' });
  });
});

describe('lists', () => {
  test('a buyer’s orders come newest first, in pages, by status; a made-up cursor is refused', async () => {
    const [buyer, tea] = [await shop.shopper(), await newGoods(shop, { stock: 9 })];
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.unshift((await order(buyer, [tea, 1])).id);
    await demand(buyer, cancelOrder, { params: { id: ids[1] ?? '' } }, 200);
    const first = await demand(buyer, listOrders, { query: { limit: 3 } }, 200);
    const second = await demand(buyer, listOrders, { query: { limit: 3, cursor: first.nextCursor ?? '' } }, 200);
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids);
    expect(second.nextCursor).toBeNull();
    const cancelled = await demand(buyer, listOrders, { query: { status: 'CANCELLED' } }, 200);
    expect(cancelled.data.map(({ id }) => id)).toEqual([ids[1]]);
    expect(await buyer.ask(listOrders, { query: { cursor: 'WyJ4Il0' } })).toEqual(
      refused(400, 'validation_failed', [{ pointer: '/query/cursor' }]),
    );
  });

  test('an operator finds orders by user, number and id', async () => {
    const [buyer, tea, operator] = [await shop.shopper(), await newGoods(shop, { stock: 9 }), await shop.operator()];
    const { id, number } = await order(buyer, [tea, 1]);
    await order(buyer, [tea, 1]);
    const found = async (query: { user?: string; q?: string }) =>
      (await demand(operator, listAllOrders, { query }, 200)).data.map((one) => one.id);
    expect(await found({ user: buyer.id })).toHaveLength(2);
    expect(await found({ q: number ?? '' })).toEqual([id]);
    expect(await found({ q: id, user: buyer.id })).toEqual([id]);
    expect(await found({ q: 'nothing' })).toEqual([]);
  });
});

test('after all of this the audit finds nothing amiss', async () => {
  expect(await violationsAtRest(shop)).toEqual([]);
});
