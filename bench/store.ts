import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { ConnectionOptions } from '../src/runtime/database/database.ts';
import { Latencies, type Summary } from './load/latencies.ts';

const restMostMs = 120_000;
const lookEveryMs = 10;

/** How far the store was at the beginning of a window. */
export interface Mark {
  readonly lastOrder: string;
  readonly ordering: bigint;
  readonly payment: bigint;
  readonly inventory: bigint;
  readonly walBytes: number;
  readonly walSyncs: number | undefined;
}

/** What the rows of a flash sale tell: in the order of the log of whoever gave the goods away. */
export interface Allotment {
  readonly reserved: number;
  readonly refused: number;
  /** How many were reserved when the first was refused. */
  readonly reservedBefore: number;
}

type Count = { readonly status: string; readonly count: number };

/** Looks into the platform's databases, past the platform. */
export class Store {
  readonly #admin: pg.Client;
  readonly #services: Readonly<Record<'ordering' | 'payment' | 'inventory', pg.Client>>;

  constructor(options: ConnectionOptions) {
    const { host, port, role: user, password } = options;
    const client = (database: string, schema = 'public'): pg.Client =>
      // Without a listener a PostgreSQL that is stopped would end this process.
      new pg.Client({ host, port, user, password, database, options: `-c search_path=${schema}` }).on(
        'error',
        () => undefined,
      );
    this.#admin = client('postgres');
    this.#services = {
      ordering: client('suanpan', 'ordering'),
      payment: client('suanpan', 'payment'),
      inventory: client('suanpan', 'inventory'),
    };
  }

  async connect(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.connect()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end()));
  }

  async mark(): Promise<Mark> {
    const { ordering, payment, inventory } = this.#services;
    const [last, heads, wal] = await Promise.all([
      ordering.query<{ id: string | null }>('select max(id) as id from orders'),
      Promise.all([ordering, payment, inventory].map(headOf)),
      this.#wal(),
    ]);
    const [orderingHead = 0n, paymentHead = 0n, inventoryHead = 0n] = heads;
    return {
      lastOrder: last.rows[0]?.id ?? '',
      ordering: orderingHead,
      payment: paymentHead,
      inventory: inventoryHead,
      ...wal,
    };
  }

  /** Log of PostgreSQL written since then, by everything. `syncs` are about right: backends tell them once a second. */
  async writtenSince(mark: Mark): Promise<{ readonly walBytes: number; readonly walSyncs: number | undefined }> {
    const now = await this.#wal();
    const syncs = now.walSyncs === undefined ? undefined : now.walSyncs - (mark.walSyncs ?? 0);
    return { walBytes: now.walBytes - mark.walBytes, walSyncs: syncs };
  }

  /** Orders placed since then, by status, once they are as expected, or are not after two minutes. */
  async ordersSince(mark: Mark, expected: Readonly<Record<string, number>>): Promise<Record<string, number>> {
    const wanted = textOf(expected);
    for (const untilMs = performance.now() + restMostMs; ; ) {
      const { rows } = await this.#services.ordering.query<Count>(
        'select status, count(*)::int as count from orders where id > $1 group by status',
        [mark.lastOrder],
      );
      const found = Object.fromEntries(rows.map(({ status, count }) => [status, count]));
      if (textOf(found) === wanted || performance.now() > untilMs) return found;
      await pause(100);
    }
  }

  /** All orders, by status. */
  async orders(): Promise<Record<string, number>> {
    const { rows } = await this.#services.ordering.query<Count>(
      'select status, count(*)::int as count from orders group by status order by status',
    );
    return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
  }

  /** Who got something of a flash sale, and who did not, since then: orders of one item each. */
  async allotmentSince(mark: Mark): Promise<Allotment> {
    const { rows } = await this.#services.inventory.query<{ type: string }>(
      `select type from log where position > $1
         and type in ('inventory.stock-reserved', 'inventory.stock-reserve-failed') order by position`,
      [mark.inventory],
    );
    const isReserved = rows.map(({ type }) => type === 'inventory.stock-reserved');
    const firstRefused = isReserved.indexOf(false);
    const reserved = isReserved.filter(Boolean).length;
    return {
      reserved,
      refused: rows.length - reserved,
      reservedBefore: firstRefused < 0 ? reserved : firstRefused,
    };
  }

  /** Begins to look; see {@link Confirmations}. */
  watch(): Confirmations {
    return new Confirmations(this.#services.ordering);
  }

  /** From payment's decision that an order is paid until everybody can see it as CONFIRMED. */
  async confirmedAfter(mark: Mark, confirmations: Confirmations): Promise<Summary> {
    const { payment, ordering } = this.#services;
    const [paid, confirmed] = await Promise.all([
      payment.query<{ key: string; ms: number }>(
        `select key, extract(epoch from said_at)::float8 * 1000 as ms from log
          where position > $1 and type = 'payment.payment-success'`,
        [mark.payment],
      ),
      ordering.query<{ key: string; position: string }>(
        `select key, position from log where position > $1 and type = 'ordering.order-confirmed' order by position`,
        [mark.ordering],
      ),
    ]);
    const paidMs = new Map(paid.rows.map(({ key, ms }) => [key, ms]));
    const latencies = new Latencies();
    const seenMs = confirmations.seen();
    for (const { key, position } of confirmed.rows) {
      const fromMs = paidMs.get(key);
      const untilMs = seenMs(BigInt(position));
      if (fromMs !== undefined && untilMs !== undefined) latencies.add(untilMs - fromMs);
    }
    return latencies.summary();
  }

  /** From when a callback was due to be sent, by its order, until payment's transition, by the log. */
  async transitionsAfter(
    mark: Mark,
    sentMs: Readonly<Record<string, number>>,
  ): Promise<Summary & { readonly meanMs: number }> {
    const { rows } = await this.#services.payment.query<{ key: string; ms: number }>(
      `select key, extract(epoch from said_at)::float8 * 1000 as ms from log
        where position > $1 and type = 'payment.payment-success'`,
      [mark.payment],
    );
    const latencies = new Latencies();
    let sum = 0;
    for (const { key, ms } of rows) {
      const lagMs = ms - (sentMs[key] ?? Number.NaN);
      if (Number.isNaN(lagMs)) continue;
      latencies.add(lagMs);
      sum += lagMs;
    }
    const summary = latencies.summary();
    return { ...summary, meanMs: sum / Math.max(1, summary.count) };
  }

  async #wal(): Promise<{ walBytes: number; walSyncs: number | undefined }> {
    const { rows } = await this.#admin.query<{ bytes: number; syncs: number | null }>(
      `select (pg_current_wal_insert_lsn() - '0/0')::float8 as bytes,
         (select sum(fsyncs)::float8 from pg_stat_io where object = 'wal') as syncs`,
    );
    return { walBytes: rows[0]?.bytes ?? 0, walSyncs: rows[0]?.syncs ?? undefined };
  }

  get #clients(): pg.Client[] {
    return [this.#admin, ...Object.values(this.#services)];
  }
}

