import { expect } from 'vitest';
import type { OrderStatus } from '#contracts/http/ordering.ts';
import type { MessageContract, Saying } from '#contracts/message.ts';
import { money } from '#kernel/money.ts';
import type { Decision } from '#runtime/batch/decider.ts';
import { type Ask, ask, deliver, messageOf, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import { type Act, actOnOrder, orderTimer } from '../domain/deciders.ts';
import { retryRefund, settleRefund } from '../domain/failed-refunds.ts';
import { timersOf } from '../domain/moving.ts';
import type { Agreement, Order, OrderingTables, Refund } from '../domain/order.ts';
import { type AskForRefund, askForRefund, type DecideRefund, decideRefund } from '../domain/refunds.ts';
import { handlers } from '../handlers.ts';
import { tables } from '../store.ts';

type Tables = OrderingTables;

const uuid = '019a0000-0000-7000-8000-000000000001';
export const orderId = `ord_${uuid}`;
export const buyer = `usr_${uuid}`;
export const paymentId = `pay_${uuid}`;
/** The refund that compensates for the order as a whole. */
export const compensation = `rfd_${uuid}`;

/** 2026-11-20T10:00:00Z: when the order was placed; it may be paid for half an hour, with a minute of grace. */
export const placedAt = Date.UTC(2026, 10, 20, 10);
export const minutes = (count: number): number => placedAt + count * 60_000;
const payableUntil = minutes(30);

const reached = (agreement: Agreement) => ({ participants: { inventory: agreement } });
const payable = { ...reached('agreed'), payableUntil };
const paid = { ...payable, paid: 5_000n };

const byStatus: Readonly<Record<OrderStatus, Partial<Order>>> = {
  CREATED: { ...reached('asked'), timerAt: minutes(15) },
  REVIEW: { participants: { inventory: 'agreed', risk: 'reviewing' }, timerAt: minutes(15) },
  PENDING: { ...payable, timerAt: payableUntil },
  PAID: paid,
  CONFIRMED: paid,
  SHIPPED: { ...paid, timerAt: minutes(60) },
  COMPLETED: paid,
  FAILED: { ...reached('asked'), statusReason: 'insufficient_stock' },
  CANCELLED: { ...payable, statusReason: 'cancelled_by_buyer' },
};

/** An order over 50.00 that has come to this status. */
export function orderIn(status: OrderStatus, changes: Partial<Order> = {}): Order {
  return {
    id: orderId,
    userId: buyer,
    status,
    statusReason: null,
    shortages: [],
    number: '20261120-000007',
    currency: 'CNY',
    subtotal: 5_000n,
    discount: 0n,
    total: 5_000n,
    paid: 0n,
    refundRequested: 0n,
    refunded: 0n,
    openRefunds: [],
    participants: {},
    payableForMs: 30 * 60_000,
    graceMs: 60_000,
    completionMs: 30 * 60_000,
    payableUntil: null,
    timerAt: null,
    createdAt: placedAt,
    updatedAt: placedAt,
    cause: 'request/place',
    ...byStatus[status],
    ...changes,
  };
}

export function refundOf(changes: Partial<Refund> & Pick<Refund, 'id'>): Refund {
  return {
    orderId,
    amount: 1_000n,
    currency: 'CNY',
    status: 'REQUESTED',
    reason: 'too small',
    requestedBy: buyer,
    decidedBy: null,
    decisionReason: null,
    askedAs: null,
    settledByHand: false,
    createdAt: placedAt,
    updatedAt: placedAt,
    cause: 'request/refund',
    ...changes,
  };
}

/** A message about the order; what tests do not care about is filled in. */
export function heard(contract: MessageContract, data: Record<string, unknown> = {}): Ask<Tables> {
  return deliver(handlers, messageOf(contract, { orderId, ...data }));
}

export function acts(signal: Act['signal'], changes: Partial<Act> = {}): Ask<Tables> {
  return ask(actOnOrder, { orderId, signal, otherwise: 'conflict', ...changes });
}

export const timeIsUp: Ask<Tables> = ask(orderTimer, { orderId });

export function asksForRefund(changes: Partial<AskForRefund> & Pick<AskForRefund, 'refundId'>): Ask<Tables> {
  return ask(askForRefund, {
    orderId,
    by: 'buyer',
    userId: buyer,
    amount: null,
    reason: 'too small',
    restock: false,
    ...changes,
  });
}

export function decides(refundId: string, verdict: DecideRefund['verdict'], restock = false): Ask<Tables> {
  return ask(decideRefund, { refundId, orderId, verdict, operatorId: 'usr_operator', reason: 'seen', restock });
}

export function retries(refundId: string, retryId: string): Ask<Tables> {
  return ask(retryRefund, { refundId, orderId, retryId, operatorId: 'usr_operator', reason: 'try again' });
}

export function settles(refundId: string, amount?: bigint): Ask<Tables> {
  const given = amount === undefined ? undefined : money(amount, 'CNY');
  return ask(settleRefund, { refundId, orderId, amount: given, operatorId: 'usr_operator', reason: 'in cash' });
}

export function rehearse(orders: readonly Order[], refunds: readonly Refund[] = []): Rehearsal<Tables> {
  const timers = orders.flatMap((order) => timersOf(undefined, order));
  const numbers = (id: string) => ({ orderId: id, sequence: 42n });
  return new Rehearsal<Tables>(tables, { orders, refunds, timers }, { numbers });
}

/** Rows as they are; each ask a batch of its own, at the given time. */
export function given(order: Order, ...refunds: Refund[]) {
  const rehearsal = rehearse([order], refunds);
  const run = async (now: number, asks: readonly Ask<Tables>[]) =>
    outcome(rehearsal, await rehearsal.inTurn(asks, () => ({ now, cause: 'request/test' })));
  return {
    when: (...asks: Ask<Tables>[]) => run(minutes(1), asks),
    at: (now: number) => ({ when: (...asks: Ask<Tables>[]) => run(now, asks) }),
  };
}

function outcome(rehearsal: Rehearsal<Tables>, decisions: readonly Decision<Tables, unknown>[]) {
  return {
    rehearsal,
    decisions,
    order: rehearsal.row('orders', orderId),
    says: (...sayings: Saying[]) => expect(rehearsal.said).toEqual(sayings),
    /** Types of what was said, without the service's name. */
    types: rehearsal.said.map(({ contract }) => contract.type.slice(contract.type.indexOf('.') + 1)),
    is: (changes: Partial<Order>) => expect(rehearsal.row('orders', orderId)).toMatchObject(changes),
    hasRefund: (id: string, changes: Partial<Refund>) => expect(rehearsal.row('refunds', id)).toMatchObject(changes),
    refused: decisions.map(({ refuse }) => refuse?.code),
  };
}
