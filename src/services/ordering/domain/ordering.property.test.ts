import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OrderStatus } from '#contracts/http/ordering.ts';
import type { Saying } from '#contracts/message.ts';
import { StockReduceFailed } from '#contracts/messages/inventory/stock-reduce-failed.v1.ts';
import { StockReduced } from '#contracts/messages/inventory/stock-reduced.v1.ts';
import { StockReleased } from '#contracts/messages/inventory/stock-released.v1.ts';
import { StockReserveFailed } from '#contracts/messages/inventory/stock-reserve-failed.v1.ts';
import { StockReserved } from '#contracts/messages/inventory/stock-reserved.v1.ts';
import { PaymentClosed } from '#contracts/messages/payment/payment-closed.v1.ts';
import { PaymentFailure } from '#contracts/messages/payment/payment-failure.v1.ts';
import { PaymentSuccess } from '#contracts/messages/payment/payment-success.v1.ts';
import { RefundFailed } from '#contracts/messages/payment/refund-failed.v1.ts';
import { RefundSucceeded } from '#contracts/messages/payment/refund-succeeded.v1.ts';
import { money } from '#kernel/money.ts';
import type { Ask } from '#runtime/batch/testing/rehearsal.ts';
import {
  acts,
  asksForRefund,
  buyer,
  compensation,
  decides,
  heard,
  minutes,
  orderId,
  orderIn,
  paymentId,
  rehearse,
  retries,
  settles,
  timeIsUp,
} from '../testing/given.ts';
import type { Order, OrderingTables, Refund } from './order.ts';

const yuan = (amount: number) => ({ amount, currency: 'CNY' });
const from = { paymentId, userId: buyer };
const refundIds = ['rfd_1', 'rfd_2', 'rfd_3', compensation];
const retryIds = ['rfd_again_1', 'rfd_again_2', 'rfd_again_3'];
const refundId = fc.constantFrom(...refundIds);

const command: fc.Arbitrary<Ask<OrderingTables>> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(heard(StockReserved)) },
  fc.constant(heard(StockReserveFailed, { shortages: [] })),
  { weight: 3, arbitrary: fc.constant(heard(PaymentSuccess, { ...from, amount: yuan(5_000) })) },
  fc.constant(heard(PaymentFailure, { ...from, reason: 'final' })),
  fc.constant(heard(PaymentClosed, { paymentId, reason: 'closed' })),
  { weight: 3, arbitrary: fc.constant(heard(StockReduced)) },
  fc.constant(heard(StockReduceFailed, { reason: 'lost' })),
  fc.constant(heard(StockReleased)),
  fc.constant(acts({ kind: 'shipped', carrier: 'SF', trackingNumber: '1' })),
  fc.constantFrom(acts({ kind: 'completed', how: 'delivered' }), acts({ kind: 'completed', how: 'received' })),
  fc.constantFrom(acts({ kind: 'cancelled', by: 'buyer' }), acts({ kind: 'cancelled', by: 'operator' })),
  { weight: 2, arbitrary: fc.constant(timeIsUp) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.nat({ max: 1 }), fc.option(fc.integer({ min: 1, max: 6_000 })), fc.boolean())
      .map(([by, amount, restock]) => ({
        by: by === 0 ? ('buyer' as const) : ('operator' as const),
        amount: amount === null ? null : money(BigInt(amount), 'CNY'),
        restock,
      }))
      .chain((changes) => fc.constantFrom('rfd_1', 'rfd_2', 'rfd_3').map((id) => ({ id, changes })))
      .map(({ id, changes }) => asksForRefund({ refundId: id, ...changes })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(refundId, fc.constantFrom('approve' as const, 'reject' as const))
      .map(([id, verdict]) => decides(id, verdict)),
  },
  fc
    .constantFrom(...refundIds, ...retryIds)
    .map((id) => heard(RefundSucceeded, { ...from, refundId: id, amount: yuan(1), parts: [] })),
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(...refundIds, ...retryIds)
      .map((id) => heard(RefundFailed, { ...from, refundId: id, reason: 'account closed' })),
  },
  { weight: 2, arbitrary: fc.tuple(refundId, fc.constantFrom(...retryIds)).map(([id, again]) => retries(id, again)) },
  refundId.map((id) => settles(id)),
);

/** docs/order-lifecycle.md, Order: what may follow what. */
const legal: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  CREATED: ['REVIEW', 'PENDING', 'FAILED'],
  REVIEW: ['CREATED', 'PENDING', 'FAILED'],
  PENDING: ['PAID', 'CANCELLED'],
  PAID: ['CONFIRMED', 'CANCELLED'],
  CONFIRMED: ['SHIPPED', 'CANCELLED'],
  SHIPPED: ['COMPLETED'],
  COMPLETED: [],
  FAILED: [],
  CANCELLED: [],
};

const countOf = (said: readonly Saying[], type: string) =>
  said.filter(({ contract }) => contract.type === `ordering.${type}`).length;

