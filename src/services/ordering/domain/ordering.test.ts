import { expect, test } from 'vitest';
import { say } from '#contracts/message.ts';
import { StockReduceFailed } from '#contracts/messages/inventory/stock-reduce-failed.v1.ts';
import { StockReduced } from '#contracts/messages/inventory/stock-reduced.v1.ts';
import { StockReserveFailed } from '#contracts/messages/inventory/stock-reserve-failed.v1.ts';
import { StockReserved } from '#contracts/messages/inventory/stock-reserved.v1.ts';
import { ClosePayment } from '#contracts/messages/ordering/close-payment.v1.ts';
import { OrderFailed } from '#contracts/messages/ordering/order-failed.v1.ts';
import { OrderPending } from '#contracts/messages/ordering/order-pending.v1.ts';
import { RefundDecided } from '#contracts/messages/ordering/refund-decided.v1.ts';
import { RefundOpened } from '#contracts/messages/ordering/refund-opened.v1.ts';
import { RefundRequested } from '#contracts/messages/ordering/refund-requested.v1.ts';
import { ReleaseStock } from '#contracts/messages/ordering/release-stock.v1.ts';
import { PaymentFailure } from '#contracts/messages/payment/payment-failure.v1.ts';
import { PaymentSuccess } from '#contracts/messages/payment/payment-success.v1.ts';
import { RefundFailed } from '#contracts/messages/payment/refund-failed.v1.ts';
import { RefundSucceeded } from '#contracts/messages/payment/refund-succeeded.v1.ts';
import { money } from '#kernel/money.ts';
import {
  acts,
  asksForRefund,
  buyer,
  compensation,
  decides,
  given,
  heard,
  minutes,
  orderId,
  orderIn,
  paymentId,
  refundOf,
  timeIsUp,
} from '../testing/given.ts';

const yuan = (amount: number) => ({ amount, currency: 'CNY' });
const cny = (amount: bigint) => money(amount, 'CNY');
const paid = heard(PaymentSuccess, { paymentId, userId: buyer, amount: yuan(5_000) });
const requested = (refundId: string, amount: number | null, reason: string) =>
  say(RefundRequested, { refundId, orderId, userId: buyer, amount: amount === null ? null : yuan(amount), reason });
const gaveBack = (refundId: string, amount: number) =>
  heard(RefundSucceeded, { refundId, paymentId, userId: buyer, amount: yuan(amount), parts: [] });

test('with everybody’s agreement the order gets its number and the time until which it may be paid', async () => {
  const outcome = await given(orderIn('CREATED')).when(heard(StockReserved));
  const payableUntil = minutes(31);
  outcome.is({ status: 'PENDING', number: '20261120-000007', payableUntil, timerAt: payableUntil });
  outcome.says(
    say(OrderPending, {
      orderId,
      userId: buyer,
      number: '20261120-000007',
      total: yuan(5_000),
      payableUntil: '2026-11-20T10:31:00.000Z',
    }),
  );
});

test('it waits for all who were asked', async () => {
  const order = orderIn('CREATED', { participants: { inventory: 'asked', risk: 'asked' } });
  const outcome = await given(order).when(heard(StockReserved));
  outcome.is({
    status: 'CREATED',
    participants: { inventory: 'agreed', risk: 'asked' },
    timerAt: order.timerAt,
    payableUntil: null,
  });
  outcome.says();
});

test('want of stock fails the order, and it keeps what was missing', async () => {
  const shortages = [{ sku: 'tea', requested: 3, available: 1 }];
  const outcome = await given(orderIn('CREATED')).when(heard(StockReserveFailed, { shortages }));
  outcome.is({ status: 'FAILED', statusReason: 'insufficient_stock', shortages, timerAt: null });
  outcome.says(
    say(OrderFailed, { orderId, userId: buyer, reason: 'insufficient_stock', shortages }),
    say(ReleaseStock, { orderId }),
  );
});

test('nothing happens before its time, whatever the job believed', async () => {
  const outcome = await given(orderIn('CREATED')).at(minutes(14)).when(timeIsUp);
  outcome.is(orderIn('CREATED'));
  outcome.says();
});

