import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { provisionShared } from '../../src/runtime/database/provision.ts';
import { eventually } from '../support/eventually.ts';
import { startTestHost, type TestHost } from '../support/host.ts';
import { ownerOf, testCluster, uniqueName } from '../support/postgres.ts';
import { archive, clerk, untilAlone } from './registry.ts';
import { nodeOf, tallyWith, writeMark } from './tally.ts';
import { armedFailPoints } from './tally-faults.ts';

/** Services of one process commit together what each has decided: docs/adr/0020. */

const services = ['archive', 'clerk', 'tally'];
const { failPoints, arm } = armedFailPoints();
let one: TestHost;
let owner: Database;

beforeAll(async () => {
  one = await startTestHost([tallyWith(), clerk, archive], { means: { failPoints } });
  owner = connect({ ...ownerOf(one.prefix, 'tally'), idleInTransactionTimeoutMs: 60_000 });
});

afterAll(async () => {
  await owner.close();
  await one[Symbol.asyncDispose]();
});

beforeEach(() => untilAlone(one));

interface Chain {
  readonly id: string;
  /** The transactions that wrote the mark, its note, and its being filed. */
  readonly by: readonly (string | null)[];
}

async function chainsOf(tally: string): Promise<Chain[]> {
  const { rows } = await owner.query<Chain>(
    `select id, array[marks.xmin::text, notes.xmin::text, filed.xmin::text] as by
     from tally.marks left join clerk.notes using (id) left join archive.filed using (id)
     where marks.tally = $1 order by id`,
    [tally],
  );
  return rows.map((row) => ({ ...row }));
}

