import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { payOrder } from '../../../src/contracts/http/payment.ts';
import type { BodyOf } from '../../../src/contracts/operation.ts';
import { systemClock } from '../../../src/runtime/seams/system-time.ts';
import { testBroker } from '../../support/broker.ts';
import { eventually } from '../../support/eventually.ts';
import { inTurns } from '../../support/in-turns.ts';
import { dropDatabases, testCluster, uniqueName } from '../../support/postgres.ts';
import { startTestProviders, type TestProviders } from '../../support/providers.ts';
import { removeQueues } from '../../support/queues.ts';
import { type Person, shopOver, type TestShop } from '../../support/shop.ts';
import { tellersOf } from '../../support/tellers.ts';
import { newGoods, order, until } from '../../support/trade.ts';
import { auditOf } from '../audits.ts';
import { splitOff } from './arrangement.ts';
import { Processes } from './processes.ts';

type Choice = Omit<BodyOf<typeof payOrder>, 'orderId'>;

interface Payment {
  readonly buyer: Person;
  readonly orderId: string;
  /** Each is submitted at the same instant as the other. */
  readonly submissions: readonly { readonly choice: Choice; readonly key: string }[];
}

const price = 2_500;
const lanes = 64;
const timeout = 540_000;
const ways: readonly Choice[] = [
  { method: 'wechat' },
  { method: 'alipay' },
  { method: 'card' },
  { method: 'wechat', flow: 'jsapi', openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
];
const pairs: readonly (readonly [Choice, Choice])[] = [
  [{ method: 'wechat' }, { method: 'alipay' }],
  [{ method: 'alipay' }, { method: 'card' }],
  [{ method: 'card' }, { method: 'wechat' }],
  [{ method: 'balance' }, { method: 'wechat' }],
];

/**
 * Of so many payments each is submitted twice at once, 64 at a time, over two processes of payment; then buyers pay what they
 * may.
 */
export function doublePaymentSuite(count: number): void {
  let providers: TestProviders;
  let processes: Processes;
  let shop: TestShop;

  beforeAll(async () => {
    providers = await startTestProviders();
    const [amqpUrl, prefix] = [await testBroker(), uniqueName('double')];
    const footing = { database: testCluster(), amqpUrl, prefix };
    const settings = { RATE_LIMIT: 'off', LOG_LEVEL: 'warn', AUDIT_BOUND: '500ms', ORDER_WAIT: '20s', DEMO: '1' };
    processes = new Processes(splitOff('payment', 2), footing, { ...providers.environment, ...settings });
    await processes.startAll();
    shop = shopOver({
      ...{ prefix, urls: processes.urls, ...outOfReach },
      now: () => systemClock.now(),
      stop: () => processes[Symbol.asyncDispose](),
      clear: () => Promise.all([dropDatabases(prefix), removeQueues(amqpUrl, prefix)]).then(() => undefined),
    });
    providers.callTo(shop.url);
  }, timeout);

  afterAll(async () => {
    await shop?.[Symbol.asyncDispose]();
    await providers?.[Symbol.asyncDispose]();
  }, timeout);

  test(`${count} payments, each submitted twice at once: nobody is charged twice`, { timeout }, async () => {
    const payments = await ordered(shop, count);
    const statuses = new Map<number, number>();
    await inTurns(
      payments,
      async (payment) => {
        const told = await Promise.all(payment.submissions.map((submission) => submitted(payment, submission)));
        for (const status of told) statuses.set(status, (statuses.get(status) ?? 0) + 1);
        expect(told).toContain(201);
      },
      lanes,
    );
    const numbered = await shown(shop, providers);
    for (const { teller, number } of numbered) teller.pay(number);
    for (const { teller, number } of numbered) teller.pay(number);
    await until(
      () =>
        shop.sql<{ count: number }>('ordering', "select count(*)::int as count from orders where status = 'CONFIRMED'"),
      ([confirmed]) => confirmed?.count === count,
    );
    const charged = await chargedFor(shop, numbered);
    expect(numbered.flatMap(({ teller, number }) => teller.refunds(number))).toEqual([]);
    expect(charged.size).toBe(count);
    expect([...charged.values()].filter((amounts) => amounts.length !== 1 || amounts[0] !== price)).toEqual([]);
    process.stdout.write(
      `\n${count} payments submitted twice: answers ${JSON.stringify([...statuses])}, ${numbered.length} attempts at providers, ` +
        `${[...charged.values()].filter(({ length }) => length > 1).length} charged twice\n`,
    );
  });

  /** The last word on Alipay's codes that nobody scanned is said when their time is over; all else has come to rest. */
  test('the audit finds nothing amiss', { timeout }, async () => {
    const { violations, checked } = await auditOf(shop);
    expect(violations).toEqual([]);
    expect(checked.orders).toBe(count);
  });
}

/** The first half with the same key twice, the other with two keys and two methods. */
async function ordered(shop: TestShop, count: number): Promise<readonly Payment[]> {
  const tea = await newGoods(shop, { stock: count, price });
  const buyers = await Promise.all(Array.from({ length: 20 }, () => shop.shopper(count * price)));
  const payments: Payment[] = [];
  await inTurns(Array.from({ length: count }), async (_, index) => {
    const buyer = buyers[index % buyers.length];
    if (!buyer) throw new Error('no buyer');
    const { id: orderId } = await order(buyer, [tea, 1]);
    const same = { choice: ways[index % ways.length] ?? { method: 'card' }, key: randomUUID() };
    const others = (pairs[index % pairs.length] ?? []).map((choice) => ({ choice, key: randomUUID() }));
    payments.push({ buyer, orderId, submissions: index < count / 2 ? [same, same] : others });
  });
  return payments;
}

/** Under the same key again while nobody can say what became of it; the last answer. */
function submitted({ buyer, orderId }: Payment, { choice, key }: Payment['submissions'][number]): Promise<number> {
  return eventually(async () => {
    const reply = await buyer.ask(payOrder, { body: { orderId, ...choice }, idempotencyKey: key });
    const { status, body } = reply as { status: number; body: { code?: string } };
    if (status >= 500 || body.code === 'request_in_progress') throw new Error(`${status} ${body.code}`);
    return status;
  });
}

interface Charge {
  readonly teller: ReturnType<typeof tellersOf>['wechat'];
  readonly number: string;
  readonly paymentId: string;
}

/** All that buyers were ever shown, once what had to give way is closed at its provider. */
async function shown(shop: TestShop, providers: TestProviders): Promise<readonly Charge[]> {
  await until(
    () =>
      shop.sql<{ id: string }>(
        'payment',
        "select id from attempts where status in ('STARTED', 'UNKNOWN', 'CLOSING') and method <> 'alipay'",
      ),
    (closing) => closing.length === 0,
  );
  const attempts = await shop.sql<{ id: string; method: 'wechat' | 'alipay' | 'card'; payment_id: string }>(
    'payment',
    "select id, method, payment_id from attempts where method <> 'balance'",
  );
  const tellers = tellersOf(providers);
  return attempts.map(({ id, method, payment_id: paymentId }) => {
    return { teller: tellers[method], number: id.slice(4).replaceAll('-', ''), paymentId };
  });
}

/** What the providers' own books, and the balance, have been charged for each payment. */
async function chargedFor(shop: TestShop, numbered: readonly Charge[]): Promise<ReadonlyMap<string, number[]>> {
  const debits = await shop.sql<{ payment_id: string }>(
    'payment',
    "select payment_id from attempts where method = 'balance' and status = 'SUCCEEDED'",
  );
  const charged = new Map<string, number[]>(debits.map(({ payment_id }) => [payment_id, [price]]));
  for (const { teller, number, paymentId } of numbered) {
    const captures = teller.captures(number);
    if (captures.length > 0) charged.set(paymentId, [...(charged.get(paymentId) ?? []), ...captures]);
  }
  return charged;
}

const none = (): never => {
  throw new Error('processes of their own are out of reach');
};
const outOfReach = { askAs: none, failOnce: none, move: none };
