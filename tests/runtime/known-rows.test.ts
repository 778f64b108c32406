import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ProblemError } from '../../src/kernel/problem.ts';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { eventually } from '../support/eventually.ts';
import { startTestHost, type TestHost } from '../support/host.ts';
import { ownerOf, uniqueName } from '../support/postgres.ts';
import { holdUp, marksOf, nodeOf, tallyWith, writeMark } from './tally.ts';

const name = uniqueName;
let one: TestHost;
/** Another process with the same store. */
let other: TestHost;
let owner: Database;

beforeAll(async () => {
  one = await startTestHost([tallyWith()]);
  other = await startTestHost([tallyWith()], { prefix: one.prefix });
  owner = connect(ownerOf(one.prefix, 'tally'));
  // As the services' own migrations have it for their tables.
  await owner.query(`select know_rows('tallies')`);
});

afterAll(async () => {
  await owner.close();
  await other.stop();
  await one[Symbol.asyncDispose]();
});

const isKnowing = (host: TestHost): boolean => nodeOf(host, 'tally').writer.knowledge !== undefined;

/** Writes until the writer takes it that nobody else does. */
async function alone(host: TestHost): Promise<void> {
  const tally = name('alone');
  for (let number = 0; !isKnowing(host); number += 1) {
    if (number > 20) throw new Error('the writer does not come to know anything');
    await writeMark(host, { id: `${tally}/${number}`, tally });
  }
}

/** Keeps the writer inside a batch, without anybody else having had the turn. */
async function holdAlone(): Promise<() => Promise<void>> {
  const gate = name('gate');
  await writeMark(one, { id: gate, tally: gate });
  await alone(one);
  return holdUp(one, owner, gate);
}

const countOf = async (tally: string): Promise<number | undefined> =>
  (await owner.query<{ count: number }>('select count from tallies where name = $1', [tally])).rows[0]?.count;

const turnsTaken = async (): Promise<number> => {
  const { rows } = await owner.query<{ turn: bigint }>('select last_value as turn from turns');
  return Number(rows[0]?.turn);
};

beforeEach(() => alone(one));

