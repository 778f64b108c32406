import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cancelOrder, placeOrder } from '../../src/contracts/http/ordering.ts';
import { listWalletEntries } from '../../src/contracts/http/wallet.ts';
import { type Person, startTestPlatform, type TestPlatform } from '../support/platform.ts';
import {
  balanceOf,
  demand,
  type Goods,
  newGoods,
  order,
  orderOf,
  paymentOf,
  refused,
  stockOf,
  submitPayment,
} from '../support/trade.ts';
import { atRest, auditOf } from './audits.ts';

/** docs/reliability.md: everybody at the same instant. After each of them an audit finds nothing. */

const price = 2_500;
let shop: TestPlatform;

beforeAll(async () => {
  shop = await startTestPlatform();
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

async function expectAllIsWell(): Promise<void> {
  await atRest(shop);
  expect((await auditOf(shop)).violations).toEqual([]);
}

function countsOf<Key>(values: readonly Key[]): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

describe('a hot item', () => {
  test('300 buyers at once for 100 in stock: 100 orders, 200 are told that it is sold out, nothing else', async () => {
    const tea = await newGoods(shop, { stock: 100, price });
    const buyers = await Promise.all(Array.from({ length: 30 }, () => shop.shopper()));
    const replies = await Promise.all(
      Array.from({ length: 10 }, () =>
        buyers.map((buyer) => buyer.ask(placeOrder, { body: orderOf([[tea, 1]]) })),
      ).flat(),
    );
    expect(countsOf(replies.map(({ status }) => status))).toEqual(
      new Map([
        [201, 100],
        [409, 200],
      ]),
    );
    for (const reply of replies.filter(({ status }) => status === 409)) {
      expect(reply).toEqual(refused(409, 'insufficient_stock'));
    }
    expect(await stockOf(shop, tea)).toMatchObject({ onHand: 100, reserved: 100, available: 0, sold: 0 });
    await expectAllIsWell();
  });
});

describe('50 payments, each of them submitted twice at once', () => {
  const orders = 50;

  async function buyerWithOrders(): Promise<{ buyer: Person; orderIds: readonly string[] }> {
    const [buyer, tea] = await Promise.all([shop.shopper(100 * price), newGoods(shop, { stock: orders, price })]);
    const placed = await Promise.all(Array.from({ length: orders }, () => order(buyer, [tea, 1])));
    return { buyer, orderIds: placed.map(({ id }) => id) };
  }

  /** Each order was debited once. */
  async function expectCharges(buyer: Person, orderIds: readonly string[]): Promise<void> {
    const { data } = await demand(buyer, listWalletEntries, { query: { limit: 100 } }, 200);
    const charged = data.filter(({ kind }) => kind === 'payment');
    expect(charged.map(({ orderId }) => orderId).sort()).toEqual([...orderIds].sort());
    expect(charged.every(({ amount }) => amount.amount === -price)).toBe(true);
    expect(await balanceOf(buyer)).toBe((100 - orders) * price);
  }

  test('with the same key: 50 charges, and both answers are the same', async () => {
    const { buyer, orderIds } = await buyerWithOrders();
    const pairs = await Promise.all(
      orderIds.map((orderId) => {
        const key = randomUUID();
        return Promise.all([submitPayment(buyer, orderId, key), submitPayment(buyer, orderId, key)]);
      }),
    );
    for (const [one, other] of pairs) {
      expect([one.status, other.status]).toEqual([201, 201]);
      expect(other.body).toEqual(one.body);
      const replayed = [one, other].filter(({ headers }) => headers['idempotency-replayed'] === 'true');
      expect(replayed).toHaveLength(1);
    }
    await expectCharges(buyer, orderIds);
    await expectAllIsWell();
  });

  test('with different keys: 50 charges, and the other one is told', async () => {
    const { buyer, orderIds } = await buyerWithOrders();
    const pairs = await Promise.all(
      orderIds.map((orderId) => Promise.all([submitPayment(buyer, orderId), submitPayment(buyer, orderId)])),
    );
    for (const pair of pairs) {
      const told = pair.filter(({ status }) => status !== 201).map(({ body }) => (body as { code: string }).code);
      expect(told).toHaveLength(1);
      expect(['payment_in_progress', 'order_not_payable']).toContain(told[0]);
    }
    await expectCharges(buyer, orderIds);
    await expectAllIsWell();
  });
});

describe('cancel against pay, released at the same instant', () => {
  const races = 1_000;
  const atOnce = 50;

  async function race(buyer: Person, tea: Goods): Promise<{ readonly orderId: string; readonly answer: string }> {
    const { id: orderId } = await order(buyer, [tea, 1]);
    const cancel = () => buyer.ask(cancelOrder, { params: { id: orderId }, body: {} });
    // Both lead as often.
    const cancelsFirst = orderId.charCodeAt(orderId.length - 1) % 2 === 0;
    const early = cancelsFirst ? cancel() : undefined;
    const [paid, cancelled] = await Promise.all([submitPayment(buyer, orderId), early ?? cancel()]);
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'CANCELLED' } });
    const { code } = paid.body as { code?: string };
    return { orderId, answer: code === undefined ? `${paid.status}` : `${paid.status} ${code}` };
  }

  test(`${races} times: all CANCELLED, nothing kept, the goods back once`, { timeout: 120_000 }, async () => {
    const [buyer, tea] = await Promise.all([shop.shopper(races * price), newGoods(shop, { stock: races, price })]);
    const answers: string[] = [];
    const orderIds: string[] = [];
    for (let round = 0; round < races / atOnce; round += 1) {
      for (const { orderId, answer } of await Promise.all(Array.from({ length: atOnce }, () => race(buyer, tea)))) {
        answers.push(answer);
        orderIds.push(orderId);
      }
    }
    const counts = countsOf(answers);
    expect((counts.get('201') ?? 0) + (counts.get('409 order_not_payable') ?? 0)).toBe(races);
    await atRest(shop);
    expect(await balanceOf(buyer)).toBe(races * price);
    for (const orderId of orderIds) {
      const { captured, refunded } = await paymentOf(buyer, orderId);
      expect(refunded).toEqual(captured);
    }
    expect(await stockOf(shop, tea)).toMatchObject({ onHand: races, reserved: 0, available: races, sold: 0 });
    await expectAllIsWell();
  });
});