test('unpaid in time: payment is asked to close, and only the grace after that asking cancels without its word', async () => {
  const outcome = await given(orderIn('PENDING')).at(minutes(500)).when(timeIsUp, timeIsUp);
  outcome.says(say(ClosePayment, { orderId }));
  outcome.is({ status: 'PENDING', timerAt: minutes(501) });
  const order = outcome.order ?? orderIn('PENDING');
  const later = await given(order).at(minutes(501)).when(timeIsUp, timeIsUp);
  later.is({ status: 'CANCELLED', statusReason: 'expired', timerAt: null });
  expect(later.types).toEqual(['order-cancelled', 'release-stock']);
});

test('without any grace, payment is still asked first', async () => {
  const order = orderIn('PENDING', { graceMs: 0 });
  const outcome = await given(order).at(minutes(30)).when(timeIsUp);
  outcome.is({ status: 'PENDING' });
  outcome.says(say(ClosePayment, { orderId }));
});

test('a failed payment gives back whatever was captured, which only payment knows', async () => {
  const outcome = await given(orderIn('PENDING')).when(
    heard(PaymentFailure, { paymentId, userId: buyer, reason: 'final' }),
    gaveBack(compensation, 1_200),
  );
  expect(outcome.rehearsal.said).toContainEqual(requested(compensation, null, 'payment_failed'));
  outcome.is({ status: 'CANCELLED', statusReason: 'payment_failed', refunded: 1_200n });
  outcome.hasRefund(compensation, { status: 'SUCCEEDED', amount: 1_200n, requestedBy: 'system' });
});

test('money that comes late goes back, once', async () => {
  const outcome = await given(orderIn('CANCELLED')).when(paid, paid);
  outcome.says(requested(compensation, 5_000, 'late_payment'));
  outcome.is({ status: 'CANCELLED', paid: 5_000n, refundRequested: 5_000n });
});

test('payment that failed for good and then succeeds contradicts itself: a person looks at it', async () => {
  const outcome = await given(orderIn('CANCELLED', { statusReason: 'payment_failed' })).when(paid);
  expect(outcome.decisions[0]?.setAside?.as).toBe('parked');
});

test('a message about an unknown order is parked, not dropped', async () => {
  const stranger = heard(StockReserved, { orderId: 'ord_unknown' });
  const outcome = await given(orderIn('CREATED')).when(stranger);
  expect(outcome.decisions[0]?.setAside).toEqual({ as: 'parked', reason: 'there is no order ord_unknown' });
});

test('goods lost after payment: all is refunded', async () => {
  const outcome = await given(orderIn('PAID')).when(heard(StockReduceFailed, { reason: 'lost' }));
  expect(outcome.types).toEqual(['order-cancelled', 'refund-requested', 'release-stock']);
  outcome.is({ status: 'CANCELLED', statusReason: 'stock_lost', refundRequested: 5_000n });
});

test('cancelled while the reduce is under way: the late word of inventory changes nothing more', async () => {
  const cancel = acts({ kind: 'cancelled', by: 'buyer', note: 'changed my mind' });
  const outcome = await given(orderIn('PAID')).when(cancel, cancel, heard(StockReduced));
  expect(outcome.types).toEqual(['order-cancelled', 'refund-requested', 'return-stock']);
  expect(outcome.rehearsal.said[0]?.data).toMatchObject({ reason: 'cancelled_by_buyer', note: 'changed my mind' });
});

test('a draft cancelled by its buyer has failed; cancelling again is no error, but a draft that failed otherwise stays so', async () => {
  const cancel = acts({ kind: 'cancelled', by: 'buyer' }, { otherwise: 'order_not_cancellable' });
  const own = await given(orderIn('CREATED')).when(cancel, cancel);
  own.is({ status: 'FAILED', statusReason: 'cancelled' });
  expect(own.refused).toEqual([undefined, undefined]);
  const other = await given(orderIn('FAILED')).when(cancel);
  expect(other.refused).toEqual(['order_not_cancellable']);
});

