import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ProblemCode, ProblemError } from '../../src/kernel/problem.ts';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { runtimeJobs } from '../../src/runtime/host/runtime-jobs.ts';
import type { IdempotencyKey, Written } from '../../src/runtime/service.ts';
import { startTestHost, type TestHost } from '../support/host.ts';
import { ownerOf, uniqueName } from '../support/postgres.ts';
import { holdUp, type Mark, marksOf, nodeOf, tallyWith, writeMark } from './tally.ts';

/** Two instances of one service. */
let one: TestHost;
let other: TestHost;
let owner: Database;
const name = uniqueName;

beforeAll(async () => {
  one = await startTestHost([tallyWith()]);
  other = await startTestHost([tallyWith()], { prefix: one.prefix });
  owner = connect(ownerOf(one.prefix, 'tally'));
});

afterAll(async () => {
  await owner.close();
  await other.stop();
  await one[Symbol.asyncDispose]();
});

const keyOf = (key: string, fingerprint = 'same', scope = 'ann:mark'): IdempotencyKey => ({ scope, key, fingerprint });

interface Refused {
  readonly code: string;
  readonly replayed: boolean;
}

/** The answer, or how it was refused. */
function outcomeOf(written: Promise<Written<unknown>>): Promise<Written<unknown> | Refused> {
  return written.catch((error: unknown) => {
    if (!(error instanceof ProblemError)) throw error;
    return { code: error.problem.code, replayed: error.replayed };
  });
}

