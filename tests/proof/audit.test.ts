import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Audit, getAudit, getLatestAudit, startAudit } from '../../src/contracts/http/gateway.ts';
import { cancelOrder, listOrders, placeOrder } from '../../src/contracts/http/ordering.ts';
import { payOrder } from '../../src/contracts/http/payment.ts';
import { eventually } from '../support/eventually.ts';
import { startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { demand, newGoods, order, orderOf, pay, untilOrder } from '../support/trade.ts';
import { atRest, auditOf, scriptIn, sqlIn } from './audits.ts';
import type { Breakage, Scene, Stage } from './breakages/breakage.ts';
import { messages } from './breakages/messages.ts';
import { moneyAndGoods } from './breakages/money-and-goods.ts';
import { statements } from './breakages/statements.ts';

/** docs/reliability.md, "The invariants": I1–I8 over live data, and each of them broken by hand. */

const price = 1_000;
const breakages = [...moneyAndGoods, ...statements, ...messages];

/** One order of a buyer of its own, for goods of their own, brought to a stage. */
async function stage(shop: TestPlatform, at: Stage): Promise<Scene> {
  const [buyer, goods] = await Promise.all([
    shop.shopper(2 * price),
    newGoods(shop, { stock: at === 'failed' ? 0 : 5, price }),
  ]);
  const sceneOf = (orderId: string): Scene => ({
    orderId,
    paymentId: orderId.replace('ord_', 'pay_'),
    sku: goods.sku,
    buyerId: buyer.id,
  });
  if (at === 'failed') {
    expect(await buyer.ask(placeOrder, { body: orderOf([[goods, 1]]) })).toMatchObject({ status: 409 });
    const { data } = await demand(buyer, listOrders, {}, 200);
    return sceneOf(data[0]?.id ?? '');
  }
  const { id } = await order(buyer, [goods, 1]);
  if (at === 'confirmed' || at === 'refunded') {
    await pay(buyer, id);
    await untilOrder(shop, id, ({ status }) => status === 'CONFIRMED');
  }
  if (at === 'cancelled' || at === 'refunded') await demand(buyer, cancelOrder, { params: { id }, body: {} }, 200);
  if (at === 'refunded') await untilOrder(shop, id, ({ refunded }) => refunded.amount === price);
  return sceneOf(id);
}

const stages: readonly Stage[] = ['pending', 'confirmed', 'refunded', 'cancelled', 'failed'];

describe('an audit of a shop in which all is well', () => {
  let shop: TestPlatform;

  beforeAll(async () => {
    shop = await startTestPlatform();
  });

  afterAll(async () => {
    await shop?.[Symbol.asyncDispose]();
  });

  test('finds nothing, says how much it has looked at, and is the latest', async () => {
    await Promise.all(stages.map((at) => stage(shop, at)));
    await atRest(shop);
    const audit = await auditOf(shop);
    expect(audit.violations).toEqual([]);
    expect(audit.checked).toMatchObject({ orders: 5, reservations: 5, payments: 5, attempts: 2 });
    const operator = await shop.operator();
    expect(await demand(operator, getLatestAudit, {}, 200)).toEqual(audit);
  });

  test('names nothing that is only under way: 200 orders are placed, paid and cancelled meanwhile', async () => {
    const [buyer, goods] = await Promise.all([shop.shopper(200 * price), newGoods(shop, { stock: 1_000, price })]);
    const running = new AbortController();
    const audits = repeat(() => auditOf(shop), running.signal);
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const { id } = await order(buyer, [goods, 1]);
        await buyer.ask(payOrder, { body: { orderId: id, method: 'balance' } });
        if (index % 4 === 0) await demand(buyer, cancelOrder, { params: { id }, body: {} }, 200);
      }),
    );
    await atRest(shop);
    running.abort();
    const finished = await audits;
    expect(finished.length).toBeGreaterThan(0);
    expect(finished.flatMap(({ violations }) => violations)).toEqual([]);
    expect((await auditOf(shop)).checked.orders).toBe(205);
  });

  test('is an operator’s: not a shopper’s, not a stranger’s', async () => {
    const buyer = await shop.shopper();
    const params = { id: 'adt_01890000-0000-7000-8000-000000000000' };
    expect((await buyer.ask(startAudit)).status).toBe(403);
    expect((await buyer.ask(getLatestAudit)).status).toBe(403);
    expect((await buyer.ask(getAudit, { params })).status).toBe(403);
    expect((await shop.client.request(startAudit)).status).toBe(401);
    expect((await (await shop.operator()).ask(getAudit, { params })).status).toBe(404);
  });
});

