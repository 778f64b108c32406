import { type Saying, say } from '#contracts/message.ts';
import { OrderCancelled } from '#contracts/messages/ordering/order-cancelled.v1.ts';
import { RefundRequested } from '#contracts/messages/ordering/refund-requested.v1.ts';
import { money, toWire } from '#kernel/money.ts';
import type { Moment } from '#runtime/batch/decider.ts';
import type { Order, Refund, Timer } from './order.ts';

/** The order with its changes. A change of status ends the timer, unless it sets another. */
export function changed(order: Order, { now, cause }: Moment, changes: Partial<Order>): Order {
  const timer = changes.status === undefined ? {} : { timerAt: null };
  return { ...order, ...timer, ...changes, updatedAt: now, cause };
}

/** Where to look for an order whose timer was set or moved. */
export function timersOf(before: Order | undefined, { id: orderId, timerAt }: Order): Timer[] {
  return timerAt === null || timerAt === before?.timerAt ? [] : [{ orderId, dueAt: timerAt }];
}

/** What messages about a payable order tell: who, under which number, how much. */
export function facts({ id, userId, number, total, currency }: Order) {
  return { orderId: id, userId, number, total: toWire(money(total, currency)) };
}

export function saidCancelled(order: Order, reason: string, note?: string): Saying {
  return say(OrderCancelled, { ...facts(order), reason, ...(note === undefined ? {} : { note }) });
}

/** The one compensation an order can need has the order's own UUID: asking twice would be the same refund. */
export function compensationId(orderId: string): string {
  return `rfd_${orderId.slice(orderId.indexOf('_') + 1)}`;
}

export type RefundDraft = Pick<Refund, 'id' | 'amount' | 'reason' | 'requestedBy'>;

export function newRefund(order: Order, draft: RefundDraft, status: Refund['status'], { now, cause }: Moment): Refund {
  return {
    ...draft,
    orderId: order.id,
    currency: order.currency,
    status,
    decidedBy: null,
    decisionReason: null,
    askedAs: null,
    settledByHand: false,
    createdAt: now,
    updatedAt: now,
    cause,
  };
}

export function saidRefund(order: Order, { id, amount, reason }: RefundDraft): Saying {
  return say(RefundRequested, {
    refundId: id,
    orderId: order.id,
    userId: order.userId,
    amount: amount === null ? null : toWire(money(amount, order.currency)),
    reason,
  });
}

/** What was paid and not yet asked back. */
export function refundable({ paid, refundRequested }: Order): bigint {
  return paid - refundRequested;
}

/** Gives back everything that is left, and settles what buyers had asked for meanwhile: it is part of it. */
export function refundAll(
  order: Order,
  draft: Omit<RefundDraft, 'amount'>,
  open: readonly Refund[],
  moment: Moment,
): { changes: Partial<Order>; refunds: Refund[]; say: Saying[] } {
  const amount = refundable(order);
  const superseded = open.map(
    (refund): Refund => ({
      ...refund,
      status: 'REJECTED',
      decidedBy: 'system',
      decisionReason: 'superseded by a full refund',
      updatedAt: moment.now,
      cause: moment.cause,
    }),
  );
  if (amount <= 0n) return { changes: { openRefunds: [] }, refunds: superseded, say: [] };
  const whole = { ...draft, amount };
  return {
    changes: { openRefunds: [], refundRequested: order.refundRequested + amount },
    refunds: [...superseded, newRefund(order, whole, 'APPROVED', moment)],
    say: [saidRefund(order, whole)],
  };
}

/** What is told of a refund whose amount is known. */
export function factsOf(order: Order, { id, amount }: Pick<Refund, 'id' | 'amount'>) {
  const { id: orderId, userId, number, currency } = order;
  return { refundId: id, orderId, userId, number, amount: toWire(money(amount ?? 0n, currency)) };
}
