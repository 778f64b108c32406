import fc from 'fast-check';
import Type from 'typebox';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { operation } from '../../src/contracts/operation.ts';
import { closed } from '../../src/contracts/schema.ts';
import type { Decider } from '../../src/runtime/batch/decider.ts';
import type { Flights } from '../../src/runtime/batch/flights.ts';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { Dispatcher } from '../../src/runtime/http/dispatch.ts';
import { makeTraces } from '../../src/runtime/http/trace.ts';
import { systemRandom } from '../../src/runtime/seams/random.ts';
import { answer, type Context, type Origin, type Service } from '../../src/runtime/service.ts';
import { makeLog } from '../../src/runtime/telemetry/log.ts';
import { eventually } from '../support/eventually.ts';
import { startTestHost, type TestHost } from '../support/host.ts';
import { ownerOf, uniqueName } from '../support/postgres.ts';
import { archive, clerk, untilAlone } from './registry.ts';
import { type Mark, mark, nodeOf, tallyWith } from './tally.ts';
import { armedFailPoints } from './tally-faults.ts';

/** Writes of one request that leave together: docs/adr/0027. */

const services = ['archive', 'clerk', 'tally'];
const { failPoints, arm } = armedFailPoints();
let one: TestHost;
let owner: Database;

beforeAll(async () => {
  one = await startTestHost([tallyWith(), clerk, archive], { means: { failPoints } });
  owner = connect(ownerOf(one.prefix, 'tally'));
});

afterAll(async () => {
  await owner.close();
  await one[Symbol.asyncDispose]();
});

beforeEach(() => untilAlone(one));

/** A note that the clerk is asked for, beside those that it makes of marks. */
const note: Decider<typeof clerk.tables, { readonly id: string; readonly tally: string }, string> = {
  name: 'note',
  needs: ({ id }) => ({ notes: [id] }),
  decide: (state, { id, tally }, { cause }) =>
    state.notes?.get(id) ? { answer: 'again' } : { put: { notes: [{ id, tally, cause }] }, answer: 'new' },
};

const tallyContext = () => nodeOf(one, 'tally').context;
const origin = (cause: string): Origin => ({ ...tallyContext().timer('test'), cause: `request/${cause}` });

/** Under a key, as whatever is done in steps may be done twice. */
function step(command: Mark, by: Origin) {
  const idempotencyKey = { scope: 'test', key: command.id, fingerprint: '' };
  return tallyContext().write(mark, command, { ...by, idempotencyKey });
}

async function writtenBy(tally: string): Promise<Map<string, string>> {
  const { rows } = await owner.query<{ id: string; xid: string }>(
    `select id, xmin::text as xid from tally.marks where tally = $1
     union all select id, xmin::text from clerk.notes where tally = $1 and starts_with(cause, 'request/')`,
    [tally],
  );
  return new Map(rows.map(({ id, xid }) => [id, xid]));
}

/** An operation that tells whether it was asked in steps, answered by a service that commits with `flights`; `said` is its log. */
function listener(flights: Flights | undefined, said: string[] = []) {
  const listen = operation({
    ...{ service: 'listener', name: 'listen', summary: 'Listen', method: 'POST', path: '/internal/listen' },
    ...{ access: 'service', answers: { 200: closed({ isStep: Type.Boolean() }) } },
  } as const);
  const log = makeLog({ level: 'info', to: { write: (line: string) => void said.push(line) } });
  const means = { clock: one.time, scheduler: one.time, log, checkAnswers: true };
  const traces = makeTraces({ randomBytes: systemRandom().bytes, clock: one.time, ratePerSecond: 0 });
  const dispatcher = new Dispatcher({ ...means, traces });
  const respond = answer(listen, async ({ upon }) => ({ status: 200, body: { isStep: upon !== undefined } }));
  dispatcher.host({ name: 'listener', answers: [respond] } as unknown as Service, {} as Context, flights);
  return async (by: Origin) => (await dispatcher.callsOf('tally')(listen, {}, by)).body.isStep;
}

describe('a call in steps', () => {
  test('of who commits together goes on with them at once', async () => {
    const tally = uniqueName('t');
    const listen = listener(nodeOf(one, 'tally').flights);
    await tallyContext().inSteps(origin(tally), async (by) => {
      await step({ id: `${tally}/a`, tally }, by);
      expect([await listen(by), (await writtenBy(tally)).size]).toEqual([true, 0]);
    });
  });

  test('of anybody else is made once they are committed', async () => {
    const tally = uniqueName('t');
    const listen = listener(undefined);
    await tallyContext().inSteps(origin(tally), async (by) => {
      await step({ id: `${tally}/a`, tally }, by);
      expect([await listen(by), (await writtenBy(tally)).size]).toEqual([false, 1]);
    });
  });

  test('of anybody else is not made when they fall, which is nothing that went wrong', async () => {
    const tally = uniqueName('t');
    const said: string[] = [];
    const listen = listener(undefined, said);
    let heard = 0;
    arm('tally.before-commit');
    await tallyContext().inSteps(origin(tally), async (by) => {
      await step({ id: `${tally}/a`, tally }, by);
      await listen(by);
      heard += 1;
    });
    expect(heard).toBe(1);
    expect(said).toEqual([]);
  });
});

