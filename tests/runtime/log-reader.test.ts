import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { makeLogReader } from '../../src/runtime/log/reader.ts';
import { movableTime } from '../../src/runtime/seams/scheduler.ts';
import { systemClock } from '../../src/runtime/seams/system-time.ts';
import { makeLog } from '../../src/runtime/telemetry/log.ts';
import { testCluster } from '../support/postgres.ts';
import { append, follow, LogScene, letter, post } from './log-scene.ts';
import { nodeOf } from './tally.ts';
import { terminate } from './tally-faults.ts';

let scene: LogScene;

beforeAll(async () => {
  scene = await LogScene.open();
});
afterAll(() => scene?.[Symbol.asyncDispose]());

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
        const behind = await scene.head();
        await scene.owner.transaction((transaction) => append(transaction, 30));
        const reader = scene.reader({ sizes: { window, fetch } });
        await reader.start();
        const start = reader.head;
        const total = appends.reduce((sum, count) => sum + count, 0);
        const isAtEnd = (position: number): boolean => reader.head >= start + total && position >= reader.head;
        const atHead = follow(reader, start, limits[0], isAtEnd);
        for (const count of appends) {
          await scene.owner.transaction((transaction) => append(transaction, count));
          reader.signal();
        }
        const fromBehind = await follow(reader, behind, limits[1], isAtEnd);
        const positions = await scene.positionsAfter(behind);
        expect(fromBehind).toEqual(positions);
        expect(await atHead).toEqual(positions.slice(30));
        await reader.stop();
      }),
      { numRuns: 15 },
    );
  });

  test('asks the database for who is behind its window only, and keeps no more than twice the window', async () => {
    const query = vi.fn(scene.owner.query.bind(scene.owner));
    const database = { query } as unknown as Database;
    const reader = scene.reader({ database, pollMs: 3_600_000, sizes: { window: 10, fetch: 100 } });
    await reader.start();
    const start = reader.head;
    await scene.owner.transaction((transaction) => append(transaction, 60));
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
        const rows = await scene.owner.query(text, values);
        asked.resolve();
        // The answer is under way: what is committed now is not in it.
        await answered;
        return rows;
      },
    } as unknown as Database;
    const reader = scene.reader({ database, pollMs: 3_600_000 });
    await reader.start();
    for (let round = 0; round < 10; round += 1) {
      const { head } = reader;
      const answer = Promise.withResolvers<void>();
      [answered, asked] = [answer.promise, Promise.withResolvers<void>()];
      reader.signal();
      await asked.promise;
      await scene.owner.transaction((transaction) => append(transaction, 1));
      const woken = reader.more(head, new AbortController().signal);
      reader.signal();
      answer.resolve();
      await woken;
      expect(await reader.after(head, 10)).toHaveLength(1);
    }
    await reader.stop();
  });

  test('calls its head settled while nothing is known to come behind it', async () => {
    const reader = scene.reader({ pollMs: 3_600_000 });
    expect(reader.settledHead).toBeUndefined();
    await reader.start();
    await expect.poll(() => reader.settledHead).toBe(reader.head);
    const { head } = reader;
    await scene.owner.transaction((transaction) => append(transaction, 1));
    reader.signal();
    expect(reader.settledHead).toBeUndefined();
    await reader.more(head, new AbortController().signal);
    await expect.poll(() => reader.settledHead).toBe(reader.head);
    expect(reader.head).toBeGreaterThan(head);
    await reader.stop();
  });

  test('calls no head settled that it has not looked behind of late', async () => {
    let isThere = true;
    const query = (...asked: Parameters<Database['query']>) =>
      isThere ? scene.owner.query(...asked) : Promise.reject(new Error('gone'));
    const reader = scene.reader({ database: { query } as unknown as Database, pollMs: 50 });
    await reader.start();
    await expect.poll(() => reader.settledHead).toBe(reader.head);
    isThere = false;
    await expect.poll(() => reader.settledHead).toBeUndefined();
    isThere = true;
    await expect.poll(() => reader.settledHead).toBe(reader.head);
    await reader.stop();
  });

  test('shows what its own process commits as the database has it, with commits of others and rollbacks in between', async () => {
    const { log } = nodeOf(scene.one, 'sender');
    const start = await scene.head();
    for (let round = 0; round < 30; round += 1) {
      await Promise.all([
        post(scene.one, [letter('ann', round), letter('bob', round)]),
        post(scene.one, [letter('cid', round)]),
        ...(round % 3 === 1 ? [post(scene.other, [letter('dan', round)])] : []),
      ]);
      if (round % 5 !== 1) continue;
      const rolledBack = scene.owner.transaction(async (transaction) => {
        await append(transaction, 2);
        throw new Error('rolled back');
      });
      await expect(rolledBack).rejects.toThrow('rolled back');
    }
    const head = await scene.head();
    await follow(log, start, 64, (position) => position >= head);
    const reader = scene.reader();
    await reader.start();
    expect(await log.after(start, 1_000)).toEqual(await reader.after(start, 1_000));
    await reader.stop();
  });

  test('takes what its own process commits without asking the database', async () => {
    const query = vi.fn(scene.owner.query.bind(scene.owner));
    const reader = scene.reader({ database: { query } as unknown as Database, pollMs: 3_600_000 });
    await reader.start();
    const { head } = reader;
    // The first look at the head is over.
    while (query.mock.calls.length < 2) await scene.owner.ping();
    await Promise.all(query.mock.results.map(({ value }) => value));
    query.mockClear();
    await post(scene.one, [letter('ann', 1)]);
    const [said] = await scene.readAfter(head);
    if (said?.position !== head + 1) throw new Error('another position was drawn');
    reader.signal([said]);
    expect(await reader.after(head, 10)).toEqual([said]);
    expect(query).not.toHaveBeenCalled();
    await reader.stop();
  });

  test('goes on after its connection was lost', async () => {
    const database = connect({
      ...testCluster(),
      database: scene.one.prefix,
      schemas: ['sender'],
      applicationName: 'reader',
      poolSize: 1,
    });
    const reader = scene.reader({ database });
    await reader.start();
    const { head } = reader;
    expect(await terminate(scene.owner, 'reader')).toBe(1);
    const woken = reader.more(head, new AbortController().signal);
    await scene.owner.transaction((transaction) => append(transaction, 1));
    await woken;
    await reader.stop();
    await database.close();
  });

  test('wakes who waits when it stops or when they give up, and forgets them', async () => {
    const reader = scene.reader({ pollMs: 3_600_000 });
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
    const reader = scene.reader({ pollMs: 3_600_000, sizes: { window: 10, fetch: 20 } });
    await reader.start();
    const lazy = reader.more(Number.MAX_SAFE_INTEGER, new AbortController().signal);
    const heard: WeakRef<object>[] = [];
    const unlisten = reader.listen('raw', (message) => void heard.push(new WeakRef(message)));
    await scene.owner.transaction((transaction) => append(transaction, 500));
    reader.signal();
    while (heard.length < 500) await reader.more(reader.head, new AbortController().signal);
    unlisten();
    // References that were followed in this turn of the event loop are kept until its end.
    await scene.owner.ping();
    collect();
    expect(heard).toHaveLength(500);
    expect(heard.filter((reference) => reference.deref()).length).toBeLessThanOrEqual(2 * 10 + 20);
    await reader.stop();
    await lazy;
  });
});

test('time that is moved wakes a reader that polls by it', async () => {
  const time = movableTime(() => systemClock.now());
  const reader = makeLogReader({
    ...{
      source: 'sender',
      database: scene.owner,
      scheduler: time,
      log: makeLog({ level: 'silent' }),
      pollMs: 3_600_000,
    },
  });
  await reader.start();
  const woken = reader.more(reader.head, new AbortController().signal);
  await scene.owner.transaction((transaction) => append(transaction, 1));
  time.move(3_600_000);
  await woken;
  expect(await scene.positionsAfter(reader.head)).toEqual([]);
  await reader.stop();
});
