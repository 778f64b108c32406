import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connect, type Database, type Transaction } from '../../src/runtime/database/database.ts';
import { type LogReader, makeLogReader } from '../../src/runtime/log/reader.ts';
import { movableTime, systemScheduler } from '../../src/runtime/seams/scheduler.ts';
import { systemClock } from '../../src/runtime/seams/system-time.ts';
import { makeLog } from '../../src/runtime/telemetry/log.ts';
import { type Send, send, sender } from '../conformance/post-office.ts';
import { startTestHost, type TestHost } from '../support/host.ts';
import { testCluster } from '../support/postgres.ts';
import { nodeOf } from './tally.ts';
import { terminate } from './tally-faults.ts';

let one: TestHost;
let other: TestHost;
let owner: Database;

beforeAll(async () => {
  one = await startTestHost([sender]);
  other = await startTestHost([sender], { prefix: one.prefix });
  owner = connect({ ...testCluster(), database: `${one.prefix}_sender` });
});

afterAll(async () => {
  await owner.close();
  await other.stop();
  await one[Symbol.asyncDispose]();
});

const letter = (to: string, number: number): Send => ({ to, number, contents: 'text' });

function post(on: TestHost, letters: readonly Send[]) {
  const { context } = nodeOf(on, 'sender');
  return context.write(send, letters, context.timer('test'));
}

/** As the writer appends: the lock, then positions drawn under it. */
async function append(transaction: Transaction, count: number): Promise<void> {
  await transaction.query(`select pg_advisory_xact_lock(hashtext('suanpan log'))`);
  await transaction.query(
    `insert into log (type, version, key, said_at, traceparent, cause, data)
     select 'sender.letter', 1, 'raw', now(), '', 'test', '{}' from generate_series(1, $1)`,
    [count],
  );
}

async function positionsAfter(position: number): Promise<number[]> {
  const { rows } = await owner.query<{ position: bigint }>('select position from log where position > $1 order by 1', [
    position,
  ]);
  return rows.map((row) => Number(row.position));
}

function readerOf(options: { pollMs?: number; sizes?: { window: number; fetch: number }; database?: Database } = {}) {
  return makeLogReader({
    source: 'sender',
    database: owner,
    scheduler: systemScheduler(),
    log: makeLog({ level: 'silent' }),
    pollMs: 1,
    ...options,
  });
}

/** Follows the log as a tail does, until `isEnough`. */
async function follow(reader: LogReader, from: number, limit: number, isEnough: (last: number) => boolean) {
  const seen: number[] = [];
  const { signal } = new AbortController();
  for (let position = from; !isEnough(position); ) {
    const messages = await reader.after(position, limit);
    if (messages.length === 0) await reader.more(position, signal);
    for (const message of messages) seen.push(message.position);
    position = messages.at(-1)?.position ?? position;
  }
  return seen;
}

async function readAfter(position: number) {
  const reader = readerOf();
  await reader.start();
  const messages = await reader.after(position, 100);
  await reader.stop();
  return messages;
}

async function headOf(): Promise<number> {
  return (await positionsAfter(0)).at(-1) ?? 0;
}

