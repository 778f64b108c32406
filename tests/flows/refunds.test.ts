import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getOrder } from '../../src/contracts/http/ordering.ts';
import {
  approveRefund,
  createRefund,
  getRefund,
  rejectRefund,
  requestRefund,
} from '../../src/contracts/http/refunds.ts';
import { violationsAtRest } from '../proof/audits.ts';
import { commonTestShop } from '../support/arrangement.ts';
import { confirmedIn, shippedIn } from '../support/bought.ts';
import type { Person, TestShop } from '../support/shop.ts';
import { balanceOf, demand, newGoods, order, refused, until, untilOrder, untilStock, yuan } from '../support/trade.ts';

/** Refunds over HTTP: docs/order-lifecycle.md, Refunds. Every order here is one of 40.00, paid from 100.00. */

let shop: TestShop;

beforeAll(async () => {
  shop = await commonTestShop();
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

const confirmed = () => confirmedIn(shop);
const shipped = () => shippedIn(shop);
const ask = (buyer: Person, orderId: string, amount?: number) =>
  buyer.ask(requestRefund, { body: { orderId, reason: 'too bitter', ...(amount ? { amount: yuan(amount) } : {}) } });
const untilBalance = (buyer: Person, amount: number) =>
  until(
    () => balanceOf(buyer),
    (seen) => seen === amount,
  );

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
