import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { checkout } from '../../src/contracts/http/gateway.ts';
import { listNotifications } from '../../src/contracts/http/notification.ts';
import { cancelOrder, getOrder } from '../../src/contracts/http/ordering.ts';
import { carryOnWithRefund, listCallbacks, payOrder } from '../../src/contracts/http/payment.ts';
import { ClosePayment } from '../../src/contracts/messages/ordering/close-payment.v1.ts';
import { OrderConfirmed } from '../../src/contracts/messages/ordering/order-confirmed.v1.ts';
import { RefundFailed } from '../../src/contracts/messages/payment/refund-failed.v1.ts';
import { RefundSucceeded } from '../../src/contracts/messages/payment/refund-succeeded.v1.ts';
import { violationsAtRest } from '../proof/audits.ts';
import { choose, opened, type ProvidedShop, startProvidedShop, untilBooked } from '../support/charging.ts';
import { heard } from '../support/hearing.ts';
import { sendCallback } from '../support/providers.ts';
import type { Teller } from '../support/tellers.ts';
import { demand, orderOf, paymentOf, refused, until, untilOrder, yuan } from '../support/trade.ts';

/** The fault matrix's rows on callbacks, unknown results, two providers paid, and cancel against pay. */

const price = 10_000;
const minuteMs = 60_000;
const methods: readonly Teller['method'][] = ['wechat', 'alipay', 'card'];
let provided: ProvidedShop;

beforeAll(async () => {
  provided = await startProvidedShop();
});

afterEach(() => {
  for (const teller of Object.values(provided.tellers)) {
    teller.silence(false);
    teller.blind(false);
  }
});

afterAll(() => provided?.[Symbol.asyncDispose]());

const refusedCallbacks = async (orderId: string) => {
  const query = { limit: 100 };
  const { data } = await demand(await provided.shop.operator(), listCallbacks, { query }, 200);
  return data.filter((callback) => callback.orderId === orderId);
};

describe.each(methods)('callbacks of %s', (method) => {
  const teller = (): Teller => provided.tellers[method];

  /** Paid at the provider, and the shop does not know yet. */
  async function paidInSilence() {
    const bought = await provided.anOrder();
    await opened(bought, teller().choice);
    const number = await provided.numberOf(bought.orderId, method);
    teller().silence(true);
    teller().blind(true);
    expect(teller().pay(number)).toBe(true);
    return { ...bought, number };
  }

  function speakAgain(): void {
    teller().silence(false);
    teller().blind(false);
  }

  test('that are forged are refused, change nothing, and are listed', async () => {
    const { buyer, orderId, number } = await paidInSilence();
    const forgeries = teller().forgeries(number);
    for (const [kind, forgery] of Object.entries(forgeries)) {
      const { status } = await sendCallback(provided.shop.url, forgery);
      expect([kind, status]).toEqual([kind, method === 'wechat' ? 401 : 400]);
    }
    expect(await paymentOf(buyer, orderId)).toMatchObject({ status: 'REQUIRES_ACTION', captured: yuan(0) });
    expect((await refusedCallbacks(orderId)).map(({ why }) => why)).toEqual(['amount', 'amount']);
    const genuine = await sendCallback(provided.shop.url, teller().genuine(number));
    expect([200, 204]).toContain(genuine.status);
    speakAgain();
    await heard(provided.shop, OrderConfirmed, orderId);
  });

  test('50 times the same at once, and once more days later: one capture, all acknowledged', async () => {
    const { buyer, orderId, number } = await paidInSilence();
    const call = teller().genuine(number);
    const replies = await Promise.all(Array.from({ length: 50 }, () => sendCallback(provided.shop.url, call)));
    for (const { status, answer } of replies) {
      expect(status).toBe(method === 'wechat' ? 204 : 200);
      expect(answer).toBe(method === 'alipay' ? 'success' : '');
    }
    speakAgain();
    await heard(provided.shop, OrderConfirmed, orderId);
    await provided.move(3 * 24 * 60 * minuteMs);
    expect([200, 204]).toContain((await sendCallback(provided.shop.url, teller().genuine(number))).status);
    expect(await paymentOf(buyer, orderId)).toMatchObject({ status: 'SUCCEEDED', captured: yuan(price) });
    const captured = await provided.shop.history('payment', orderId);
    expect(captured.filter(({ type }) => type === 'payment.payment-captured')).toHaveLength(1);
  });

  test('that come after the order has expired: the money goes back', async () => {
    const { buyer, orderId, number } = await paidInSilence();
    await provided.move(31 * minuteMs);
    await heard(provided.shop, ClosePayment, orderId);
    // The provider says nothing for longer than ordering waits.
    await provided.move(5 * minuteMs);
    await untilOrder(provided.shop, orderId, ({ status }) => status === 'CANCELLED');
    expect([200, 204]).toContain((await sendCallback(provided.shop.url, teller().genuine(number))).status);
    speakAgain();
    await untilBooked(() => teller().refunds(number), [price]);
    await provided.move(minuteMs);
    await heard(provided.shop, RefundSucceeded, orderId);
    await untilOrder(provided.shop, orderId, ({ refunded }) => refunded.amount === price);
    const told = await until(
      async () => (await demand(buyer, listNotifications, { query: { limit: 100 } }, 200)).data,
      (notices) => notices.some(({ type }) => type === 'refund_succeeded'),
    );
    expect(told.map(({ type }) => type)).toContain('order_cancelled');
  });
});