/** The same request again and again, told apart by the ids of the marks they would make. */
function repeats(tally: string, count: number, more: Partial<Mark> = {}): Mark[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${tally}/${index}`, tally, ...more }));
}

describe('the same key at once', () => {
  test('in one batch: one execution, the same answer for all', async () => {
    const [tally, key] = [name('t'), keyOf(name('key'))];
    const letGo = await holdUp(one, owner, name('gate'));
    const written = repeats(tally, 5).map((command) => writeMark(one, command, { key }));
    await letGo();
    const [first, ...others] = await Promise.all(written);
    expect(first).toEqual({ replayed: false, answer: { seen: 0 } });
    for (const again of others) expect(again).toEqual({ replayed: true, answer: { seen: 0 } });
    expect(await marksOf(owner, tally)).toHaveLength(1);
  });

  test('in one batch and the next: the second waits for the first and gets its answer', async () => {
    const [tally, key] = [name('t'), keyOf(name('key'))];
    const letGo = await holdUp(one, owner, tally);
    const first = writeMark(one, { id: `${tally}/1`, tally }, { key });
    await letGo();
    const second = writeMark(one, { id: `${tally}/2`, tally }, { key });
    expect(await first).toMatchObject({ replayed: false });
    expect(await second).toEqual({ ...(await first), replayed: true });
  });

  test('on two instances: one execution; who comes second finds the key when it writes, and answers from it', async () => {
    const [tally, key] = [name('t'), keyOf(name('key'))];
    // Both have read that the key is new, and wait for the same row.
    await owner.query('insert into tallies values ($1, 0)', [tally]);
    const held = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const holding = owner.transaction(async (transaction) => {
      await transaction.query('select 1 from tallies where name = $1 for update', [tally]);
      held.resolve();
      await released.promise;
    });
    await held.promise;
    const written = [
      writeMark(one, { id: `${tally}/one`, tally }, { key }),
      writeMark(other, { id: `${tally}/other`, tally }, { key }),
    ];
    const blocked = `select 1 from pg_stat_activity
      where datname = current_database() and application_name like '%writer' and wait_event_type = 'Lock'`;
    while ((await owner.query(blocked)).count < 2);
    released.resolve();
    await holding;
    const answers = await Promise.all(written);
    expect(answers.map(({ replayed }) => replayed).sort()).toEqual([false, true]);
    expect(answers.map(({ answer }) => answer)).toEqual([{ seen: 0 }, { seen: 0 }]);
    expect(await marksOf(owner, tally)).toHaveLength(1);
  });

  test('however requests, keys and instances are mixed: each key has one effect and one answer', async () => {
    const sends = fc.array(fc.record({ key: fc.nat(3), on: fc.nat(1) }), { minLength: 2, maxLength: 24 });
    await fc.assert(
      fc.asyncProperty(sends, async (chosen) => {
        const run = name('t');
        const written = await Promise.all(
          chosen.map(({ key, on }, index) =>
            writeMark(on === 0 ? one : other, { id: `${run}/${index}`, tally: run }, { key: keyOf(`${run}/${key}`) }),
          ),
        );
        const keys = [...new Set(chosen.map(({ key }) => key))];
        const marks = await marksOf(owner, run);
        expect(marks.map(({ seen }) => seen)).toEqual(keys.map((_, index) => index));
        for (const key of keys) {
          const answers = written.filter((_, index) => chosen[index]?.key === key);
          expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
          expect(new Set(answers.map(({ answer }) => JSON.stringify(answer))).size).toBe(1);
        }
      }),
      { numRuns: 10 },
    );
  });
});

describe('a key', () => {
  test('sent with something else is refused, and what it was executed to stays', async () => {
    const [tally, key] = [name('t'), name('key')];
    await writeMark(one, { id: `${tally}/1`, tally }, { key: keyOf(key) });
    const reused = await outcomeOf(writeMark(one, { id: `${tally}/2`, tally }, { key: keyOf(key, 'other') }));
    expect(reused).toEqual({ code: 'idempotency_key_reused', replayed: false });
    const again = await writeMark(one, { id: `${tally}/3`, tally }, { key: keyOf(key) });
    expect(again).toEqual({ replayed: true, answer: { seen: 0 } });
    expect(await marksOf(owner, tally)).toHaveLength(1);
  });

  test('of another user or operation is another key', async () => {
    const [tally, key] = [name('t'), name('key')];
    const scopes = ['ann:mark', 'bob:mark', 'ann:unmark'];
    const written = scopes.map((scope, index) =>
      writeMark(one, { id: `${tally}/${index}`, tally }, { key: keyOf(key, 'same', scope) }),
    );
    expect((await Promise.all(written)).map(({ replayed }) => replayed)).toEqual([false, false, false]);
  });

  test('bound to an object is answered from that object', async () => {
    const [tally, key] = [name('t'), keyOf(name('key'))];
    const first = await writeMark(one, { id: `${tally}/1`, tally, bind: true }, { key });
    const again = await writeMark(other, { id: `${tally}/2`, tally, bind: true }, { key });
    expect([first, again]).toEqual([
      { replayed: false, bound: `${tally}/1` },
      { replayed: true, bound: `${tally}/1` },
    ]);
  });

  test('is kept for 24 hours at least, and forgotten in the end', async () => {
    const [tally, key] = [name('t'), keyOf(name('key'))];
    const forget = runtimeJobs(nodeOf(one, 'tally').inbox).find((job) => job.name === 'forget');
    const { context } = nodeOf(one, 'tally');
    await writeMark(one, { id: `${tally}/1`, tally }, { key });
    one.time.move(24 * 3_600_000);
    await forget?.run(context);
    const kept = await writeMark(one, { id: `${tally}/2`, tally }, { key });
    expect(kept).toMatchObject({ replayed: true });
    one.time.move(25 * 3_600_000);
    await forget?.run(context);
    const forgotten = await writeMark(one, { id: `${tally}/3`, tally }, { key });
    expect(forgotten).toMatchObject({ replayed: false });
  });
});

describe('a refusal', () => {
  test.each<ProblemCode>(['insufficient_balance', 'not_found', 'conflict', 'insufficient_stock', 'currency_mismatch'])(
    '%s is an execution: it is stored and replayed, also when it would go well now',
    async (code) => {
      const [tally, key] = [name('t'), keyOf(name('key'))];
      const first = await outcomeOf(writeMark(one, { id: `${tally}/1`, tally, refuse: code }, { key }));
      const again = await outcomeOf(writeMark(other, { id: `${tally}/2`, tally }, { key }));
      expect([first, again]).toEqual([
        { code, replayed: false },
        { code, replayed: true },
      ]);
      expect(await marksOf(owner, tally)).toEqual([]);
    },
  );

  test.each<ProblemCode>([
    'validation_failed',
    'unauthenticated',
    'forbidden',
    'rate_limited',
    'internal_error',
    'unavailable',
  ])('%s is none: the key is as good as new', async (code) => {
    const [tally, key] = [name('t'), keyOf(name('key'))];
    const first = await outcomeOf(writeMark(one, { id: `${tally}/1`, tally, refuse: code }, { key }));
    const again = await outcomeOf(writeMark(one, { id: `${tally}/2`, tally }, { key }));
    expect([first, again]).toEqual([
      { code, replayed: false },
      { replayed: false, answer: { seen: 0 } },
    ]);
  });

  test('in the same batch counts too: the second gets the first one’s', async () => {
    const [tally, key] = [name('t'), keyOf(name('key'))];
    const letGo = await holdUp(one, owner, name('gate'));
    const outcomes = [
      outcomeOf(writeMark(one, { id: `${tally}/1`, tally, refuse: 'conflict' }, { key })),
      outcomeOf(writeMark(one, { id: `${tally}/2`, tally }, { key })),
    ];
    await letGo();
    expect(await Promise.all(outcomes)).toEqual([
      { code: 'conflict', replayed: false },
      { code: 'conflict', replayed: true },
    ]);
  });

  test('an exception is none either', async () => {
    const [tally, key] = [name('t'), keyOf(name('key'))];
    await expect(writeMark(one, { id: `${tally}/1`, tally, manner: 'throws' }, { key })).rejects.toThrow(
      'cannot decide',
    );
    await expect(writeMark(one, { id: `${tally}/2`, tally }, { key })).resolves.toMatchObject({ replayed: false });
  });
});