describe('no late arrivals', () => {
  test('two writers, long transactions and rollbacks: a follower sees each message once, in order, and misses none', async () => {
    const reader = readerOf();
    await reader.start();
    const start = reader.head;
    let last = Number.POSITIVE_INFINITY;
    const following = follow(reader, start, 64, (position) => position >= last);
    const writing = [one, other].map(async (host) => {
      for (let round = 0; round < 40; round += 1)
        await Promise.all([
          post(host, [letter('ann', round)]),
          post(host, [letter('bob', round), letter('cid', round)]),
        ]);
    });
    const raw = [0, 1, 2].map(async (which) => {
      for (let round = 0; round < 25; round += 1) {
        const attempt = owner.transaction(async (transaction) => {
          await append(transaction, 1 + (round % 3));
          // Positions are drawn, and the commit comes later: others that drew theirs after it must not overtake it.
          for (let turn = 0; turn < 3; turn += 1) await transaction.query('select 1');
          if (round % 4 === which) throw new Error('rolled back');
        });
        await attempt.catch(() => undefined);
      }
    });
    await Promise.all([...writing, ...raw]);
    const positions = await positionsAfter(start);
    last = positions.at(-1) ?? start;
    await post(one, [letter('ann', 0)]);
    const seen = await following;
    expect(seen.slice(0, positions.length)).toEqual(positions);
    // What was rolled back left gaps.
    expect(last - start).toBeGreaterThan(positions.length);
    await reader.stop();
  });

  test('positions drawn and not committed hold up all that come after them', async () => {
    const start = await headOf();
    const drawn = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const early = owner.transaction(async (transaction) => {
      await append(transaction, 1);
      drawn.resolve();
      await released.promise;
    });
    await drawn.promise;
    const late = post(one, [letter('ann', 1)]);
    const blocked = `select 1 from pg_stat_activity where datname = current_database()
      and application_name like '%writer' and wait_event = 'advisory'`;
    while ((await owner.query(blocked)).count === 0);
    expect(await positionsAfter(start)).toEqual([]);
    released.resolve();
    await Promise.all([early, late]);
    expect(await positionsAfter(start)).toHaveLength(2);
  });
});

