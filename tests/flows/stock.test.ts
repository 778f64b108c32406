import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adjustStock, getAvailability, getStock } from '../../src/contracts/http/inventory.ts';
import { getOrder, placeOrder } from '../../src/contracts/http/ordering.ts';
import { violationsAtRest } from '../proof/audits.ts';
import { commonTestShop } from '../support/arrangement.ts';
import { uniqueName } from '../support/postgres.ts';
import type { TestShop } from '../support/shop.ts';
import {
  balanceOf,
  demand,
  newGoods,
  order,
  orderOf,
  pay,
  refused,
  stockOf,
  until,
  untilOrder,
  untilStock,
} from '../support/trade.ts';

/** Stock over HTTP: adjustments, goods declared lost (004 §4.4), and what both mean for orders. */

let shop: TestShop;

beforeAll(async () => {
  shop = await commonTestShop();
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

const adjust = async (
  sku: string,
  body: { delta: number; reason?: string; lost?: boolean },
  idempotencyKey = randomUUID(),
) =>
  (await shop.operator()).ask(adjustStock, { params: { sku }, body: { reason: 'counted', ...body }, idempotencyKey });

/** Asks again, under the same key, for as long as it is told that reservations changed meanwhile. */
async function lose(sku: string, quantity: number) {
  const key = randomUUID();
  for (;;) {
    const reply = await adjust(sku, { delta: -quantity, lost: true }, key);
    if (reply.status !== 503) return reply;
  }
}

describe('adjustments', () => {
  test('goods that arrive introduce a SKU; the figures add up, and a repeat under the same key counts once', async () => {
    const sku = uniqueName('sku');
    const key = randomUUID();
    const first = await adjust(sku, { delta: 7 }, key);
    expect(first).toMatchObject({ status: 201, body: { sku, onHand: 7, reserved: 0, available: 7, sold: 0 } });
    const repeat = await adjust(sku, { delta: 7 }, key);
    expect([repeat.status, repeat.body, repeat.headers['idempotency-replayed']]).toEqual([201, first.body, 'true']);
    expect(await adjust(sku, { delta: -2 })).toMatchObject({ status: 201, body: { onHand: 5 } });
    expect(await adjust(sku, { delta: -6 })).toEqual(refused(409, 'stock_below_reserved'));
    expect(await adjust(uniqueName('sku'), { delta: -1 })).toEqual(refused(404, 'not_found'));
    expect(await stockOf(shop, { sku })).toMatchObject({ onHand: 5 });
  });

  test('are for operators, need a key, a reason and a number that is not nothing', async () => {
    const [buyer, operator, tea] = [await shop.shopper(), await shop.operator(), await newGoods(shop, { stock: 5 })];
    const params = { sku: tea.sku };
    expect(await buyer.ask(getStock, { params })).toEqual(refused(403, 'forbidden'));
    expect(await buyer.ask(adjustStock, { params, body: { delta: 1, reason: 'mine' } })).toEqual(
      refused(403, 'forbidden'),
    );
    for (const body of [
      { delta: 0, reason: 'x' },
      { delta: 1.5, reason: 'x' },
      { delta: 1, reason: '' },
      { delta: 1, reason: 'x', lost: true },
    ]) {
      expect(await operator.ask(adjustStock, { params, body })).toEqual(refused(400, 'validation_failed'));
    }
    const keyless = await fetch(`${shop.url}/v1/admin/stock/${tea.sku}/adjustments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operator.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ delta: 1, reason: 'x' }),
    });
    expect(await keyless.json()).toMatchObject({ status: 400, code: 'idempotency_key_missing' });
    expect(await operator.ask(getStock, { params: { sku: 'NO-SUCH-THING' } })).toEqual(refused(404, 'not_found'));
    expect(await stockOf(shop, tea)).toMatchObject({ onHand: 5 });
  });

  test('below what is reserved they are refused, and nothing changes', async () => {
    const [buyer, tea] = [await shop.shopper(), await newGoods(shop, { stock: 5 })];
    await order(buyer, [tea, 3]);
    expect(await adjust(tea.sku, { delta: -3 })).toEqual(refused(409, 'stock_below_reserved'));
    expect(await stockOf(shop, tea)).toMatchObject({ onHand: 5, reserved: 3, available: 2 });
    expect(await adjust(tea.sku, { delta: -2 })).toMatchObject({ status: 201, body: { onHand: 3, available: 0 } });
  });

  test('fifty at once count fifty times', async () => {
    const tea = await newGoods(shop, { stock: 1 });
    const replies = await Promise.all(Array.from({ length: 50 }, () => adjust(tea.sku, { delta: 1 })));
    expect(replies.every(({ status }) => status === 201)).toBe(true);
    expect(await stockOf(shop, tea)).toMatchObject({ onHand: 51 });
  });
});

describe('goods declared lost', () => {
  test('004 §4.4: take the newest reservations; when such an order is paid it is cancelled and refunded to the balance', async () => {
    const [first, second] = [await shop.shopper(10_000), await shop.shopper(10_000)];
    const [tea, cup] = [await newGoods(shop, { stock: 5 }), await newGoods(shop, { stock: 5 })];
    const older = await order(first, [tea, 2]);
    const newer = await order(second, [tea, 3], [cup, 1]);
    const lost = await adjust(tea.sku, { delta: -2, lost: true, reason: 'water damage' });
    expect(lost).toMatchObject({ status: 201, body: { onHand: 3, reserved: 2, available: 1 } });
    expect(await stockOf(shop, cup)).toMatchObject({ onHand: 5, reserved: 0 });
    await Promise.all([pay(first, older.id), pay(second, newer.id)]);
    await untilOrder(shop, older.id, ({ status }) => status === 'CONFIRMED');
    const cancelled = await untilOrder(shop, newer.id, ({ refunded }) => refunded.amount === 4_000);
    expect(cancelled).toMatchObject({
      status: 'CANCELLED',
      statusReason: 'stock_lost',
      refundRequested: { amount: 4_000 },
    });
    await until(
      () => balanceOf(second),
      (amount) => amount === 10_000,
    );
    expect(await stockOf(shop, tea)).toMatchObject({ onHand: 1, reserved: 0, sold: 2 });
  });

  test('more than there is cannot be lost; without reservations in the way none is taken', async () => {
    const [buyer, tea] = [await shop.shopper(), await newGoods(shop, { stock: 5 })];
    const { id } = await order(buyer, [tea, 2]);
    expect(await adjust(tea.sku, { delta: -6, lost: true })).toEqual(refused(409, 'stock_below_reserved'));
    expect(await adjust(tea.sku, { delta: -3, lost: true })).toMatchObject({
      status: 201,
      body: { onHand: 2, reserved: 2 },
    });
    expect(await demand(buyer, getOrder, { params: { id } }, 200)).toMatchObject({ status: 'PENDING' });
  });

  test('while buyers go on ordering, what is left always covers what is reserved', async () => {
    const [buyer, tea] = [await shop.shopper(), await newGoods(shop, { stock: 40 })];
    const [placed, lost] = await Promise.all([
      Promise.all(Array.from({ length: 30 }, () => buyer.ask(placeOrder, { body: orderOf([[tea, 1]]) }))),
      Promise.all(Array.from({ length: 10 }, () => lose(tea.sku, 2))),
    ]);
    expect(lost.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    // Who comes when all that is left is reserved is refused; of 30 for 20 there is no other way for it to end.
    const others = placed.filter(({ status }) => status !== 201);
    expect(others).toEqual(others.map(() => refused(409, 'insufficient_stock')));
    expect(await stockOf(shop, tea)).toMatchObject({ onHand: 20, reserved: 20, available: 0 });
  });
});

test('availability is asked for many SKUs at once, in their order; what is unknown has none', async () => {
  const [tea, cup, buyer] = [
    await newGoods(shop, { stock: 5 }),
    await newGoods(shop, { stock: 3 }),
    await shop.shopper(),
  ];
  await order(buyer, [tea, 1]);
  const body = { skus: [cup.sku, 'NO-SUCH-THING', tea.sku] };
  const reply = await shop.askAs('gateway', getAvailability, { body });
  expect(reply.body.data.map(({ available }) => available)).toEqual([3, 0, 4]);
  await untilStock(shop, tea, { available: 4 });
});

test('after all of this the audit finds nothing amiss', async () => {
  expect(await violationsAtRest(shop)).toEqual([]);
});
