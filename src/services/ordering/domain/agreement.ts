import { type Saying, say } from '#contracts/message.ts';
import { OrderFailed } from '#contracts/messages/ordering/order-failed.v1.ts';
import { OrderPending } from '#contracts/messages/ordering/order-pending.v1.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { changed, facts } from './moving.ts';
import type { Agreement, Order, Shortage } from './order.ts';
import { release, releases } from './participants.ts';
import type { Move, Outcome, Rule, Scene } from './signals.ts';

/** From the draft to PENDING or FAILED: the participants' part of the table. */

export const agree: Rule<'agreed'> = (order, { participant }, scene) => {
  const agreement = order.participants[participant];
  if (agreement === 'agreed') return { kind: 'same' };
  if (agreement === undefined) return { kind: 'illegal' };
  return advance(order, { ...order.participants, [participant]: 'agreed' }, scene);
};

export const hold: Rule<'held'> = (order, { participant }, scene) => {
  const agreement = order.participants[participant];
  if (agreement === undefined) return { kind: 'illegal' };
  if (agreement === 'agreed') return { kind: 'same' };
  return advance(order, { ...order.participants, [participant]: 'reviewing' }, scene);
};

export const approve: Rule<'approved'> = (order, _signal, scene) => {
  const approved = Object.entries(order.participants).map(([name, agreement]): [string, Agreement] => [
    name,
    agreement === 'reviewing' ? 'agreed' : agreement,
  ]);
  return advance(order, Object.fromEntries(approved), scene);
};

export const fail: Rule<'refused'> = (order, { code, shortages }, scene) => failed(order, code, shortages, scene);

/** The buyer is told the same as where risk itself refuses. */
export const reject: Rule<'rejected'> = (order, _signal, scene) => failed(order, 'refused_by_risk', [], scene);

export const failByCancelling: Rule<'cancelled'> = (order, _signal, scene) => failed(order, 'cancelled', [], scene);

export const failAtDeadline: Rule<'timeout'> = (order, _signal, scene) => failed(order, 'deadline', [], scene);

/** A participant agreed to an order that had ended meanwhile. */
export const releaseLate: Rule<'agreed'> = (order, { participant }) => ({
  kind: 'moved',
  say: [release(participant, order.id)],
});

/** All agreed: payable. Somebody wants a person to look: REVIEW. Otherwise it waits for the others. */
function advance(order: Order, participants: Order['participants'], scene: Scene): Move {
  const { moment } = scene;
  const agreements = Object.values(participants);
  if (agreements.every((agreement) => agreement === 'agreed')) return payable({ ...order, participants }, scene);
  const status = agreements.includes('reviewing') ? 'REVIEW' : 'CREATED';
  return {
    kind: 'moved',
    order: changed(order, moment, { status, participants, timerAt: order.timerAt }),
    say: [],
  };
}

function payable(order: Order, { moment }: Scene): Move {
  const payableUntil = moment.now + order.payableForMs;
  const next = changed(order, moment, { status: 'PENDING', payableUntil, timerAt: payableUntil });
  const said: Saying = say(OrderPending, { ...facts(next), payableUntil: toTimestamp(payableUntil) });
  return { kind: 'moved', order: next, say: [said] };
}

function failed(order: Order, reason: string, shortages: readonly Shortage[], { moment }: Scene): Outcome {
  const { id: orderId, userId } = order;
  return {
    kind: 'moved',
    order: changed(order, moment, { status: 'FAILED', statusReason: reason, shortages }),
    say: [say(OrderFailed, { orderId, userId, reason, shortages: [...shortages] }), ...releases(order)],
  };
}
