import { afterAll, beforeAll, expect, test } from 'vitest';
import { services } from '../../src/apps/services.ts';
import { deliverOrder, shipOrder } from '../../src/contracts/http/fulfillment.ts';
import { adjustStock } from '../../src/contracts/http/inventory.ts';
import { cancelOrder, placeOrder } from '../../src/contracts/http/ordering.ts';
import { payOrder } from '../../src/contracts/http/payment.ts';
import { approveRefund, requestRefund } from '../../src/contracts/http/refunds.ts';
import { adjustWallet } from '../../src/contracts/http/wallet.ts';
import type { ServiceNode } from '../../src/runtime/host/service-node.ts';
import { type Person, startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { demand, type Goods, newGoods, orderOf, untilOrder, yuan } from '../support/trade.ts';
import { atRest, violationsAtRest } from './audits.ts';

/** docs/adr/0018: what a writer knows of its store is what the store holds, however it came to know it. */

let shop: TestPlatform;
let operator: Person;

beforeAll(async () => {
  shop = await startTestPlatform();
  operator = await shop.operator();
});

afterAll(() => shop[Symbol.asyncDispose]());

/** One buyer's afternoon: what is refused on the way is an answer as well. */
async function afternoonOf(buyer: Person, plenty: Goods, scarce: Goods, turn: number): Promise<void> {
  const placed = await buyer.ask(placeOrder, {
    body: orderOf([[turn % 3 === 0 ? scarce : plenty, 1]]),
  });
  if (placed.status !== 201) return;
  const { id: orderId } = placed.body as { id: string };
  if (turn % 5 === 1) await buyer.ask(cancelOrder, { params: { id: orderId }, body: { reason: 'changed my mind' } });
  const paid = await buyer.ask(payOrder, { body: { orderId, method: 'balance' } });
  if (turn % 5 === 2) await buyer.ask(cancelOrder, { params: { id: orderId }, body: { reason: 'too late' } });
  if (paid.status !== 201 || turn % 5 < 3) return;
  await untilOrder(shop, orderId, ({ status }) => status === 'CONFIRMED');
  if (turn % 5 === 4) return ship(orderId, turn);
  const body = { orderId, amount: yuan(100), reason: 'a dent' };
  const refund = await demand(buyer, requestRefund, { body }, 202);
  if (turn % 2 === 1) await operator.ask(approveRefund, { params: { id: refund.id }, body: { reason: 'seen' } });
}

async function ship(orderId: string, turn: number): Promise<void> {
  const params = { id: orderId };
  await demand(operator, shipOrder, { params, body: { carrier: 'SF', trackingNumber: String(turn) } }, 200);
  if (turn % 2 === 0) await demand(operator, deliverOrder, { params }, 200);
}

async function unlike(node: ServiceNode): Promise<{ readonly known: number; readonly unlike: readonly unknown[] }> {
  // Numbers are not rows: to read one is to draw one.
  const shelves = [...(node.writer.knowledge?.rows.shelves ?? [])].filter(([name]) => name !== 'numbers');
  const compared = shelves.map(async ([name, { table, rows }]) => {
    const known = rows.entries();
    const stored = await table.load?.(node.database, [...known.keys()].sort());
    const byKey = new Map(stored?.map((row) => [table.keyOf(row), row]));
    const amiss: unknown[] = [];
    for (const [rowKey, row] of known) {
      const held = byKey.get(rowKey) ?? null;
      try {
        expect(row).toEqual(held);
      } catch {
        amiss.push({ service: node.service.name, name, key: rowKey, known: row, held });
      }
    }
    return { known: known.size, amiss };
  });
  const tables = await Promise.all(compared);
  return {
    known: tables.reduce((sum, { known }) => sum + known, 0),
    unlike: tables.flatMap(({ amiss }) => amiss),
  };
}

test('after orders, payments, cancellations, shipments, refunds and corrections every row known is as it is stored', async () => {
  const plenty = await newGoods(shop, { stock: 1_000 });
  const scarce = await newGoods(shop, { stock: 12 });
  const buyers = await Promise.all([30_000, 30_000, 30_000, 2_500].map((balance) => shop.shopper(balance)));
  await Promise.all(
    buyers.map(async (buyer) => {
      for (let turn = 0; turn < 15; turn += 1) await afternoonOf(buyer, plenty, scarce, turn);
    }),
  );
  const correction = { params: { sku: plenty.sku }, body: { delta: -3, reason: 'broken' } };
  await operator.ask(adjustStock, correction);
  const [poor] = buyers.slice(-1);
  const present = { params: { userId: poor?.id ?? '' }, body: { amount: yuan(500), reason: 'sorry' } };
  await operator.ask(adjustWallet, present);
  await atRest(shop);
  const compared = await Promise.all([...shop.platform.host.nodes.values()].map(unlike));
  expect(compared.flatMap(({ unlike: rows }) => rows)).toEqual([]);
  expect(compared.reduce((sum, { known }) => sum + known, 0)).toBeGreaterThan(300);
  expect(await violationsAtRest(shop)).toEqual([]);
});

test('whatever a service may change in its own tables takes the turn when somebody else changes it', async () => {
  const sql = (service: string) => `
    select relname as name, exists (select from pg_trigger where tgrelid = t.oid and tgname = 'turn') as known
    from pg_class t
    where relkind in ('r', 'p') and relnamespace = '${service}'::regnamespace
      and has_table_privilege('${shop.prefix}_${service}', t.oid, 'update')`;
  const tablesOf = async (service: string) =>
    (await shop.sql(service, sql(service))) as { name: string; known: boolean }[];
  const ofRuntime = new Set((await tablesOf('gateway')).flatMap(({ name }) => (name === 'audits' ? [] : [name])));
  const unknown = await Promise.all(
    services.map(async ({ name: service }) => {
      const tables = (await tablesOf(service)).filter(({ name }) => !ofRuntime.has(name));
      return tables.flatMap(({ name, known }) => (known ? [] : [`${service}.${name}`]));
    }),
  );
  expect(ofRuntime).toContain('cursors');
  // Written over as a whole, and never read by a rule.
  expect(unknown.flat()).toEqual(['catalog.documents', 'payment.callbacks']);
});
