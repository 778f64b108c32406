import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listNotifications } from '../../src/contracts/http/notification.ts';
import { cancelOrder, getOrder } from '../../src/contracts/http/ordering.ts';
import { closePayment, getPayment, listPayments, payOrder } from '../../src/contracts/http/payment.ts';
import { createRefund, requestRefund } from '../../src/contracts/http/refunds.ts';
import { adjustWallet, getUserWallet, getWallet, listWalletEntries } from '../../src/contracts/http/wallet.ts';
import { OrderConfirmed } from '../../src/contracts/messages/ordering/order-confirmed.v1.ts';
import { RefundSucceeded } from '../../src/contracts/messages/payment/refund-succeeded.v1.ts';
import { violationsAtRest } from '../proof/audits.ts';
import { commonTestShop } from '../support/arrangement.ts';
import { heard, untilHeard } from '../support/hearing.ts';
import type { Person, TestShop } from '../support/shop.ts';
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

/** 001 §2, 003 §5 and 004 §4.4: paying from the balance, and every way in which that does not end with CONFIRMED. */

async function entriesOf(buyer: Person) {
  const reply = await buyer.ask(listWalletEntries, { query: { limit: 100 } });
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  return reply.body.data.map(({ kind, amount, balanceAfter }) => [kind, amount.amount, balanceAfter.amount]);
}

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

