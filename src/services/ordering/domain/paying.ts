import { say } from '#contracts/message.ts';
import { ClosePayment } from '#contracts/messages/ordering/close-payment.v1.ts';
import { OrderConfirmed } from '#contracts/messages/ordering/order-confirmed.v1.ts';
import { OrderPaid } from '#contracts/messages/ordering/order-paid.v1.ts';
import { ReduceStock } from '#contracts/messages/ordering/reduce-stock.v1.ts';
import { changed, compensationId, facts, newRefund, refundAll, saidCancelled, saidRefund } from './moving.ts';
import type { Order } from './order.ts';
import { releases, reversals } from './participants.ts';
import type { Move, Rule, Scene } from './signals.ts';

/** From PENDING to CONFIRMED or CANCELLED: payment's and stock's part of the table. */

export const pay: Rule<'paid'> = (order, { amount }, { moment }) => ({
  kind: 'moved',
  order: changed(order, moment, { status: 'PAID', paid: amount }),
  say: [say(OrderPaid, facts(order)), say(ReduceStock, { orderId: order.id })],
});

export const confirm: Rule<'reduced'> = (order, _signal, { moment }) => ({
  kind: 'moved',
  order: changed(order, moment, { status: 'CONFIRMED' }),
  say: [say(OrderConfirmed, facts(order))],
});

export const cancelUnpaid: Rule<'cancelled'> = (order, { by, note }, scene) =>
  cancelledUnpaid(order, `cancelled_by_${by}`, note, scene);

export const expire: Rule<'paymentClosed'> = (order, _signal, scene) =>
  cancelledUnpaid(order, 'expired', undefined, scene);

/**
 * Payment is the arbiter: it is asked to close first, however late the timer is, and has the grace period to say that it
 * was paid in time.
 */
export const closeOrExpire: Rule<'timeout'> = (order, _signal, scene) => {
  const { timerAt, payableUntil, graceMs, id } = order;
  const wasAsked = timerAt !== null && payableUntil !== null && timerAt > payableUntil;
  if (wasAsked) return cancelledUnpaid(order, 'expired', undefined, scene);
  return {
    kind: 'moved',
    // At least a millisecond, so that the timer tells that payment was asked.
    order: changed(order, scene.moment, { timerAt: scene.moment.now + Math.max(1, graceMs) }),
    say: [say(ClosePayment, { orderId: id })],
  };
};

/** The payment failed as a whole (004 §4.4); only payment knows how much of it had been captured. */
export const failPayment: Rule<'paymentFailed'> = (order, _signal, { moment }) => {
  const refund = { id: compensationId(order.id), amount: null, reason: 'payment_failed', requestedBy: 'system' };
  return {
    kind: 'moved',
    order: changed(order, moment, { status: 'CANCELLED', statusReason: 'payment_failed' }),
    refunds: [newRefund(order, refund, 'APPROVED', moment)],
    say: [saidCancelled(order, 'payment_failed'), ...releases(order), saidRefund(order, refund)],
  };
};

/** The goods were lost or damaged between reservation and sale. */
export const loseStock: Rule<'reduceFailed'> = (order, _signal, scene) => {
  const refund = { id: compensationId(order.id), reason: 'stock_lost', requestedBy: 'system' };
  const back = refundAll(order, refund, scene.openRefunds(), scene.moment);
  return {
    kind: 'moved',
    order: changed(order, scene.moment, { status: 'CANCELLED', statusReason: 'stock_lost', ...back.changes }),
    refunds: back.refunds,
    say: [saidCancelled(order, 'stock_lost'), ...back.say, ...releases(order)],
  };
};

/** Cancelled before it is shipped: money back, deducted goods back on sale; a reduce in flight is overtaken by its return. */
export const cancelPaid: Rule<'cancelled'> = (order, { by, note, refund: asked }, scene) => {
  const reason = `cancelled_by_${by}`;
  const refund = asked ?? { id: compensationId(order.id), reason, requestedBy: 'system' };
  const back = refundAll(order, refund, scene.openRefunds(), scene.moment);
  return {
    kind: 'moved',
    order: changed(order, scene.moment, { status: 'CANCELLED', statusReason: reason, ...back.changes }),
    refunds: back.refunds,
    say: [saidCancelled(order, reason, note), ...back.say, ...reversals(order)],
  };
};

/** Money for an order that had ended: all of it goes back, once. */
export const refundLate: Rule<'paid'> = (order, { amount }, { moment }) => {
  if (order.paid > 0n) return { kind: 'same' };
  // Payment had sealed itself as failed, and was asked for all it had captured: it contradicts itself.
  if (order.statusReason === 'payment_failed') return { kind: 'illegal' };
  const refund = { id: compensationId(order.id), reason: 'late_payment', requestedBy: 'system' };
  const back = refundAll({ ...order, paid: amount }, refund, [], moment);
  return {
    kind: 'moved',
    order: changed(order, moment, { paid: amount, ...back.changes }),
    refunds: back.refunds,
    say: back.say,
  };
};

function cancelledUnpaid(order: Order, reason: string, note: string | undefined, { moment }: Scene): Move {
  return {
    kind: 'moved',
    order: changed(order, moment, { status: 'CANCELLED', statusReason: reason }),
    say: [saidCancelled(order, reason, note), ...releases(order)],
  };
}
