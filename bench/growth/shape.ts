import { services } from '../../src/apps/services.ts';
import type { ConnectionOptions } from '../../src/runtime/database/database.ts';
import { quoteIdentifier } from '../../src/runtime/database/identifiers.ts';
import { withSession } from '../../src/runtime/database/provision.ts';

/** How many of each there are: rows of a table, values in a column that are not null, rows of a status or type. */
export type Shape = Readonly<Record<string, number>>;

/** Recorded by chance, as many as the rate of traces allows; moved rather than added to; and a row per batch, however large. */
const uncounted = new Set(['calls', 'cursors', 'login_attempts', 'timers']);
const kinds = new Set(['status', 'type', 'kind', 'channel', 'scope']);

const readColumns = `
  select relname as table, array_agg(attname::text order by attnum) as columns
  from pg_attribute join pg_class on pg_class.oid = attrelid
  where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not relispartition and attnum > 0
    and not attisdropped
  group by relname`;

/** What all services' databases hold. */
export async function shapeOf(admin: ConnectionOptions, prefix: string): Promise<Shape> {
  const shapes = await Promise.all(services.map(({ name }) => shapeOfService(admin, prefix, name)));
  return Object.assign({}, ...shapes);
}

async function shapeOfService(admin: ConnectionOptions, prefix: string, service: string): Promise<Shape> {
  return withSession({ ...admin, database: prefix, schemas: [service] }, async (session) => {
    const counts: Record<string, number> = {};
    const { rows: tables } = await session.query<{ table: string; columns: string[] }>(readColumns);
    for (const { table, columns } of tables) {
      if (uncounted.has(table)) continue;
      const counted = columns.map((column) => `count(${quoteIdentifier(column)}) as ${quoteIdentifier(column)}`);
      const sql = `select count(*) as "*", ${counted.join(', ')} from ${quoteIdentifier(table)}`;
      const [row] = (await session.query<Record<string, bigint>>(sql)).rows;
      for (const [column, count] of Object.entries(row ?? {})) {
        counts[`${service}.${table}.${column}`] = Number(count);
      }
      for (const column of columns.filter((name) => kinds.has(name))) {
        const grouped = `select split_part(${column}::text, ':', -1) as kind, count(*) as rows from ${quoteIdentifier(table)} group by 1`;
        for (const { kind, rows } of (await session.query<{ kind: string; rows: bigint }>(grouped)).rows) {
          counts[`${service}.${table}.${column} ${kind}`] = Number(rows);
        }
      }
    }
    return counts;
  });
}

/** What there is more than before, for each of so many orders. */
export function addedPerOrder(before: Shape, after: Shape, orders: number): Shape {
  const added = Object.entries(after).map(([name, count]) => [name, (count - (before[name] ?? 0)) / orders] as const);
  return Object.fromEntries(added.filter(([, perOrder]) => perOrder !== 0));
}
