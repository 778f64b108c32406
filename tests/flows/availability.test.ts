import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProduct, getProduct, listProducts } from '../../src/contracts/http/catalog.ts';
import { adjustStock } from '../../src/contracts/http/inventory.ts';
import { quoteIdentifier } from '../../src/runtime/database/identifiers.ts';
import { withSession } from '../../src/runtime/database/provision.ts';
import { startTestShop } from '../support/arrangement.ts';
import { untilHeard } from '../support/hearing.ts';
import { testCluster } from '../support/postgres.ts';
import type { Person, TestShop } from '../support/shop.ts';

/** 003 §3 beside 004 §4: how many there are is inventory's to say; the shop stays open while inventory is away. */

let shop: TestShop;
let operator: Person;
const category = 'counted';

beforeAll(async () => {
  shop = await startTestShop();
  operator = await shop.operator();
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

async function created(): Promise<{ id: string; sku: string }> {
  const sku = `SKU-${randomUUID().slice(0, 13)}`;
  const texts = { en: { name: `Thing ${sku}`, description: '' } };
  const variants = [{ sku, price: { amount: 100, currency: 'CNY' } }];
  const reply = await operator.ask(createProduct, { body: { category, texts, variants } });
  if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
  return { id: reply.body.id, sku };
}

async function stock(sku: string, delta: number): Promise<void> {
  const reply = await operator.ask(adjustStock, { params: { sku }, body: { delta, reason: 'counted' } });
  if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
}

async function available(id: string): Promise<number | undefined> {
  const reply = await shop.client.request(getProduct, { params: { id } });
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  return reply.body.variants[0]?.available;
}

async function listed(): Promise<string[]> {
  const reply = await shop.client.request(listProducts, { query: { category } });
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  return reply.body.data.map(({ id }) => id);
}

test('a shopper sees what inventory has now', async () => {
  const { id, sku } = await created();
  expect(await available(id)).toBe(0);
  await stock(sku, 7);
  expect(await available(id)).toBe(7);
  await stock(sku, -2);
  expect(await available(id)).toBe(5);
});

test('what is sold out goes behind what is in stock, and comes back with the goods', async () => {
  const [first, second] = [await created(), await created()];
  await stock(first.sku, 1);
  await stock(second.sku, 1);
  await untilHeard(shop, 'catalog');
  const order = async () => (await listed()).filter((id) => id === first.id || id === second.id);
  expect(await order()).toEqual([second.id, first.id]);
  await stock(second.sku, -1);
  await untilHeard(shop, 'catalog');
  expect(await order()).toEqual([first.id, second.id]);
  await stock(second.sku, 1);
  await untilHeard(shop, 'catalog');
  expect(await order()).toEqual([second.id, first.id]);
});

test('while inventory is away the shop stays open, with what inventory said last', async () => {
  const { id, sku } = await created();
  await stock(sku, 3);
  await untilHeard(shop, 'catalog');
  const role = `${shop.prefix}_inventory`;
  const allow = (connections: boolean) =>
    withSession(testCluster(), async (session) => {
      await session.script(`ALTER ROLE ${quoteIdentifier(role)} ${connections ? '' : 'NO'}LOGIN`);
      if (connections) return;
      await session.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [role]);
    });
  await allow(false);
  try {
    expect(await available(id)).toBe(3);
    expect(await listed()).toContain(id);
  } finally {
    await allow(true);
  }
  await stock(sku, 1);
  expect(await available(id)).toBe(4);
});

test.for(['longjing-green-tea.svg', 'gooseneck-pour-over-kettle.svg'])(
  'the picture %s is served to keep',
  async (name) => {
    const answer = await fetch(`${shop.url}/v1/images/${name}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('image/svg+xml');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=86400');
    expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/);
    expect(await answer.text()).toMatch(/^<svg /);
  },
);

test('all pictures that products name are there', async () => {
  const reply = await shop.client.request(listProducts, { query: { limit: 100 } });
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  const images = [...new Set(reply.body.data.flatMap((product) => product.images))];
  expect(images.length).toBeGreaterThan(50);
  const statuses = await Promise.all(images.map(async (path) => (await fetch(`${shop.url}${path}`)).status));
  expect(new Set(statuses)).toEqual(new Set([200]));
});

test.for([
  ...['nothing.svg', '..%2Findex.ts', '..%2f..%2fservice.ts', '%2e%2e%2findex.ts', '....//index.ts', 'a%00.svg'],
  ...[
    '.svg',
    'longjing-green-tea.svg%00',
    'longjing-green-tea.SVG',
    'longjing-green-tea',
    '%2Fetc%2Fpasswd',
    'C:%5Ca.svg',
  ],
])('no other file is served: %s', async (name) => {
  const answer = await fetch(`${shop.url}/v1/images/${name}`);
  expect([400, 404]).toContain(answer.status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
});