describe('paying from the balance (001 §2)', () => {
  test('takes the money, confirms the order and tells the buyer (004 §4.4)', async () => {
    const buyer = await shop.shopper(10_000);
    const { id: orderId } = await order(buyer, [tea, 2]);
    const paid = await submitPayment(buyer, orderId);
    expect(paid).toMatchObject({
      status: 201,
      body: {
        orderId,
        method: 'balance',
        amount: yuan(5_000),
        captured: yuan(5_000),
        refunded: yuan(0),
        status: 'SUCCEEDED',
        statusReason: null,
      },
    });
    await heard(shop, OrderConfirmed, orderId);
    expect(await buyer.ask(getOrder, { params: { id: orderId } })).toMatchObject({
      status: 200,
      body: { status: 'CONFIRMED' },
    });
    expect(await balanceOf(buyer)).toBe(5_000);
    expect(await entriesOf(buyer)).toEqual([
      ['payment', -5_000, 5_000],
      ['adjustment', 10_000, 10_000],
    ]);
    await expect
      .poll(async () => {
        const told = await buyer.ask(listNotifications, { query: { limit: 100 } });
        return told.status === 200 ? told.body.data.filter((notice) => notice.orderId === orderId).length : 0;
      })
      .toBeGreaterThan(0);
  });

  test('is found again by order and by id, and by nobody else', async () => {
    const [buyer, stranger] = [await shop.shopper(10_000), await shop.shopper()];
    const { id: orderId } = await order(buyer, [tea, 1]);
    const { body } = await submitPayment(buyer, orderId);
    const payment = await paymentOf(buyer, orderId);
    expect(payment).toEqual(body);
    const params = { id: payment.id };
    expect(await buyer.ask(getPayment, { params })).toMatchObject({ status: 200, body: payment });
    expect(await stranger.ask(getPayment, { params })).toEqual(refused(404, 'not_found'));
    expect(await stranger.ask(listPayments, { query: { orderId } })).toMatchObject({
      status: 200,
      body: { data: [], nextCursor: null },
    });
    expect(await stranger.ask(closePayment, { params })).toEqual(refused(404, 'not_found'));
  });

  test('with too little changes nothing, and works once there is enough', async () => {
    const buyer = await shop.shopper(price - 1);
    const { id: orderId } = await order(buyer, [tea, 1]);
    const key = randomUUID();
    expect(await submitPayment(buyer, orderId, key)).toEqual(refused(402, 'insufficient_balance'));
    expect(await balanceOf(buyer)).toBe(price - 1);
    expect(await paymentOf(buyer, orderId)).toMatchObject({ status: 'DUE', captured: yuan(0) });
    expect(await buyer.ask(getOrder, { params: { id: orderId } })).toMatchObject({ body: { status: 'PENDING' } });
    const body = { amount: yuan(1), reason: 'goodwill' };
    await (await shop.operator()).ask(adjustWallet, { params: { userId: buyer.id }, body });
    const replayed = await submitPayment(buyer, orderId, key);
    expect(replayed).toEqual(refused(402, 'insufficient_balance'));
    expect(replayed.headers['idempotency-replayed']).toBe('true');
    expect(await submitPayment(buyer, orderId)).toMatchObject({ status: 201, body: { status: 'SUCCEEDED' } });
    expect(await balanceOf(buyer)).toBe(0);
  });

  test('of an order that cannot be paid is refused: unknown, somebody else’s, cancelled, paid', async () => {
    const [buyer, stranger] = [await shop.shopper(10_000), await shop.shopper(10_000)];
    const { id: orderId } = await order(buyer, [tea, 1]);
    const unknown = `${orderId.slice(0, -12)}000000000000`;
    expect(await submitPayment(buyer, unknown)).toEqual(refused(404, 'not_found'));
    expect(await submitPayment(stranger, orderId)).toEqual(refused(404, 'not_found'));
    expect(await submitPayment(buyer, orderId)).toMatchObject({ status: 201 });
    expect(await submitPayment(buyer, orderId)).toEqual(refused(409, 'order_not_payable'));
    const { id: cancelled } = await order(buyer, [tea, 1]);
    await buyer.ask(cancelOrder, { params: { id: cancelled }, body: {} });
    // Paid before payment has heard of it, the money would be taken and go back.
    await untilHeard(shop, 'payment');
    expect(await submitPayment(buyer, cancelled)).toEqual(refused(409, 'order_not_payable'));
    expect(await balanceOf(buyer)).toBe(10_000 - price);
    expect(await balanceOf(stranger)).toBe(10_000);
  });

  test.each([
    ['a method that is not set up', { method: 'wechat', flow: 'qr' }, 422, 'method_not_available', undefined],
    ['what only providers need', { method: 'balance', flow: 'qr' }, 400, 'validation_failed', '/flow'],
    ['a method that does not exist', { method: 'cash' }, 400, 'validation_failed', '/method'],
    ['an amount of one’s own', { method: 'balance', amount: yuan(1) }, 400, 'validation_failed', '/amount'],
  ])('with %s is refused and changes nothing', async (_, choice, status, code, pointer) => {
    const buyer = await shop.shopper(10_000);
    const { id: orderId } = await order(buyer, [tea, 1]);
    const reply = await buyer.ask(payOrder, { body: { orderId, ...choice } as never });
    expect(reply).toEqual(refused(status, code));
    if (pointer) expect(reply.body).toMatchObject({ errors: [{ pointer }] });
    expect(await paymentOf(buyer, orderId)).toMatchObject({ status: 'DUE', method: null });
  });

  test('without an Idempotency-Key is refused', async () => {
    const buyer = await shop.shopper(10_000);
    const { id: orderId } = await order(buyer, [tea, 1]);
    const keyless = { ...payOrder, idempotencyKey: undefined } as unknown as typeof payOrder;
    expect(await buyer.ask(keyless, { body: { orderId, method: 'balance' } })).toEqual(
      refused(400, 'idempotency_key_missing'),
    );
  });

  test('in the very instant the 201 arrives is never answered with 404 or 409', async () => {
    const buyer = await shop.shopper(200 * price);
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async () => (await submitPayment(buyer, (await order(buyer, [tea, 1])).id)).status),
    );
    expect(new Set(statuses)).toEqual(new Set([201]));
    expect(await balanceOf(buyer)).toBe(0);
  });
});

describe('an Idempotency-Key', () => {
  test('of one key with another body is refused', async () => {
    const buyer = await shop.shopper(10_000);
    const [{ id: one }, { id: other }] = [await order(buyer, [tea, 1]), await order(buyer, [tea, 1])];
    const key = randomUUID();
    await submitPayment(buyer, one, key);
    expect(await submitPayment(buyer, other, key)).toEqual(refused(422, 'idempotency_key_reused'));
    expect(await balanceOf(buyer)).toBe(10_000 - price);
  });
});

