import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cancelOrder } from '../../src/contracts/http/ordering.ts';
import { closePayment } from '../../src/contracts/http/payment.ts';
import { OrderConfirmed } from '../../src/contracts/messages/ordering/order-confirmed.v1.ts';
import { violationsAtRest } from '../proof/audits.ts';
import {
  type AnOrder,
  choose,
  opened,
  type ProvidedShop,
  startProvidedShop,
  untilBooked,
} from '../support/charging.ts';
import { heard } from '../support/hearing.ts';
import { balanceOf, demand, paymentOf, refused, until, untilOrder, yuan } from '../support/trade.ts';

/** A part from the balance, the rest over a provider: both, or neither. Every order here is one of 100.00. */

const price = 10_000;
const part = 3_000;
const rest = price - part;
const funds = 5_000;
const minuteMs = 60_000;
let provided: ProvidedShop;

beforeAll(async () => {
  provided = await startProvidedShop();
});

afterAll(() => provided?.[Symbol.asyncDispose]());

const split = { method: 'wechat', flow: 'qr', balanceAmount: yuan(part) } as const;
const untilBalance = ({ buyer }: AnOrder, amount: number) =>
  until(
    () => balanceOf(buyer),
    (seen) => seen === amount,
  );

async function openedInParts() {
  const bought = await provided.anOrder({ balance: funds });
  await opened(bought, split);
  expect(await balanceOf(bought.buyer)).toBe(funds - part);
  return { ...bought, number: await provided.numberOf(bought.orderId, 'wechat') };
}

test('both parts come: the order is paid, and a cancel gives each back to where it came from', async () => {
  const { wechat } = provided.tellers;
  const { buyer, orderId, number } = await openedInParts();
  expect(await paymentOf(buyer, orderId)).toMatchObject({ status: 'REQUIRES_ACTION', captured: yuan(part) });
  expect(wechat.pay(number)).toBe(true);
  expect(wechat.captures(number)).toEqual([rest]);
  await heard(provided.shop, OrderConfirmed, orderId);
  expect(await paymentOf(buyer, orderId)).toMatchObject({ status: 'SUCCEEDED', captured: yuan(price) });
  await demand(buyer, cancelOrder, { params: { id: orderId }, body: {} }, 200);
  await untilBooked(() => wechat.refunds(number), [rest]);
  await provided.move(minuteMs);
  await untilOrder(provided.shop, orderId, ({ refunded }) => refunded.amount === price);
  expect(await balanceOf(buyer)).toBe(funds);
});

test('the rest is never paid: the balance part returns when the order expires', async () => {
  const { buyer, orderId } = await openedInParts();
  await provided.move(31 * minuteMs);
  await untilOrder(provided.shop, orderId, ({ status }) => status === 'CANCELLED');
  expect(await untilBalance({ buyer, orderId }, funds)).toBe(funds);
});

test('the rest is refused for good: the balance part returns, the order is cancelled', async () => {
  const { buyer, orderId, number } = await openedInParts();
  provided.providers.wechat.control.decline(number);
  await provided.move(minuteMs);
  const order = await untilOrder(provided.shop, orderId, ({ status }) => status === 'CANCELLED');
  expect(order.statusReason).toBe('payment_failed');
  expect(await untilBalance({ buyer, orderId }, funds)).toBe(funds);
});

test('the provider would not open it: the balance part returns, and another way is let in at once', async () => {
  const { refuseNext } = provided.tellers.wechat;
  const bought = await provided.anOrder({ balance: price });
  if (typeof refuseNext !== 'number') refuseNext();
  expect(await choose(bought, split)).toEqual(refused(502, 'provider_refused'));
  expect(await untilBalance(bought, price)).toBe(price);
  expect(await choose(bought, { method: 'balance' })).toMatchObject({ status: 201, body: { status: 'SUCCEEDED' } });
});

test('the balance is too low for its part: nobody else is asked, nothing is taken', async () => {
  const bought = await provided.anOrder({ balance: part - 1 });
  const asked = provided.providers.wechat.control.requests.length;
  const key = randomUUID();
  expect(await choose(bought, split, key)).toEqual(refused(402, 'insufficient_balance'));
  expect(await choose(bought, split, key)).toEqual(refused(402, 'insufficient_balance'));
  expect(provided.providers.wechat.control.requests).toHaveLength(asked);
  expect(await paymentOf(bought.buyer, bought.orderId)).toMatchObject({ status: 'DUE', captured: yuan(0) });
  expect(await balanceOf(bought.buyer)).toBe(part - 1);
});

test('given up by the buyer: the balance part returns, and money that comes all the same goes back', async () => {
  const { wechat } = provided.tellers;
  const { buyer, orderId, number } = await openedInParts();
  wechat.silence(true);
  wechat.blind(true);
  wechat.pay(number);
  const { id } = await paymentOf(buyer, orderId);
  await demand(buyer, closePayment, { params: { id } }, 200);
  expect(await untilBalance({ buyer, orderId }, funds)).toBe(funds);
  wechat.silence(false);
  wechat.blind(false);
  await provided.move(minuteMs);
  await untilBooked(() => wechat.refunds(number), [rest]);
  await provided.move(minuteMs);
  const payment = await until(
    () => paymentOf(buyer, orderId),
    ({ refunded }) => refunded.amount === price,
  );
  expect(payment).toMatchObject({ status: 'DUE', captured: yuan(price) });
});

test('the answers of wallet or provider are lost: the same key goes on with both parts, each taken once', async () => {
  const { wechat } = provided.tellers;
  const bought = await provided.anOrder({ balance: funds });
  const key = randomUUID();
  await provided.shop.failOnce('payment', 'after-debit', 'requests');
  expect(await choose(bought, split, key)).toEqual(refused(504, 'provider_unknown'));
  await provided.shop.failOnce('payment', 'after-open', 'requests');
  expect(await choose(bought, split, key)).toEqual(refused(504, 'provider_unknown'));
  expect(await choose(bought, split, key)).toMatchObject({ status: 201, body: { status: 'REQUIRES_ACTION' } });
  const number = await provided.numberOf(bought.orderId, 'wechat');
  wechat.pay(number);
  await heard(provided.shop, OrderConfirmed, bought.orderId);
  expect(wechat.captures(number)).toEqual([rest]);
  expect(await balanceOf(bought.buyer)).toBe(funds - part);
});

test('another way is chosen: the balance part returns, the first is closed, the order is paid once', async () => {
  const { card } = provided.tellers;
  const { buyer, orderId, number } = await openedInParts();
  await opened({ buyer, orderId }, card.choice);
  card.pay(await provided.numberOf(orderId, 'card'));
  await heard(provided.shop, OrderConfirmed, orderId);
  expect(await untilBalance({ buyer, orderId }, funds)).toBe(funds);
  expect(await provided.settled(orderId)).toEqual(['SUCCEEDED', 'CLOSED', 'SUCCEEDED']);
  expect(provided.tellers.wechat.pay(number)).toBe(false);
});

test('after all of this the audit finds nothing amiss', async () => {
  await provided.move(60 * minuteMs);
  expect(await violationsAtRest(provided.shop)).toEqual([]);
});
