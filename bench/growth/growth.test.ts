import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoAccounts } from '../../src/services/identity/service.ts';
import { atRest, auditOf } from '../../tests/proof/audits.ts';
import { startTestPlatform, type TestPlatform } from '../../tests/support/platform.ts';
import { dropDatabases, testCluster, uniqueName } from '../../tests/support/postgres.ts';
import type { Buyers } from '../load/buyers.ts';
import type { LoadOptions } from '../load/protocol.ts';
import { Shop } from '../load/shop.ts';
import { type Buying, buy } from './loop.ts';
import { makeOrders } from './orders.ts';
import { addedPerOrder, type Shape, shapeOf } from './shape.ts';

const { email, password } = demoAccounts.administrator;
const shop = { connections: 16, users: 8, skus: 40, admin: { email, password } };
const madeOrders = 2_000;

function loadOn(platform: TestPlatform): LoadOptions {
  return { ...shop, host: '127.0.0.1', port: Number(new URL(platform.url).port) };
}

function buyingFrom(platform: TestPlatform, { all }: Buyers): Buying {
  const { port, connections, skus } = loadOn(platform);
  return { port, connections, skus, authorizations: all.map(({ authorization }) => authorization) };
}

const quietly = (): void => undefined;

describe('a store that was made', () => {
  const prefix = uniqueName('made');
  let buyers: Buyers;
  let untouched: Shape;

  beforeAll(async () => {
    const opened = await startTestPlatform({ DATABASE_PREFIX: prefix });
    ({ buyers } = await Shop.open(loadOn(opened), quietly));
    await atRest(opened);
    await opened[Symbol.asyncDispose]();
    untouched = await shapeOf(testCluster(), prefix);
    await makeOrders({
      admin: testCluster(),
      prefix,
      buyers: buyers.userIds,
      skus: shop.skus,
      orders: madeOrders,
      // Younger than what is forgotten.
      from: Date.now() - 86_400_000,
      until: Date.now(),
      progress: quietly,
    });
  }, 120_000);

  afterAll(() => dropDatabases(prefix));

  test('has for each order what an order over HTTP leaves', async () => {
    const made = addedPerOrder(untouched, await shapeOf(testCluster(), prefix), madeOrders);
    await using ordinary = await startTestPlatform();
    const { buyers: others } = await Shop.open(loadOn(ordinary), quietly);
    await atRest(ordinary);
    const before = await shapeOf(testCluster(), ordinary.prefix);
    const { done, unexpected } = await buy(buyingFrom(ordinary, others), 1);
    expect(unexpected).toEqual({});
    await atRest(ordinary);

    expect(made).toMatchObject({ 'ordering.orders.status CONFIRMED': 1, 'ordering.log.*': expect.any(Number) });
    expect(made).toEqual(addedPerOrder(before, await shapeOf(testCluster(), ordinary.prefix), done));
  }, 120_000);

  test('is sound, and the platform goes on with it', async () => {
    await using again = await startTestPlatform({ DATABASE_PREFIX: prefix });
    const { done, unexpected } = await buy(buyingFrom(again, buyers), 0.5);
    expect(unexpected).toEqual({});
    await atRest(again);

    const audit = await auditOf(again);
    expect(audit.violations).toEqual([]);
    expect(audit.checked).toMatchObject({ orders: madeOrders + done });
  }, 120_000);
});