/**
 * When each position of ordering's log was first seen from outside: the head is asked for every 10 ms, and positions are given in
 * the order of commits. Times are the database's, like those of the messages, and at most 10 ms and a query late.
 */
export class Confirmations {
  readonly #client: pg.Client;
  readonly #heads: bigint[] = [];
  readonly #seenMs: number[] = [];
  readonly #watching: Promise<void>;
  #isOver = false;
  #failure: unknown;

  constructor(client: pg.Client) {
    this.#client = client;
    this.#watching = this.#watch().catch((error: unknown) => {
      this.#failure = error;
    });
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#watching;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Tells of a position when it was seen; asked with growing ones only. */
  seen(): (position: bigint) => number | undefined {
    let index = 0;
    return (position) => {
      while ((this.#heads[index] ?? position) < position) index += 1;
      return this.#seenMs[index];
    };
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      await this.#look();
      await pause(lookEveryMs);
    }
    await this.#look();
  }

  async #look(): Promise<void> {
    const { rows } = await this.#client.query<{ position: string | null; ms: number }>({
      name: 'head',
      text: `select (select position from log order by position desc limit 1) as position,
        extract(epoch from clock_timestamp())::float8 * 1000 as ms`,
    });
    const [row] = rows;
    if (!row) return;
    this.#heads.push(BigInt(row.position ?? 0));
    this.#seenMs.push(row.ms);
  }
}

async function headOf(client: pg.Client): Promise<bigint> {
  const { rows } = await client.query<{ head: string }>('select coalesce(max(position), 0) as head from log');
  return BigInt(rows[0]?.head ?? 0);
}

function textOf(counts: Readonly<Record<string, number>>): string {
  return JSON.stringify(Object.entries(counts).sort(([one], [other]) => (one < other ? -1 : 1)));
}
