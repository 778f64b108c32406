import { expect, vi } from 'vitest';
import { services } from '../../src/apps/services.ts';
import { type Audit, getAudit, startAudit } from '../../src/contracts/http/gateway.ts';
import { withSession } from '../../src/runtime/database/provision.ts';
import { unheardBy } from '../support/hearing.ts';
import { ownerOf } from '../support/postgres.ts';
import type { Person, TestShop } from '../support/shop.ts';

const patience = { timeout: 30_000, interval: 25 };

/** An audit over the operator's API, from its start to its end. */
export async function auditBy(operator: Pick<Person, 'ask'>, timeout = patience.timeout): Promise<Audit> {
  const started = await operator.ask(startAudit);
  expect(started).toMatchObject({ status: 202, body: { id: expect.stringMatching(/^adt_/) } });
  const params = started.body as { id: string };
  return vi.waitFor(
    async () => {
      const reply = await operator.ask(getAudit, { params });
      expect(reply).toMatchObject({ status: 200, body: { finishedAt: expect.any(String) } });
      return reply.body as Audit;
    },
    { ...patience, timeout },
  );
}

export async function auditOf(shop: TestShop): Promise<Audit> {
  return auditBy(await shop.operator());
}

/** Waits until nothing is under way: no order in between, no refund to be carried out, everything said has been heard. */
export async function atRest(shop: TestShop): Promise<void> {
  await vi.waitFor(async () => {
    const moving = await Promise.all([
      shop.sql('ordering', "select id from orders where status in ('CREATED', 'PAID')"),
      shop.sql('ordering', "select id from refunds where status in ('APPROVED', 'PROCESSING')"),
      shop.sql('fulfillment', "select order_id from shipments where status = 'DISPATCHING'"),
      shop.sql('payment', "select id from attempts where status not in ('SUCCEEDED', 'DECLINED', 'CLOSED')"),
      shop.sql('payment', "select id from refunds where status = 'REQUESTED'"),
    ]);
    expect(moving.flat()).toEqual([]);
    const unheard = await Promise.all(services.map(({ name }) => unheardBy(shop, name)));
    expect(unheard.filter((messages) => messages > 0)).toEqual([]);
  }, patience);
}

/** What is amiss once nothing is under way any more. */
export async function violationsAtRest(shop: TestShop): Promise<Audit['violations']> {
  await atRest(shop);
  return (await auditOf(shop)).violations;
}

/** One statement as the owner of a service's database: the hand that breaks things, or looks at them. */
export function sqlIn<Row extends object>(
  { prefix }: Pick<TestShop, 'prefix'>,
  service: string,
  sql: string,
): Promise<readonly Row[]> {
  const database = ownerOf(prefix, service);
  return withSession(database, async (session) => (await session.query<Row>(sql)).rows);
}

/** Several statements in one transaction. */
export function scriptIn({ prefix }: Pick<TestShop, 'prefix'>, service: string, sql: string): Promise<void> {
  return withSession(ownerOf(prefix, service), (session) => session.script(sql));
}