describe('a reader', () => {
  const plan = fc.record({
    window: fc.integer({ min: 1, max: 20 }),
    fetch: fc.integer({ min: 1, max: 20 }),
    limits: fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 })),
    appends: fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 8 }),
  });

  test('shows all to who follows at the head and to who is far behind, whatever is kept in memory', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ window, fetch, limits, appends }) => {
        const behind = await headOf();
        await owner.transaction((transaction) => append(transaction, 30));
        const reader = readerOf({ sizes: { window, fetch } });
        await reader.start();
        const start = reader.head;
        const total = appends.reduce((sum, count) => sum + count, 0);
        const isAtEnd = (position: number): boolean => reader.head >= start + total && position >= reader.head;
        const atHead = follow(reader, start, limits[0], isAtEnd);
        for (const count of appends) {
          await owner.transaction((transaction) => append(transaction, count));
          reader.signal();
        }
        const fromBehind = await follow(reader, behind, limits[1], isAtEnd);
        const positions = await positionsAfter(behind);
        expect(fromBehind).toEqual(positions);
        expect(await atHead).toEqual(positions.slice(30));
        await reader.stop();
      }),
      { numRuns: 15 },
    );
  });

  test('asks the database for who is behind its window only, and keeps no more than twice the window', async () => {
    const query = vi.fn(owner.query.bind(owner));
    const database = { query } as unknown as Database;
    const reader = readerOf({ database, pollMs: 3_600_000, sizes: { window: 10, fetch: 100 } });
    await reader.start();
    const start = reader.head;
    await owner.transaction((transaction) => append(transaction, 60));
    reader.signal();
    await reader.more(start, new AbortController().signal);
    query.mockClear();
    expect(await reader.after(reader.head - 10, 100)).toHaveLength(10);
    expect(query).not.toHaveBeenCalled();
    expect(await reader.after(reader.head - 21, 100)).toHaveLength(21);
    expect(query).toHaveBeenCalledTimes(1);
    await reader.stop();
  });

  test('misses no signal: one that comes while it reads makes it read again, without waiting for the poll', async () => {
    let answered = Promise.resolve();
    let asked = Promise.withResolvers<void>();
    const database = {
      async query(text: string, values: readonly unknown[]) {
        const rows = await owner.query(text, values);
        asked.resolve();
        // The answer is under way: what is committed now is not in it.
        await answered;
        return rows;
      },
    } as unknown as Database;
    const reader = readerOf({ database, pollMs: 3_600_000 });
    await reader.start();
    for (let round = 0; round < 10; round += 1) {
      const { head } = reader;
      const answer = Promise.withResolvers<void>();
      [answered, asked] = [answer.promise, Promise.withResolvers<void>()];
      reader.signal();
      await asked.promise;
      await owner.transaction((transaction) => append(transaction, 1));
      const woken = reader.more(head, new AbortController().signal);
      reader.signal();
      answer.resolve();
      await woken;
      expect(await reader.after(head, 10)).toHaveLength(1);
    }
    await reader.stop();
  });

  test('shows what its own process commits as the database has it, with commits of others and rollbacks in between', async () => {
    const { log } = nodeOf(one, 'sender');
    const start = await headOf();
    for (let round = 0; round < 30; round += 1) {
      await Promise.all([
        post(one, [letter('ann', round), letter('bob', round)]),
        post(one, [letter('cid', round)]),
        ...(round % 3 === 1 ? [post(other, [letter('dan', round)])] : []),
      ]);
      if (round % 5 !== 1) continue;
      const rolledBack = owner.transaction(async (transaction) => {
        await append(transaction, 2);
        throw new Error('rolled back');
      });
      await expect(rolledBack).rejects.toThrow('rolled back');
    }
    const head = await headOf();
    await follow(log, start, 64, (position) => position >= head);
    const reader = readerOf();
    await reader.start();
    expect(await log.after(start, 1_000)).toEqual(await reader.after(start, 1_000));
    await reader.stop();
  });

  test('takes what its own process commits without asking the database', async () => {
    const query = vi.fn(owner.query.bind(owner));
    const reader = readerOf({ database: { query } as unknown as Database, pollMs: 3_600_000 });
    await reader.start();
    const { head } = reader;
    // The first look at the head is over.
    while (query.mock.calls.length < 2) await owner.ping();
    await Promise.all(query.mock.results.map(({ value }) => value));
    query.mockClear();
    await post(one, [letter('ann', 1)]);
    const [said] = await readAfter(head);
    if (said?.position !== head + 1) throw new Error('another position was drawn');
    reader.signal([said]);
    expect(await reader.after(head, 10)).toEqual([said]);
    expect(query).not.toHaveBeenCalled();
    await reader.stop();
  });

  test('goes on after its connection was lost', async () => {
    const database = connect({
      ...testCluster(),
      database: `${one.prefix}_sender`,
      applicationName: 'reader',
      poolSize: 1,
    });
    const reader = readerOf({ database });
    await reader.start();
    const { head } = reader;
    expect(await terminate(owner, 'reader')).toBe(1);
    const woken = reader.more(head, new AbortController().signal);
    await owner.transaction((transaction) => append(transaction, 1));
    await woken;
    await reader.stop();
    await database.close();
  });

  test('wakes who waits when it stops or when they give up, and forgets them', async () => {
    const reader = readerOf({ pollMs: 3_600_000 });
    await reader.start();
    const giveUp = new AbortController();
    const waiting = [reader.more(reader.head, giveUp.signal), reader.more(reader.head, new AbortController().signal)];
    giveUp.abort();
    await waiting[0];
    await reader.stop();
    await expect(Promise.all(waiting)).resolves.toHaveLength(2);
  });

  test('pins no more than its window and one fetch for a follower that never reads', async () => {
    const { setFlagsFromString } = await import('node:v8');
    const { runInNewContext } = await import('node:vm');
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const reader = readerOf({ pollMs: 3_600_000, sizes: { window: 10, fetch: 20 } });
    await reader.start();
    const lazy = reader.more(Number.MAX_SAFE_INTEGER, new AbortController().signal);
    const heard: WeakRef<object>[] = [];
    const unlisten = reader.listen('raw', (message) => void heard.push(new WeakRef(message)));
    await owner.transaction((transaction) => append(transaction, 500));
    reader.signal();
    while (heard.length < 500) await reader.more(reader.head, new AbortController().signal);
    unlisten();
    // References that were followed in this turn of the event loop are kept until its end.
    await owner.ping();
    collect();
    expect(heard).toHaveLength(500);
    expect(heard.filter((reference) => reference.deref()).length).toBeLessThanOrEqual(2 * 10 + 20);
    await reader.stop();
    await lazy;
  });
});

