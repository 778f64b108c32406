import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drainBus } from '../../src/apps/drain.ts';
import { getAnyOrder, placeOrder } from '../../src/contracts/http/ordering.ts';
import { adjustWallet } from '../../src/contracts/http/wallet.ts';
import { atRest, auditOf } from '../proof/audits.ts';
import { lacksOwnBroker, type PrivateBroker, privateBroker } from '../support/broker.ts';
import { startTestPlatform, type TestPlatform, testEnvironment } from '../support/platform.ts';
import { dropDatabases, uniqueName } from '../support/postgres.ts';
import type { Person } from '../support/shop.ts';
import { demand, type Goods, newGoods, orderOf, pay, untilOrder, yuan } from '../support/trade.ts';

/** So that requests end with the order, and leave what comes of it under way. */
const hurried = { ORDER_WAIT: '1ms' };
const prefix = uniqueName('moving');
const never = new AbortController().signal;

function drain(more: Readonly<Record<string, string>>) {
  const environment = { ...testEnvironment({ DATABASE_PREFIX: prefix, ...more }), DEMO: '0' };
  return drainBus({ environment, signal: never, progress: () => undefined });
}

/** Orders that are accepted, and whose processes are told to end before much has come of them. */
async function leaveOrders(shop: TestPlatform, buyer: Person, goods: Goods): Promise<readonly string[]> {
  const replies = await Promise.all(
    Array.from({ length: 20 }, () =>
      shop.client.request(
        placeOrder,
        { body: orderOf([[goods, 1]]), idempotencyKey: uniqueName('key') },
        { token: buyer.token },
      ),
    ),
  );
  await shop.stop();
  expect(replies.map(({ status }) => status).filter((status) => status !== 201 && status !== 202)).toEqual([]);
  return replies.map(({ body }) => (body as { readonly id: string }).id);
}

async function statusesOf(shop: TestPlatform, ids: readonly string[]): Promise<readonly string[]> {
  const operator = await shop.operator();
  return Promise.all(ids.map(async (id) => (await demand(operator, getAnyOrder, { params: { id } }, 200)).status));
}

/** The orders go on where they were left. */
async function finish(shop: TestPlatform, buyer: Person, ids: readonly string[]): Promise<void> {
  const again = {
    ...buyer,
    ask: ((asked, input, options) =>
      shop.client.request(asked, input, { token: buyer.token, ...options })) as Person['ask'],
  };
  expect(await statusesOf(shop, ids)).toEqual(ids.map(() => 'PENDING'));
  await Promise.all(ids.map((id) => pay(again, id)));
  await Promise.all(ids.map((id) => untilOrder(shop, id, ({ status }) => status === 'CONFIRMED')));
  await atRest(shop);
  expect((await auditOf(shop)).violations).toEqual([]);
}

describe.skipIf(lacksOwnBroker)('a store with orders under way', () => {
  let broker: PrivateBroker;

  beforeAll(async () => {
    broker = await privateBroker();
  }, 60_000);

  afterAll(async () => {
    await broker?.[Symbol.asyncDispose]();
    await dropDatabases(prefix);
  });

  test('is moved from RabbitMQ into one process and back; nothing is lost, and nothing stays with the broker', {
    timeout: 240_000,
  }, async () => {
    const overRabbitmq = { AMQP_URL: broker.url, DATABASE_PREFIX: prefix, ...hurried };
    const inProcess = { DATABASE_PREFIX: prefix, ...hurried };
    const queues = () => broker.evaluate('length(rabbit_amqqueue:list())');

    // Hears nothing, so that all of it is left in the queues and the logs.
    const first = await startTestPlatform({ ...overRabbitmq, CONSUME: 'off' });
    const goods = await newGoods(first, { stock: 100 });
    const buyer = await first.shopper();
    await expect(drain({ AMQP_URL: broker.url })).rejects.toThrow('Other processes are at work on the store of');
    const leftThere = await leaveOrders(first, buyer, goods);
    expect(Number(await queues())).toBeGreaterThan(5);
    expect(await first.sql('ordering', 'select distinct status from orders')).toEqual([{ status: 'CREATED' }]);

    expect(await drain({ AMQP_URL: broker.url })).toEqual({ bus: 'RabbitMQ', setAside: 0 });
    expect(await queues()).toBe('0');
    expect(await first.sql('ordering', 'select consumer from publications')).toEqual([]);

    const second = await startTestPlatform(inProcess);
    const body = { amount: yuan(100 * goods.price), reason: 'test' };
    await demand(await second.operator(), adjustWallet, { params: { userId: buyer.id }, body }, 201);
    await finish(second, buyer, leftThere);
    const leftHere = await leaveOrders(second, buyer, goods);
    expect(await drain({})).toEqual({ bus: 'in-process', setAside: 0 });

    const third = await startTestPlatform(overRabbitmq);
    await finish(third, buyer, leftHere);
    await third.stop();
  });
});
