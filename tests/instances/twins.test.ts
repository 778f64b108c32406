import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getMe } from '../../src/contracts/http/identity.ts';
import { cancelOrder, getAnyOrder, placeOrder } from '../../src/contracts/http/ordering.ts';
import { demoStock } from '../../src/services/catalog/service.ts';
import { demoAccounts } from '../../src/services/identity/service.ts';
import { type MailServer, startMailServer } from '../mail/mail-server.ts';
import { atRest, auditOf } from '../proof/audits.ts';
import { eventually } from '../support/eventually.ts';
import { failOnce } from '../support/fail-once.ts';
import { startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { dropDatabases, uniqueName } from '../support/postgres.ts';
import {
  balanceOf,
  demand,
  expectStatus,
  type Goods,
  newGoods,
  order,
  orderOf,
  pay,
  submitPayment,
  untilOrder,
} from '../support/trade.ts';

/** Two processes of everything on one store that neither has seen before, started at the same instant. */
const prefix = uniqueName('twins');
let one: TestPlatform;
let other: TestPlatform;

let mails: MailServer;

beforeAll(async () => {
  mails = await startMailServer();
  const start = () => startTestPlatform({ DATABASE_PREFIX: prefix, SMTP_URL: mails.url, ACCESS_TOKEN_LIFETIME: '60d' });
  [one, other] = await Promise.all([start(), start()]);
}, 120_000);

afterAll(async () => {
  await Promise.all([one?.stop(), other?.stop()]);
  await mails?.[Symbol.asyncDispose]();
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

/** A job of a service, by both processes at the same instant and twice each, whatever it does by itself meanwhile. */
async function byBoth(service: string, name: string): Promise<void> {
  const runs = [one, other, one, other].map(({ platform }) => {
    const node = platform.host.nodes.get(service);
    const job = node?.service.jobs?.find((each) => each.name === name);
    if (!node || !job) throw new Error(`${service} has no job ${name}`);
    return job.run(node.context);
  });
  await Promise.all(runs);
}

/** Buyers with an order each that is confirmed. */
async function bought(count: number, goods: Goods) {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const buyer = await one.shopper(goods.price);
      const { id } = await order(buyer, [goods, 1]);
      await pay(buyer, id);
      await untilOrder(one, id, ({ status }) => status === 'CONFIRMED');
      return { buyer, id };
    }),
  );
}

describe('what both do at the same instant is done once', () => {
  test('mail goes out once', async () => {
    const orders = await bought(8, await newGoods(one, { stock: 8 }));
    await eventually(async () => {
      await byBoth('notification', 'send-mail');
      for (const { buyer } of orders) expect(mailsTo(buyer.email)).toBeGreaterThan(0);
    });
    await byBoth('notification', 'send-mail');
    expect(orders.map(({ buyer }) => mailsTo(buyer.email))).toEqual(orders.map(() => 1));
  });

  test('money is given back once', async () => {
    const goods = await newGoods(one, { stock: 8 });
    const orders = await bought(8, goods);
    await Promise.all(orders.map(({ buyer, id }) => demand(buyer, cancelOrder, { params: { id }, body: {} }, 200)));
    await eventually(async () => {
      await byBoth('payment', 'carry-out-refunds');
      for (const { buyer } of orders) expect(await balanceOf(buyer)).toBe(goods.price);
    });
    const credits = `select count(*) from debit_refunds`;
    const before = await count('wallet', credits);
    await byBoth('payment', 'carry-out-refunds');
    expect(await count('wallet', credits)).toBe(before);
  });

  test('a payment whose outcome is unknown is resolved once, orders that nobody paid expire once', async () => {
    const goods = await newGoods(one, { stock: 8 });
    const buyer = await one.shopper(goods.price);
    const unknown = await order(buyer, [goods, 1]);
    const unpaid = await Promise.all(Array.from({ length: 6 }, () => order(buyer, [goods, 1])));
    failOnce(one.platform.host, 'payment', 'after-debit');
    expect((await submitPayment(buyer, unknown.id)).status).toBe(504);
    for (const { time } of [one, other]) time.move(31 * 60_000);
    await eventually(async () => {
      await Promise.all([byBoth('payment', 'resolve-attempts'), byBoth('ordering', 'order-timers')]);
      for (const { id } of unpaid) expect((await orderOfAny(id)).status).toBe('CANCELLED');
      expect((await orderOfAny(unknown.id)).status).toBe('CONFIRMED');
    });
    expect(await balanceOf(buyer)).toBe(0);
    for (const { id } of unpaid) {
      const said = (await one.history('ordering', id)).map(({ type }) => type);
      expect(said.filter((type) => type === 'ordering.order-cancelled')).toHaveLength(1);
    }
  });

  test('keys are rotated once', async () => {
    for (const { time } of [one, other]) time.move(30 * 86_400_000);
    await byBoth('identity', 'rotate-keys');
    expect(await count('identity', 'select count(*) from signing_keys')).toBe(2);
  });

  test('and the audit has nothing to say', async () => {
    await atRest(one);
    expect((await auditOf(one)).violations).toEqual([]);
  });
});

function mailsTo(email: string): number {
  return mails.received.filter(({ to }) => to.includes(email)).length;
}

async function orderOfAny(id: string) {
  return demand(await one.operator(), getAnyOrder, { params: { id } }, 200);
}