describe('waiting for something said', () => {
  test('a match that throws rejects its own waiting, and nobody else notices', async () => {
    const { context, log } = nodeOf(one, 'sender');
    const deadline = context.clock.now() + 20_000;
    const faulty = context.said('dan', () => JSON.parse('{') as string, deadline);
    const sound = context.said('dan', ({ position }) => position, deadline);
    const woken = log.more(log.head, new AbortController().signal);
    await Promise.all([post(one, [letter('dan', 1)]), expect(faulty).rejects.toThrow(SyntaxError)]);
    expect(await sound).toBeGreaterThan(0);
    await woken;
  });

  test('ends with its deadline', async () => {
    const { context } = nodeOf(one, 'sender');
    const said = context.said('eve', () => true, context.clock.now() + 3_600_000);
    one.time.move(3_600_000);
    expect(await said).toBeUndefined();
  });
});

describe('the log', () => {
  test('is append-only by grant', async () => {
    const { database } = nodeOf(one, 'sender');
    await post(one, [letter('ann', 1)]);
    for (const sql of [
      'update log set cause = cause',
      'delete from log',
      'truncate log',
      'delete from log_0',
      "select setval('log_position', 1)",
      'drop table log_0',
      'create table log_9 partition of log for values from (9000000) to (10000000)',
      'update admin_trail set reason = null',
      'delete from admin_trail',
      'delete from cursors',
      'delete from dead_letters',
    ])
      await expect(database.query(sql), sql).rejects.toMatchObject({ code: '42501' });
  });

  test('goes on over the boundary of a partition', async () => {
    await owner.query(`select setval('log_position', 999980)`);
    const reader = readerOf();
    await reader.start();
    const { head } = reader;
    const { database } = nodeOf(one, 'sender');
    await database.query('select extend_log()');
    await Promise.all(
      Array.from({ length: 20 }, (_, round) => post(one, [letter('ann', round), letter('bob', round)])),
    );
    const seen = await follow(reader, head, 7, (position) => position >= 1_000_020);
    expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => 999_981 + index));
    const partitions = await owner.query(
      'select distinct tableoid::regclass::text as part from log where position > $1 order by 1',
      [999_980],
    );
    expect(partitions.rows).toEqual([{ part: 'log_0' }, { part: 'log_1' }]);
    await reader.stop();
  });

  test('whose next partition is missing is given it by the writer; while that is impossible, nobody’s item is blamed', async () => {
    await owner.query(`select setval('log_position', 3999999)`);
    await owner.query(`revoke execute on function extend_log() from "${one.prefix}_sender"`);
    const refused = await post(one, [letter('ann', 1)]).catch((error: unknown) => error);
    expect(refused).toMatchObject({ problem: { code: 'unavailable', retryAfterSeconds: 1 } });
    await owner.query(`grant execute on function extend_log() to "${one.prefix}_sender"`);
    await post(one, [letter('ann', 2)]);
    const [position] = await positionsAfter(3_999_999);
    expect(position).toBeLessThan(4_000_010);
  });
});

test('time that is moved wakes a reader that polls by it', async () => {
  const time = movableTime(() => systemClock.now());
  const reader = makeLogReader({
    ...{ source: 'sender', database: owner, scheduler: time, log: makeLog({ level: 'silent' }), pollMs: 3_600_000 },
  });
  await reader.start();
  const woken = reader.more(reader.head, new AbortController().signal);
  await owner.transaction((transaction) => append(transaction, 1));
  time.move(3_600_000);
  await woken;
  expect(await positionsAfter(reader.head)).toEqual([]);
  await reader.stop();
});