describe('what a hand breaks in the database is named', () => {
  const scenes = new Map<Breakage, Scene>();
  let shop: TestPlatform;
  let untouched: Scene[];
  let before: Audit;
  let after: Audit;

  beforeAll(async () => {
    shop = await startTestPlatform({ AUDIT_BOUND: '100ms' });
    untouched = await Promise.all(stages.map((at) => stage(shop, at)));
    await Promise.all(breakages.map(async (breakage) => scenes.set(breakage, await stage(shop, breakage.at))));
    await atRest(shop);
    before = await auditOf(shop);
    for (const [service, broken] of Map.groupBy(scenes, ([breakage]) => breakage.service)) {
      await scriptIn(shop, service, broken.map(([breakage, scene]) => breakage.sql(scene)).join(';\n'));
    }
    after = await auditOf(shop);
  }, 120_000);

  afterAll(async () => {
    await shop?.[Symbol.asyncDispose]();
  });

  test('and nothing was before', () => {
    expect(before.violations).toEqual([]);
  });

  test.each(breakages.map((breakage) => [`${breakage.invariant}: ${breakage.what}`, breakage] as const))(
    '%s',
    (_, breakage) => {
      const scene = scenes.get(breakage);
      if (!scene) throw new Error('not staged');
      const named = breakage.names?.(scene);
      const found = after.violations.filter(({ orderId, detail }) =>
        named === undefined ? orderId === scene.orderId : detail.includes(named),
      );
      expect(found.map(({ invariant }) => invariant)).toContain(breakage.invariant);
    },
  );

  test('and what nobody touched is not', () => {
    const names = new Set(untouched.flatMap(({ orderId, sku, buyerId }) => [orderId, sku, buyerId]));
    const wrong = after.violations.filter(
      ({ orderId, detail }) => names.has(orderId ?? '') || [...names].some((name) => detail.includes(name)),
    );
    expect(wrong).toEqual([]);
  });
});

describe('a cursor', () => {
  test('I8: that was moved back, one beyond the log’s end, and one before a message that a broker lost, are named', async () => {
    await using shop = await startTestPlatform({ AUDIT_BOUND: '100ms' });
    await stage(shop, 'confirmed');
    await atRest(shop);
    // Whose cursor moves under it begins again from there: a hand is only seen where nobody reads on.
    await Promise.all([
      isReadToItsEnd(shop, 'notification', 'ordering'),
      isReadToItsEnd(shop, 'wallet', 'payment'),
      isReadToItsEnd(shop, 'inventory', 'ordering'),
    ]);
    await sqlIn(shop, 'notification', "update cursors set position = 0 where source = 'ordering'");
    await sqlIn(shop, 'wallet', "update cursors set position = position + 1000 where source = 'payment'");
    const asks =
      "select position from log where type in ('ordering.reserve-stock', 'ordering.reduce-stock') order by 1";
    const [lost, next] = (await sqlIn<{ position: bigint }>(shop, 'ordering', asks)).map(({ position }) => position);
    await scriptIn(
      shop,
      'inventory',
      `update cursors set position = ${lost} - 1 where source = 'ordering';
       insert into inbox (source, position, previous) values ('ordering', ${next}, ${lost})`,
    );
    const { violations } = await auditOf(shop);
    const details = violations.filter(({ invariant }) => invariant === 'I8').map(({ detail }) => detail);
    expect(details).toContainEqual(expect.stringMatching(/^inventory has not heard 1 messages of ordering/));
    expect(details).toContainEqual(expect.stringMatching(/^notification has not heard \d+ messages of ordering/));
    expect(details).toContainEqual(
      expect.stringMatching(/^wallet has heard payment up to \d+, but its log ends at \d+/),
    );
  });
});

