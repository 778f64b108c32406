import { afterAll, beforeAll, expect, test } from 'vitest';
import { shipOrder } from '../../src/contracts/http/fulfillment.ts';
import { getOrderTimeline } from '../../src/contracts/http/order-progress.ts';
import { cancelOrder, confirmReceipt, listOrders, placeOrder } from '../../src/contracts/http/ordering.ts';
import { requestRefund } from '../../src/contracts/http/refunds.ts';
import { commonTestShop } from '../support/arrangement.ts';
import { handover, shippedIn } from '../support/bought.ts';
import { Browser } from '../support/browser.ts';
import { EventReader, type ServerEvent } from '../support/event-source.ts';
import type { Person, TestShop } from '../support/shop.ts';
import {
  demand,
  expectStatus,
  newGoods,
  order,
  orderOf,
  pay,
  refused,
  until,
  untilOrder,
  yuan,
} from '../support/trade.ts';

/** A buyer watches an order come along: every status once, in order, whatever becomes of the connection. */

let shop: TestShop;

beforeAll(async () => {
  shop = await commonTestShop();
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

const streamOf = (orderId: string) => `${shop.url}/v1/orders/${orderId}/stream`;

function watch(person: Pick<Person, 'token'>, orderId: string, after?: ServerEvent): Promise<EventReader> {
  const resumed = after && { 'last-event-id': after.id };
  return EventReader.open(streamOf(orderId), { authorization: `Bearer ${person.token}`, ...resumed });
}

const brief = ({ type, data }: ServerEvent) => `${type} ${data.status}`;
const isOrder = (status: string) => (event: ServerEvent) => event.type === 'order' && event.data.status === status;

async function placed(balance = 10_000) {
  const [buyer, tea] = [await shop.shopper(balance), await newGoods(shop, { stock: 5, price: 2_000 })];
  const { id } = await order(buyer, [tea, 2]);
  return { buyer, tea, id };
}

test('the way from order to receipt is told as it is gone', async () => {
  const { buyer, id } = await placed();
  const events = await watch(buyer, id);
  expect((await events.until((event) => event.type === 'payment')).map(brief)).toEqual([
    'order CREATED',
    'order PENDING',
    'payment DUE',
  ]);
  await pay(buyer, id);
  const paid = await events.until(isOrder('CONFIRMED'));
  expect(paid.filter(({ type }) => type === 'order').map(brief)).toEqual(['order PAID', 'order CONFIRMED']);
  await demand(await shop.operator(), shipOrder, { params: { id }, body: handover }, 200);
  const shipped = await events.until(isOrder('SHIPPED'));
  await demand(buyer, confirmReceipt, { params: { id }, body: {} }, 200);
  const rest = await events.until(() => false);
  expect(rest.map(brief)).toContain('order COMPLETED');
  expect([...paid, ...shipped, ...rest].map(brief)).toContain('payment SUCCEEDED');
});

test('whoever comes back hears what was missed, each once, and of an order that has ended no more', async () => {
  const { buyer, id } = await placed();
  const first = await watch(buyer, id);
  const before = await first.until((event) => event.type === 'payment');
  first.close();
  await pay(buyer, id);
  await untilOrder(shop, id, ({ status }) => status === 'CONFIRMED');
  const second = await watch(buyer, id, before.at(-1));
  const after = await second.until(isOrder('CONFIRMED'));
  second.close();
  await demand(buyer, cancelOrder, { params: { id }, body: { reason: 'too late' } }, 200);
  const third = await watch(buyer, id, after.at(-1));
  const last = await third.until(() => false);

  const all = [...before, ...after, ...last];
  const statuses = all.filter(({ type }) => type === 'order').map(({ data }) => data.status);
  expect(statuses).toEqual(['CREATED', 'PENDING', 'PAID', 'CONFIRMED', 'CANCELLED']);
  expect(last.find(isOrder('CANCELLED'))?.data).toMatchObject({ statusReason: 'cancelled_by_buyer' });
  const numbers = all.map((event) => Number.parseInt(event.id, 10));
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));

  expect((await watch(buyer, id, all.at(-1))).status).toBe(204);
  // Who begins anew hears it all once more.
  const anew = await (await watch(buyer, id)).until(() => false);
  expect(anew.filter(({ type }) => type === 'order').map(({ data }) => data.status)).toEqual(statuses);
});

