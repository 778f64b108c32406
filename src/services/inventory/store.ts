import type { OrderLine } from '#contracts/schema.ts';
import type { Queries } from '#runtime/database/database.ts';
import { rowsOf } from '#runtime/database/rows-of.ts';
import type { InventoryTables, Reservation, Stock } from './domain/stock.ts';

const writtenStock = 'sku text, on_hand bigint, reserved bigint, sold bigint';

interface StockRow {
  readonly sku: string;
  readonly onHand: bigint;
  readonly reserved: bigint;
  readonly sold: bigint;
}

const stockColumns = 'sku, on_hand as "onHand", reserved, sold';

function stockOf({ sku, onHand, reserved, sold }: StockRow): Stock {
  return { sku, onHand: Number(onHand), reserved: Number(reserved), sold: Number(sold) };
}

const loadReservations = `
  select order_id as "orderId", status, lines, coalesce(shortages, '[]') as shortages, cause,
    created_at as "createdAt", updated_at as "updatedAt"
  from reservations where order_id = any($1::text[])`;

const insertReservations = `
  insert into reservations (order_id, status, lines, shortages, cause, created_at, updated_at)
  select order_id, status, lines::jsonb, shortages::jsonb, cause, created_at, updated_at
  from ${rowsOf(`
      order_id text, status text, lines text, shortages text, cause text, created_at timestamptz, updated_at timestamptz`)} as new`;

const updateReservations = `
  update reservations set status = new.status, cause = new.cause, updated_at = new.at
  from ${rowsOf('order_id text, status text, cause text, at timestamptz')} as new
  where reservations.order_id = new.order_id`;

const loadStock = `select ${stockColumns} from stock where sku = any($1::text[])`;

const insertStock = `
  insert into stock (sku, on_hand, reserved, sold)
  select * from ${rowsOf(writtenStock)} as new`;

const updateStock = `
  update stock set on_hand = new.on_hand, reserved = new.reserved, sold = new.sold
  from ${rowsOf(writtenStock)} as new
  where stock.sku = new.sku`;

const insertMovements = `
  insert into stock_movements (cause, sku, kind, delta, reason, actor, moved_at)
  select cause, sku, kind, delta, reason, actor, moved_at
  from ${rowsOf('cause text, sku text, kind text, delta bigint, reason text, actor text, moved_at timestamptz')} as new`;

const loadReceipts = `
  select reference, cause, received_at as "receivedAt" from receipts
  where reference = any($1::text[])`;

const insertReceipts = `
  insert into receipts (reference, cause, received_at)
  select reference, cause, at from ${rowsOf('reference text, cause text, at timestamptz')} as new`;

export const tables = {
  reservations: {
    keyOf: ({ orderId }) => orderId,
    load: async (transaction, orderIds) => (await transaction.query<Reservation>(loadReservations, [orderIds])).rows,
    insert: (transaction, rows) =>
      transaction.query(insertReservations, [
        rows.map(({ orderId }) => orderId),
        rows.map(({ status }) => status),
        rows.map(({ lines }) => JSON.stringify(lines)),
        rows.map(({ shortages }) => (shortages.length > 0 ? JSON.stringify(shortages) : null)),
        rows.map(({ cause }) => cause),
        rows.map(({ createdAt }) => createdAt),
        rows.map(({ updatedAt }) => updatedAt),
      ]),
    update: (transaction, rows) =>
      transaction.query(updateReservations, [
        rows.map(({ orderId }) => orderId),
        rows.map(({ status }) => status),
        rows.map(({ cause }) => cause),
        rows.map(({ updatedAt }) => updatedAt),
      ]),
  },
  receipts: {
    keyOf: ({ reference }) => reference,
    load: async (transaction, references) => (await transaction.query<never>(loadReceipts, [references])).rows,
    insert: (transaction, rows) =>
      transaction.query(insertReceipts, [
        rows.map(({ reference }) => reference),
        rows.map(({ cause }) => cause),
        rows.map(({ receivedAt }) => receivedAt),
      ]),
  },
  stock: {
    keyOf: ({ sku }) => sku,
    knownLeast: 16_384,
    load: async (transaction, skus) => (await transaction.query<StockRow>(loadStock, [skus])).rows.map(stockOf),
    insert: (transaction, rows) => transaction.query(insertStock, stockArrays(rows)),
    update: (transaction, rows) => transaction.query(updateStock, stockArrays(rows)),
  },
  movements: {
    keyOf: ({ cause, sku }) => `${cause} ${sku}`,
    insert: (transaction, rows) =>
      transaction.query(insertMovements, [
        rows.map(({ cause }) => cause),
        rows.map(({ sku }) => sku),
        rows.map(({ kind }) => kind),
        rows.map(({ delta }) => delta),
        rows.map(({ reason }) => reason),
        rows.map(({ actor }) => actor),
        rows.map(({ movedAt }) => movedAt),
      ]),
  },
} satisfies InventoryTables;

function stockArrays(rows: readonly Stock[]): unknown[] {
  return [
    rows.map(({ sku }) => sku),
    rows.map(({ onHand }) => onHand),
    rows.map(({ reserved }) => reserved),
    rows.map(({ sold }) => sold),
  ];
}

export async function readStock(database: Queries, sku: string): Promise<Stock | undefined> {
  const { rows } = await database.query<StockRow>(`select ${stockColumns} from stock where sku = $1`, [sku]);
  return rows[0] && stockOf(rows[0]);
}

export interface StockFilter {
  readonly q: string | undefined;
  readonly low: number | undefined;
  /** The SKU at the end of the page before. */
  readonly after: string | undefined;
  readonly limit: number;
}

// A shop has some thousand SKUs: along the primary key, all of them are soon looked at.
const selectLevels = `
  select ${stockColumns} from stock
  where sku > $1 and ($2::text is null or position(lower($2) in lower(sku)) > 0)
    and ($3::bigint is null or on_hand - reserved <= $3)
  order by sku limit $4`;

export async function listStock(
  database: Queries,
  { q, low, after = '', limit }: StockFilter,
): Promise<readonly Stock[]> {
  const { rows } = await database.query<StockRow>(selectLevels, [after, q ?? null, low ?? null, limit]);
  return rows.map(stockOf);
}

const selectAvailability = `
  select sku, on_hand - reserved as available from stock where sku = any($1::text[])`;

export async function readAvailability(database: Queries, skus: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await database.query<{ sku: string; available: bigint }>(selectAvailability, [skus]);
  return new Map(rows.map(({ sku, available }) => [sku, Number(available)]));
}

// Newest first along the primary key: order ids begin with their time. Rare, and what is sought is at the front, so it
// does without an index that every reservation would have to pay for.
const selectHolders = `
  select order_id as "orderId", lines from reservations
  where status = 'HELD' and lines @> $1::jsonb and order_id < $2
  order by order_id desc limit 500`;

/** The newest orders that hold the SKU, enough of them to give up `quantity` of it, if there are so many. */
export async function readNewestHolders(database: Queries, sku: string, quantity: number): Promise<string[]> {
  const holders: string[] = [];
  let missing = quantity;
  for (let before = '~'; missing > 0; before = holders.at(-1) ?? '') {
    const values = [JSON.stringify([{ sku }]), before];
    const { rows } = await database.query<{ orderId: string; lines: OrderLine[] }>(selectHolders, values);
    for (const { orderId, lines } of rows) {
      if (missing <= 0) break;
      holders.push(orderId);
      missing -= lines.find((line) => line.sku === sku)?.quantity ?? 0;
    }
    if (rows.length < 500) break;
  }
  return holders;
}
