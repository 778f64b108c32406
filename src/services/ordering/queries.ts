import type { OrderStatus } from '#contracts/http/ordering.ts';
import type { RefundStatus } from '#contracts/http/refunds.ts';
import type { Instant } from '#kernel/clock.ts';
import { idFloor } from '#kernel/ids.ts';
import type { Queries } from '#runtime/database/database.ts';
import type { CartLine, Refund, WholeOrder } from './domain/order.ts';
import type { Said } from './domain/progress.ts';
import { type OrderRow, orderColumns, orderOf, refundColumns } from './store.ts';

type WholeRow = OrderRow & WholeOrder['details'];

const selectWhole = `
  select ${orderColumns}, items, shipping_address as "shippingAddress", note, language
  from orders join order_details on order_details.order_id = orders.id`;

function wholeOf(row: WholeRow): WholeOrder {
  const { items, shippingAddress, note, language } = row;
  return { order: orderOf(row), details: { items, shippingAddress, note, language } };
}

export async function findOrder(database: Queries, id: string): Promise<WholeOrder | undefined> {
  const { rows } = await database.query<WholeRow>(`${selectWhole} where orders.id = $1`, [id]);
  return rows[0] && wholeOf(rows[0]);
}

/** What a list shows; `before` is the id at the end of the page before. */
export interface OrderFilter {
  readonly userId: string | undefined;
  readonly status: OrderStatus | undefined;
  readonly text: string | undefined;
  /** Beside what the text itself names: whose orders are meant by it. */
  readonly textUsers?: readonly string[];
  readonly before: string | undefined;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
  /** Minor units, both ends included. */
  readonly totalFrom?: number | undefined;
  readonly totalTo?: number | undefined;
  readonly limit: number;
}

// Ids sort by time and '~' behind all of them. One text per kind of list, so that each keeps its own plan.
// Status and total are in no index, which every change of an order would have to follow: along the ids of the time asked for,
// the newest first, a page of any but the rarest is soon found.
const narrowed = `orders.id < $1 and orders.id >= $2 and ($3::text is null or status = $3)
  and ($4::bigint is null or total >= $4) and ($5::bigint is null or total <= $5)`;
const newestFirst = 'order by orders.id desc limit $6';
const listOfAll = `${selectWhole} where ${narrowed} ${newestFirst}`;
const listOfUser = `${selectWhole} where orders.user_id = $7 and ${narrowed} ${newestFirst}`;
const listByText = `
  ${selectWhole} where orders.id in (
      select id from orders where id = $7
      union all select id from orders where user_id = any($8::text[])
      union all select id from orders where number >= $7 and starts_with(number, $7) and payable_until is not null
    ) and ($9::text is null or orders.user_id = $9) and ${narrowed} ${newestFirst}`;

export async function findOrders(database: Queries, filter: OrderFilter): Promise<WholeOrder[]> {
  const { userId, text, textUsers = [] } = filter;
  const narrowing = narrowingOf(filter);
  if (text !== undefined)
    return listed(database, listByText, [...narrowing, text, [text, ...textUsers], userId ?? null]);
  if (userId !== undefined) return listed(database, listOfUser, [...narrowing, userId]);
  return listed(database, listOfAll, narrowing);
}

function narrowingOf({ before, status, from, to, totalFrom, totalTo, limit }: OrderFilter): unknown[] {
  const ends = [before, to === undefined ? undefined : idFloor('order', to)].flatMap((end) => end ?? []).sort();
  return [
    ends[0] ?? '~',
    from === undefined ? '' : idFloor('order', from),
    ...[status ?? null, totalFrom ?? null, totalTo ?? null],
    limit,
  ];
}

async function listed(database: Queries, text: string, values: readonly unknown[]): Promise<WholeOrder[]> {
  return (await database.query<WholeRow>(text, values)).rows.map(wholeOf);
}

export interface OrderForPayment {
  readonly id: string;
  readonly userId: string;
  readonly status: OrderStatus;
  readonly total: bigint;
  readonly currency: string;
  readonly payableUntil: Instant | null;
}

const selectForPayment = `
  select id, user_id as "userId", status, total, currency, payable_until as "payableUntil"
  from orders where id = any($1::text[])`;

