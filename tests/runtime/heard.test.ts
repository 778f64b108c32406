import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../../src/contracts/message.ts';
import {
  connect,
  type Database,
  type DedicatedConnection,
  type Transaction,
} from '../../src/runtime/database/database.ts';
import { HeardOfBatch, readHeard } from '../../src/runtime/inbox/heard.ts';
import { eventually } from '../support/eventually.ts';
import { type FreshDatabase, freshDatabase, uniqueName } from '../support/postgres.ts';

/** What cursors learn of messages that a broker brings; each source here is its own. */

const runtime = { scope: 'runtime', folder: new URL('../../src/runtime/migrations/', import.meta.url) };
let store: FreshDatabase;
let database: Database;
let owner: Database;
let writer: DedicatedConnection;
let other: DedicatedConnection;

beforeAll(async () => {
  store = await freshDatabase([runtime]);
  database = connect(store.connection);
  owner = connect(store.owner);
  writer = database.dedicated('writer');
  other = database.dedicated('writer');
  // What is tried here is not whether it survives a crash.
  for (const each of [writer, other]) await each.transaction((one) => one.query('set synchronous_commit = off'));
});

afterAll(async () => {
  await Promise.all([database.close(), owner.close()]);
  await store.drop();
});

/** A position and the position of the message before it. */
type Came = readonly [position: number, previous: number];

function messageAt(source: string, position: number): Message {
  return {
    source,
    position,
    type: `${source}.said`,
    version: 1,
    key: 'one',
    timeMs: 0,
    traceparent: '',
    causationId: 'test',
    data: {},
  };
}

/** Hears them within a transaction; returns the positions that were new. */
async function hearIn(transaction: Transaction, source: string, came: readonly Came[]): Promise<number[]> {
  const heard = new HeardOfBatch();
  const messages = came.map(([position]) => messageAt(source, position));
  const before = await readHeard(transaction, messages);
  const fresh = came.filter(([, previous], index) => {
    const message = messages[index];
    return message && !heard.isDuplicate(message, previous, before);
  });
  heard.save(transaction);
  return fresh.map(([position]) => position);
}

function hear(source: string, ...came: readonly Came[]): Promise<number[]> {
  return writer.transaction((transaction) => hearIn(transaction, source, came));
}

async function cursorOf(source: string): Promise<number> {
  const { rows } = await owner.query<{ position: bigint }>('select position from cursors where source = $1', [source]);
  return Number(rows[0]?.position ?? 0n);
}

async function keptOf(source: string): Promise<number[]> {
  const sql = 'select position from inbox where source = $1 order by position';
  return (await owner.query<{ position: bigint }>(sql, [source])).rows.map(({ position }) => Number(position));
}

/** The cursor, and what is kept beyond it. */
const stateOf = async (source: string) => [await cursorOf(source), await keptOf(source)] as const;

/** As a tail that was stopped leaves it: the cursor short of what a broker had brought before. */
async function leave(source: string, cursor: number, kept: readonly Came[]): Promise<void> {
  await owner.query('insert into cursors (source, position) values ($1, $2)', [source, cursor]);
  for (const [position, previous] of kept)
    await owner.query('insert into inbox (source, position, previous) values ($1, $2, $3)', [
      source,
      position,
      previous,
    ]);
}

const range = (from: number, count: number, step = 1) =>
  Array.from({ length: count }, (_, index) => from + index * step);
const chain = (from: number, count: number): Came[] => range(from, count).map((position) => [position, position - 1]);