test('another buyer’s order is not found', async () => {
  const outcome = await given(orderIn('PENDING')).when(
    acts({ kind: 'cancelled', by: 'buyer' }, { userId: 'usr_other' }),
    asksForRefund({ refundId: 'rfd_1', userId: 'usr_other' }),
  );
  expect(outcome.refused).toEqual(['not_found', 'not_found']);
});

test('a full refund before shipping is approved at once and cancels the order under that refund’s own id', async () => {
  const outcome = await given(orderIn('CONFIRMED')).when(asksForRefund({ refundId: 'rfd_1', amount: cny(5_000n) }));
  expect(outcome.types).toEqual(['order-cancelled', 'refund-requested', 'return-stock']);
  outcome.is({ status: 'CANCELLED', statusReason: 'cancelled_by_buyer', refundRequested: 5_000n });
  outcome.hasRefund('rfd_1', { status: 'APPROVED', amount: 5_000n, requestedBy: buyer });
  expect(outcome.decisions[0]?.answer).toMatchObject({ id: 'rfd_1', status: 'APPROVED', amount: yuan(5_000) });
});

test('a partial refund waits for an operator, who may approve or reject it, once', async () => {
  const outcome = await given(orderIn('CONFIRMED')).when(
    asksForRefund({ refundId: 'rfd_1', amount: cny(3_000n) }),
    asksForRefund({ refundId: 'rfd_2', amount: cny(2_000n) }),
    decides('rfd_1', 'approve'),
    decides('rfd_2', 'reject'),
    decides('rfd_1', 'approve'),
    decides('rfd_2', 'approve'),
  );
  expect(outcome.refused.slice(4)).toEqual(['refund_not_decidable', 'refund_not_decidable']);
  const told = { orderId, userId: buyer, number: '20261120-000007' };
  const [first, second] = [
    { ...told, refundId: 'rfd_1', amount: yuan(3_000) },
    { ...told, refundId: 'rfd_2', amount: yuan(2_000) },
  ];
  outcome.says(
    say(RefundOpened, { ...first, reason: 'too small' }),
    say(RefundOpened, { ...second, reason: 'too small' }),
    say(RefundDecided, { ...first, verdict: 'approved', note: 'seen' }),
    requested('rfd_1', 3_000, 'too small'),
    say(RefundDecided, { ...second, verdict: 'rejected', note: 'seen' }),
  );
  outcome.is({ status: 'CONFIRMED', refundRequested: 3_000n, openRefunds: [] });
  outcome.hasRefund('rfd_2', { status: 'REJECTED', decidedBy: 'usr_operator' });
  expect(outcome.decisions[2]?.trail).toEqual({ action: 'refund.approve', object: 'rfd_1', reason: 'seen' });
});

test('requests that wait count against new ones: together never more than was paid', async () => {
  const outcome = await given(orderIn('SHIPPED')).when(
    asksForRefund({ refundId: 'rfd_1', amount: cny(3_000n) }),
    asksForRefund({ refundId: 'rfd_2', amount: cny(3_000n) }),
    asksForRefund({ refundId: 'rfd_3' }),
    asksForRefund({ refundId: 'rfd_4' }),
  );
  expect(outcome.refused).toEqual([undefined, 'refund_exceeds_payment', undefined, 'refund_exceeds_payment']);
  outcome.hasRefund('rfd_3', { status: 'REQUESTED', amount: 2_000n });
});

test('an approval looks at the sum again', async () => {
  const outcome = await given(orderIn('SHIPPED')).when(
    asksForRefund({ refundId: 'rfd_1', amount: cny(3_000n) }),
    asksForRefund({ refundId: 'rfd_2', amount: cny(4_000n), by: 'operator' }),
    decides('rfd_1', 'approve'),
  );
  expect(outcome.refused).toEqual([undefined, undefined, 'refund_exceeds_payment']);
});

test('what payment says of a refund that it was not asked for is parked: it contradicts itself', async () => {
  const open = refundOf({ id: 'rfd_1', amount: 1_000n });
  const failed = heard(RefundFailed, { refundId: 'rfd_1', paymentId, userId: buyer, reason: 'account closed' });
  for (const word of [gaveBack('rfd_1', 1_000), failed]) {
    const outcome = await given(orderIn('CONFIRMED', { openRefunds: ['rfd_1'] }), open).when(word);
    expect(outcome.decisions[0]).toMatchObject({ setAside: { as: 'parked' } });
    outcome.hasRefund('rfd_1', { status: 'REQUESTED' });
  }
});

