import Type from 'typebox';
import { expect } from 'vitest';
import { message, say } from '../../src/contracts/message.ts';
import { closed } from '../../src/contracts/schema.ts';
import { type ProblemCode, problem } from '../../src/kernel/problem.ts';
import type { Decider } from '../../src/runtime/batch/decider.ts';
import type { Table, Tables } from '../../src/runtime/batch/workset.ts';
import type { Database } from '../../src/runtime/database/database.ts';
import type { ServiceNode } from '../../src/runtime/host/service-node.ts';
import { defineService, type IdempotencyKey, type Job, type Origin } from '../../src/runtime/service.ts';
import { eventually } from '../support/eventually.ts';
import type { TestHost } from '../support/host.ts';

/** A service that counts: each mark raises its tally and keeps how high the tally stood before. */
export const Marked = message('tally.marked', 1, {
  key: 'tally',
  data: closed({ tally: Type.String(), id: Type.String() }),
});

interface Tally {
  readonly name: string;
  readonly count: number;
}

interface MarkRow {
  readonly id: string;
  readonly tally: string;
  readonly seen: number;
  readonly cause: string;
}

const tallies: Table<Tally> = {
  keyOf: ({ name }) => name,
  knownLeast: 4,
  load: async (transaction, names) => {
    const sql = 'select name, count from tallies where name = any($1)';
    return (await transaction.query<Tally>(sql, [names])).rows;
  },
  insert: (transaction, rows) =>
    transaction.query('insert into tallies (name, count) select * from unnest($1::text[], $2::int[])', [
      rows.map(({ name }) => name),
      rows.map(({ count }) => count),
    ]),
  update: (transaction, rows) =>
    transaction.query(
      'update tallies as t set count = c.count from unnest($1::text[], $2::int[]) as c (name, count) where t.name = c.name',
      [rows.map(({ name }) => name), rows.map(({ count }) => count)],
    ),
};

const marks: Table<MarkRow> = {
  keyOf: ({ id }) => id,
  insert: (transaction, rows) =>
    transaction.query(
      'insert into marks (id, tally, seen, cause) select * from unnest($1::text[], $2::text[], $3::int[], $4::text[])',
      [
        rows.map(({ id }) => id),
        rows.map(({ tally }) => tally),
        rows.map(({ seen }) => seen),
        rows.map(({ cause }) => cause),
      ],
    ),
};

const tables = { tallies, marks } satisfies Tables;

/** What a mark does: counts; or throws in one of its parts; or puts what cannot be kept, or only the database refuses. */
export type Manner = 'plain' | 'throws' | 'throws asking' | 'puts nonsense' | 'violates' | 'unspeakable';

export interface Mark {
  readonly id: string;
  readonly tally: string;
  readonly manner?: Manner;
  readonly refuse?: ProblemCode;
  /** Binds the idempotency key to the mark instead of storing the answer. */
  readonly bind?: boolean;
}

export const mark: Decider<typeof tables, Mark, { readonly seen: number }> = {
  name: 'mark',
  needs: ({ tally, manner }) => {
    if (manner === 'throws asking') throw new Error('cannot say what it needs');
    return { tallies: [tally] };
  },
  decide: (state, { id, tally, manner, refuse, bind }, { cause }) => {
    if (manner === 'throws') throw new Error('cannot decide');
    if (refuse) return { refuse: problem(refuse) };
    const seen = state.tallies.get(tally)?.count ?? 0;
    const row = { id, tally, seen: manner === 'violates' ? -1 : seen, cause };
    const put = { tallies: [{ name: tally, count: seen + 1 }], marks: [row] };
    if (manner === 'puts nonsense') return { put: { ...put, ...{ nowhere: [row] } } };
    const said = say(Marked, { tally, id: manner === 'unspeakable' ? (1n as unknown as string) : id });
    return { put, say: [said], ...(bind ? { bind: id } : { answer: { seen } }) };
  },
};

export function tallyWith(jobs: readonly Job[] = []) {
  return defineService({
    name: 'tally',
    tables,
    migrations: new URL('./migrations/tally/', import.meta.url),
    answers: [],
    hears: [],
    says: [Marked],
    jobs,
  });
}

export function nodeOf({ host }: TestHost, service: string): ServiceNode {
  const node = host.nodes.get(service);
  if (!node) throw new Error(`no ${service}`);
  return node;
}

/** Hands a mark to the writer as a request would. */
export function writeMark(
  on: TestHost,
  command: Mark,
  options: { readonly key?: IdempotencyKey; readonly origin?: Partial<Origin>; readonly urgent?: boolean } = {},
) {
  const { context } = nodeOf(on, 'tally');
  const { key, origin, urgent = false } = options;
  const from = { ...context.timer('test'), cause: `request/${command.id}`, ...origin };
  return context.write(mark, command, key ? { ...from, idempotencyKey: key } : from, { urgent });
}

export async function marksOf(database: Database, tally: string) {
  const { rows } = await database.query<{ id: string; seen: number; batch: string }>(
    'select id, seen, batch::text from marks where tally = $1 order by seen',
    [tally],
  );
  return rows;
}

/**
 * Keeps the writer inside a batch: holds the lock that the batch needs until told to let go. What is written meanwhile waits
 * for the next batch.
 */
export async function holdUp(on: TestHost, through: Database, tally: string): Promise<() => Promise<void>> {
  const { writer } = nodeOf(on, 'tally');
  const isThere = (await through.query('select 1 from tallies where name = $1', [tally])).count > 0;
  if (!isThere) await through.query('insert into tallies (name, count) values ($1, 0)', [tally]);
  const held = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const holding = through.transaction(async (transaction) => {
    await transaction.query('select 1 from tallies where name = $1 for update', [tally]);
    held.resolve();
    await release.promise;
  });
  await held.promise;
  const stuck = writeMark(on, { id: `stuck on ${tally}`, tally }).catch(() => undefined);
  await eventually(() => expect(writer.waiting).toBe(0));
  return async () => {
    release.resolve();
    await holding;
    await stuck;
  };
}