describe('a cursor', () => {
  test('stands where the first gap begins, whatever comes, in whatever order, however often', async () => {
    const steps = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 30 });
    const batches = fc.array(fc.array(fc.nat(29), { maxLength: 12 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(steps, batches, async (gaps, chosen) => {
        const source = uniqueName('source');
        const positions = gaps.map((_, index) => gaps.slice(0, index + 1).reduce((sum, gap) => sum + gap, 0));
        const parcels = positions.map((position, index): Came => [position, positions[index - 1] ?? 0]);
        const known = new Set<number>();
        for (const batch of chosen) {
          const came = batch.map((index) => parcels[index % parcels.length] ?? ([0, 0] as const));
          const fresh = [...new Set(came.map(([position]) => position))].filter((position) => !known.has(position));
          expect(await hear(source, ...came)).toEqual(fresh);
          for (const position of fresh) known.add(position);
          const missing = positions.find((position) => !known.has(position)) ?? Number.POSITIVE_INFINITY;
          const cursor = positions.findLast((position) => position < missing) ?? 0;
          const kept = positions.filter((position) => position > cursor && known.has(position));
          expect(await stateOf(source)).toEqual([cursor, kept]);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('that a tail left short of what is kept goes on with the next message', async () => {
    const source = uniqueName('source');
    await leave(source, 4, [
      [5, 4],
      [6, 5],
      [9, 8],
    ]);
    expect(await hear(source, [7, 6])).toEqual([7]);
    expect(await stateOf(source)).toEqual([7, [9]]);
  });

  test('and with a message that only comes again', async () => {
    const source = uniqueName('source');
    await leave(source, 4, [
      [5, 4],
      [6, 5],
      [9, 8],
    ]);
    expect(await hear(source, [6, 5])).toEqual([]);
    expect(await stateOf(source)).toEqual([6, [9]]);
    expect(await hear(source, [9, 8], [6, 5])).toEqual([]);
    expect(await stateOf(source)).toEqual([6, [9]]);
  });

  test('goes on over what will never come, where all is published again without it', async () => {
    // 3, 6 were lost by the broker, and nobody subscribes to them any more.
    const source = uniqueName('source');
    await hear(source, [1, 0], [4, 3], [5, 4], [7, 6], [8, 7]);
    expect(await stateOf(source)).toEqual([1, [4, 5, 7, 8]]);
    expect(await hear(source, [5, 1], [8, 5])).toEqual([]);
    expect(await stateOf(source)).toEqual([8, []]);
  });

  test('is not turned back by a list that leaves something out', async () => {
    const source = uniqueName('source');
    expect(await hear(source, [6, 5], [7, 3], [3, 0])).toEqual([6, 7, 3]);
    expect(await stateOf(source)).toEqual([7, []]);
    expect(await hear(source, [5, 3], [6, 5])).toEqual([]);
  });

  test('stays in its page, however often it moves, and no index learns of it', async () => {
    const source = uniqueName('source');
    const sql = `select n_tup_upd as moves, n_tup_hot_upd as in_place from pg_stat_user_tables where relname = 'cursors'`;
    const counted = async (): Promise<{ moves: number; inPlace: number }> => {
      await writer.transaction((transaction) => transaction.query('select pg_stat_force_next_flush()'));
      const { rows } = await owner.query<{ moves: bigint; in_place: bigint }>(sql);
      return { moves: Number(rows[0]?.moves), inPlace: Number(rows[0]?.in_place) };
    };
    const before = await counted();
    for (const position of range(1, 200)) await hear(source, [position, position - 1]);
    await eventually(async () => {
      const after = await counted();
      expect(after.moves - before.moves).toBe(200);
      expect(after.inPlace - before.inPlace).toBeGreaterThan(180);
    });
  });
});

describe('two at once', () => {
  test('hear the same message: one has it, the other begins anew and finds it heard', async () => {
    const source = uniqueName('source');
    const [held, loaded] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const one = writer.transaction(async (transaction) => {
      await hearIn(transaction, source, [
        [1, 0],
        [2, 1],
      ]);
      held.resolve();
      await loaded.promise;
    });
    await held.promise;
    const late = other.transaction(async (transaction) => {
      const heard = new HeardOfBatch();
      const before = await readHeard(transaction, [messageAt(source, 2)]);
      expect(heard.isDuplicate(messageAt(source, 2), 1, before)).toBe(false);
      heard.save(transaction);
      loaded.resolve();
    });
    await Promise.all([one, expect(late).rejects.toMatchObject({ code: 'SU002' })]);
    expect(await hear(source, [2, 1], [3, 2])).toEqual([3]);
    expect(await stateOf(source)).toEqual([3, []]);
  });

  test('hear two sources in opposite orders: one waits for the other, neither is the victim of a deadlock', async () => {
    const name = uniqueName('source');
    const [a, b] = [`a${name}`, `b${name}`];
    const mixed = (order: readonly string[], came: Came) => async (transaction: Transaction) => {
      const heard = new HeardOfBatch();
      for (const source of order) heard.isDuplicate(messageAt(source, came[0]), came[1], new Map());
      heard.save(transaction);
    };
    for (const position of range(1, 20, 2)) {
      await Promise.all([
        writer.transaction(mixed([a, b], [position, position - 1])),
        other.transaction(mixed([b, a], [position + 1, position])),
      ]);
    }
    expect([await stateOf(a), await stateOf(b)]).toEqual([
      [40, []],
      [40, []],
    ]);
  });
});

describe('a tail’s move of the cursor', () => {
  const move = (source: string, from: number, to: number, skipped: readonly number[]) =>
    owner.query('select advance_cursor($1, 0, $2, $3, $4::bigint[])', [source, from, to, skipped]);

  test('takes away what it skipped, and leaves what is beyond', async () => {
    const source = uniqueName('source');
    await leave(source, 2, [
      [4, 3],
      [6, 5],
      [9, 8],
    ]);
    await move(source, 2, 7, [4, 6]);
    expect(await stateOf(source)).toEqual([7, [9]]);
  });

  test.each([
    ['what a broker brought meanwhile', []],
    ['more than it knows of', [4]],
  ])('is refused where it would pass %s', async (_, skipped) => {
    const source = uniqueName('source');
    await leave(source, 2, [
      [4, 3],
      [6, 5],
    ]);
    await expect(move(source, 2, 7, skipped)).rejects.toMatchObject({ code: 'SU001' });
    expect(await stateOf(source)).toEqual([2, [4, 6]]);
  });

  test('is refused to the version before, which knows nothing of brokers', async () => {
    const source = uniqueName('source');
    await leave(source, 2, [[4, 3]]);
    const moved = (to: number) => owner.query('select advance_cursor($1, 0, 2, $2)', [source, to]);
    await expect(moved(5)).rejects.toMatchObject({ code: 'SU001' });
    await moved(3);
    expect(await stateOf(source)).toEqual([3, [4]]);
  });
});

describe('what is kept beyond a gap', () => {
  const countLooked = `
    select seq_tup_read + coalesce(idx_tup_fetch, 0) as looked from pg_stat_xact_user_tables where relname = 'inbox'`;

  /** How many rows of the inbox the work looks at. */
  async function looked(work: (transaction: Transaction) => Promise<unknown>): Promise<number> {
    return writer.transaction(async (transaction) => {
      const soFar = async (): Promise<number> =>
        Number((await transaction.query<{ looked: bigint }>(countLooked)).rows[0]?.looked);
      const before = await soFar();
      await work(transaction);
      return (await soFar()) - before;
    });
  }

  test('is not read through for what comes beyond it, before it, or in it', async () => {
    const source = uniqueName('source');
    await hear(source, ...chain(102, 10_000));
    expect(await looked((transaction) => hearIn(transaction, source, [[20_001, 20_000]]))).toBeLessThan(20);
    expect(await looked((transaction) => hearIn(transaction, source, chain(1, 50)))).toBeLessThan(20);
    const some = range(500, 100, 90).map((position): Came => [position, position - 1]);
    expect(await looked((transaction) => hearIn(transaction, source, some))).toBeLessThan(250);
    expect(await cursorOf(source)).toBe(50);
  });

  test('costs nothing when two hosts take turns: it is read and taken away once', async () => {
    const source = uniqueName('source');
    const [odd, even] = [1, 2].map((from) => range(from, 512, 2).map((position): Came => [position, position - 1]));
    expect(await looked((transaction) => hearIn(transaction, source, odd ?? []))).toBeLessThan(20);
    expect(await looked((transaction) => hearIn(transaction, source, even ?? []))).toBeLessThan(3 * 512);
    expect(await stateOf(source)).toEqual([1024, []]);
  });
});
