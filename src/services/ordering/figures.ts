import { getOrderFigures, type OrderStatus } from '#contracts/http/ordering.ts';
import { fromTimestamp, type Instant, toTimestamp } from '#kernel/clock.ts';
import { idFloor } from '#kernel/ids.ts';
import type { Queries } from '#runtime/database/database.ts';
import { answer } from '#runtime/service.ts';

/** More would make a look at it cost what it shows. */
const ordersMost = 10_000;
const stuckMost = 100;
/** Timers are looked at twice a second, and inventory answers at once. */
const lateMs = 10_000;
const unconfirmedMs = 60_000;
const dayMs = 24 * 3_600_000;

// Ids sort by time: the newest orders are the end of the primary key, and no index has to follow what changes.
const selectFunnel = `
  select count(*) as created, count(*) filter (where payable_until is not null) as reserved,
    count(*) filter (where paid > 0) as paid, count(*) filter (where status in ('CONFIRMED', 'SHIPPED', 'COMPLETED')) as confirmed,
    count(*) filter (where status = 'FAILED') as failed, count(*) filter (where status = 'CANCELLED') as cancelled,
    min(created_at) as oldest
  from (
    select payable_until, paid, status, created_at from orders where id >= $1 order by id desc limit ${ordersMost}
  ) as newest`;

interface FunnelRow {
  readonly created: bigint;
  readonly reserved: bigint;
  readonly paid: bigint;
  readonly confirmed: bigint;
  readonly failed: bigint;
  readonly cancelled: bigint;
  readonly oldest: Instant | null;
}

const selectLate = `
  select orders.id, number, status, timer_at as "dueAt" from (
    select unnest(order_ids) as id from timers where due_at < $1::timestamptz order by due_at limit ${stuckMost}
  ) as late join orders using (id)
  where timer_at < $1::timestamptz order by timer_at limit ${stuckMost}`;
const selectUnconfirmed = `
  select id, number, status, "changedAt" from (
    select id, number, status, updated_at as "changedAt" from orders where id >= $1 order by id desc limit ${ordersMost}
  ) as newest
  where status = 'PAID' and "changedAt" < $2::timestamptz order by id limit ${stuckMost}`;

interface StuckRow {
  readonly id: string;
  readonly number: string;
  readonly status: OrderStatus;
}

const countRefunds = `
  select count(*) as refunds from (select from refunds where status = $1 limit 1000) as waiting`;

export const figures = answer(getOrderFigures, async ({ query }, { database, clock }) => {
  const since = fromTimestamp(query.since);
  const [funnel, stuck, refundsToDecide, refundsFailed] = await Promise.all([
    funnelSince(database, since),
    stuckOrders(database, clock.now()),
    refundsThatAre(database, 'REQUESTED'),
    refundsThatAre(database, 'FAILED'),
  ]);
  return { status: 200, body: { funnel, stuck, refundsToDecide, refundsFailed } };
});

async function funnelSince(database: Queries, since: Instant) {
  const { rows } = await database.query<FunnelRow>(selectFunnel, [idFloor('order', since)]);
  const [row] = rows;
  if (!row) throw new Error('a count without a row');
  const { oldest, ...counts } = row;
  const isAll = counts.created < ordersMost;
  return {
    from: toTimestamp(isAll || oldest === null ? since : oldest),
    created: Number(counts.created),
    reserved: Number(counts.reserved),
    paid: Number(counts.paid),
    confirmed: Number(counts.confirmed),
    failed: Number(counts.failed),
    cancelled: Number(counts.cancelled),
  };
}

async function stuckOrders(database: Queries, now: Instant) {
  const [late, unconfirmed] = await Promise.all([
    database.query<StuckRow & { dueAt: Instant }>(selectLate, [now - lateMs]),
    database.query<StuckRow & { changedAt: Instant }>(selectUnconfirmed, [
      idFloor('order', now - dayMs),
      now - unconfirmedMs,
    ]),
  ]);
  return [
    ...late.rows.map(({ dueAt, ...order }) => ({ ...order, dueAt: toTimestamp(dueAt), why: 'timer' as const })),
    ...unconfirmed.rows.map(({ changedAt, ...order }) => ({
      ...order,
      dueAt: toTimestamp(changedAt + unconfirmedMs),
      why: 'not_confirmed' as const,
    })),
  ].slice(0, stuckMost);
}

async function refundsThatAre(database: Queries, status: string): Promise<number> {
  const { rows } = await database.query<{ refunds: bigint }>(countRefunds, [status]);
  return Number(rows[0]?.refunds ?? 0n);
}