describe('an audit that cannot be finished', () => {
  test('says why, and is not the latest', async () => {
    await using shop = await startTestPlatform();
    const operator = await shop.operator();
    await sqlIn(shop, 'wallet', 'alter table journals rename to mislaid');
    const { id } = await demand(operator, startAudit, {}, 202);
    const ended = await eventually(async () => {
      const audit = await demand(operator, getAudit, { params: { id } }, 200);
      expect(audit.finishedAt).not.toBeNull();
      return audit;
    });
    expect(ended).toMatchObject({ error: expect.any(String), violations: [] });
    expect((await operator.ask(getLatestAudit)).status).toBe(404);
  });

  test('because its process ended is ended by the next', { timeout: 120_000 }, async () => {
    await using shop = await startTestPlatform();
    const id = 'adt_01890000-0000-7000-8000-000000000001';
    const begun = `insert into audits (id, started_at, asked_by, cause) values ('${id}', now(), 'somebody', 'test')`;
    await shop.stop();
    await sqlIn(shop, 'gateway', begun);
    await using again = await startTestPlatform({ DATABASE_PREFIX: shop.prefix });
    const operator = await again.operator();
    const audit = await eventually(async () => {
      const found = await demand(operator, getAudit, { params: { id } }, 200);
      expect(found.finishedAt).not.toBeNull();
      return found;
    });
    expect(audit).toMatchObject({ error: 'the process ended before the audit did', violations: [] });
  });

  test('yet because its process is still at it is left alone by others that start meanwhile', {
    timeout: 120_000,
  }, async () => {
    await using shop = await startTestPlatform({ AUDIT_BOUND: '1h', ACCESS_TOKEN_LIFETIME: '30d' });
    const operator = await shop.operator();
    await sqlIn(shop, 'inventory', 'update stock set on_hand = on_hand + 1');
    const { id } = await demand(operator, startAudit, {}, 202);
    const abandoned = 'adt_01890000-0000-7000-8000-000000000002';
    const begun = `insert into audits (id, started_at, asked_by, cause) values ('${abandoned}', now(), 'somebody', 'test')`;
    await sqlIn(shop, 'gateway', begun);
    await using other = await startTestPlatform({ DATABASE_PREFIX: shop.prefix });
    const read = (audit: string) => demand(operator, getAudit, { params: { id: audit } }, 200);
    await eventually(async () => {
      other.time.move(5_000);
      expect((await read(abandoned)).finishedAt).not.toBeNull();
    });
    expect((await read(id)).finishedAt).toBeNull();
    await eventually(async () => {
      shop.time.move(3_600_000);
      expect((await read(id)).finishedAt).not.toBeNull();
    });
    expect((await read(id)).error).not.toBe('the process ended before the audit did');
  });
});

/** The stored cursor follows what was read and is of no interest a little later. */
async function isReadToItsEnd(shop: TestPlatform, consumer: string, source: string): Promise<void> {
  await eventually(async () => {
    const [cursor] = await sqlIn<{ position: bigint }>(
      shop,
      consumer,
      `select position from cursors where source = '${source}'`,
    );
    const [head] = await sqlIn<{ position: bigint }>(shop, source, 'select max(position) as position from log');
    expect(cursor?.position).toBe(head?.position);
  });
}

async function repeat<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T[]> {
  const results: T[] = [];
  while (!signal.aborted) results.push(await work());
  return results;
}
