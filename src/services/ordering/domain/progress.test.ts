import { describe, expect, test } from 'vitest';
import type { DataOf, MessageContract } from '#contracts/message.ts';
import { OrderCancelled } from '#contracts/messages/ordering/order-cancelled.v1.ts';
import { OrderCompleted } from '#contracts/messages/ordering/order-completed.v1.ts';
import { OrderConfirmed } from '#contracts/messages/ordering/order-confirmed.v1.ts';
import { OrderCreated } from '#contracts/messages/ordering/order-created.v1.ts';
import { OrderFailed } from '#contracts/messages/ordering/order-failed.v1.ts';
import { OrderPaid } from '#contracts/messages/ordering/order-paid.v1.ts';
import { OrderPending } from '#contracts/messages/ordering/order-pending.v1.ts';
import { OrderShipped } from '#contracts/messages/ordering/order-shipped.v1.ts';
import { RefundDecided } from '#contracts/messages/ordering/refund-decided.v1.ts';
import { RefundOpened } from '#contracts/messages/ordering/refund-opened.v1.ts';
import { ReserveStock } from '#contracts/messages/ordering/reserve-stock.v1.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { ordering } from '../service.ts';
import { buyer, minutes, orderId } from '../testing/given.ts';
import type { Refund } from './order.ts';
import { progressOf, type Said, timelineOf } from './progress.ts';

/** Said at its position: so many minutes after the order was placed. */
function said<const Contract extends MessageContract>(
  position: number,
  { type }: Contract,
  data: Partial<DataOf<Contract>> = {},
): Said {
  return { position, type, saidAt: minutes(position), data: { orderId, userId: buyer, ...data } };
}

const yuan = (amount: number) => ({ amount, currency: 'CNY' });
const way = [
  said(1, OrderCreated),
  said(2, ReserveStock),
  said(4, OrderPending),
  said(7, OrderPaid),
  said(8, OrderConfirmed),
];

describe('progress', () => {
  test('is the transitions behind a position, and nothing else that was said', () => {
    const statuses = (after: number) => progressOf(way, after).events.map(({ position, status }) => [position, status]);
    const [created, ...later] = [
      [1, 'CREATED'],
      [4, 'PENDING'],
      [7, 'PAID'],
      [8, 'CONFIRMED'],
    ];
    expect(statuses(0)).toEqual([created, ...later]);
    expect(statuses(1)).toEqual(later);
    expect(statuses(8)).toEqual([]);
  });

  test.each([
    [said(9, OrderFailed, { reason: 'insufficient_stock', shortages: [] }), 'FAILED', 'insufficient_stock'],
    [said(9, OrderCancelled, { reason: 'expired' }), 'CANCELLED', 'expired'],
    [said(9, OrderCompleted, { how: 'received' }), 'COMPLETED', null],
  ] as const)('has an end: %#', (last, status, statusReason) => {
    expect(progressOf(way, 0).ended).toBe(false);
    const end = { position: 9, status, statusReason, at: toTimestamp(minutes(9)) };
    expect(progressOf([...way, last], 8)).toEqual({ events: [end], ended: true });
    expect(progressOf([...way, last], 9)).toEqual({ events: [], ended: true });
  });

  test('knows every transition that ordering says', () => {
    const transitions = ordering.says.filter(({ type }) => type.startsWith('ordering.order-'));
    const events = progressOf(
      transitions.map((contract, index) => said(index + 1, contract)),
      0,
    ).events;
    expect(events).toHaveLength(transitions.length);
  });
});

describe('the time line', () => {
  const refund = (status: Refund['status'], position: number, amount: bigint | null = 100n): Refund => ({
    ...{ id: 'rfd_1', orderId, amount, currency: 'CNY', status, reason: 'a dent', requestedBy: buyer },
    ...{ decidedBy: null, decisionReason: null, askedAs: null, settledByHand: false },
    ...{ createdAt: minutes(9), updatedAt: minutes(position), cause: 'request/1' },
  });

  test('says in words what happened, oldest first', () => {
    const shipped = said(9, OrderShipped, { carrier: '顺丰', trackingNumber: 'SF1' });
    const completed = said(10, OrderCompleted, { how: 'elapsed' });
    const entries = timelineOf([...way, shipped, completed], []);
    expect(entries.map(({ code }) => code)).toEqual(['placed', 'payable', 'paid', 'confirmed', 'shipped', 'completed']);
    expect(entries[4]).toMatchObject({ status: 'SHIPPED', carrier: '顺丰', trackingNumber: 'SF1' });
    expect(entries[5]).toMatchObject({ status: 'COMPLETED', reason: 'elapsed' });
  });

  test('has a refund from the asking to the end, where payment’s word stands in the refund alone', () => {
    const asked = said(9, RefundOpened, { refundId: 'rfd_1', amount: yuan(100), reason: 'a dent' });
    const decided = said(10, RefundDecided, { refundId: 'rfd_1', amount: yuan(100), verdict: 'approved' });
    const rejected = said(12, RefundDecided, {
      refundId: 'rfd_2',
      amount: yuan(7),
      verdict: 'rejected',
      note: 'too late',
    });
    const entries = timelineOf([...way, asked, decided, rejected], [refund('SUCCEEDED', 11)]).slice(4);
    expect(entries).toMatchObject([
      { code: 'refund_requested', refundId: 'rfd_1', reason: 'a dent', amount: yuan(100), status: null },
      { code: 'refund_approved', refundId: 'rfd_1' },
      { code: 'refund_succeeded', refundId: 'rfd_1', amount: yuan(100) },
      { code: 'refund_rejected', refundId: 'rfd_2', reason: 'too late' },
    ]);
    expect(entries[1]).not.toHaveProperty('reason');
  });

  test('says of a refund that is under way nothing yet, and of one that failed that it did', () => {
    const codes = (...refunds: Refund[]) => timelineOf([], refunds).map(({ code }) => code);
    expect(
      codes(refund('REQUESTED', 1), refund('APPROVED', 1), refund('PROCESSING', 1), refund('REJECTED', 1)),
    ).toEqual([]);
    expect(codes(refund('FAILED', 1, null))).toEqual(['refund_failed']);
  });
});
