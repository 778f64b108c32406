import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { services } from '../../src/apps/services.ts';
import type { Instant } from '../../src/kernel/clock.ts';
import type { ConnectionOptions } from '../../src/runtime/database/database.ts';
import { type EmbeddedPostgres, startEmbedded } from '../../src/runtime/database/embedded/embedded.ts';
import { withSession } from '../../src/runtime/database/provision.ts';
import { Shop } from '../load/shop.ts';
import { administrator, type Platform, startPlatform, urlOf } from '../platform.ts';
import type { Buying } from './loop.ts';
import { makeOrders } from './orders.ts';

export type Say = (line: string) => void;

export interface StoreOptions {
  /** Where its PostgreSQL is. */
  readonly folder: string;
  readonly orders: number;
  readonly skus: number;
  readonly users: number;
  readonly days: number;
  readonly connections: number;
}

/** What is written beside a store, so that it can be used again. */
interface Known {
  readonly orders: number;
  /** When the last of them was placed. */
  readonly until: Instant;
  readonly skus: number;
  readonly userIds: readonly string[];
  /** Header lines with the buyers' tokens. */
  readonly authorizations: readonly string[];
}

/** A store with a platform at work on it, and buyers who are signed in. */
export interface OpenStore {
  readonly postgres: EmbeddedPostgres;
  readonly platform: Platform;
  readonly buying: Buying;
  close(): Promise<void>;
}

/** The name that `startPlatform` leaves at its default. */
const prefix = 'suanpan';
const dayMs = 86_400_000;

/** A shop opened over HTTP, then the orders. What is in the folder already is used again, and added to where it is too little. */
export async function makeStore(options: StoreOptions, say: Say): Promise<void> {
  const { folder, orders } = options;
  const before = readKnown(folder);
  if (before && before.orders >= orders) return;
  const postgres = await startPostgres(folder, say);
  try {
    const known = before ?? (await openShop(postgres, options, say));
    const until = Date.now();
    if (orders > 0) {
      const { userIds: buyers, skus, until: from } = known;
      const missing = orders - known.orders;
      await makeOrders({ admin: postgres.admin, prefix, buyers, skus, orders: missing, from, until, progress: say });
    }
    say('vacuuming');
    await vacuum(postgres.admin);
    writeFileSync(join(folder, 'growth.json'), JSON.stringify({ ...known, orders, until } satisfies Known));
  } finally {
    await postgres.stop();
  }
}

async function openShop(postgres: EmbeddedPostgres, options: StoreOptions, say: Say): Promise<Known> {
  const { folder, skus, users, days, connections } = options;
  const platform = await startPlatform(urlOf(postgres.admin), folder);
  const load = { host: '127.0.0.1', port: platform.port, admin: administrator, connections, users, skus };
  const { buyers } = await Shop.open(load, say).finally(() => platform.stop());
  const authorizations = buyers.all.map(({ authorization }) => authorization);
  return { orders: 0, until: Date.now() - days * dayMs, skus, userIds: buyers.userIds, authorizations };
}

export async function openStore(options: StoreOptions, say: Say): Promise<OpenStore> {
  const known = readKnown(options.folder);
  if (!known) throw new Error(`there is no store in ${options.folder}`);
  const postgres = await startPostgres(options.folder, say);
  try {
    const platform = await startPlatform(urlOf(postgres.admin), options.folder);
    return {
      postgres,
      platform,
      buying: {
        port: platform.port,
        connections: options.connections,
        skus: known.skus,
        authorizations: known.authorizations,
      },
      async close() {
        await platform.stop();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

export function removeStore(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** As autovacuum does sooner or later: what is dead removed, pages known as visible, statistics. */
export async function vacuum(admin: ConnectionOptions): Promise<void> {
  await withSession({ ...admin, database: prefix }, (session) => session.script('vacuum (analyze)'));
}

export interface TableSize {
  readonly table: string;
  readonly rows: number;
  readonly tableBytes: number;
  readonly indexBytes: number;
}

const readSizes = `
  select case when relname ~ '^log_\\d+$' then 'log' else relname end as table, sum(n_live_tup)::bigint as rows,
    sum(pg_table_size(relid))::bigint as table_bytes, sum(pg_indexes_size(relid))::bigint as index_bytes
  from pg_stat_user_tables where schemaname = current_schema() and pg_total_relation_size(relid) > 1000000 group by 1 order by 3 + 4 desc`;

/** Tables larger than a megabyte, the largest of each service first; partitions summed up. */
export async function sizesOf(admin: ConnectionOptions): Promise<readonly TableSize[]> {
  const found: TableSize[] = [];
  for (const { name } of services) {
    const { rows } = await withSession({ ...admin, database: prefix, schemas: [name] }, (session) =>
      session.query<{ table: string; rows: bigint; table_bytes: bigint; index_bytes: bigint }>(readSizes),
    );
    for (const { table, rows: count, table_bytes, index_bytes } of rows) {
      const bytes = { tableBytes: Number(table_bytes), indexBytes: Number(index_bytes) };
      found.push({ table: `${name}.${table}`, rows: Number(count), ...bytes });
    }
  }
  return found;
}

function readKnown(folder: string): Known | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'growth.json'), 'utf8')) as Known;
  } catch {
    return undefined;
  }
}

function startPostgres(dataDir: string, say: Say): Promise<EmbeddedPostgres> {
  mkdirSync(dataDir, { recursive: true });
  return startEmbedded({ dataDir, log: { info: () => undefined, warn: say, error: say } });
}
