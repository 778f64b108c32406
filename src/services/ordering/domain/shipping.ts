import { say } from '#contracts/message.ts';
import { OrderCompleted } from '#contracts/messages/ordering/order-completed.v1.ts';
import { OrderShipped } from '#contracts/messages/ordering/order-shipped.v1.ts';
import { changed, facts } from './moving.ts';
import type { Order } from './order.ts';
import type { Move, Rule, Scene } from './signals.ts';

/** From CONFIRMED to COMPLETED: fulfillment's part of the table. */

/**
 * The goods leave. Whether they may or the order is cancelled is decided here and nowhere else: whichever of the two comes first
 * finds the order CONFIRMED, and the other is refused (docs/adr/0021).
 */
export const ship: Rule<'shipped'> = (order, { carrier, trackingNumber }, { moment }) => {
  const { orderId, userId, number } = facts(order);
  return {
    kind: 'moved',
    order: changed(order, moment, { status: 'SHIPPED', timerAt: moment.now + order.completionMs }),
    say: [say(OrderShipped, { orderId, userId, number, carrier, trackingNumber })],
  };
};

export const complete: Rule<'completed'> = (order, { how }, scene) => completed(order, how, scene);

/** Nobody said otherwise for long enough. */
export const completeByTime: Rule<'timeout'> = (order, _signal, scene) => completed(order, 'elapsed', scene);

function completed(order: Order, how: 'delivered' | 'received' | 'elapsed', { moment }: Scene): Move {
  return {
    kind: 'moved',
    order: changed(order, moment, { status: 'COMPLETED' }),
    say: [say(OrderCompleted, { ...facts(order), how })],
  };
}
