import type { Transaction } from '#runtime/database/database.ts';
import { rowsOf } from '#runtime/database/rows-of.ts';
import type { Cart, Order, OrderDetails, OrderingTables, Refund, RefundRetry, Timer } from './domain/order.ts';

const writtenCart = 'user_id text, lines json, at timestamptz, cause text';

/** A row of `orders` as the driver gives it: counts of milliseconds as bigint, the rest as the domain has it. */
export interface OrderRow extends Omit<Order, 'payableForMs' | 'graceMs' | 'completionMs'> {
  readonly payableForMs: bigint;
  readonly graceMs: bigint;
  readonly completionMs: bigint;
}

export const orderColumns = `
  orders.id, user_id as "userId", status, status_reason as "statusReason",
  coalesce(shortages, '[]') as shortages, number, currency, subtotal, discount, total, paid,
  refund_requested as "refundRequested", refunded, coalesce(open_refunds, '[]') as "openRefunds", participants,
  payable_for_ms as "payableForMs", grace_ms as "graceMs", completion_ms as "completionMs", payable_until as "payableUntil", timer_at as "timerAt",
  created_at as "createdAt", updated_at as "updatedAt", orders.cause`;

export function orderOf(row: OrderRow): Order {
  const { payableForMs, graceMs, completionMs } = row;
  return {
    ...row,
    payableForMs: Number(payableForMs),
    graceMs: Number(graceMs),
    completionMs: Number(completionMs),
  };
}

const loadOrders = `select ${orderColumns} from orders where id = any($1::text[])`;

const insertOrders = `
  insert into orders (id, status, status_reason, shortages, paid, refund_requested, refunded, open_refunds, participants,
    payable_until, timer_at, updated_at, cause, user_id, number, currency, subtotal, discount, total, payable_for_ms, grace_ms,
    completion_ms, created_at)
  select id, status, status_reason, shortages::jsonb, paid, refund_requested, refunded, open_refunds::jsonb, participants::jsonb,
    payable_until, timer_at, updated_at, cause, user_id, number, currency, subtotal,
    discount, total, payable_for_ms, grace_ms, completion_ms, created_at
  from ${rowsOf(`
      id text, status text, status_reason text, shortages text, paid bigint, refund_requested bigint,
      refunded bigint, open_refunds text, participants text, payable_until timestamptz, timer_at timestamptz, updated_at timestamptz,
      cause text, user_id text, number text, currency text, subtotal bigint, discount bigint, total bigint,
      payable_for_ms bigint, grace_ms bigint, completion_ms bigint, created_at timestamptz`)} as new`;

const updateOrders = `
  update orders set status = new.status, status_reason = new.status_reason, shortages = new.shortages::jsonb,
    paid = new.paid, refund_requested = new.refund_requested, refunded = new.refunded,
    open_refunds = new.open_refunds::jsonb, participants = new.participants::jsonb,
    payable_until = new.payable_until, timer_at = new.timer_at,
    updated_at = new.updated_at, cause = new.cause
  from ${rowsOf(`
      id text, status text, status_reason text, shortages text, paid bigint, refund_requested bigint,
      refunded bigint, open_refunds text, participants text, payable_until timestamptz, timer_at timestamptz, updated_at timestamptz,
      cause text`)} as new
  where orders.id = new.id`;

const insertDetails = `
  insert into order_details (order_id, items, shipping_address, note, language, cause)
  select order_id, items, shipping_address, note, language, cause
  from ${rowsOf('order_id text, items json, shipping_address json, note text, language text, cause text')} as new`;

const insertTimers = `
  insert into timers (due_at, order_ids)
  select due_at, order_ids::text[] from ${rowsOf('due_at timestamptz, order_ids text')} as new`;

const drawNumbers = `select nextval('order_number') as sequence from generate_series(1, $1::int)`;

export const refundColumns = `
  refunds.id, refunds.order_id as "orderId", amount, refunds.currency, refunds.status, reason,
  requested_by as "requestedBy", decided_by as "decidedBy", decision_reason as "decisionReason",
  asked_as as "askedAs", settled_by_hand as "settledByHand", refunds.created_at as "createdAt", refunds.updated_at as "updatedAt", refunds.cause`;