test('a call that nobody signed, or that is for nobody, is refused; a probe of WeChat Pay is not listed', async () => {
  const { shop, tellers, providers } = provided;
  const before = (await demand(await shop.operator(), listCallbacks, { query: { limit: 100 } }, 200)).data.length;
  const bought = await provided.anOrder();
  await opened(bought, tellers.wechat.choice);
  const number = await provided.numberOf(bought.orderId, 'wechat');
  tellers.wechat.pay(number);
  await heard(shop, OrderConfirmed, bought.orderId);
  const probe = providers.wechat.control.forged(number, 'signtest');
  if (!probe) throw new Error('no probe');
  const reply = await sendCallback(shop.url, {
    ...{ path: '/callbacks/wechat', headers: probe.headers, body: Buffer.from(probe.notice.body) },
  });
  expect(reply.status).toBe(401);
  expect(JSON.parse(reply.answer)).toMatchObject({ code: 'FAIL' });
  expect((await demand(await shop.operator(), listCallbacks, { query: { limit: 100 } }, 200)).data).toHaveLength(
    before,
  );
  const bare = { path: '/callbacks/alipay', headers: {}, body: Buffer.from('\0\xff{') };
  expect((await sendCallback(shop.url, bare)).status).toBe(400);
  expect((await sendCallback(shop.url, { ...bare, path: '/callbacks/paypal' })).status).toBe(400);
});

test('another method is chosen: the first is closed there, and what is paid over both is given back once', async () => {
  const { tellers } = provided;
  const bought = await provided.anOrder();
  await opened(bought, tellers.wechat.choice);
  const first = await provided.numberOf(bought.orderId, 'wechat');
  tellers.wechat.silence(true);
  tellers.wechat.pay(first);
  tellers.wechat.silence(false);
  await opened(bought, tellers.card.choice);
  const second = await provided.numberOf(bought.orderId, 'card');
  tellers.card.pay(second);
  await heard(provided.shop, OrderConfirmed, bought.orderId);
  await until(
    async () => [...tellers.wechat.refunds(first), ...tellers.card.refunds(second)],
    (refunds) => refunds.length === 1,
  );
  await provided.move(minuteMs);
  const payment = await until(
    () => paymentOf(bought.buyer, bought.orderId),
    ({ refunded }) => refunded.amount === price,
  );
  expect(payment).toMatchObject({ status: 'SUCCEEDED', captured: yuan(2 * price) });
  expect(await bought.buyer.ask(getOrder, { params: { id: bought.orderId } })).toMatchObject({
    body: { status: 'CONFIRMED' },
  });
});

