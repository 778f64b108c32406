import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  approveRefund,
  confirmReceipt,
  createRefund,
  deliverOrder,
  getOrder,
  getRefund,
  rejectRefund,
  requestRefund,
  shipOrder,
} from '../../src/contracts/http/ordering.ts';
import { violationsAtRest } from '../proof/audits.ts';
import { startTestShop } from '../support/arrangement.ts';
import type { Person, TestShop } from '../support/shop.ts';
import {
  balanceOf,
  demand,
  type Goods,
  newGoods,
  order,
  pay,
  refused,
  until,
  untilOrder,
  untilStock,
  yuan,
} from '../support/trade.ts';

/** Shipping, receipt and refunds over HTTP: the last rows of docs/order-lifecycle.md, Order. Every order here is one of 40.00, paid from 100.00. */

const dayMs = 86_400_000;
let shop: TestShop;

beforeAll(async () => {
  shop = await startTestShop({ ACCESS_TOKEN_LIFETIME: '90d' });
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

async function confirmed(): Promise<{ buyer: Person; tea: Goods; id: string }> {
  const [buyer, tea] = [await shop.shopper(10_000), await newGoods(shop, { stock: 5, price: 2_000 })];
  const { id } = await order(buyer, [tea, 2]);
  await pay(buyer, id);
  await untilOrder(shop, id, ({ status }) => status === 'CONFIRMED');
  return { buyer, tea, id };
}

async function shipped() {
  const bought = await confirmed();
  const body = { carrier: '顺丰', trackingNumber: 'SF1000' };
  await demand(await shop.operator(), shipOrder, { params: { id: bought.id }, body }, 200);
  return bought;
}

const ask = (buyer: Person, orderId: string, amount?: number) =>
  buyer.ask(requestRefund, { body: { orderId, reason: 'too bitter', ...(amount ? { amount: yuan(amount) } : {}) } });
const untilBalance = (buyer: Person, amount: number) =>
  until(
    () => balanceOf(buyer),
    (seen) => seen === amount,
  );

describe('shipping', () => {
  test('CONFIRMED → SHIPPED → COMPLETED, by the carrier’s word or the buyer’s; not the other way round', async () => {
    const operator = await shop.operator();
    const { buyer, id } = await confirmed();
    expect(await buyer.ask(confirmReceipt, { params: { id } })).toEqual(refused(409, 'conflict'));
    expect(await operator.ask(deliverOrder, { params: { id } })).toEqual(refused(409, 'conflict'));
    const body = { carrier: '顺丰', trackingNumber: 'SF1000' };
    expect(await demand(operator, shipOrder, { params: { id }, body }, 200)).toMatchObject({ status: 'SHIPPED' });
    expect(await buyer.ask(shipOrder, { params: { id }, body })).toEqual(refused(403, 'forbidden'));
    expect(await demand(buyer, confirmReceipt, { params: { id } }, 200)).toMatchObject({ status: 'COMPLETED' });
    expect(await demand(operator, deliverOrder, { params: { id } }, 200)).toMatchObject({ status: 'COMPLETED' });
  });

  test('a shipped order that nobody speaks of counts as received after some days', async () => {
    const { buyer, id } = await shipped();
    await shop.move(14 * dayMs);
    expect(await demand(buyer, getOrder, { params: { id } }, 200)).toMatchObject({ status: 'SHIPPED' });
    await shop.move(dayMs + 60_000);
    await untilOrder(shop, id, ({ status }) => status === 'COMPLETED');
  });
});

describe('refunds', () => {
  test('full and before shipping: approved at once, the order is cancelled, money and goods are back', async () => {
    const { buyer, tea, id } = await confirmed();
    const key = randomUUID();
    const send = () => buyer.ask(requestRefund, { body: { orderId: id, reason: 'too bitter' }, idempotencyKey: key });
    const reply = await send();
    expect(reply).toMatchObject({ status: 202, body: { orderId: id, amount: yuan(4_000), status: 'APPROVED' } });
    const repeat = await send();
    expect([repeat.status, repeat.body, repeat.headers['idempotency-replayed']]).toEqual([202, reply.body, 'true']);
    const cancelled = await untilOrder(shop, id, ({ refunded }) => refunded.amount === 4_000);
    expect(cancelled).toMatchObject({ status: 'CANCELLED', statusReason: 'cancelled_by_buyer' });
    expect(await untilBalance(buyer, 10_000)).toBe(10_000);
    await untilStock(shop, tea, { onHand: 5, reserved: 0, sold: 0 });
    const refund = await demand(buyer, getRefund, { params: { id: (reply.body as { id: string }).id } }, 200);
    expect(refund).toMatchObject({ status: 'SUCCEEDED', amount: yuan(4_000) });
    expect(await ask(buyer, id)).toEqual(refused(409, 'refund_exceeds_payment'));
  });

  test('partial: an operator decides; the order stays as it is and the goods stay sold', async () => {
    const [operator, { buyer, tea, id }] = [await shop.operator(), await confirmed()];
    const asked = await ask(buyer, id, 1_500);
    expect(asked).toMatchObject({ status: 202, body: { status: 'REQUESTED', amount: yuan(1_500) } });
    const params = { id: (asked.body as { id: string }).id };
    expect(await buyer.ask(approveRefund, { params })).toEqual(refused(403, 'forbidden'));
    expect(await demand(operator, approveRefund, { params }, 200)).toMatchObject({ status: 'APPROVED' });
    expect(await operator.ask(approveRefund, { params })).toEqual(refused(409, 'refund_not_decidable'));
    const after = await untilOrder(shop, id, ({ refunded }) => refunded.amount === 1_500);
    expect(after.status).toBe('CONFIRMED');
    expect(await untilBalance(buyer, 7_500)).toBe(7_500);
    await untilStock(shop, tea, { onHand: 3, reserved: 0, sold: 2 });
  });

  test('rejected: nothing moves', async () => {
    const [operator, { buyer, id }] = [await shop.operator(), await shipped()];
    const asked = await ask(buyer, id);
    expect(asked).toMatchObject({ status: 202, body: { status: 'REQUESTED', amount: yuan(4_000) } });
    const params = { id: (asked.body as { id: string }).id };
    expect(await operator.ask(rejectRefund, { params })).toEqual(refused(400, 'validation_failed'));
    await demand(operator, rejectRefund, { params, body: { reason: 'worn' } }, 200);
    expect(await demand(buyer, getRefund, { params }, 200)).toMatchObject({ status: 'REJECTED' });
    expect(await demand(buyer, getOrder, { params: { id } }, 200)).toMatchObject({
      status: 'SHIPPED',
      refunded: yuan(0),
    });
  });

  test('together never more than was paid, under any concurrency', async () => {
    const [operator, { buyer, id }] = [await shop.operator(), await shipped()];
    const body = { orderId: id, amount: yuan(1_000), reason: 'goodwill' };
    const replies = await Promise.all([
      ...Array.from({ length: 10 }, () => operator.ask(createRefund, { body })),
      ...Array.from({ length: 10 }, () => ask(buyer, id, 1_000)),
    ]);
    for (const reply of replies.filter(({ status }) => status !== 202)) {
      expect(reply).toEqual(refused(409, 'refund_exceeds_payment'));
    }
    const waiting = replies.flatMap(({ body: one }) => ('status' in one && one.status === 'REQUESTED' ? [one] : []));
    await Promise.all(
      waiting.map((one) => operator.ask(approveRefund, { params: { id: (one as { id: string }).id } })),
    );
    const after = await untilOrder(
      shop,
      id,
      ({ refunded, refundRequested }) => refunded.amount === refundRequested.amount,
    );
    expect(after).toMatchObject({ status: 'SHIPPED', refundRequested: yuan(4_000) });
    expect(await untilBalance(buyer, 10_000)).toBe(10_000);
  });

  test('goods that came back are booked in by an operator with the rest of the money', async () => {
    const [operator, { tea, id }] = [await shop.operator(), await shipped()];
    const body = { orderId: id, amount: yuan(4_000), reason: 'returned', restock: true };
    await demand(operator, createRefund, { body }, 202);
    await untilStock(shop, tea, { onHand: 5, reserved: 0, sold: 0 });
    expect((await untilOrder(shop, id, ({ refunded }) => refunded.amount === 4_000)).status).toBe('SHIPPED');
  });

  test('another’s order, too much, another currency, nothing paid', async () => {
    const [stranger, { buyer, id }] = [await shop.shopper(), await confirmed()];
    expect(await ask(stranger, id)).toEqual(refused(404, 'not_found'));
    expect(await ask(buyer, id, 4_001)).toEqual(refused(409, 'refund_exceeds_payment'));
    const dollars = { orderId: id, amount: { amount: 1, currency: 'USD' }, reason: 'x' };
    expect(await buyer.ask(requestRefund, { body: dollars })).toEqual(refused(422, 'currency_mismatch'));
    const unpaid = await order(buyer, [await newGoods(shop, { stock: 1 }), 1]);
    expect(await ask(buyer, unpaid.id)).toEqual(refused(409, 'refund_exceeds_payment'));
    const asked = await ask(buyer, id, 1);
    const params = { id: (asked.body as { id: string }).id };
    expect(await stranger.ask(getRefund, { params })).toEqual(refused(404, 'not_found'));
  });
});

test('after all of this the audit finds nothing amiss', async () => {
  expect(await violationsAtRest(shop)).toEqual([]);
});
