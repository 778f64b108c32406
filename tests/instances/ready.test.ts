import { expect, test } from 'vitest';
import { getAnyOrder, placeOrder } from '../../src/contracts/http/ordering.ts';
import { eventually } from '../support/eventually.ts';
import { startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { demand, newGoods, orderOf, untilOrder } from '../support/trade.ts';

async function readiness({ platform }: TestPlatform) {
  const answer = await fetch(`${platform.internalUrl}/readyz`);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

const patience = { timeout: 120_000 };

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