const loadRefunds = `select ${refundColumns} from refunds where id = any($1::text[])`;

const insertRefunds = `
  insert into refunds (id, order_id, amount, currency, status, reason, requested_by, decided_by, decision_reason,
    created_at, updated_at, cause)
  select id, order_id, amount, currency, status, reason, requested_by, decided_by, decision_reason,
    created_at, updated_at, cause
  from ${rowsOf(`
      id text, order_id text, amount bigint, currency text, status text, reason text, requested_by text,
      decided_by text, decision_reason text, created_at timestamptz, updated_at timestamptz, cause text`)} as new`;

const updateRefunds = `
  update refunds set amount = new.amount, status = new.status, decided_by = new.decided_by,
    decision_reason = new.decision_reason, updated_at = new.updated_at, cause = new.cause,
    asked_as = new.asked_as, settled_by_hand = new.settled_by_hand
  from ${rowsOf(`
      id text, amount bigint, status text, decided_by text, decision_reason text, updated_at timestamptz, cause text,
      asked_as text, settled_by_hand boolean`)} as new
  where refunds.id = new.id`;

const loadRetries = `
  select id, refund_id as "refundId", created_at as "createdAt", cause from refund_retries where id = any($1::text[])`;

const insertRetries = `
  insert into refund_retries (id, refund_id, created_at, cause)
  select id, refund_id, at, cause from ${rowsOf('id text, refund_id text, at timestamptz, cause text')} as new`;

const loadCarts = `
  select user_id as "userId", lines, updated_at as "updatedAt", cause from carts where user_id = any($1::text[])`;

const insertCarts = `
  insert into carts (user_id, lines, updated_at, cause)
  select user_id, lines, at, cause from ${rowsOf(writtenCart)} as new`;

const updateCarts = `
  update carts set lines = new.lines, updated_at = new.at, cause = new.cause
  from ${rowsOf(writtenCart)} as new
  where carts.user_id = new.user_id`;

const listed = (values: readonly unknown[]): string | null => (values.length === 0 ? null : JSON.stringify(values));

export const tables = {
  orders: {
    keyOf: ({ id }) => id,
    load: async (transaction, ids) => (await transaction.query<OrderRow>(loadOrders, [ids])).rows.map(orderOf),
    insert: (transaction, rows) => transaction.query(insertOrders, newOrders(rows)),
    update: (transaction, rows) => transaction.query(updateOrders, changedOrders(rows)),
  },
  details: {
    keyOf: ({ orderId }) => orderId,
    insert: (transaction, rows) => transaction.query(insertDetails, newDetails(rows)),
  },
  timers: {
    keyOf: ({ orderId, dueAt }) => `${orderId}/${dueAt}`,
    insert: (transaction, rows) => transaction.query(insertTimers, newTimers(rows)),
  },
  /** Not rows but numbers: loading draws one from the sequence for each order. */
  numbers: {
    keyOf: ({ orderId }) => orderId,
    load: async (transaction, orderIds) => {
      const { rows } = await transaction.query<{ sequence: bigint }>(drawNumbers, [orderIds.length]);
      return rows.map(({ sequence }, index) => ({ orderId: orderIds[index] ?? '', sequence }));
    },
  },
  refunds: {
    keyOf: ({ id }) => id,
    load: async (transaction: Transaction, ids) => (await transaction.query<Refund>(loadRefunds, [ids])).rows,
    insert: (transaction, rows) => transaction.query(insertRefunds, newRefunds(rows)),
    update: (transaction, rows) => transaction.query(updateRefunds, changedRefunds(rows)),
  },
  retries: {
    keyOf: ({ id }) => id,
    load: async (transaction: Transaction, ids) => (await transaction.query<RefundRetry>(loadRetries, [ids])).rows,
    insert: (transaction, rows) =>
      transaction.query(insertRetries, [
        rows.map(({ id }) => id),
        rows.map(({ refundId }) => refundId),
        rows.map(({ createdAt }) => createdAt),
        rows.map(({ cause }) => cause),
      ]),
  },
  carts: {
    keyOf: ({ userId }) => userId,
    load: async (transaction: Transaction, userIds) => (await transaction.query<Cart>(loadCarts, [userIds])).rows,
    insert: (transaction, rows) => transaction.query(insertCarts, cartValues(rows)),
    update: (transaction, rows) => transaction.query(updateCarts, cartValues(rows)),
  },
} satisfies OrderingTables;

