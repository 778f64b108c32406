import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cancelOrder, getOrder } from '../../src/contracts/http/ordering.ts';
import { closePayment } from '../../src/contracts/http/payment.ts';
import { OrderConfirmed } from '../../src/contracts/messages/ordering/order-confirmed.v1.ts';
import { RefundSucceeded } from '../../src/contracts/messages/payment/refund-succeeded.v1.ts';
import { violationsAtRest } from '../proof/audits.ts';
import { commonTestShop } from '../support/arrangement.ts';
import { heard } from '../support/hearing.ts';
import type { Person, TestShop, Work } from '../support/shop.ts';
import {
  balanceOf,
  type Goods,
  newGoods,
  order,
  pay,
  paymentOf,
  refused,
  submitPayment,
  yuan,
} from '../support/trade.ts';

/** The wallet's answer is lost: nobody pays twice, nobody pays for nothing (fault matrix: provider timeout, result unknown). */

const funds = 10_000;
/** Of one tea, in fen. */
const price = 2_500;
let shop: TestShop;
let tea: Goods;

beforeAll(async () => {
  shop = await commonTestShop();
  tea = await newGoods(shop, { stock: 10_000, price });
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

interface Scene {
  readonly buyer: Person;
  readonly orderId: string;
}

/** An order about to be paid, while payment is about to break once at the point. */
async function breakingAt(point: string, within: Work = 'requests'): Promise<Scene> {
  const buyer = await shop.shopper(funds);
  const { id: orderId } = await order(buyer, [tea, 1]);
  await shop.failOnce('payment', point, within);
  return { buyer, orderId };
}

const statusOf = async ({ buyer, orderId }: Scene) => (await paymentOf(buyer, orderId)).status;

test('lost after the money was taken: the same key finds it paid, another finds it under way', async () => {
  const scene = await breakingAt('after-debit');
  const { buyer, orderId } = scene;
  const key = randomUUID();
  const unknown = await submitPayment(buyer, orderId, key);
  expect(unknown).toEqual(refused(504, 'provider_unknown'));
  expect(unknown.headers['retry-after']).toBe('1');
  expect(await statusOf(scene)).toBe('PROCESSING');
  expect(await submitPayment(buyer, orderId)).toEqual(refused(409, 'payment_in_progress'));
  const again = await submitPayment(buyer, orderId, key);
  expect(again).toMatchObject({ status: 201, body: { status: 'SUCCEEDED', captured: yuan(price) } });
  expect(again.headers['idempotency-replayed']).toBe('true');
  await heard(shop, OrderConfirmed, orderId);
  expect(await balanceOf(buyer)).toBe(funds - price);
});

test('lost after the money was taken, and nobody asks again: the sweeper finds it, the order is confirmed', async () => {
  const { buyer, orderId } = await breakingAt('after-debit');
  expect(await submitPayment(buyer, orderId)).toEqual(refused(504, 'provider_unknown'));
  await shop.move(3_000);
  await heard(shop, OrderConfirmed, orderId);
  expect(await balanceOf(buyer)).toBe(funds - price);
  expect(await paymentOf(buyer, orderId)).toMatchObject({ status: 'SUCCEEDED', captured: yuan(price) });
});

test('lost before the money was taken: the sweeper makes sure it never is, and the same key pays anew, once', async () => {
  const scene = await breakingAt('before-debit');
  const { buyer, orderId } = scene;
  const key = randomUUID();
  expect(await submitPayment(buyer, orderId, key)).toEqual(refused(504, 'provider_unknown'));
  await shop.move(3_000);
  await expect.poll(() => statusOf(scene)).toBe('DUE');
  expect(await balanceOf(buyer)).toBe(funds);
  const replies = await Promise.all([submitPayment(buyer, orderId, key), submitPayment(buyer, orderId, key)]);
  expect(replies.map(({ status }) => status)).toEqual([201, 201]);
  expect(await balanceOf(buyer)).toBe(funds - price);
});

test('closed by the buyer while nothing was taken: due again, and the old request has no say any more', async () => {
  const scene = await breakingAt('before-debit');
  const { buyer, orderId } = scene;
  const key = randomUUID();
  expect(await submitPayment(buyer, orderId, key)).toEqual(refused(504, 'provider_unknown'));
  const params = { id: (await paymentOf(buyer, orderId)).id };
  expect(await buyer.ask(closePayment, { params })).toMatchObject({ status: 200, body: { status: 'DUE' } });
  expect(await buyer.ask(closePayment, { params })).toEqual(refused(409, 'payment_not_closable'));
  expect(await submitPayment(buyer, orderId, key)).toEqual(refused(409, 'order_not_payable'));
  expect(await submitPayment(buyer, orderId)).toMatchObject({ status: 201 });
  expect(await balanceOf(buyer)).toBe(funds - price);
});

test('closed by the buyer when the money was taken already: it stays paid', async () => {
  const { buyer, orderId } = await breakingAt('after-debit');
  expect(await submitPayment(buyer, orderId)).toEqual(refused(504, 'provider_unknown'));
  const params = { id: (await paymentOf(buyer, orderId)).id };
  expect(await buyer.ask(closePayment, { params })).toEqual(refused(409, 'payment_not_closable'));
  await heard(shop, OrderConfirmed, orderId);
  expect(await balanceOf(buyer)).toBe(funds - price);
});

test('cancelled while the outcome was unknown: what had been taken goes back by itself', async () => {
  const scene = await breakingAt('after-debit');
  const { buyer, orderId } = scene;
  const key = randomUUID();
  expect(await submitPayment(buyer, orderId, key)).toEqual(refused(504, 'provider_unknown'));
  expect(await buyer.ask(cancelOrder, { params: { id: orderId }, body: {} })).toMatchObject({ status: 200 });
  await heard(shop, RefundSucceeded, orderId);
  expect(await balanceOf(buyer)).toBe(funds);
  expect(await paymentOf(buyer, orderId)).toMatchObject({
    status: 'CLOSED',
    statusReason: 'cancelled_by_buyer',
    captured: yuan(price),
    refunded: yuan(price),
  });
  expect(await submitPayment(buyer, orderId, key)).toEqual(refused(409, 'order_not_payable'));
  await expect
    .poll(async () => (await buyer.ask(getOrder, { params: { id: orderId } })).body)
    .toMatchObject({ status: 'CANCELLED', refunded: yuan(price) });
});

test.each(['before-credit', 'after-credit'])('a refund whose answer is lost %s is carried out once', async (point) => {
  const { buyer, orderId } = await breakingAt(point, 'messages');
  await pay(buyer, orderId);
  await heard(shop, OrderConfirmed, orderId);
  await buyer.ask(cancelOrder, { params: { id: orderId }, body: {} });
  await heard(shop, RefundSucceeded, orderId);
  expect(await balanceOf(buyer)).toBe(funds);
});

test('after all of this the audit finds nothing amiss', async () => {
  expect(await violationsAtRest(shop)).toEqual([]);
});
