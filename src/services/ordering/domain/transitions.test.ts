import { expect, test } from 'vitest';
import type { OrderStatus } from '#contracts/http/ordering.ts';
import { ShipmentDelivered } from '#contracts/messages/fulfillment/shipment-delivered.v1.ts';
import { ShipmentShipped } from '#contracts/messages/fulfillment/shipment-shipped.v1.ts';
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
import type { Ask } from '#runtime/batch/testing/rehearsal.ts';
import { acts, buyer, given, heard, minutes, orderIn, paymentId, timeIsUp } from '../testing/given.ts';
import type { OrderingTables } from './order.ts';
import type { ParticipantName } from './participants.ts';

/*
 * Every pair of status and event, with what the page on the order's lifecycle says of it (docs/order-lifecycle.md, "Order"),
 * written down by hand. `·` changes nothing (a duplicate, or overtaken); `✗` is refused to a person, and parked for a message.
 */

const statuses = [
  'CREATED',
  'REVIEW',
  'PENDING',
  'PAID',
  'CONFIRMED',
  'SHIPPED',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
] as const satisfies readonly OrderStatus[];

const moves: Readonly<Record<string, { to: OrderStatus | 'same'; says: readonly string[] }>> = {
  pending: { to: 'PENDING', says: ['order-pending'] },
  review: { to: 'REVIEW', says: [] },
  failed: { to: 'FAILED', says: ['order-failed', 'release-stock'] },
  paid: { to: 'PAID', says: ['order-paid', 'reduce-stock'] },
  close: { to: 'PENDING', says: ['close-payment'] },
  cancelled: { to: 'CANCELLED', says: ['order-cancelled', 'release-stock'] },
  refunded: { to: 'CANCELLED', says: ['order-cancelled', 'refund-requested', 'release-stock'] },
  returned: { to: 'CANCELLED', says: ['order-cancelled', 'refund-requested', 'return-stock'] },
  confirmed: { to: 'CONFIRMED', says: ['order-confirmed'] },
  shipped: { to: 'SHIPPED', says: ['order-shipped'] },
  completed: { to: 'COMPLETED', says: ['order-completed'] },
  release: { to: 'same', says: ['release-stock'] },
  refund: { to: 'same', says: ['refund-requested'] },
  counted: { to: 'same', says: [] },
};

const page = `
                     CREATED  REVIEW  PENDING   PAID      CONFIRMED SHIPPED   COMPLETED FAILED   CANCELLED
StockReserved        pending  ·       ·         ·         ·         ·         ·         release  release
StockReserveFailed   failed   failed  ✗         ✗         ✗         ✗         ✗         ·        ·
RiskReview           review   ·       ·         ·         ·         ·         ·         ·        ·
ReviewApproved       ✗        pending ·         ·         ·         ·         ·         ✗        ✗
ReviewRejected       ✗        failed  ✗         ✗         ✗         ✗         ✗         ✗        ✗
PaymentSuccess       ✗        ✗       paid      ·         ·         ·         ·         refund   refund
PaymentFailure       ✗        ✗       refunded  ✗         ✗         ✗         ✗         ·        ·
PaymentClosed        ✗        ✗       cancelled ✗         ✗         ✗         ✗         ·        ·
StockReduced         ✗        ✗       ✗         confirmed ·         ·         ·         ✗        ·
StockReduceFailed    ✗        ✗       ✗         refunded  ✗         ✗         ✗         ✗        ·
StockReleased        ✗        ✗       ✗         ✗         ✗         ✗         ✗         ·        ·
DispatchAsked        ✗        ✗       ✗         ✗         shipped   ·         ·         ✗        ✗
ShipmentShipped      ✗        ✗       ✗         ✗         shipped   ·         ·         ✗        ✗
ShipmentDelivered    ✗        ✗       ✗         ✗         ✗         completed ·         ✗        ✗
Received             ✗        ✗       ✗         ✗         ✗         completed ·         ✗        ✗
CancelledByBuyer     failed   failed  cancelled returned  returned  ✗         ✗         ✗        ·
CancelledByOperator  failed   failed  cancelled returned  returned  ✗         ✗         ✗        ·
TimeIsUp             failed   failed  close     ·         ·         completed ·         ·        ·
RefundSucceeded      counted  counted counted   counted   counted   counted   counted   counted  counted
RefundFailed         counted  counted counted   counted   counted   counted   counted   counted  counted
`;