test('another method is chosen and the first was not paid: nobody can pay it any more', async () => {
  const { tellers } = provided;
  const bought = await provided.anOrder();
  await opened(bought, tellers.wechat.choice);
  const first = await provided.numberOf(bought.orderId, 'wechat');
  await opened(bought, tellers.alipay.choice);
  tellers.alipay.pay(await provided.numberOf(bought.orderId, 'alipay'));
  await heard(provided.shop, OrderConfirmed, bought.orderId);
  expect(await provided.settled(bought.orderId)).toEqual(['CLOSED', 'SUCCEEDED']);
  expect(tellers.wechat.pay(first)).toBe(false);
});

test('another method is chosen while the first is unknown: it is resolved before anybody else is asked', async () => {
  const { tellers } = provided;
  const bought = await provided.anOrder();
  tellers.wechat.dropNext();
  expect(await choose(bought, tellers.wechat.choice)).toEqual(refused(504, 'provider_unknown'));
  tellers.wechat.blind(true);
  expect(await choose(bought, tellers.card.choice)).toEqual(refused(409, 'payment_in_progress'));
  tellers.wechat.blind(false);
  expect(await choose(bought, tellers.card.choice)).toMatchObject({ status: 201 });
  tellers.card.pay(await provided.numberOf(bought.orderId, 'card'));
  await heard(provided.shop, OrderConfirmed, bought.orderId);
});

test('refused for good: the payment fails, the order is cancelled, the goods are released, the buyer is told (002)', async () => {
  const { tellers, providers } = provided;
  const bought = await provided.anOrder();
  await opened(bought, tellers.wechat.choice);
  providers.wechat.control.decline(await provided.numberOf(bought.orderId, 'wechat'));
  await provided.move(minuteMs);
  const order = await untilOrder(provided.shop, bought.orderId, ({ status }) => status === 'CANCELLED');
  expect(order.statusReason).toBe('payment_failed');
  expect(await paymentOf(bought.buyer, bought.orderId)).toMatchObject({
    status: 'FAILED',
    statusReason: 'provider_refused',
  });
  await until(
    async () => (await demand(bought.buyer, listNotifications, { query: {} }, 200)).data,
    (notices) => notices.some(({ type }) => type === 'order_cancelled'),
  );
});

test.each(methods)('cancel against pay by %s, at once: confirmed, or cancelled and all back', async (method) => {
  const teller = provided.tellers[method];
  const orders = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const bought = await provided.anOrder();
      await opened(bought, teller.choice);
      return { ...bought, number: await provided.numberOf(bought.orderId, method) };
    }),
  );
  await Promise.all(
    orders.map(async ({ buyer, orderId, number }, index) => {
      const cancelling = buyer.ask(cancelOrder, { params: { id: orderId }, body: {} });
      if (index % 2 === 0) await Promise.resolve();
      else await cancelling;
      teller.pay(number);
      await cancelling;
    }),
  );
  await provided.move(40 * minuteMs);
  for (const { orderId, number } of orders) {
    await provided.settled(orderId);
    await untilOrder(provided.shop, orderId, ({ status }) => status === 'CANCELLED');
    await untilBooked(() => teller.refunds(number), teller.captures(number));
    expect(teller.captures(number).length).toBeLessThanOrEqual(1);
  }
});

describe('a refund', () => {
  test.each(methods)('by %s whose answer is lost is carried out once', async (method) => {
    const teller = provided.tellers[method];
    const bought = await provided.anOrder();
    await opened(bought, teller.choice);
    const number = await provided.numberOf(bought.orderId, method);
    teller.pay(number);
    await heard(provided.shop, OrderConfirmed, bought.orderId);
    await provided.shop.failOnce('payment', 'after-refund', 'messages');
    await demand(bought.buyer, cancelOrder, { params: { id: bought.orderId }, body: {} }, 200);
    await untilBooked(() => teller.refunds(number), [price]);
    await provided.move(minuteMs);
    await untilOrder(provided.shop, bought.orderId, ({ refunded }) => refunded.amount === price);
    expect(teller.refunds(number)).toEqual([price]);
  });
});

