import type { OrderEvent, TimelineEntry } from '#contracts/http/order-progress.ts';
import type { OrderStatus } from '#contracts/http/ordering.ts';
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
import { type Instant, toTimestamp } from '#kernel/clock.ts';
import { money, toWire } from '#kernel/money.ts';
import type { Refund } from './order.ts';

/** What ordering has said of an order, as its log has it. */
export interface Said {
  readonly position: number;
  readonly type: string;
  readonly saidAt: Instant;
  readonly data: unknown;
}

/** Each transition says exactly one of these (docs/order-lifecycle.md, Order). */
const statuses: Readonly<Record<string, OrderStatus>> = {
  [OrderCreated.type]: 'CREATED',
  [OrderPending.type]: 'PENDING',
  [OrderPaid.type]: 'PAID',
  [OrderConfirmed.type]: 'CONFIRMED',
  [OrderShipped.type]: 'SHIPPED',
  [OrderCompleted.type]: 'COMPLETED',
  [OrderFailed.type]: 'FAILED',
  [OrderCancelled.type]: 'CANCELLED',
};

const ends: readonly OrderStatus[] = ['COMPLETED', 'FAILED', 'CANCELLED'];

export function isTransition({ type }: Pick<Said, 'type'>): boolean {
  return Object.hasOwn(statuses, type);
}

/** The order's transitions behind a position, and whether it has come to its end. */
export function progressOf(
  said: readonly Said[],
  after: number,
): { readonly events: (OrderEvent & { readonly position: number })[]; readonly ended: boolean } {
  const transitions = said.filter(isTransition).map((one) => ({
    position: one.position,
    status: statusOf(one),
    statusReason: reasonOf(one),
    at: toTimestamp(one.saidAt),
  }));
  return {
    events: transitions.filter(({ position }) => position > after),
    ended: transitions.some(({ status }) => ends.includes(status)),
  };
}

function statusOf({ type }: Said): OrderStatus {
  const status = statuses[type];
  if (!status) throw new Error(`${type} is no transition`);
  return status;
}

function reasonOf(said: Said): string | null {
  return dataOf(OrderFailed, said)?.reason ?? dataOf(OrderCancelled, said)?.reason ?? null;
}

function dataOf<const Contract extends MessageContract>({ type }: Contract, said: Said): DataOf<Contract> | undefined {
  return said.type === type ? (said.data as DataOf<Contract>) : undefined;
}

/** Transitions and refunds, oldest first: what payment made of a refund stands in its row alone. */
export function timelineOf(said: readonly Said[], refunds: readonly Refund[]): TimelineEntry[] {
  const entries = [...said.flatMap((one) => entryOf(one) ?? []), ...refunds.flatMap((one) => outcomeOf(one) ?? [])];
  return entries.sort((left, right) => (left.at === right.at ? 0 : left.at < right.at ? -1 : 1));
}

const codes = {
  CREATED: 'placed',
  PENDING: 'payable',
  PAID: 'paid',
  CONFIRMED: 'confirmed',
  SHIPPED: 'shipped',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const;

function entryOf(said: Said): TimelineEntry | undefined {
  const base = { id: `said_${said.position}`, at: toTimestamp(said.saidAt), status: null };
  const opened = dataOf(RefundOpened, said);
  if (opened) {
    const { refundId, amount, reason } = opened;
    return { ...base, code: 'refund_requested', refundId, amount, reason };
  }
  const decided = dataOf(RefundDecided, said);
  if (decided) {
    const { refundId, amount, verdict, note } = decided;
    return { ...base, code: `refund_${verdict}`, refundId, amount, ...(note === undefined ? {} : { reason: note }) };
  }
  if (!isTransition(said)) return undefined;
  const status = statusOf(said);
  if (status === 'REVIEW') return undefined;
  const shipped = dataOf(OrderShipped, said);
  const reason = reasonOf(said) ?? dataOf(OrderCompleted, said)?.how;
  return {
    ...base,
    code: codes[status],
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(shipped && { carrier: shipped.carrier, trackingNumber: shipped.trackingNumber }),
  };
}

function outcomeOf({ id, amount, currency, status, updatedAt }: Refund): TimelineEntry | undefined {
  if (status !== 'SUCCEEDED' && status !== 'FAILED') return undefined;
  return {
    id,
    at: toTimestamp(updatedAt),
    code: status === 'SUCCEEDED' ? 'refund_succeeded' : 'refund_failed',
    status: null,
    refundId: id,
    ...(amount === null ? {} : { amount: toWire(money(amount, currency)) }),
  };
}