/** A participant that does not exist yet, as the page has it. */
const risk = 'risk' as ParticipantName;
const shipment = { shipmentId: 'shp_1', userId: buyer };
const handover = { carrier: 'SF', trackingNumber: '1' };
const madeByPayment = { refundId: 'rfd_other', paymentId, userId: buyer };

const events: Readonly<Record<string, Ask<OrderingTables>>> = {
  StockReserved: heard(StockReserved),
  StockReserveFailed: heard(StockReserveFailed, { shortages: [{ sku: 'tea', requested: 2, available: 1 }] }),
  RiskReview: acts({ kind: 'held', participant: risk }),
  ReviewApproved: acts({ kind: 'approved' }),
  ReviewRejected: acts({ kind: 'rejected' }),
  PaymentSuccess: heard(PaymentSuccess, { paymentId, userId: buyer, amount: { amount: 5_000, currency: 'CNY' } }),
  PaymentFailure: heard(PaymentFailure, { paymentId, userId: buyer, reason: 'declined' }),
  PaymentClosed: heard(PaymentClosed, { paymentId, reason: 'closed' }),
  StockReduced: heard(StockReduced),
  StockReduceFailed: heard(StockReduceFailed, { reason: 'lost' }),
  StockReleased: heard(StockReleased),
  DispatchAsked: acts({ kind: 'shipped', ...handover }),
  ShipmentShipped: heard(ShipmentShipped, { ...shipment, ...handover }),
  ShipmentDelivered: heard(ShipmentDelivered, shipment),
  Received: acts({ kind: 'completed', how: 'received' }),
  CancelledByBuyer: acts({ kind: 'cancelled', by: 'buyer' }),
  CancelledByOperator: acts({ kind: 'cancelled', by: 'operator' }),
  TimeIsUp: timeIsUp,
  RefundSucceeded: heard(RefundSucceeded, { ...madeByPayment, amount: { amount: 1, currency: 'CNY' }, parts: [] }),
  RefundFailed: heard(RefundFailed, { ...madeByPayment, reason: 'account closed' }),
};

const pairs = page
  .trim()
  .split('\n')
  .slice(1)
  .flatMap((line) => {
    const [event = '', ...cells] = line.trim().split(/\s+/);
    return statuses.map((status, index) => ({ event, status, cell: cells[index] ?? '' }));
  });

test('the page has a cell for every pair', () => {
  expect(pairs).toHaveLength(Object.keys(events).length * statuses.length);
  expect(new Set(pairs.map(({ event }) => event))).toEqual(new Set(Object.keys(events)));
  for (const { cell } of pairs) expect(['·', '✗', ...Object.keys(moves)]).toContain(cell);
});

test.each(pairs)('$status, $event: $cell', async ({ status, event, cell }) => {
  const asked =
    status === 'CREATED' && event === 'RiskReview'
      ? { participants: { inventory: 'asked', risk: 'asked' } as const }
      : {};
  const before = orderIn(status, asked);
  const one = events[event];
  if (!one) throw new Error(`no event ${event}`);
  const { decisions, order, types } = await given(before).at(minutes(120)).when(one);
  const [decision] = decisions;
  if (cell === '✗') {
    expect(decision?.refuse ?? decision?.setAside).toBeDefined();
    if (decision?.setAside) expect(decision.setAside.as).toBe('parked');
  } else {
    expect(decision?.refuse).toBeUndefined();
    expect(decision?.setAside).toBeUndefined();
  }
  const move = moves[cell] ?? { to: 'same', says: [] };
  expect(order?.status).toBe(move.to === 'same' ? status : move.to);
  expect([...types].sort()).toEqual(move.says);
  if (cell === '·' || cell === '✗') expect(order).toEqual(before);
});