test('an order that fails says why, and what was missing', async () => {
  const [buyer, tea] = [await shop.shopper(), await newGoods(shop, { stock: 1 })];
  const refusal = await buyer.ask(placeOrder, { body: orderOf([[tea, 2]]) });
  expect(refusal).toEqual(refused(409, 'insufficient_stock', [{ sku: tea.sku, requested: 2, available: 1 }]));
  const [failed] = (await demand(buyer, listOrders, {}, 200)).data;
  expect(failed).toMatchObject({
    ...{ status: 'FAILED', statusReason: 'insufficient_stock' },
    shortages: [{ sku: tea.sku, requested: 2, available: 1 }],
  });
  const told = await (await watch(buyer, failed?.id ?? '')).until(() => false);
  expect(told.find(isOrder('FAILED'))?.data).toMatchObject({ statusReason: 'insufficient_stock' });
});

test('an order is nobody else’s to watch', async () => {
  const [{ id }, other] = [await placed(), await shop.shopper()];
  expect((await watch(other, id)).status).toBe(404);
  expect((await EventReader.open(streamOf(id), {})).status).toBe(401);
});

test('a browser watches with its session’s cookie', async () => {
  const browser = new Browser(shop);
  await browser.register();
  const tea = await newGoods(shop, { stock: 1 });
  const { id } = expectStatus(
    await browser.ask(placeOrder, { body: orderOf([[tea, 1]]), idempotencyKey: tea.sku }),
    201,
  );
  const events = await EventReader.open(streamOf(id), { cookie: browser.cookiesFor('/v1/orders') });
  expect((await events.until(isOrder('PENDING'))).map(brief)).toEqual(['order CREATED', 'order PENDING']);
  events.close();
});

test('a stream that is idle beats, and ten are enough for anybody', async () => {
  const { buyer, id } = await placed();
  const open: EventReader[] = [];
  for (let count = 0; count < 10; count += 1) open.push(await watch(buyer, id));
  expect((await watch(buyer, id)).status).toBe(429);
  open.pop()?.close();
  const again = await until(
    () => watch(buyer, id),
    ({ status }) => status === 200,
  );
  await again.until((event) => event.type === 'payment');
  await shop.move(15_500);
  const beaten = again.until(isOrder('CANCELLED'));
  await demand(buyer, cancelOrder, { params: { id }, body: {} }, 200);
  expect((await beaten).map(brief)).toContain('order CANCELLED');
  expect(again.comments).toBeGreaterThan(0);
  for (const one of open) one.close();
});

test('the time line has it all, refunds included', async () => {
  const { buyer, id } = await shippedIn(shop);
  const body = { orderId: id, amount: yuan(1_000), reason: 'a dent' };
  await demand(buyer, requestRefund, { body }, 202);
  const timeline = () => demand(buyer, getOrderTimeline, { params: { id } }, 200);
  const { data } = await timeline();
  expect(data.map(({ code, status }) => [code, status])).toEqual([
    ['placed', 'CREATED'],
    ['payable', 'PENDING'],
    ['paid', 'PAID'],
    ['confirmed', 'CONFIRMED'],
    ['shipped', 'SHIPPED'],
    ['refund_requested', null],
  ]);
  expect(data[4]).toMatchObject(handover);
  expect(data[5]).toMatchObject({ amount: yuan(1_000), reason: 'a dent' });
  const first = await demand(buyer, getOrderTimeline, { params: { id }, query: { limit: 4 } }, 200);
  const cursor = first.nextCursor ?? '';
  const rest = await demand(buyer, getOrderTimeline, { params: { id }, query: { limit: 4, cursor } }, 200);
  expect([...first.data, ...rest.data]).toEqual(data);
  const other = await shop.shopper();
  expect(await other.ask(getOrderTimeline, { params: { id } })).toEqual(refused(404, 'not_found'));
});
