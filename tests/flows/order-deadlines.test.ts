import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cancelOrder, getOrder, placeOrder } from '../../src/contracts/http/ordering.ts';
import { StockReleased } from '../../src/contracts/messages/inventory/stock-released.v1.ts';
import { withSession } from '../../src/runtime/database/provision.ts';
import { violationsAtRest } from '../proof/audits.ts';
import { startTestShop } from '../support/arrangement.ts';
import { heard } from '../support/hearing.ts';
import { ownerOf } from '../support/postgres.ts';
import type { TestShop } from '../support/shop.ts';
import { demand, type Goods, newGoods, orderOf, refused, untilOrder, untilStock } from '../support/trade.ts';

/** What a buyer is told while inventory does not answer (004 §4.4: 201 only when the saga has come back). */

const minuteMs = 60_000;
let shop: TestShop;

beforeAll(async () => {
  shop = await startTestShop({ ORDER_WAIT: '300ms', ACCESS_TOKEN_LIFETIME: '30d' });
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

/** Somebody else holds the SKU's row: inventory can neither reserve nor refuse until it is let go. */
async function whileHeld(goods: Goods, work: () => Promise<void>): Promise<void> {
  await withSession(ownerOf(shop.prefix, 'inventory'), async (session) => {
    await session.query('begin');
    await session.query('select from stock where sku = $1 for update', [goods.sku]);
    try {
      await work();
    } finally {
      await session.query('rollback');
    }
  });
}

test('past the wait limit 202 says where to ask; the order goes on, and a repeat of the request gets its 201', async () => {
  const [buyer, tea] = [await shop.shopper(), await newGoods(shop, { stock: 5 })];
  const send = { body: orderOf([[tea, 2]]), idempotencyKey: randomUUID() };
  let id = '';
  await whileHeld(tea, async () => {
    const first = await buyer.ask(placeOrder, send);
    expect(first).toMatchObject({ status: 202, body: { id: expect.stringMatching(/^ord_/), status: 'CREATED' } });
    id = (first.body as { id: string }).id;
    expect(first.headers).toMatchObject({ location: `/v1/orders/${id}`, 'retry-after': '1' });
    const repeat = await buyer.ask(placeOrder, send);
    expect([repeat.status, repeat.body]).toEqual([202, first.body]);
    expect(repeat.headers['idempotency-replayed']).toBe('true');
    expect(await demand(buyer, getOrder, { params: { id } }, 200)).toMatchObject({ status: 'CREATED', number: null });
  });
  await untilOrder(shop, id, ({ status }) => status === 'PENDING');
  expect(await buyer.ask(placeOrder, send)).toMatchObject({ status: 201, body: { id, status: 'PENDING' } });
  await untilStock(shop, tea, { reserved: 2 });
});

test('the saga’s deadline fails the order; what inventory holds for it late is released', async () => {
  const [buyer, tea] = [await shop.shopper(), await newGoods(shop, { stock: 5 })];
  const send = { body: orderOf([[tea, 2]]), idempotencyKey: randomUUID() };
  let id = '';
  await whileHeld(tea, async () => {
    id = ((await buyer.ask(placeOrder, send)).body as { id: string }).id;
    await shop.move(14 * minuteMs);
    expect(await demand(buyer, getOrder, { params: { id } }, 200)).toMatchObject({ status: 'CREATED' });
    await shop.move(2 * minuteMs);
    expect(await untilOrder(shop, id, ({ status }) => status === 'FAILED')).toMatchObject({ statusReason: 'deadline' });
  });
  // Nothing is held for it any more.
  await heard(shop, StockReleased, id);
  expect(await buyer.ask(placeOrder, send)).toEqual(refused(409, 'order_failed'));
  await untilStock(shop, tea, { onHand: 5, reserved: 0, sold: 0 });
});

test('a draft can be cancelled: it fails, and nothing stays held', async () => {
  const [buyer, tea] = [await shop.shopper(), await newGoods(shop, { stock: 5 })];
  let id = '';
  await whileHeld(tea, async () => {
    id = ((await buyer.ask(placeOrder, { body: orderOf([[tea, 2]]) })).body as { id: string }).id;
    const failed = await demand(buyer, cancelOrder, { params: { id } }, 200);
    expect(failed).toMatchObject({ status: 'FAILED', statusReason: 'cancelled' });
    expect(await demand(buyer, cancelOrder, { params: { id } }, 200)).toEqual(failed);
  });
  // Nothing is held for it any more.
  await heard(shop, StockReleased, id);
  await untilStock(shop, tea, { onHand: 5, reserved: 0, sold: 0 });
  expect(await demand(buyer, getOrder, { params: { id } }, 200)).toMatchObject({ status: 'FAILED' });
});

test('after all of this the audit finds nothing amiss', async () => {
  expect(await violationsAtRest(shop)).toEqual([]);
});