describe('money goes back', () => {
  test('all of it when a paid order is cancelled', async () => {
    const buyer = await shop.shopper(10_000);
    const { id: orderId } = await order(buyer, [tea, 1]);
    await pay(buyer, orderId);
    await heard(shop, OrderConfirmed, orderId);
    expect(await buyer.ask(cancelOrder, { params: { id: orderId }, body: {} })).toMatchObject({ status: 200 });
    await heard(shop, RefundSucceeded, orderId);
    expect(await balanceOf(buyer)).toBe(10_000);
    expect(await paymentOf(buyer, orderId)).toMatchObject({ captured: yuan(price), refunded: yuan(price) });
    expect((await entriesOf(buyer))[0]).toEqual(['refund', price, 10_000]);
    await expect
      .poll(async () => (await buyer.ask(getOrder, { params: { id: orderId } })).body)
      .toMatchObject({ status: 'CANCELLED', refunded: yuan(price) });
  });

  test('part of it when an operator says so, and never more than was paid, also at once', async () => {
    const buyer = await shop.shopper(10_000);
    const { id: orderId } = await order(buyer, [tea, 2]);
    await pay(buyer, orderId);
    await heard(shop, OrderConfirmed, orderId);
    const operator = await shop.operator();
    const body = { orderId, amount: yuan(3_000), reason: 'a broken cup' };
    const replies = await Promise.all([1, 2].map(() => operator.ask(createRefund, { body })));
    expect(replies.map(({ status }) => status).sort()).toEqual([202, 409]);
    await heard(shop, RefundSucceeded, orderId);
    expect(await balanceOf(buyer)).toBe(8_000);
    expect(await paymentOf(buyer, orderId)).toMatchObject({ status: 'SUCCEEDED', refunded: yuan(3_000) });
  });

  test('of an order nobody paid there is nothing to give back', async () => {
    const buyer = await shop.shopper(10_000);
    const { id: orderId } = await order(buyer, [tea, 1]);
    const body = { orderId, reason: 'changed my mind' };
    expect(await buyer.ask(requestRefund, { body })).toEqual(refused(409, 'refund_exceeds_payment'));
  });
});

describe('the wallet', () => {
  test('of a new user is empty, and its entries page newest first', async () => {
    const buyer = await shop.shopper();
    expect(await buyer.ask(getWallet)).toMatchObject({ status: 200, body: { balance: yuan(0) } });
    const operator = await shop.operator();
    for (const amount of [1, 2, 3]) {
      const body = { amount: yuan(amount), reason: `number ${amount}` };
      await operator.ask(adjustWallet, { params: { userId: buyer.id }, body });
    }
    const first = await buyer.ask(listWalletEntries, { query: { limit: 2 } });
    if (first.status !== 200 || first.body.nextCursor === null) throw new Error(JSON.stringify(first.body));
    expect(first.body.data.map(({ reason }) => reason)).toEqual(['number 3', 'number 2']);
    const second = await buyer.ask(listWalletEntries, { query: { limit: 2, cursor: first.body.nextCursor } });
    expect(second.body).toMatchObject({ data: [{ reason: 'number 1' }], nextCursor: null });
    expect(await buyer.ask(listWalletEntries, { query: { cursor: 'x' } })).toEqual(refused(400, 'validation_failed'));
  });

  test('is adjusted by operators only, never below zero, never for nobody', async () => {
    const buyer = await shop.shopper(100);
    const operator = await shop.operator();
    const params = { userId: buyer.id };
    const by = (amount: number, currency = 'CNY') => ({ amount: { amount, currency }, reason: 'counted' });
    expect(await operator.ask(adjustWallet, { params, body: by(-101) })).toEqual(refused(409, 'balance_below_zero'));
    expect(await operator.ask(adjustWallet, { params, body: by(0) })).toEqual(refused(400, 'validation_failed'));
    expect(await operator.ask(adjustWallet, { params, body: by(1, 'USD') })).toEqual(refused(422, 'currency_mismatch'));
    const most = by(Number.MAX_SAFE_INTEGER);
    expect(await operator.ask(adjustWallet, { params, body: most })).toEqual(refused(400, 'validation_failed'));
    expect(await buyer.ask(adjustWallet, { params, body: by(100) })).toEqual(refused(403, 'forbidden'));
    const key = randomUUID();
    const [one, other] = await Promise.all(
      [1, 2].map(() => operator.ask(adjustWallet, { params, body: by(-60), idempotencyKey: key })),
    );
    expect(one).toMatchObject({ status: 201, body: { balance: yuan(40) } });
    expect(other?.body).toEqual(one?.body);
    expect(await operator.ask(getUserWallet, { params })).toMatchObject({
      body: { userId: buyer.id, balance: yuan(40) },
    });
    const nobody = { userId: `${buyer.id.slice(0, -12)}000000000000` };
    expect(await operator.ask(getUserWallet, { params: nobody })).toEqual(refused(404, 'not_found'));
  });
});

test('after all of this the audit finds nothing amiss', async () => {
  expect(await violationsAtRest(shop)).toEqual([]);
});
