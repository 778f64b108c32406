import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listSessions } from '../../src/contracts/http/identity.ts';
import { listNotifications } from '../../src/contracts/http/notification.ts';
import { getOrder, listOrders, placeOrder } from '../../src/contracts/http/ordering.ts';
import { payOrder } from '../../src/contracts/http/payment.ts';
import { addAddress } from '../../src/contracts/http/profile.ts';
import { requestRefund } from '../../src/contracts/http/refunds.ts';
import { adjustWallet, getWallet, listWalletEntries } from '../../src/contracts/http/wallet.ts';
import type { Operation } from '../../src/contracts/operation.ts';
import { type Person, startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { address, demand, type Goods, newGoods, order, orderOf, pay, untilOrder } from '../support/trade.ts';
import { atRest, auditOf } from './audits.ts';
import { sqlish, unstorable, unusual } from './hostile/arbitrary.ts';
import { type Asked, type Asking, askRaw } from './hostile/asking.ts';
import { snapshotOf } from './hostile/snapshot.ts';

/** docs/reliability.md: hostile input is never a 5xx, reaches nobody else's data, and changes nothing. */

let shop: TestPlatform;
let goods: Goods;
let attacker: Person;
let victim: Person;
/** Ids of all that is the victim's: a paid order with a refund asked for, one that can be paid, and all that belongs to them. */
let theirs: Readonly<
  Record<'order' | 'payment' | 'refund' | 'session' | 'notification' | 'journal' | 'user' | 'address', string>
>;
let payable: string;

const idIn = (asked: Asked): string => (asked.body as { id: string }).id;
const ask = (operation: Operation, asking: Asking): Promise<Asked> => askRaw(shop.url, operation, asking);
const operations = (): readonly Operation[] =>
  shop.platform.host.dispatcher
    .endpoints()
    .map(({ operation }) => operation)
    .filter(({ access }) => access !== 'service');

beforeAll(async () => {
  shop = await startTestPlatform();
  goods = await newGoods(shop, { stock: 1_000, price: 1_000 });
  [attacker, victim] = await Promise.all([shop.shopper(100_000), shop.shopper(100_000)]);
  const paid = await order(victim, [goods, 1]);
  payable = (await order(victim, [goods, 1])).id;
  const payment = await pay(victim, paid.id);
  await untilOrder(shop, paid.id, ({ status }) => status === 'CONFIRMED');
  const body = { orderId: paid.id, amount: { amount: 100, currency: 'CNY' }, reason: 'a dent' };
  const refund = await demand(victim, requestRefund, { body }, 202);
  await atRest(shop);
  const [sessions, notices, entries] = await Promise.all([
    demand(victim, listSessions, {}, 200),
    demand(victim, listNotifications, {}, 200),
    demand(victim, listWalletEntries, {}, 200),
  ]);
  theirs = {
    order: paid.id,
    payment: payment.id,
    refund: refund.id,
    session: sessions.data[0]?.id ?? '',
    notification: notices.data[0]?.id ?? '',
    journal: entries.data[0]?.id ?? '',
    user: victim.id,
    address: (await demand(victim, addAddress, { body: { address } }, 201)).id,
  };
  expect(Object.values(theirs).every((id) => id.length > 30)).toBe(true);
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

/** Others name what is everybody's: a SKU. */
function isIdOf({ params }: Operation, name: string): boolean {
  const { pattern = '' } = (params?.properties[name] ?? {}) as { readonly pattern?: string };
  return /^\^[a-z]{3}_/.test(pattern);
}

/** Bodies with which the operation would do something, were it one's own. */
function bodyOf({ name }: Operation, orderId: string): unknown {
  const wanted = orderOf([[goods, 1]]);
  const bodies: Readonly<Record<string, unknown>> = {
    placeOrder: wanted,
    checkout: { ...wanted, payment: { method: 'balance' } },
    payOrder: { orderId, method: 'balance' },
    requestRefund: { orderId, reason: 'give it to me' },
    replaceAddress: { address },
    cancelOrder: {},
    confirmReceipt: {},
  };
  return bodies[name];
}

describe('what is somebody else’s', () => {
  test('is not found under any of its ids, in any place where an id goes, and nothing happens to it', async () => {
    const before = await snapshotOf(shop);
    const tried: string[] = [];
    for (const operation of operations().filter(({ access }) => access === 'user')) {
      for (const id of [...Object.values(theirs), payable]) {
        const names = Object.keys(operation.params?.properties ?? {}).filter((name) => isIdOf(operation, name));
        const inBody = ['payOrder', 'requestRefund'].includes(operation.name);
        if (names.length === 0 && !inBody) continue;
        const params = Object.fromEntries(names.map((name) => [name, id]));
        const asked = await ask(operation, { token: attacker.token, params, body: bodyOf(operation, id) });
        expect([400, 403, 404], `${operation.name} ${id}: ${asked.status}`).toContain(asked.status);
        if (asked.status === 404) tried.push(operation.name);
      }
    }
    // Each of them was asked with an id of the right kind at least once.
    expect(new Set(tried)).toEqual(
      new Set([
        ...['getOrder', 'cancelOrder', 'confirmReceipt', 'payOrder', 'getPayment', 'closePayment', 'requestRefund'],
        ...['getRefund', 'getShipment', 'endSession', 'refreshPayment'],
        ...['getOrderTimeline', 'streamOrder', 'replaceAddress', 'removeAddress'],
      ]),
    );
    expect(await snapshotOf(shop)).toEqual(before);
  });

  test('is on none of one’s own lists', async () => {
    const lists = operations().filter(({ access, method }) => access === 'user' && method === 'GET');
    const plain = lists.filter(({ params }) => !params);
    expect(plain.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['listOrders', 'listNotifications', 'listWalletEntries', 'listSessions', 'listPayments']),
    );
    for (const operation of plain) {
      for (const query of ['', `?orderId=${theirs.order}`]) {
        const { status, body } = await ask(operation, { token: attacker.token, query });
        expect([200, 400]).toContain(status);
        // What was asked with is no news: the answer itself must not hold it.
        const answer = JSON.stringify((body as { data?: unknown }).data ?? (status === 200 ? body : {}));
        for (const id of [...Object.values(theirs), payable]) expect(answer).not.toContain(id);
      }
    }
  });

  test('is an operator’s business with the role alone: 403 for shoppers, 401 for nobody', async () => {
    const before = await snapshotOf(shop);
    const guarded = operations().filter(({ access }) => access !== 'public');
    expect(guarded.length).toBeGreaterThan(30);
    for (const operation of guarded) {
      const names = Object.keys(operation.params?.properties ?? {});
      const params = Object.fromEntries(names.map((name) => [name, theirs.order]));
      const anonymous = await ask(operation, { params, body: bodyOf(operation, payable) });
      expect([operation.name, anonymous.status]).toEqual([operation.name, 401]);
      if (operation.access === 'user') continue;
      const asked = await ask(operation, { token: attacker.token, params, body: {} });
      expect([operation.name, asked.status]).toEqual([operation.name, 403]);
    }
    expect(await snapshotOf(shop)).toEqual(before);
  });
});

describe('a field that is not the client’s to set is refused', () => {
  const orderFields = ['id', 'number', 'status', 'statusReason', 'userId', 'total', 'subtotal', 'discount', 'paidAt'];
  const fields: readonly (readonly [Operation['name'], readonly string[]])[] = [
    [
      'placeOrder',
      [...orderFields, 'captured', 'payableUntil', 'refunded', 'createdAt', 'items/0/price', 'items/0/unitPrice'],
    ],
    ['checkout', ['status', 'userId', 'payment/amount', 'payment/status', 'items/0/price']],
    ['payOrder', ['amount', 'captured', 'status', 'userId', 'paidAt', 'due']],
    ['requestRefund', ['status', 'approved', 'userId', 'restock', 'decidedBy']],
    ['cancelOrder', ['status', 'refunded', 'userId']],
    ['confirmReceipt', ['status', 'completedAt']],
  ];

  test.each(fields)('%s', async (name, names) => {
    const own = await order(attacker, [goods, 1]);
    const operation = operations().find((candidate) => candidate.name === name);
    if (!operation) throw new Error(`no operation ${name}`);
    const before = await snapshotOf(shop);
    for (const field of names) {
      const body = structuredClone(bodyOf(operation, own.id)) as Record<string, unknown>;
      put(body, field.split('/'), 1);
      const asked = await ask(operation, { token: attacker.token, params: { id: own.id }, body });
      expect([field, asked.status, asked.code]).toEqual([field, 400, 'validation_failed']);
      expect(asked.pointers).toContain(`/${field}`);
    }
    expect(await snapshotOf(shop)).toEqual(before);
  });

  test('register: roles and balances', async () => {
    for (const field of ['roles', 'role', 'isAdmin', 'balance', 'id']) {
      const body = { email: `${randomUUID()}@example.com`, password: 'correct horse', name: 'Eve', [field]: ['admin'] };
      const asked = await ask({ method: 'POST', path: '/v1/auth/register' } as Operation, { body });
      expect([field, asked.status]).toEqual([field, 400]);
    }
  });
});

function put(target: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) target[name] = value;
  else put(target[name] as Record<string, unknown>, rest, value);
}

describe('a number that is none, or too large, is refused', () => {
  /** As they stand in the JSON text: most of them do not survive a JavaScript number. */
  const wrong = [
    '0',
    '-1',
    '1.5',
    '2147483648',
    '9007199254740993',
    '9223372036854775808',
    '1e400',
    '"1"',
    '"１２"',
    'null',
    'true',
    '[1]',
    '"1e3"',
    'NaN',
    '0x10',
    '1_000',
  ];

  test('as a quantity', async () => {
    const before = await snapshotOf(shop);
    for (const number of wrong) {
      const body = JSON.stringify(orderOf([[goods, 777]])).replace('777', number);
      const { status, code } = await ask(placeOrder, { token: attacker.token, body });
      expect([number, status]).toEqual([number, 400]);
      expect(['validation_failed', 'malformed_json']).toContain(code);
    }
    expect(await snapshotOf(shop)).toEqual(before);
  });

  test('as an amount of money', async () => {
    const own = await order(attacker, [goods, 1]);
    await pay(attacker, own.id);
    await untilOrder(shop, own.id, ({ status }) => status === 'CONFIRMED');
    await atRest(shop);
    const before = await snapshotOf(shop);
    const operator = await shop.operator();
    for (const number of wrong.filter((text) => text !== '2147483648')) {
      const amount = `{"amount":${number},"currency":"CNY"}`;
      const refund = `{"orderId":"${own.id}","amount":${amount},"reason":"x"}`;
      expect([number, (await ask(requestRefund, { token: attacker.token, body: refund })).status]).toEqual([
        number,
        400,
      ]);
      if (number === '-1') continue;
      const params = { userId: attacker.id };
      const adjusted = await ask(adjustWallet, {
        token: operator.token,
        params,
        body: `{"amount":${amount},"reason":"x"}`,
      });
      expect([number, adjusted.status]).toEqual([number, 400]);
    }
    expect(await snapshotOf(shop)).toEqual(before);
  });

  test('as a limit', async () => {
    for (const number of ['0', '-1', '101', '1.5', '２', '1e1', '9223372036854775808', 'ten', '', '1&limit=2']) {
      const { status } = await ask(listOrders, { token: attacker.token, query: `?limit=${encodeURI(number)}` });
      expect([number, status]).toEqual([number, 400]);
    }
  });
});

describe('text', () => {
  test.each([...unusual, ...sqlish])('%j is kept and given back as it came', async (text) => {
    const body = { ...orderOf([[goods, 1]]), note: text };
    body.shippingAddress = { ...body.shippingAddress, name: text, line1: text };
    const placed = await ask(placeOrder, { token: attacker.token, body });
    expect(placed).toMatchObject({ status: 201, body: { note: text } });
    const read = await demand(attacker, getOrder, { params: { id: idIn(placed) } }, 200);
    expect(read).toMatchObject({ note: text, shippingAddress: { name: text, line1: text } });
  });

  test.each(unstorable)('with %s, which cannot be kept, is refused', async (inside) => {
    const before = await snapshotOf(shop);
    const body = JSON.stringify({ ...orderOf([[goods, 1]]), note: 'HERE' }).replace('HERE', inside);
    const asked = await ask(placeOrder, { token: attacker.token, body });
    expect(asked).toMatchObject({ status: 400, code: 'validation_failed', pointers: ['/note'] });
    expect(await snapshotOf(shop)).toEqual(before);
  });

  test('of SQL in every place of an address changes nothing', { timeout: 60_000 }, async () => {
    const before = await snapshotOf(shop);
    const operator = await shop.operator();
    const reads = operations().filter(({ method }) => method === 'GET');
    await Promise.all(
      reads.map(async (operation) => {
        const params = Object.keys(operation.params?.properties ?? {});
        const fields = Object.keys(operation.query?.properties ?? {});
        for (const text of [...sqlish, ...unusual, '\0', '%00']) {
          const pairs = fields.map((name) => `${name}=${encodeURIComponent(text)}`);
          for (const query of ['', ...pairs, pairs.join('&')]) {
            const filled = Object.fromEntries(params.map((name) => [name, text]));
            const { status } = await ask(operation, { token: operator.token, params: filled, query: `?${query}` });
            expect(status, `${operation.name} ${text} ${query}`).toBeLessThan(500);
          }
        }
      }),
    );
    expect(await snapshotOf(shop)).toEqual(before);
  });
});

describe('an Idempotency-Key', () => {
  test('of another user is another key: neither sees the other’s answer', async () => {
    const key = randomUUID();
    const placed = await Promise.all(
      [attacker, victim].map(({ token }) => ask(placeOrder, { token, key, body: orderOf([[goods, 1]]) })),
    );
    expect(placed.map(({ status }) => status)).toEqual([201, 201]);
    expect(new Set(placed.map(idIn)).size).toBe(2);
  });

  test('of another operation is another key', async () => {
    const key = randomUUID();
    const placed = await ask(placeOrder, { token: attacker.token, key, body: orderOf([[goods, 1]]) });
    const orderId = idIn(placed);
    const paid = await ask(payOrder, { token: attacker.token, key, body: { orderId, method: 'balance' } });
    expect([placed.status, paid.status]).toEqual([201, 201]);
  });

  test('with another body is refused, whatever the operation', async () => {
    const operator = await shop.operator();
    const own = await order(attacker, [goods, 1]);
    await pay(attacker, own.id);
    const adjustment = (amount: number) => ({ amount: { amount, currency: 'CNY' }, reason: 'x' });
    const refund = (amount: number) => ({ orderId: own.id, amount: { amount, currency: 'CNY' }, reason: 'x' });
    const cases: readonly (readonly [Operation, Asking, unknown, unknown])[] = [
      [placeOrder, { token: attacker.token }, orderOf([[goods, 1]]), orderOf([[goods, 2]])],
      [requestRefund, { token: attacker.token }, refund(1), refund(2)],
      [adjustWallet, { token: operator.token, params: { userId: attacker.id } }, adjustment(1), adjustment(2)],
    ];
    for (const [operation, asking, one, other] of cases) {
      const key = randomUUID();
      expect((await ask(operation, { ...asking, key, body: one })).status).toBeLessThan(300);
      expect(await ask(operation, { ...asking, key, body: other })).toMatchObject({
        status: 422,
        code: 'idempotency_key_reused',
      });
    }
  });

  test('sent ten times at once takes effect once, whatever the operation', async () => {
    const operator = await shop.operator();
    const own = await order(attacker, [goods, 1]);
    await pay(attacker, own.id);
    await untilOrder(shop, own.id, ({ status }) => status === 'CONFIRMED');
    const before = (await demand(attacker, getWallet, {}, 200)).balance.amount;
    const adjustment = { amount: { amount: 5, currency: 'CNY' }, reason: 'x' };
    const refund = { orderId: own.id, amount: { amount: 10, currency: 'CNY' }, reason: 'x' };
    const ten = async (operation: Operation, asking: Asking): Promise<Asked[]> => {
      const key = randomUUID();
      return Promise.all(Array.from({ length: 10 }, () => ask(operation, { ...asking, key })));
    };
    const adjusted = await ten(adjustWallet, {
      token: operator.token,
      params: { userId: attacker.id },
      body: adjustment,
    });
    const refunds = await ten(requestRefund, { token: attacker.token, body: refund });
    const orders = await ten(placeOrder, { token: attacker.token, body: orderOf([[goods, 1]]) });
    for (const [answers, status] of [
      [adjusted, 201],
      [refunds, 202],
      [orders, 201],
    ] as const) {
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([status]));
      expect(new Set(answers.map(idIn)).size).toBe(1);
    }
    expect((await demand(attacker, getWallet, {}, 200)).balance.amount).toBe(before + 5);
  });

  test.each([
    ['é', 'NFC'],
    ['e\u0301', 'NFD'],
    ['\u202e', 'right to left'],
    ['a\u0001b', 'a control character'],
    ['𠮷', 'four bytes'],
    ['x'.repeat(256), 'too long'],
  ])('%j (%s) is refused', async (key) => {
    const bytes = Buffer.from(key, 'utf8').toString('latin1');
    const before = await snapshotOf(shop);
    const asked = ask(placeOrder, { token: attacker.token, key: bytes, body: orderOf([[goods, 1]]) });
    // A control character is no header at all, and fetch itself refuses to send it.
    const { status } = await asked.catch(() => ({ status: 400 }));
    expect(status).toBe(400);
    expect(await snapshotOf(shop)).toEqual(before);
  });
});

describe('at the end', () => {
  test('an audit finds nothing', async () => {
    await atRest(shop);
    expect((await auditOf(shop)).violations).toEqual([]);
  });
});