export async function findOrdersForPayment(
  database: Queries,
  ids: readonly string[],
): Promise<Map<string, OrderForPayment>> {
  const { rows } = await database.query<OrderForPayment>(selectForPayment, [ids]);
  return new Map(rows.map((row) => [row.id, row]));
}

const selectRefund = `
  select ${refundColumns}, user_id as "userId" from refunds join orders on orders.id = refunds.order_id
  where refunds.id = $1`;

/** A refund and whose order it is of. */
export type OwnedRefund = Refund & { readonly userId: string };

export async function findRefund(database: Queries, id: string): Promise<OwnedRefund | undefined> {
  return (await database.query<OwnedRefund>(selectRefund, [id])).rows[0];
}

export interface RefundFilter {
  readonly userId: string | undefined;
  readonly orderId: string | undefined;
  readonly status: RefundStatus | undefined;
  /** The id at the end of the page before. */
  readonly before: string | undefined;
  readonly limit: number;
}

const listOfRefunds = `
  select ${refundColumns}, user_id as "userId" from refunds join orders on orders.id = refunds.order_id
  where ($1::text is null or orders.user_id = $1) and ($2::text is null or refunds.order_id = $2)
    and ($3::text is null or refunds.status = $3) and refunds.id < $4
  order by refunds.id desc limit $5`;

export async function findRefunds(database: Queries, filter: RefundFilter): Promise<readonly OwnedRefund[]> {
  const { userId, orderId, status, before = '~', limit } = filter;
  return (await database.query<OwnedRefund>(listOfRefunds, [userId, orderId, status, before, limit])).rows;
}

const selectSaid = `
  select position, type, said_at as "saidAt", data from log where key = $1 order by position limit 1000`;

/** What this service has said of an order, oldest first. */
export async function findSaid(database: Queries, orderId: string): Promise<readonly Said[]> {
  const { rows } = await database.query<Omit<Said, 'position'> & { position: bigint }>(selectSaid, [orderId]);
  return rows.map((row) => ({ ...row, position: Number(row.position) }));
}

/** The user's lines; none where there is no cart yet. */
export async function findCart(database: Queries, userId: string): Promise<readonly CartLine[]> {
  const { rows } = await database.query<{ lines: readonly CartLine[] }>('select lines from carts where user_id = $1', [
    userId,
  ]);
  return rows[0]?.lines ?? [];
}

/** A row of `timers`: orders that were to be looked at when it became due. */
export interface DueTimer {
  readonly dueAt: Instant;
  readonly id: bigint;
  readonly orderIds: readonly string[];
}

const selectTimers = `
  select due_at as "dueAt", id, order_ids as "orderIds" from timers
  where due_at <= $1::timestamptz and (due_at, id) > ($2::timestamptz, $3::bigint) order by due_at, id limit $4`;

/** Timers whose moment has come, the longest due first, those behind `after`. */
export async function findDueTimers(
  database: Queries,
  now: Instant,
  after: DueTimer | undefined,
  limit: number,
): Promise<readonly DueTimer[]> {
  const behind = after ? [after.dueAt, after.id] : ['-infinity', 0n];
  return (await database.query<DueTimer>(selectTimers, [now, ...behind, limit])).rows;
}

const selectDue = `
  select id, timer_at as "timerAt" from orders
  where id = any($1::text[]) and timer_at <= $2::timestamptz order by timer_at`;

/** Those of the orders that time should move, the longest due first. */
export async function findDueOrders(
  database: Queries,
  ids: readonly string[],
  now: Instant,
): Promise<readonly { id: string; timerAt: Instant }[]> {
  return (await database.query<{ id: string; timerAt: Instant }>(selectDue, [ids, now])).rows;
}

const deleteTimers = `
  delete from timers where due_at <= $2::timestamptz and id = any($1::bigint[])
    and not exists (select from orders where orders.id = any(order_ids) and timer_at <= $2::timestamptz)`;

/** Ends those of the timers none of whose orders is due any more. */
export async function endTimers(database: Queries, timers: readonly DueTimer[], now: Instant): Promise<void> {
  await database.query(deleteTimers, [timers.map(({ id }) => id), now]);
}
