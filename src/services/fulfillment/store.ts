import type { ShipmentStatus } from '#contracts/http/fulfillment.ts';
import type { Instant } from '#kernel/clock.ts';
import type { Queries } from '#runtime/database/database.ts';
import { rowsOf } from '#runtime/database/rows-of.ts';
import type { FulfillmentTables, Handover, Shipment } from './domain.ts';

const columns = `
  order_id as "orderId", user_id as "userId", number, status, carrier, tracking_number as "trackingNumber",
  shipped_at as "shippedAt", delivered_at as "deliveredAt", next_try_at as "nextTryAt", tries,
  created_at as "createdAt", updated_at as "updatedAt", cause`;

const loadShipments = `select ${columns} from shipments where order_id = any($1::text[])`;

const insertShipments = `
  insert into shipments (order_id, user_id, number, status, carrier, tracking_number, shipped_at, delivered_at, next_try_at,
    tries, created_at, updated_at, cause)
  select order_id, user_id, number, status, carrier, tracking_number, shipped_at, delivered_at,
    next_try_at, tries, created_at, updated_at, cause
  from ${rowsOf(`
      order_id text, status text, carrier text, tracking_number text, shipped_at timestamptz, delivered_at timestamptz,
      next_try_at timestamptz, updated_at timestamptz, cause text, tries int, user_id text, number text, created_at timestamptz`)} as new`;

const updateShipments = `
  update shipments set status = new.status, carrier = new.carrier, tracking_number = new.tracking_number,
    shipped_at = new.shipped_at, delivered_at = new.delivered_at,
    next_try_at = new.next_try_at, updated_at = new.updated_at, cause = new.cause, tries = new.tries
  from ${rowsOf(`
      order_id text, status text, carrier text, tracking_number text, shipped_at timestamptz, delivered_at timestamptz,
      next_try_at timestamptz, updated_at timestamptz, cause text, tries int`)} as new
  where shipments.order_id = new.order_id`;

/** What changes, by its key. */
function moved(rows: readonly Shipment[]): unknown[] {
  return [
    rows.map(({ orderId }) => orderId),
    rows.map(({ status }) => status),
    rows.map(({ carrier }) => carrier),
    rows.map(({ trackingNumber }) => trackingNumber),
    rows.map(({ shippedAt }) => shippedAt),
    rows.map(({ deliveredAt }) => deliveredAt),
    rows.map(({ nextTryAt }) => nextTryAt),
    rows.map(({ updatedAt }) => updatedAt),
    rows.map(({ cause }) => cause),
    rows.map(({ tries }) => tries),
  ];
}

export const tables = {
  shipments: {
    keyOf: ({ orderId }) => orderId,
    load: async (transaction, orderIds) => (await transaction.query<Shipment>(loadShipments, [orderIds])).rows,
    insert: (transaction, rows) =>
      transaction.query(insertShipments, [
        ...moved(rows),
        rows.map(({ userId }) => userId),
        rows.map(({ number }) => number),
        rows.map(({ createdAt }) => createdAt),
      ]),
    update: (transaction, rows) => transaction.query(updateShipments, moved(rows)),
  },
} satisfies FulfillmentTables;

export async function findShipment(database: Queries, orderId: string): Promise<Shipment | undefined> {
  return (await database.query<Shipment>(`select ${columns} from shipments where order_id = $1`, [orderId])).rows[0];
}

export interface ShipmentFilter {
  readonly status: ShipmentStatus | undefined;
  /** The order's id at the end of the page before. */
  readonly before: string | undefined;
  readonly limit: number;
}

// Ids of orders sort by time, and '~' behind all of them.
const listed = `
  select ${columns} from shipments where order_id < $1 and ($2::text is null or status = $2)
  order by order_id desc limit $3`;

export async function findShipments(
  database: Queries,
  { status, before = '~', limit }: ShipmentFilter,
): Promise<readonly Shipment[]> {
  return (await database.query<Shipment>(listed, [before, status, limit])).rows;
}

const selectDue = `
  select order_id as "orderId", carrier, tracking_number as "trackingNumber" from shipments
  where next_try_at <= $1::timestamptz order by next_try_at limit $2`;

/** Those that ordering has not answered about, the longest due first. */
export async function findUnanswered(database: Queries, now: Instant, limit: number): Promise<readonly Handover[]> {
  return (await database.query<Handover>(selectDue, [now, limit])).rows;
}
