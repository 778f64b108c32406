import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cancelOrder } from '../../src/contracts/http/ordering.ts';
import { closePayment, listCallbacks, refreshPayment } from '../../src/contracts/http/payment.ts';
import { OrderConfirmed } from '../../src/contracts/messages/ordering/order-confirmed.v1.ts';
import { violationsAtRest } from '../proof/audits.ts';
import { choose, opened, type ProvidedShop, startProvidedShop, untilBooked } from '../support/charging.ts';
import { heard } from '../support/hearing.ts';
import type { Teller } from '../support/tellers.ts';
import { balanceOf, demand, paymentOf, refused, until, untilOrder, yuan } from '../support/trade.ts';

/** 002 and 003 §5 by way of WeChat Pay, Alipay and cards, each played on this machine with books of its own. */

const price = 10_000;
const minuteMs = 60_000;
let provided: ProvidedShop;

beforeAll(async () => {
  provided = await startProvidedShop();
});

afterAll(() => provided?.[Symbol.asyncDispose]());

const methods: readonly Teller['method'][] = ['wechat', 'alipay', 'card'];

describe.each(methods)('%s', (method) => {
  const teller = (): Teller => provided.tellers[method];

  test('the buyer pays, the provider calls, the order is confirmed', async () => {
    const bought = await provided.anOrder();
    const action = await opened(bought, teller().choice);
    expect(action.type).toBe(method === 'card' ? 'card' : 'qr_code');
    expect(await paymentOf(bought.buyer, bought.orderId)).toMatchObject({ status: 'REQUIRES_ACTION', method, action });
    const number = await provided.numberOf(bought.orderId, method);
    expect(teller().pay(number)).toBe(true);
    await heard(provided.shop, OrderConfirmed, bought.orderId);
    expect(await paymentOf(bought.buyer, bought.orderId)).toMatchObject({ status: 'SUCCEEDED', captured: yuan(price) });
    expect(teller().captures(number)).toEqual([price]);
  });

  test('the same key, and another with the same choice, are told to do the same', async () => {
    const bought = await provided.anOrder();
    const key = randomUUID();
    const replies = await Promise.all([
      choose(bought, teller().choice, key),
      choose(bought, teller().choice, key),
      choose(bought, teller().choice),
    ]);
    const again = await choose(bought, teller().choice, key);
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
    for (const reply of replies) expect(reply.body).toEqual(again.body);
    expect(again.headers['idempotency-replayed']).toBe('true');
    await demand(bought.buyer, closePayment, { params: { id: (again.body as { id: string }).id } }, 200);
    expect(await paymentOf(bought.buyer, bought.orderId)).toMatchObject({ status: 'DUE' });
    const number = await provided.numberOf(bought.orderId, method);
    // Until the provider has closed it there may be money on its way.
    await provided.move(35 * minuteMs);
    await untilOrder(provided.shop, bought.orderId, ({ status }) => status === 'CANCELLED');
    expect(await provided.settled(bought.orderId)).toEqual(['CLOSED']);
    expect(teller().pay(number)).toBe(false);
  });

  test('refused by the provider: 502, and another try is let in at once', async () => {
    const { refuseNext } = teller();
    const bought = await provided.anOrder(
      typeof refuseNext === 'number' ? { price: refuseNext, balance: refuseNext } : {},
    );
    if (typeof refuseNext !== 'number') refuseNext();
    const key = randomUUID();
    expect(await choose(bought, teller().choice, key)).toEqual(refused(502, 'provider_refused'));
    expect(await paymentOf(bought.buyer, bought.orderId)).toMatchObject({ status: 'DUE' });
    if (typeof refuseNext === 'number') {
      expect(await choose(bought, { method: 'balance' })).toMatchObject({ status: 201 });
      return;
    }
    expect(await choose(bought, teller().choice, key)).toMatchObject({ status: 201 });
    expect(teller().pay(await provided.numberOf(bought.orderId, method))).toBe(true);
    await heard(provided.shop, OrderConfirmed, bought.orderId);
  });

  test('the provider did it and its answer got lost: 504, the same key goes on, and nobody pays twice', async () => {
    const bought = await provided.anOrder();
    teller().dropNext();
    const key = randomUUID();
    const unknown = await choose(bought, teller().choice, key);
    expect(unknown).toEqual(refused(504, 'provider_unknown'));
    expect(await choose(bought, teller().choice, key)).toMatchObject({
      status: 201,
      body: { status: 'REQUIRES_ACTION' },
    });
    const number = await provided.numberOf(bought.orderId, method);
    expect(teller().pay(number)).toBe(true);
    await heard(provided.shop, OrderConfirmed, bought.orderId);
    expect(teller().captures(number)).toEqual([price]);
  });

  test('no callback ever comes: the sweeper finds it paid', async () => {
    const bought = await provided.anOrder();
    await opened(bought, teller().choice);
    teller().silence(true);
    expect(teller().pay(await provided.numberOf(bought.orderId, method))).toBe(true);
    teller().silence(false);
    await provided.move(minuteMs);
    await heard(provided.shop, OrderConfirmed, bought.orderId);
  });

  test('the buyer comes back before the provider has called: asked at once, it is paid', async () => {
    const bought = await provided.anOrder();
    await opened(bought, teller().choice);
    teller().silence(true);
    expect(teller().pay(await provided.numberOf(bought.orderId, method))).toBe(true);
    teller().silence(false);
    const { id } = await paymentOf(bought.buyer, bought.orderId);
    const paid = await demand(bought.buyer, refreshPayment, { params: { id } }, 200);
    expect(paid).toMatchObject({ status: 'SUCCEEDED', captured: yuan(price) });
    expect(await demand(bought.buyer, refreshPayment, { params: { id } }, 200)).toEqual(paid);
    expect(await (await provided.shop.shopper()).ask(refreshPayment, { params: { id } })).toEqual(
      refused(404, 'not_found'),
    );
  });

  test('cancelled while it waits: closed at the provider, and nobody can pay any more', async () => {
    const bought = await provided.anOrder();
    await opened(bought, teller().choice);
    const number = await provided.numberOf(bought.orderId, method);
    await demand(bought.buyer, cancelOrder, { params: { id: bought.orderId }, body: {} }, 200);
    const payment = await until(
      () => paymentOf(bought.buyer, bought.orderId),
      ({ status }) => status === 'CLOSED',
    );
    expect(payment).toMatchObject({ statusReason: 'cancelled_by_buyer', captured: yuan(0) });
    await provided.move(35 * minuteMs);
    expect(await provided.settled(bought.orderId)).toEqual(['CLOSED']);
    expect(teller().pay(number)).toBe(false);
  });

  test('paid after the cancel: the money goes back to where it came from', async () => {
    const bought = await provided.anOrder();
    await opened(bought, teller().choice);
    const number = await provided.numberOf(bought.orderId, method);
    teller().silence(true);
    expect(teller().pay(number)).toBe(true);
    teller().silence(false);
    await demand(bought.buyer, cancelOrder, { params: { id: bought.orderId }, body: {} }, 200);
    await untilBooked(() => teller().refunds(number), [price]);
    await provided.move(minuteMs);
    const payment = await until(
      () => paymentOf(bought.buyer, bought.orderId),
      ({ refunded }) => refunded.amount === price,
    );
    expect(payment).toMatchObject({ status: 'CLOSED', captured: yuan(price) });
  });

  test('cancelled after it was paid: all of it goes back to where it came from', async () => {
    const bought = await provided.anOrder();
    await opened(bought, teller().choice);
    const number = await provided.numberOf(bought.orderId, method);
    teller().pay(number);
    await heard(provided.shop, OrderConfirmed, bought.orderId);
    await demand(bought.buyer, cancelOrder, { params: { id: bought.orderId }, body: {} }, 200);
    await untilBooked(() => teller().refunds(number), [price]);
    await provided.move(minuteMs);
    await untilOrder(provided.shop, bought.orderId, ({ refunded }) => refunded.amount === price);
    expect(await balanceOf(bought.buyer)).toBe(0);
  });
});

test('nothing was refused of what the providers told', async () => {
  await provided.providers.quiet();
  const { data } = await demand(await provided.shop.operator(), listCallbacks, {}, 200);
  expect(data).toEqual([]);
  expect(provided.providers.callbacks.length).toBeGreaterThan(0);
});

test('after all of this the audit finds nothing amiss', async () => {
  await provided.move(60 * minuteMs);
  expect(await violationsAtRest(provided.shop)).toEqual([]);
});
