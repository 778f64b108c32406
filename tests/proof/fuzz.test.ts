import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requestRefund } from '../../src/contracts/http/refunds.ts';
import type { Method } from '../../src/contracts/operation.ts';
import { type Person, startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { demand, newGoods, order, pay, untilOrder } from '../support/trade.ts';
import { atRest, auditOf } from './audits.ts';
import { hostile, nearly, nil, type Schema } from './hostile/arbitrary.ts';
import { askRaw } from './hostile/asking.ts';
import { snapshotOf } from './hostile/snapshot.ts';

/** docs/reliability.md: whatever is sent to any operation of /openapi.json, the answer is never a 5xx. */

interface Described {
  readonly operationId: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

interface Endpoint {
  readonly name: string;
  readonly method: Method;
  readonly path: string;
  readonly params: Readonly<Record<string, Schema>>;
  readonly query: Readonly<Record<string, Schema>>;
  readonly body: Schema | undefined;
}

interface Attempt {
  readonly endpoint: Endpoint;
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: string;
  readonly body: unknown;
}

let shop: TestPlatform;
let endpoints: readonly Endpoint[];
let shopper: Person;
/** Ids of the shopper's own, so that what is asked can come further than the door. */
let ids: readonly string[];

beforeAll(async () => {
  shop = await startTestPlatform();
  endpoints = endpointsOf((await (await fetch(`${shop.url}/openapi.json`)).json()) as Document);
  const goods = await newGoods(shop, { stock: 100 });
  shopper = await shop.shopper(100_000);
  const bought = await order(shopper, [goods, 2]);
  const payment = await pay(shopper, bought.id);
  await untilOrder(shop, bought.id, ({ status }) => status === 'CONFIRMED');
  const body = { orderId: bought.id, amount: { amount: 100, currency: 'CNY' }, reason: 'a dent' };
  const refund = await demand(shopper, requestRefund, { body }, 202);
  const payable = await order(shopper, [goods, 1]);
  ids = [bought.id, payment.id, refund.id, payable.id, payable.id.replace('ord_', 'pay_'), shopper.id, goods.productId];
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

function endpointsOf(document: Document): Endpoint[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters = [], requestBody }]) => {
      const schemasIn = (place: string) =>
        Object.fromEntries(parameters.filter((one) => one.in === place).map(({ name, schema }) => [name, schema]));
      return {
        name: operationId,
        method: method.toUpperCase() as Method,
        path,
        params: schemasIn('path'),
        query: schemasIn('query'),
        body: requestBody?.content['application/json']?.schema,
      };
    }),
  );
}

/** Requests in which parameters and body are made by the given hand. */
function attempts(made: (schema: Schema) => fc.Arbitrary<unknown>): fc.Arbitrary<Attempt> {
  const all = (schemas: Readonly<Record<string, Schema>>) =>
    Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, made(schema)]));
  return fc.constantFrom(...endpoints).chain((endpoint) =>
    fc.record({
      endpoint: fc.constant(endpoint),
      params: fc.record(all(endpoint.params)),
      query: fc.record(all(endpoint.query), { requiredKeys: [] }).map(queryOf),
      body: endpoint.body ? made(endpoint.body) : fc.constant(undefined),
    }),
  );
}

function queryOf(fields: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${encoded(value)}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function encoded(value: unknown): string {
  return encodeURIComponent((typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed());
}

async function expectNoFailure({ endpoint, params, query, body }: Attempt, token: string | undefined): Promise<number> {
  // An empty segment is another address.
  const filled = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, decodeURIComponent(encoded(value)) || 'x']),
  );
  const asked = await askRaw(shop.url, endpoint, { token, params: filled, query, body });
  const what = `${endpoint.name} ${JSON.stringify([filled, query, body])}`.slice(0, 2_000);
  expect(asked.status, `${what}: ${JSON.stringify(asked.body)}`).toBeLessThan(500);
  if (asked.code === 'validation_failed') expect(asked.pointers.length, what).toBeGreaterThan(0);
  return asked.status;
}

/** Several at once: what is slow about it is the waiting. */
async function assertInLanes<T>(property: fc.IAsyncProperty<T>, runs: number): Promise<void> {
  const lanes = 6;
  await Promise.all(Array.from({ length: lanes }, () => fc.assert(property, { numRuns: Math.ceil(runs / lanes) })));
}

describe('never a 5xx', () => {
  test('and nothing changes: anything at all, by anybody, at any operation', { timeout: 120_000 }, async () => {
    const operator = await shop.operator();
    const tokens = fc.constantFrom(undefined, shopper.token, operator.token);
    const before = await snapshotOf(shop);
    // Ids of nothing: what has no body would do its work at one of ours.
    const any = (schema: Schema): fc.Arbitrary<unknown> => {
      const prefix = /^\^([a-z]{3})_/.exec(schema.pattern ?? '')?.[1];
      return prefix === undefined ? hostile : fc.oneof(hostile, fc.constant(`${prefix}_${nil}`));
    };
    const property = fc.asyncProperty(attempts(any), tokens, async (attempt, token) => {
      await expectNoFailure(attempt, token);
    });
    await assertInLanes(property, 600);
    expect(await snapshotOf(shop)).toEqual(before);
  });

  test('and all is well after it: what is nearly right, by people who may', { timeout: 120_000 }, async () => {
    const operator = await shop.operator();
    const statuses = new Map<number, number>();
    const seldom = ['endSession', 'logOut'];
    endpoints = endpoints.filter(({ name }) => !seldom.includes(name));
    const tokens = fc.constantFrom(shopper.token, operator.token);
    const property = fc.asyncProperty(
      attempts((schema) => nearly(schema, ids)),
      tokens,
      async (attempt, token) => {
        const status = await expectNoFailure(attempt, token);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      },
    );
    await assertInLanes(property, 900);
    // It came behind the door, and was refused for what it asked as well as for how.
    for (const status of [200, 201, 400, 403, 404, 409]) expect(statuses.get(status), `${status}`).toBeGreaterThan(0);
    await atRest(shop);
    expect((await auditOf(shop)).violations).toEqual([]);
  });
});
