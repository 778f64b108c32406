import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProblemError } from '../../src/kernel/problem.ts';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { startTestHost, type TestHost } from '../support/host.ts';
import { ownerOf, uniqueName } from '../support/postgres.ts';
import { holdUp, type Manner, type Mark, marksOf, nodeOf, tallyWith, writeMark } from './tally.ts';

let host: TestHost;
let owner: Database;
const name = uniqueName;

beforeAll(async () => {
  host = await startTestHost([tallyWith()]);
  owner = connect(ownerOf(host.prefix, 'tally'));
});

afterAll(async () => {
  await owner.close();
  await host[Symbol.asyncDispose]();
});

function outcomeOf(written: Promise<unknown>): Promise<'written' | 'failed'> {
  return written.then(
    () => 'written',
    () => 'failed',
  );
}

async function inOneBatch(commands: readonly Mark[]): Promise<('written' | 'failed')[]> {
  const letGo = await holdUp(host, owner, name('gate'));
  const outcomes = commands.map((command) => outcomeOf(writeMark(host, command)));
  await letGo();
  return Promise.all(outcomes);
}

async function problemOf(written: Promise<unknown>): Promise<{ code: string; retryAfterSeconds: number | undefined }> {
  const error = await written.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof ProblemError)) throw new Error('not refused', { cause: error });
  return { code: error.problem.code, retryAfterSeconds: error.problem.retryAfterSeconds };
}

describe('a batch', () => {
  test('is one transaction for all that waited, and each decision sees the rows of those before it', async () => {
    const tally = name('t');
    const commands = Array.from({ length: 50 }, (_, index) => ({ id: `${tally}/${index}`, tally }));
    await inOneBatch(commands);
    const marks = await marksOf(owner, tally);
    expect(marks.map(({ id, seen }) => [id, seen])).toEqual(commands.map(({ id }, index) => [id, index]));
    expect(new Set(marks.map(({ batch }) => batch)).size).toBe(1);
  });

  test('of one request waits for nobody', async () => {
    const tally = name('t');
    await expect(writeMark(host, { id: tally, tally })).resolves.toEqual({ replayed: false, answer: { seen: 0 } });
  });

  test('holds a bounded number of items; the others are in the next', async () => {
    const tally = name('t');
    await inOneBatch(Array.from({ length: 600 }, (_, index) => ({ id: `${tally}/${index}`, tally })));
    const marks = await marksOf(owner, tally);
    expect(marks).toHaveLength(600);
    expect(new Set(marks.map(({ batch }) => batch)).size).toBe(2);
  });
});

describe('items that make their batch fail', () => {
  const bad: readonly Manner[] = ['throws', 'throws asking', 'puts nonsense', 'violates', 'unspeakable'];

  test('fail alone, whatever they do and wherever they stand; the others are written exactly once', async () => {
    const manners = fc.array(
      fc.oneof({ weight: 4, arbitrary: fc.constant<Manner>('plain') }, fc.constantFrom(...bad)),
      {
        minLength: 1,
        maxLength: 24,
      },
    );
    await fc.assert(
      fc.asyncProperty(manners, async (chosen) => {
        const tally = name('t');
        const commands = chosen.map((manner, index) => ({ id: `${tally}/${index}`, tally, manner }));
        const outcomes = await inOneBatch(commands);
        expect(outcomes).toEqual(chosen.map((manner) => (manner === 'plain' ? 'written' : 'failed')));
        const good = commands.filter(({ manner }) => manner === 'plain');
        const marks = await marksOf(owner, tally);
        expect(marks.map(({ id }) => id).sort()).toEqual(good.map(({ id }) => id).sort());
        expect(marks.map(({ seen }) => seen)).toEqual(good.map((_, index) => index));
        const { rows } = await owner.query('select count from tallies where name = $1', [tally]);
        expect(rows).toEqual(good.length === 0 ? [] : [{ count: good.length }]);
      }),
      { numRuns: 12 },
    );
  });

  test('a decider that throws costs its neighbours nothing, not even another transaction', async () => {
    const tally = name('t');
    const commands = Array.from({ length: 9 }, (_, index) => ({
      id: `${tally}/${index}`,
      tally,
      manner: index === 4 ? ('throws' as const) : ('plain' as const),
    }));
    const outcomes = await inOneBatch(commands);
    expect(outcomes.filter((outcome) => outcome === 'failed')).toHaveLength(1);
    expect(new Set((await marksOf(owner, tally)).map(({ batch }) => batch)).size).toBe(1);
  });
});

describe('a request', () => {
  test('whose deadline passes while it waits is refused with 503 and not executed', async () => {
    const tally = name('t');
    const letGo = await holdUp(host, owner, name('gate'));
    const deadline = host.time.now() + 10_000;
    const late = problemOf(writeMark(host, { id: `${tally}/late`, tally }, { origin: { deadline } }));
    const patient = writeMark(host, { id: `${tally}/patient`, tally }, { origin: { deadline: deadline + 60_000 } });
    host.time.move(10_001);
    await letGo();
    expect(await late).toEqual({ code: 'unavailable', retryAfterSeconds: 1 });
    await patient;
    expect((await marksOf(owner, tally)).map(({ id }) => id)).toEqual([`${tally}/patient`]);
  });

  test('whose deadline has passed already is refused at once', async () => {
    const deadline = host.time.now();
    expect(await problemOf(writeMark(host, { id: 'x', tally: 'x' }, { origin: { deadline } }))).toMatchObject({
      code: 'deadline_exceeded',
    });
  });

  test('that finds too many waiting is refused at once with 503; payments and callbacks have room of their own', async () => {
    const tally = name('t');
    const { writer } = nodeOf(host, 'tally');
    const letGo = await holdUp(host, owner, name('gate'));
    // They are never executed: their deadline passes while they wait.
    const origin = { deadline: host.time.now() + 5_000 };
    const crowd = Array.from({ length: 8_192 }, (_, index) =>
      problemOf(writeMark(host, { id: `${tally}/${index}`, tally }, { origin })),
    );
    expect(writer.waiting).toBe(8_192);
    const tooMany = await problemOf(writeMark(host, { id: `${tally}/more`, tally }));
    expect(tooMany).toEqual({ code: 'unavailable', retryAfterSeconds: 1 });
    const payment = writeMark(host, { id: `${tally}/payment`, tally }, { urgent: true });
    host.time.move(5_001);
    await letGo();
    await payment;
    expect(new Set((await Promise.all(crowd)).map(({ code }) => code))).toEqual(new Set(['unavailable']));
    expect((await marksOf(owner, tally)).map(({ id }) => id)).toEqual([`${tally}/payment`]);
  });

  test('that was accepted is finished by a drain', async () => {
    const other = await startTestHost([tallyWith()], { prefix: host.prefix });
    const tally = name('t');
    const letGo = await holdUp(other, owner, name('gate'));
    const written = Array.from({ length: 40 }, (_, index) => writeMark(other, { id: `${tally}/${index}`, tally }));
    const stopped = other.stop();
    await letGo();
    await stopped;
    await Promise.all(written);
    expect(await marksOf(owner, tally)).toHaveLength(40);
    const afterwards = writeMark(other, { id: `${tally}/after`, tally });
    expect(await problemOf(afterwards)).toEqual({ code: 'unavailable', retryAfterSeconds: 1 });
  });
});