describe('a writer that is alone', () => {
  test('knows what it has written, and decides by it', async () => {
    const tally = name('t');
    for (let seen = 0; seen < 5; seen += 1)
      expect(await writeMark(one, { id: `${tally}/${seen}`, tally })).toMatchObject({ answer: { seen } });
    expect(isKnowing(one)).toBe(true);
    expect(await countOf(tally)).toBe(5);
  });

  test('decides what comes while a batch is on its way, and sends it as soon as that is committed, as one', async () => {
    const tally = name('t');
    const letGo = await holdAlone();
    const ids = Array.from({ length: 40 }, (_, index) => `${tally}/${index}`);
    const written = ids.map((id) => writeMark(one, { id, tally }));
    await letGo();
    await Promise.all(written);
    const marks = await marksOf(owner, tally);
    expect(marks.map(({ id, seen }) => [id, seen])).toEqual(ids.map((id, index) => [id, index]));
    expect(new Set(marks.map(({ batch }) => batch)).size).toBe(1);
    expect(isKnowing(one)).toBe(true);
  });

  test('does not do what nobody waits for any more, though it was decided; its neighbours are', async () => {
    const tally = name('t');
    const letGo = await holdAlone();
    const deadline = one.time.now() + 10_000;
    const late = writeMark(one, { id: `${tally}/late`, tally }, { origin: { deadline } }).catch((error) => error);
    const patient = writeMark(one, { id: `${tally}/patient`, tally }, { origin: { deadline: deadline + 60_000 } });
    one.time.move(10_001);
    await letGo();
    expect(await late).toBeInstanceOf(ProblemError);
    expect(await patient).toMatchObject({ answer: { seen: 0 } });
    expect((await marksOf(owner, tally)).map(({ id }) => id)).toEqual([`${tally}/patient`]);
  });

  test('builds upon nothing that it decided for those who all wait no more', async () => {
    const tally = name('t');
    await writeMark(one, { id: `${tally}/0`, tally });
    const letGo = await holdAlone();
    // One may leave behind the one that is held up; what comes after waits here.
    const behind = writeMark(one, { id: `${tally}/behind`, tally: `${tally} behind` });
    expect(await countOf(tally)).toBe(1);
    const deadline = one.time.now() + 10_000;
    const late = writeMark(one, { id: `${tally}/late`, tally }, { origin: { deadline } }).catch((error) => error);
    // Its row is known: by the time that a question is answered it is decided.
    expect(await countOf(tally)).toBe(1);
    one.time.move(10_001);
    await letGo();
    await behind;
    expect(await late).toBeInstanceOf(ProblemError);
    expect(await writeMark(one, { id: `${tally}/next`, tally })).toMatchObject({ answer: { seen: 1 } });
    expect(await countOf(tally)).toBe(2);
  });

  test('decides again what it decided upon a batch that then failed', async () => {
    const tally = name('t');
    const letGo = await holdAlone();
    const bad = writeMark(one, { id: `${tally}/bad`, tally, manner: 'violates' }).catch((error) => error);
    const first = writeMark(one, { id: `${tally}/first`, tally });
    await letGo();
    const second = writeMark(one, { id: `${tally}/second`, tally });
    expect(await bad).toBeInstanceOf(Error);
    expect(await first).toMatchObject({ answer: { seen: 0 } });
    expect(await second).toMatchObject({ answer: { seen: 1 } });
    expect(await countOf(tally)).toBe(2);
  });

  test('forgets no row that is not committed yet, however many others it comes to know', async () => {
    const tally = name('t');
    await writeMark(one, { id: `${tally}/0`, tally });
    const letGo = await holdAlone();
    const first = writeMark(one, { id: `${tally}/1`, tally });
    const others: Promise<unknown>[] = [];
    for (let round = 0; round < 4; round += 1) {
      const names = Array.from({ length: 5 }, (_, index) => `${tally} beside ${round}/${index}`);
      others.push(...names.map((beside) => writeMark(one, { id: beside, tally: beside })));
      await eventually(() => expect(nodeOf(one, 'tally').writer).toMatchObject({ waiting: 0, isDeciding: false }));
    }
    const second = writeMark(one, { id: `${tally}/2`, tally });
    await letGo();
    await Promise.all(others);
    expect([await first, await second]).toMatchObject([{ answer: { seen: 1 } }, { answer: { seen: 2 } }]);
    expect(await countOf(tally)).toBe(3);
  });

  test('reads anew what somebody has changed by hand', async () => {
    const tally = name('t');
    await writeMark(one, { id: `${tally}/0`, tally });
    await owner.query('update tallies set count = count + 100 where name = $1', [tally]);
    expect(await writeMark(one, { id: `${tally}/1`, tally })).toMatchObject({ answer: { seen: 101 } });
    expect(await countOf(tally)).toBe(102);
  });

  test('reads anew after its connection was another', async () => {
    const tally = name('t');
    await writeMark(one, { id: `${tally}/0`, tally });
    await owner.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like '%tally writer'`);
    const again = () => writeMark(one, { id: `${tally}/1`, tally });
    await eventually(async () => expect(await again().catch(() => undefined)).toMatchObject({ answer: { seen: 1 } }));
    expect(await countOf(tally)).toBe(2);
  });
});

describe('a correction by hand', () => {
  test('waits for the batch that is on its way, and nothing of either is lost', async () => {
    const tally = name('t');
    await writeMark(one, { id: `${tally}/0`, tally });
    const letGo = await holdAlone();
    const corrected = owner.query('update tallies set count = count + 100 where name = $1', [tally]);
    const written = writeMark(one, { id: `${tally}/1`, tally });
    await letGo();
    await Promise.all([corrected, written]);
    expect(await countOf(tally)).toBe(102);
  });
});

describe('two writers of one store', () => {
  test('count exactly, whoever writes how much when', async () => {
    const rounds = fc.array(fc.record({ one: fc.nat(6), other: fc.nat(6), gap: fc.boolean() }), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(rounds, async (chosen) => {
        const tally = name('t');
        let number = 0;
        const write = (host: TestHost) => {
          number += 1;
          return writeMark(host, { id: `${tally}/${number}`, tally });
        };
        const written: Promise<unknown>[] = [];
        for (const round of chosen) {
          for (let left = round.one; left > 0; left -= 1) written.push(write(one));
          for (let left = round.other; left > 0; left -= 1) written.push(write(other));
          if (round.gap) await Promise.all(written);
        }
        await Promise.all(written);
        expect((await marksOf(owner, tally)).map(({ seen }) => seen)).toEqual(written.map((_, index) => index));
      }),
      { numRuns: 25 },
    );
  });

  test('do not try for ever to know what the other changes all the time', async () => {
    await writeMark(other, { id: name('other'), tally: name('t') });
    await writeMark(one, { id: name('one'), tally: name('t') });
    expect(isKnowing(one)).toBe(false);
    const before = await turnsTaken();
    await writeMark(one, { id: name('one'), tally: name('t') });
    expect((await turnsTaken()) - before).toBe(1);
    await alone(one);
    expect(isKnowing(one)).toBe(true);
  });
});
