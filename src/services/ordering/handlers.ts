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
import { handle } from '#runtime/service.ts';
import { onOrder } from './domain/deciders.ts';
import { onRefundFailed, onRefundSucceeded } from './domain/refund-outcomes.ts';

/** What each message means for an order; what comes of it is in domain/transitions.ts. */
export const handlers = [
  handle(
    StockReserved,
    onOrder(() => ({ kind: 'agreed', participant: 'inventory' })),
  ),
  handle(
    StockReserveFailed,
    onOrder(({ shortages }) => ({ kind: 'refused', code: 'insufficient_stock', shortages })),
  ),
  handle(
    StockReduced,
    onOrder(() => ({ kind: 'reduced' })),
  ),
  handle(
    StockReduceFailed,
    onOrder(() => ({ kind: 'reduceFailed' })),
  ),
  handle(
    StockReleased,
    onOrder(() => ({ kind: 'released' })),
  ),
  handle(
    PaymentSuccess,
    onOrder(({ amount }) => ({ kind: 'paid', amount: BigInt(amount.amount) })),
  ),
  handle(
    PaymentFailure,
    onOrder(() => ({ kind: 'paymentFailed' })),
  ),
  handle(
    PaymentClosed,
    onOrder(() => ({ kind: 'paymentClosed' })),
  ),
  handle(
    ShipmentShipped,
    onOrder(({ carrier, trackingNumber }) => ({ kind: 'shipped', carrier, trackingNumber })),
  ),
  handle(
    ShipmentDelivered,
    onOrder(() => ({ kind: 'completed', how: 'delivered' })),
  ),
  handle(RefundSucceeded, onRefundSucceeded),
  handle(RefundFailed, onRefundFailed),
];
