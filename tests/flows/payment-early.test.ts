import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cancelOrder } from '../../src/contracts/http/ordering.ts';
import { OrderConfirmed } from '../../src/contracts/messages/ordering/order-confirmed.v1.ts';
import { startTestShop } from '../support/arrangement.ts';
import { heard } from '../support/hearing.ts';
import type { TestShop } from '../support/shop.ts';
import { balanceOf, demand, newGoods, order, refused, submitPayment, yuan } from '../support/trade.ts';

/** 001 §2: payment asks for the order and its state where it has not heard of them; here it never hears of anything. */

const price = 2_500;
const funds = 10_000;

let shop: TestShop;

beforeAll(async () => {
  shop = await startTestShop();
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

test('an order that payment has not heard of is paid on ordering’s word, and on nobody else’s', async () => {
  // A cursor far ahead: whatever ordering says counts as heard long ago.
  await shop.sql(
    'payment',
    `insert into cursors (source, position) values ('ordering', 1000000000)
     on conflict (source) do update set position = excluded.position`,
  );
  const [buyer, stranger, tea] = [
    await shop.shopper(funds),
    await shop.shopper(funds),
    await newGoods(shop, { stock: 10, price }),
  ];
  const { id: orderId } = await order(buyer, [tea, 1]);
  expect(await submitPayment(stranger, orderId)).toEqual(refused(404, 'not_found'));
  const key = randomUUID();
  const paid = { status: 201, body: { status: 'SUCCEEDED', captured: yuan(price) } };
  expect(await submitPayment(buyer, orderId, key)).toMatchObject(paid);
  await heard(shop, OrderConfirmed, orderId);
  expect(await submitPayment(buyer, orderId, key)).toMatchObject(paid);
  expect(await submitPayment(buyer, orderId)).toEqual(refused(409, 'order_not_payable'));
  expect(await balanceOf(buyer)).toBe(funds - price);

  const { id: cancelled } = await order(buyer, [tea, 1]);
  await demand(buyer, cancelOrder, { params: { id: cancelled } }, 200);
  expect(await submitPayment(buyer, cancelled)).toEqual(refused(409, 'order_not_payable'));
  expect(await balanceOf(buyer)).toBe(funds - price);
});