function checkMoney(order: Order, refunds: readonly Refund[], said: readonly Saying[]): void {
  const asked = said.filter(({ contract }) => contract.type === 'ordering.refund-requested');
  // A retry asks for what was asked for before.
  const anew = asked.filter(({ data }) => !retryIds.includes((data as { refundId: string }).refundId));
  const sum = anew.reduce(
    (all, { data }) => all + ((data as { amount: { amount: number } | null }).amount?.amount ?? 0),
    0,
  );
  expect(BigInt(sum)).toBe(order.refundRequested);
  expect(order.refundRequested <= order.paid).toBe(true);
  const ids = asked.map(({ data }) => (data as { refundId: string }).refundId);
  expect(new Set(ids).size).toBe(ids.length);
  const back = refunds.filter(({ status }) => status === 'SUCCEEDED');
  // Payment gives back one cent here, a person all of it.
  const counted = back.reduce((all, { settledByHand, amount }) => all + (settledByHand ? (amount ?? 0n) : 1n), 0n);
  expect(order.refunded).toBe(counted);
  const open = refunds.filter(({ status }) => status === 'REQUESTED').map(({ id }) => id);
  expect([...open].sort()).toEqual([...order.openRefunds].sort());
  if (order.status === 'CANCELLED' || order.status === 'FAILED') {
    expect(order.refundRequested).toBe(order.paid);
    expect(order.openRefunds).toEqual([]);
  }
}

function checkWords(order: Order, said: readonly Saying[]): void {
  for (const type of ['order-pending', 'order-paid', 'order-confirmed', 'order-shipped', 'order-completed']) {
    expect(countOf(said, type)).toBeLessThanOrEqual(1);
  }
  const ended = order.status === 'FAILED' || order.status === 'CANCELLED';
  expect(countOf(said, 'order-failed') + countOf(said, 'order-cancelled')).toBe(ended ? 1 : 0);
  if (ended) expect(countOf(said, 'release-stock') + countOf(said, 'return-stock')).toBeGreaterThanOrEqual(1);
  expect(countOf(said, 'reduce-stock')).toBe(countOf(said, 'order-paid'));
  const waits = ['CREATED', 'REVIEW', 'PENDING', 'SHIPPED'].includes(order.status);
  expect(order.timerAt !== null).toBe(waits);
}

test('whatever comes, in whatever order and however often: moves are legal, words are said once, and money is counted', async () => {
  const runs = fc.array(fc.tuple(command, fc.integer({ min: 0, max: 40 })), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(runs, async (all) => {
      const rehearsal = rehearse([orderIn('CREATED')]);
      let now = minutes(0);
      let before: OrderStatus = 'CREATED';
      const used = new Set<unknown>();
      for (const [index, [one, later]] of all.entries()) {
        now += later * 60_000;
        // Ids of refunds are fresh in reality.
        const { by, retryId, refundId: named } = one.command as { by?: string; retryId?: string; refundId?: string };
        const fresh = by === undefined ? retryId : named;
        if (fresh !== undefined && used.has(fresh)) continue;
        // What payment says of a refund that nobody asked for would be payment's own.
        const refund = (one.command as { data?: { refundId?: string } }).data?.refundId;
        const isKnown = rehearsal.row('refunds', refund ?? '') ?? rehearsal.row('retries', refund ?? '');
        if (refund !== undefined && !isKnown) continue;
        const [decision] = await rehearsal.batch([one], { now, cause: `request/${index}` });
        if (fresh !== undefined && decision?.refuse === undefined) used.add(fresh);
        const order = rehearsal.row('orders', orderId);
        if (!order) throw new Error('the order is gone');
        if (order.status !== before) expect(legal[before]).toContain(order.status);
        before = order.status;
        checkMoney(order, rehearsal.rows('refunds'), rehearsal.said);
        checkWords(order, rehearsal.said);
        const { timerAt } = order;
        if (timerAt !== null) expect(rehearsal.row('timers', `${orderId}/${timerAt}`)).toBeDefined();
      }
    }),
    { numRuns: 400 },
  );
});

test('refunds of one batch see each other: together never more than was paid', async () => {
  const amounts = fc.array(fc.tuple(fc.integer({ min: 1, max: 3_000 }), fc.boolean()), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom<OrderStatus>('PAID', 'SHIPPED'), amounts, async (status, all) => {
      const rehearsal = rehearse([orderIn(status)]);
      const asks = all.map(([amount, byOperator], index) =>
        asksForRefund({
          refundId: `rfd_${index}`,
          amount: money(BigInt(amount), 'CNY'),
          by: byOperator ? 'operator' : 'buyer',
        }),
      );
      await rehearsal.batch(asks);
      await rehearsal.batch(all.map((_, index) => decides(`rfd_${index}`, 'approve')));
      const order = rehearsal.row('orders', orderId);
      if (!order) throw new Error('the order is gone');
      checkMoney(order, rehearsal.rows('refunds'), rehearsal.said);
    }),
    { numRuns: 300 },
  );
});