describe('a chain of messages', () => {
  test('is committed with its effects in one transaction', async () => {
    // Whoever has to read for longer than it is waited for, as on a busy machine, comes with the next: then another chain shows it.
    await eventually(async () => {
      const tally = uniqueName('t');
      await Promise.all(['a', 'b', 'c'].map((name) => writeMark(one, { id: `${tally}/${name}`, tally })));
      const chains = await chainsOf(tally);
      expect(chains.map(({ id }) => id)).toEqual([`${tally}/a`, `${tally}/b`, `${tally}/c`]);
      expect(new Set(chains.flatMap(({ by }) => by)).size).toBe(1);
    });
  });

  test('is heard of by nobody outside before it is committed', async () => {
    const tally = uniqueName('t');
    const { context } = nodeOf(one, 'clerk');
    let isHeard = false;
    const said = context
      .said(tally, () => true, context.clock.now() + 20_000)
      .then(() => {
        isHeard = true;
      });
    const [held, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const holding = owner.transaction(async (transaction) => {
      await transaction.query('lock table clerk.notes in exclusive mode');
      held.resolve();
      await released.promise;
    });
    await held.promise;
    let isAnswered = false;
    const written = writeMark(one, { id: `${tally}/a`, tally }).then(() => {
      isAnswered = true;
    });
    const waiting = `select 1 from pg_stat_activity
      where datname = current_database() and application_name like '%shared writer' and wait_event_type = 'Lock'`;
    await eventually(async () => expect((await owner.query(waiting)).count).toBe(1));
    expect([isAnswered, isHeard, await chainsOf(tally)]).toEqual([false, false, []]);
    released.resolve();
    await Promise.all([holding, written, said]);
    expect(await chainsOf(tally)).toHaveLength(1);
  });
});

test('a service whose rows cannot be read holds up nobody but who waits for it', async () => {
  const tally = uniqueName('t');
  const [held, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = owner.transaction(async (transaction) => {
    await transaction.query('lock table clerk.notes in access exclusive mode');
    held.resolve();
    await released.promise;
  });
  await held.promise;
  await writeMark(one, { id: `${tally}/a`, tally });
  await writeMark(one, { id: `${tally}/b`, tally });
  const { rows } = await owner.query('select id from marks where tally = $1', [tally]);
  expect(rows).toHaveLength(2);
  released.resolve();
  await holding;
  await eventually(async () => expect((await chainsOf(tally)).flatMap(({ by }) => by)).not.toContain(null));
});

describe('a flight that fails', () => {
  test('by what one service put: the others have their effects, the bad one stands alone', async () => {
    const tally = uniqueName('t');
    const ids = ['1', '2 bad', '3'].map((name) => `${tally}/${name}`);
    await Promise.all(ids.map((id, index) => writeMark(one, { id, tally: index === 1 ? `${tally} other` : tally })));
    await eventually(async () => {
      expect((await chainsOf(tally)).map(({ by }) => by.includes(null))).toEqual([false, false]);
      const letters = await owner.query<{ key: string }>(
        `select key from clerk.dead_letters where key = $1 and status = 'RETRYING'`,
        [`${tally} other`],
      );
      expect(letters.count).toBe(1);
    });
    expect((await chainsOf(`${tally} other`)).map(({ by }) => by.map((xid) => xid !== null))).toEqual([
      [true, false, false],
    ]);
  });

  test('by what whoever asked for put: that is refused, and what was foreseen of it has no effect', async () => {
    const tally = uniqueName('t');
    const good = writeMark(one, { id: `${tally}/good`, tally });
    const bad = writeMark(one, { id: `${tally}/violates`, tally: `${tally} other`, manner: 'violates' });
    await expect(bad).rejects.toThrow();
    await good;
    await eventually(async () => expect((await chainsOf(tally)).flatMap(({ by }) => by)).not.toContain(null));
    const { rows } = await owner.query('select id from clerk.notes where tally = $1', [`${tally} other`]);
    expect(rows).toEqual([]);
  });

  test('whatever fails and whenever: every mark that was accepted has one note and is filed once', async () => {
    const step = fc.record({
      marks: fc.array(fc.constantFrom('plain', 'violates', 'throws', 'puts nonsense', 'unspeakable'), { maxLength: 8 }),
      fails: fc.option(
        fc.tuple(
          fc.constantFrom(...services),
          fc.constantFrom('before-commit', 'after-commit'),
          fc.integer({ min: 1, max: 3 }),
        ),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
        await untilAlone(one);
        const tally = uniqueName('t');
        const accepted: string[] = [];
        const refused: string[] = [];
        await Promise.all(
          steps.map(async ({ marks, fails }, round) => {
            if (fails) arm(`${fails[0]}.${fails[1]}`, fails[2]);
            const writing = marks.map(async (manner, index) => {
              const id = `${tally}/${round}.${index}`;
              await writeMark(one, { id, tally: `${tally} ${index % 3}`, manner }).then(
                () => accepted.push(id),
                () => manner === 'plain' || refused.push(id),
              );
            });
            await Promise.all(writing);
          }),
        );
        await eventually(async () => {
          const { rows } = await owner.query<{ id: string; effects: string }>(
            `select id, (select count(*) from clerk.notes where notes.id = marks.id) || '/' ||
               (select count(*) from archive.filed where filed.id = marks.id) as effects
             from tally.marks where starts_with(tally, $1)`,
            [tally],
          );
          const kept = rows.map(({ id }) => id);
          expect(rows.filter(({ effects }) => effects !== '1/1')).toEqual([]);
          expect(accepted.filter((id) => !kept.includes(id))).toEqual([]);
          expect(refused.filter((id) => kept.includes(id))).toEqual([]);
        });
        for (const name of services) for (const point of ['before', 'after']) arm(`${name}.${point}-commit`, 0);
      }),
      { numRuns: 15 },
    );
  });
});

test('the login that all share may do nothing but become one of them, and each may only what its own role may', async () => {
  const login = await provisionShared({ admin: testCluster(), prefix: one.prefix, services });
  const shared = connect(login);
  const attempt = (role: string | undefined, sql: string): Promise<unknown> =>
    shared.transaction((transaction) => (role ? transaction.as(`${one.prefix}_${role}`) : transaction).query(sql));
  await expect(attempt(undefined, 'select from tally.marks')).rejects.toMatchObject({ code: '42501' });
  await expect(attempt('clerk', 'select from tally.marks')).rejects.toMatchObject({ code: '42501' });
  await expect(attempt('clerk', 'select from marks')).rejects.toMatchObject({ code: '42P01' });
  await expect(attempt('tally', 'select from marks')).resolves.toBeDefined();
  await expect(attempt('shared', 'create table tally.mine ()')).rejects.toMatchObject({ code: '42501' });
  await shared.close();
});
