import { expect, test } from 'vitest';
import { startPlatform } from '../../src/apps/platform.ts';
import { services } from '../../src/apps/services.ts';
import { getAnyOrder, placeOrder } from '../../src/contracts/http/ordering.ts';
import { eventually } from '../support/eventually.ts';
import { type Environment, startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { dropDatabases, testCluster, uniqueName, urlOf } from '../support/postgres.ts';
import { demand, newGoods, orderOf, untilOrder } from '../support/trade.ts';

const patience = { timeout: 120_000 };

/** One service by itself; nobody answers at the others' addresses, nor is there a broker. */
function alone(environment: Environment) {
  const elsewhere = services.map(({ name }) => [`${name.toUpperCase()}_URL`, 'http://127.0.0.1:1']);
  return startPlatform({
    run: ['identity'],
    environment: {
      ...Object.fromEntries(elsewhere),
      ...{ AMQP_URL: 'amqp://127.0.0.1:1', SERVICE_PORT: '0', INTERNAL_PORT: '0', LOG_LEVEL: 'silent' },
      ...environment,
    },
  });
}

test('a service with a database of its own needs no other; without one it does not start', patience, async () => {
  const prefix = uniqueName('lone');
  const own = { DATABASE_PREFIX: prefix, SERVICE_SECRET: 'secret' };
  await expect(alone(own)).rejects.toThrow('identity has no database: set DATABASE_URL');
  const platform = await alone({ ...own, IDENTITY_DATABASE_URL: urlOf(testCluster()) });
  expect(platform.url).toBeUndefined();
  expect(platform.serviceUrl).toMatch(/^http:\/\/localhost:\d+$/);
  expect((await fetch(`${platform.internalUrl}/readyz`)).status).toBe(200);
  const port = platform.internalUrl.split(':').at(-1) ?? '';
  const second = alone({ ...own, IDENTITY_DATABASE_URL: urlOf(testCluster()), INTERNAL_PORT: port });
  await expect(second).rejects.toThrow(`Port ${port} is taken: set INTERNAL_PORT to another one, or to 0 for any.`);
  await platform.stop();
  await dropDatabases(prefix);
});

async function readiness({ platform }: TestPlatform) {
  const answer = await fetch(`${platform.internalUrl}/readyz`);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

test(
  'an end is told to balancers first, for as long as they need, and requests are answered meanwhile',
  patience,
  async () => {
    await using shop = await startTestPlatform({ DRAIN_DELAY: '1h' });
    expect(await readiness(shop)).toEqual({ status: 200, body: { status: 'ready' } });
    const stopped = shop.platform.stop();
    expect(await readiness(shop)).toEqual({
      status: 503,
      body: { status: 'not ready', notReady: { platform: 'ending' } },
    });
    expect((await fetch(`${shop.url}/v1/products`)).status).toBe(200);
    shop.time.move(3_600_000);
    await stopped;
    await expect(fetch(`${shop.url}/v1/products`)).rejects.toThrow();
  },
);

test(
  'while the broker is away a platform starts, is ready, says so, and accepts orders, which go on when there is a bus',
  patience,
  async () => {
    const hurried = { ORDER_WAIT: '1ms' };
    await using shop = await startTestPlatform({ ...hurried, AMQP_URL: 'amqp://nobody:nothing@127.0.0.1:1' });
    await eventually(async () => {
      expect(await readiness(shop)).toEqual({
        status: 200,
        body: { status: 'ready', degraded: { bus: expect.stringContaining('broker: ') } },
      });
    });
    const goods = await newGoods(shop, { stock: 1 });
    const buyer = await shop.shopper();
    const { id } = await demand(buyer, placeOrder, { body: orderOf([[goods, 1]]) }, 202);
    expect(await demand(await shop.operator(), getAnyOrder, { params: { id } }, 200)).toMatchObject({
      status: 'CREATED',
    });
    await shop.stop();
    await using again = await startTestPlatform({ ...hurried, DATABASE_PREFIX: shop.prefix });
    await untilOrder(again, id, ({ status }) => status === 'PENDING');
  },
);