function cartValues(rows: readonly Cart[]): unknown[] {
  return [
    rows.map(({ userId }) => userId),
    rows.map(({ lines }) => JSON.stringify(lines)),
    rows.map(({ updatedAt }) => updatedAt),
    rows.map(({ cause }) => cause),
  ];
}

/** Whole: a draft may be decided further before it is written, up to PENDING and beyond. */
function newOrders(rows: readonly Order[]): unknown[] {
  return [
    ...changedOrders(rows),
    rows.map(({ userId }) => userId),
    rows.map(({ number }) => number),
    rows.map(({ currency }) => currency),
    rows.map(({ subtotal }) => subtotal),
    rows.map(({ discount }) => discount),
    rows.map(({ total }) => total),
    rows.map(({ payableForMs }) => payableForMs),
    rows.map(({ graceMs }) => graceMs),
    rows.map(({ completionMs }) => completionMs),
    rows.map(({ createdAt }) => createdAt),
  ];
}

function changedOrders(rows: readonly Order[]): unknown[] {
  return [
    rows.map(({ id }) => id),
    rows.map(({ status }) => status),
    rows.map(({ statusReason }) => statusReason),
    rows.map(({ shortages }) => listed(shortages)),
    rows.map(({ paid }) => paid),
    rows.map(({ refundRequested }) => refundRequested),
    rows.map(({ refunded }) => refunded),
    rows.map(({ openRefunds }) => listed(openRefunds)),
    rows.map(({ participants }) => JSON.stringify(participants)),
    rows.map(({ payableUntil }) => payableUntil),
    rows.map(({ timerAt }) => timerAt),
    rows.map(({ updatedAt }) => updatedAt),
    rows.map(({ cause }) => cause),
  ];
}

function newDetails(rows: readonly OrderDetails[]): unknown[] {
  return [
    rows.map(({ orderId }) => orderId),
    rows.map(({ items }) => JSON.stringify(items)),
    rows.map(({ shippingAddress }) => JSON.stringify(shippingAddress)),
    rows.map(({ note }) => note),
    rows.map(({ language }) => language),
    rows.map(({ cause }) => cause),
  ];
}

/** All orders that become due at the same moment in one row: those of a batch mostly do. */
function newTimers(rows: readonly Timer[]): unknown[] {
  const byMoment = Map.groupBy(rows, ({ dueAt }) => dueAt);
  return [
    [...byMoment.keys()],
    // As array literals of their own: unnest would flatten arrays of arrays. Ids need no quoting.
    [...byMoment.values()].map((timers) => `{${timers.map(({ orderId }) => orderId).join(',')}}`),
  ];
}

function newRefunds(rows: readonly Refund[]): unknown[] {
  return [
    rows.map(({ id }) => id),
    rows.map(({ orderId }) => orderId),
    rows.map(({ amount }) => amount),
    rows.map(({ currency }) => currency),
    rows.map(({ status }) => status),
    rows.map(({ reason }) => reason),
    rows.map(({ requestedBy }) => requestedBy),
    rows.map(({ decidedBy }) => decidedBy),
    rows.map(({ decisionReason }) => decisionReason),
    rows.map(({ createdAt }) => createdAt),
    rows.map(({ updatedAt }) => updatedAt),
    rows.map(({ cause }) => cause),
  ];
}

function changedRefunds(rows: readonly Refund[]): unknown[] {
  return [
    rows.map(({ id }) => id),
    rows.map(({ amount }) => amount),
    rows.map(({ status }) => status),
    rows.map(({ decidedBy }) => decidedBy),
    rows.map(({ decisionReason }) => decisionReason),
    rows.map(({ updatedAt }) => updatedAt),
    rows.map(({ cause }) => cause),
    rows.map(({ askedAs }) => askedAs),
    rows.map(({ settledByHand }) => settledByHand),
  ];
}