test('cancelling supersedes what buyers had asked for: nothing is refunded twice', async () => {
  const open = refundOf({ id: 'rfd_1', amount: 1_000n });
  const outcome = await given(orderIn('CONFIRMED', { openRefunds: ['rfd_1'], refundRequested: 500n }), open).when(
    acts({ kind: 'cancelled', by: 'operator' }),
  );
  outcome.hasRefund('rfd_1', { status: 'REJECTED', decidedBy: 'system' });
  outcome.hasRefund(compensation, { amount: 4_500n });
  outcome.is({ refundRequested: 5_000n, openRefunds: [] });
});

test('nothing paid, too much, another currency: refused', async () => {
  const unpaid = await given(orderIn('PENDING')).when(asksForRefund({ refundId: 'rfd_1' }));
  expect(unpaid.refused).toEqual(['refund_exceeds_payment']);
  const outcome = await given(orderIn('CONFIRMED')).when(
    asksForRefund({ refundId: 'rfd_1', amount: cny(5_001n) }),
    asksForRefund({ refundId: 'rfd_1', amount: money(1n, 'USD') }),
  );
  expect(outcome.refused).toEqual(['refund_exceeds_payment', 'currency_mismatch']);
});

test('goods that came back are booked in with all that is left to refund, not with a part', async () => {
  const part = asksForRefund({ refundId: 'rfd_1', by: 'operator', amount: cny(1n), restock: true });
  const whole = asksForRefund({ refundId: 'rfd_2', by: 'operator', amount: cny(5_000n), restock: true });
  const outcome = await given(orderIn('COMPLETED')).when(part, whole);
  expect(outcome.refused).toEqual(['validation_failed', undefined]);
  expect(outcome.types).toEqual(['refund-decided', 'refund-requested', 'return-stock']);
  outcome.is({ status: 'COMPLETED' });
});

test('what payment gave back by itself is recorded and counted, once', async () => {
  const outcome = await given(orderIn('CANCELLED')).when(gaveBack('rfd_payment', 700), gaveBack('rfd_payment', 700));
  outcome.is({ refunded: 700n, refundRequested: 0n });
  outcome.hasRefund('rfd_payment', { status: 'SUCCEEDED', amount: 700n, requestedBy: 'payment' });
});

test('a refund that failed may still succeed; one that succeeded stays so', async () => {
  const failed = heard(RefundFailed, { refundId: 'rfd_1', paymentId, userId: buyer, reason: 'account closed' });
  const order = orderIn('CONFIRMED', { refundRequested: 1_000n });
  const outcome = await given(order, refundOf({ id: 'rfd_1', status: 'APPROVED' })).when(
    failed,
    gaveBack('rfd_1', 1_000),
    failed,
  );
  outcome.hasRefund('rfd_1', { status: 'SUCCEEDED', decisionReason: 'account closed' });
  outcome.is({ refunded: 1_000n, refundRequested: 1_000n });
});

test('a person decides about an order that is held for them; deciding the same again is no second act', async () => {
  const because = (action: string) => ({ trail: { action, reason: 'called them' } });
  const approves = acts({ kind: 'approved' }, because('order.approved'));
  const rejects = acts({ kind: 'rejected' }, because('order.rejected'));
  const approved = await given(orderIn('REVIEW')).when(approves, approves, rejects);
  approved.is({ status: 'PENDING', payableUntil: minutes(31) });
  expect(approved.refused).toEqual([undefined, undefined, 'conflict']);
  expect(approved.decisions.map(({ trail }) => trail?.action)).toEqual(['order.approved', undefined, undefined]);
  const rejected = await given(orderIn('REVIEW')).when(rejects, rejects, approves);
  rejected.is({ status: 'FAILED', statusReason: 'refused_by_risk' });
  expect(rejected.refused).toEqual([undefined, undefined, 'conflict']);
  expect(rejected.types).toEqual(['order-failed', 'release-stock']);
});
