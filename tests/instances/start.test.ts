import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getMe } from '../../src/contracts/http/identity.ts';
import { getAnyOrder, placeOrder } from '../../src/contracts/http/ordering.ts';
import { demoStock } from '../../src/services/catalog/service.ts';
import { demoAccounts } from '../../src/services/identity/service.ts';
import { auditOf } from '../proof/audits.ts';
import { startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { dropDatabases, uniqueName } from '../support/postgres.ts';
import { demand, expectStatus, newGoods, orderOf, pay, untilOrder } from '../support/trade.ts';

/** Two processes of everything on one store that neither has seen before, started at the same instant. */
const prefix = uniqueName('twins');
let one: TestPlatform;
let other: TestPlatform;

beforeAll(async () => {
  const start = () => startTestPlatform({ DATABASE_PREFIX: prefix });
  [one, other] = await Promise.all([start(), start()]);
}, 120_000);

afterAll(async () => {
  await Promise.all([one?.stop(), other?.stop()]);
  await dropDatabases(prefix);
});

/** The one number that a query comes to. */
async function count(service: string, sql: string): Promise<number> {
  const [row] = await one.sql<{ count: bigint | string }>(service, `select (${sql}) as count`);
  return Number(row?.count);
}

describe('what a start makes is made once', () => {
  test('the demo catalogue: each SKU by one product, each product and category once', async () => {
    const skus = new Set(demoStock.map(({ sku }) => sku));
    expect(await count('catalog', 'select count(*) from variants')).toBeGreaterThanOrEqual(skus.size);
    const halves =
      'select count(*) from products p where jsonb_array_length(p.skus) <> (select count(*) from variants v where v.product_id = p.id)';
    expect(await count('catalog', halves)).toBe(0);
    const sums = ['products', 'listings', 'documents'].map((table) =>
      count('catalog', `select count(*) from ${table}`),
    );
    expect(new Set(await Promise.all(sums)).size).toBe(1);
    expect(await count('catalog', 'select max(version) from categories')).toBe(1);
  });

  test('its goods', async () => {
    const goods = demoStock.reduce((sum, { quantity }) => sum + quantity, 0);
    expect(await count('inventory', 'select sum(on_hand) from stock')).toBe(goods);
  });

  test('the accounts, and the shopper’s pocket money', async () => {
    expect(await count('identity', 'select count(*) from users')).toBe(Object.keys(demoAccounts).length);
    expect(await count('wallet', 'select sum(amount) from balances')).toBe(1_000_000);
  });

  test('the key that signs tokens: what one signs, the other accepts', async () => {
    expect(await count('identity', 'select count(*) from signing_keys')).toBe(1);
    const person = await one.shopper();
    expect((await other.client.request(getMe, {}, { token: person.token })).status).toBe(200);
  });
});

test('an order that one accepts is finished by whichever of the two, and the audit has nothing to say', async () => {
  const goods = await newGoods(one, { stock: 4 });
  const buyer = await one.shopper(4 * goods.price);
  for (const [at, elsewhere] of [
    [one, other],
    [other, one],
  ] as const) {
    const input = { body: orderOf([[goods, 1]]), idempotencyKey: uniqueName('key') };
    const placed = expectStatus(await at.client.request(placeOrder, input, { token: buyer.token }), 201);
    await pay(
      { ...buyer, ask: (asked, sent) => elsewhere.client.request(asked, sent, { token: buyer.token }) },
      placed.id,
    );
    await untilOrder(elsewhere, placed.id, ({ status }) => status === 'CONFIRMED');
    const operator = await elsewhere.operator();
    expect(await demand(operator, getAnyOrder, { params: { id: placed.id } }, 200)).toMatchObject({ id: placed.id });
  }
  expect((await auditOf(one)).violations).toEqual([]);
});