describe('steps', () => {
  test('are committed together, here and at others, each upon the one before', async () => {
    const tally = uniqueName('t');
    const seen = await tallyContext().inSteps(origin(tally), async (by) => {
      await step({ id: `${tally}/a`, tally }, by);
      expect(await writtenBy(tally)).toEqual(new Map());
      await nodeOf(one, 'clerk').context.write(note, { id: `${tally}/asked`, tally }, by);
      return (await step({ id: `${tally}/b`, tally }, by)).answer?.seen;
    });
    expect(seen).toBe(1);
    const by = await writtenBy(tally);
    expect([...by.keys()].sort()).toEqual([`${tally}/asked`, `${tally}/a`, `${tally}/b`].sort());
  });

  test('that need nothing but each other are one transaction', async () => {
    const tally = uniqueName('t');
    await tallyContext().inSteps(origin(tally), async (by) => {
      await step({ id: `${tally}/a`, tally }, by);
      await nodeOf(one, 'clerk').context.write(note, { id: `${tally}/asked`, tally }, by);
      await step({ id: `${tally}/b`, tally }, by);
    });
    // Whether a row is known or has to be read first is nobody's business; that all leave as one is.
    await tallyContext().inSteps(origin(tally), async (by) => {
      await step({ id: `${tally}/c`, tally }, by);
      await step({ id: `${tally}/d`, tally }, by);
    });
    const by = await writtenBy(tally);
    expect(by.size).toBe(5);
    expect(by.get(`${tally}/d`)).toBe(by.get(`${tally}/c`));
  });

  test('of which one is refused: it is told so once those before it are committed', async () => {
    const tally = uniqueName('t');
    let there: readonly string[] = [];
    const refused = tallyContext().inSteps(origin(tally), async (by) => {
      await step({ id: `${tally}/a`, tally }, by);
      await step({ id: `${tally}/b`, tally, refuse: 'conflict' }, by).catch(async (error) => {
        there = [...(await writtenBy(tally)).keys()];
        throw error;
      });
    });
    await expect(refused).rejects.toMatchObject({ problem: { code: 'conflict' } });
    expect(there).toEqual([`${tally}/a`]);
  });

  test('asked for again under their keys are those of the first time', async () => {
    const tally = uniqueName('t');
    const both = () =>
      tallyContext().inSteps(origin(tally), async (by) => [
        (await step({ id: `${tally}/a`, tally }, by)).replayed,
        (await step({ id: `${tally}/b`, tally }, by)).replayed,
      ]);
    expect([await both(), await both()]).toEqual([
      [false, false],
      [true, true],
    ]);
    expect((await writtenBy(tally)).size).toBe(2);
  });

  test('whose flight fails are done once more, each committed before the next', async () => {
    const tally = uniqueName('t');
    arm('clerk.before-commit');
    let times = 0;
    await tallyContext().inSteps(origin(tally), async (by) => {
      times += 1;
      await step({ id: `${tally}/a`, tally }, by);
      if (times === 2) expect([...(await writtenBy(tally)).keys()]).toEqual([`${tally}/a`]);
      await nodeOf(one, 'clerk').context.write(note, { id: `${tally}/asked`, tally }, by);
      await step({ id: `${tally}/b`, tally }, by);
    });
    expect(times).toBe(2);
    expect((await writtenBy(tally)).size).toBe(3);
  });

  test('whatever fails and whenever: none is there without those before it, and what was answered is there', async () => {
    const course = fc.record({
      manners: fc.array(fc.constantFrom('plain', 'at another', 'violates', 'throws', 'puts nonsense'), {
        maxLength: 4,
      }),
      fails: fc.option(
        fc.tuple(
          fc.constantFrom(...services),
          fc.constantFrom('before-commit', 'after-commit'),
          fc.integer({ min: 1, max: 3 }),
        ),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(course, { minLength: 1, maxLength: 5 }), async (courses) => {
        await untilAlone(one);
        const tally = uniqueName('t');
        const answered: string[] = [];
        const walk = async ({ manners, fails }: (typeof courses)[number], nth: number): Promise<void> => {
          if (fails) arm(`${fails[0]}.${fails[1]}`, fails[2]);
          await tallyContext().inSteps(origin(tally), async (by) => {
            for (const [index, manner] of manners.entries()) {
              const id = `${tally}/${nth}.${index}`;
              if (manner === 'at another') await nodeOf(one, 'clerk').context.write(note, { id, tally }, by);
              else await step({ id, tally, manner } as Mark, by);
            }
          });
          answered.push(...manners.map((_, index) => `${tally}/${nth}.${index}`));
        };
        await Promise.all(courses.map((one, nth) => walk(one, nth).catch(() => undefined)));
        for (const name of services) for (const point of ['before', 'after']) arm(`${name}.${point}-commit`, 0);
        await eventually(() => expect(nodeOf(one, 'tally').writer.waiting).toBe(0));
        await nodeOf(one, 'tally').writer.drain();
        const there = await writtenBy(tally);
        for (const id of answered) expect(there.has(id), id).toBe(true);
        for (const id of there.keys()) {
          const [, nth, index] = /\/(\d+)\.(\d+)$/.exec(id) ?? [];
          if (Number(index) > 0) expect(there.has(`${tally}/${nth}.${Number(index) - 1}`), `before ${id}`).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });
});