test('a refund that the provider refuses waits for a person, who carries on with it once that is mended', async () => {
  const { tellers, providers, shop } = provided;
  const bought = await provided.anOrder();
  await opened(bought, tellers.wechat.choice);
  const number = await provided.numberOf(bought.orderId, 'wechat');
  tellers.wechat.pay(number);
  await heard(shop, OrderConfirmed, bought.orderId);
  const path = '/v3/refund/domestic/refunds';
  providers.wechat.control.failNext({ how: 'refuse', applied: false, status: 403, code: 'NOT_ENOUGH', path });
  await demand(bought.buyer, cancelOrder, { params: { id: bought.orderId }, body: {} }, 200);
  const { refundId } = (await heard(shop, RefundFailed, bought.orderId)).data as { refundId: string };
  expect(tellers.wechat.refunds(number)).toEqual([]);
  const retry = { params: { id: refundId }, body: { reason: 'the account has money again' } };
  expect(await bought.buyer.ask(carryOnWithRefund, retry)).toEqual(refused(403, 'forbidden'));
  await demand(await shop.operator(), carryOnWithRefund, retry, 202);
  await untilBooked(() => tellers.wechat.refunds(number), [price]);
  await provided.move(minuteMs);
  await untilOrder(shop, bought.orderId, ({ refunded }) => refunded.amount === price);
});

test('one click with a provider: the order, and what to do to pay it; or why that cannot be', async () => {
  const { shop, tellers, tea } = provided;
  const buyer = await shop.shopper();
  const body = { ...orderOf([[tea, 1]]), payment: tellers.wechat.choice };
  const reply = await demand(buyer, checkout, { body }, 201);
  expect(reply).toMatchObject({ order: { status: 'PENDING' }, payment: { status: 'REQUIRES_ACTION' } });
  const number = await provided.numberOf(reply.order.id, 'wechat');
  expect(provided.providers.wechat.books.orders.get(number)?.description).toMatch(/^Suanpan \d{8}-\d+$/);
  tellers.wechat.pay(number);
  await heard(shop, OrderConfirmed, reply.order.id);
  const { refuseNext } = tellers.wechat;
  if (typeof refuseNext !== 'number') refuseNext();
  const other = await demand(buyer, checkout, { body }, 201);
  expect(other).toMatchObject({ order: { status: 'PENDING' }, payment: { code: 'provider_refused', status: 502 } });
  await demand(buyer, cancelOrder, { params: { id: other.order.id }, body: {} }, 200);
});

test('what a method has no use for, or cannot do without, is refused and changes nothing', async () => {
  const bought = await provided.anOrder();
  const wrong: [object, string][] = [
    [{ method: 'wechat', flow: 'page' }, '/flow'],
    [{ method: 'wechat', flow: 'jsapi' }, '/openid'],
    [{ method: 'wechat', returnUrl: 'https://shop.example/' }, '/returnUrl'],
    [{ method: 'card', flow: 'qr' }, '/flow'],
    [{ method: 'alipay', openid: 'o1' }, '/openid'],
    [{ method: 'wechat', balanceAmount: yuan(price) }, '/balanceAmount'],
    [{ method: 'wechat', balanceAmount: { amount: 1, currency: 'USD' } }, '/balanceAmount'],
  ];
  for (const [choice, pointer] of wrong) {
    const body = { orderId: bought.orderId, ...choice } as never;
    const reply = await bought.buyer.ask(payOrder, { body, idempotencyKey: randomUUID() });
    expect(reply).toEqual(refused(400, 'validation_failed', [{ pointer }]));
  }
  expect(await paymentOf(bought.buyer, bought.orderId)).toMatchObject({ status: 'DUE', method: null });
});

test('after all of this the audit finds nothing amiss', async () => {
  await provided.move(60 * minuteMs);
  expect(await violationsAtRest(provided.shop)).toEqual([]);
});
