import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { runtimeJobs } from '../../src/runtime/host/runtime-jobs.ts';
import { DeadLetterDesk } from '../../src/runtime/inbox/dead-letter-desk.ts';
import { receiverWith, type Send, sender } from '../conformance/post-office.ts';
import { eventually } from '../support/eventually.ts';
import { startTestHost, type TestHost } from '../support/host.ts';
import { ownerOf, uniqueName } from '../support/postgres.ts';
import { cursorOf, effectsOf, keptFor, lettersOf, lettersTo, post, settled } from './post.ts';
import { nodeOf } from './tally.ts';

/** Contents that a handler throws at, some of them only so often. */
class Stumbling extends Set<string> {
  readonly #left = new Map<string, number>();
  readonly #asked = new Map<string, number>();

  times(contents: string, times: number): string {
    this.#left.set(contents, times);
    return contents;
  }

  /** How often a handler looked at these contents. */
  asked(contents: string): number {
    return this.#asked.get(contents) ?? 0;
  }

  override has(contents: string): boolean {
    this.#asked.set(contents, this.asked(contents) + 1);
    const left = this.#left.get(contents) ?? 0;
    if (left > 0) this.#left.set(contents, left - 1);
    return left > 0 || super.has(contents);
  }
}

const throwsAt = new Stumbling();
let one: TestHost;
/** A second instance of the receiver: it stands by, but retries dead letters as the first does. */
let other: TestHost;
let senders: Database;
let receivers: Database;

beforeAll(async () => {
  const services = [sender, receiverWith({ throwsAt })];
  one = await startTestHost(services);
  other = await startTestHost(services, { prefix: one.prefix });
  senders = connect(ownerOf(one.prefix, 'sender'));
  receivers = connect(ownerOf(one.prefix, 'receiver'));
});

afterAll(async () => {
  await Promise.all([senders.close(), receivers.close()]);
  await other.stop();
  await one[Symbol.asyncDispose]();
});

let acts = 0;
const act = () => {
  acts += 1;
  return { actor: 'usr_operator', reason: 'test', cause: `request/${acts}`, at: one.time.now() };
};
const seen = { retriedAt: null };
const deskOf = () => new DeadLetterDesk('receiver', nodeOf(one, 'receiver').database);
const statusesOf = async (key: string) => (await lettersOf(receivers, key)).map(({ status }) => status);

async function send(letters: readonly Send[]): Promise<void> {
  await post(one, letters);
  await settled(senders, receivers);
}

/** Lets time pass until nothing is left to be retried; both instances retry at once. */
async function retryAll(): Promise<void> {
  const open = `select 1 from dead_letters where status = 'RETRYING'`;
  for (let round = 0; (await receivers.query(open)).count > 0; round += 1) {
    if (round > 100) throw new Error('retries come to no end');
    for (const host of [one, other]) host.time.move(60_000);
    await Promise.all([one, other].map((host) => nodeOf(host, 'receiver').inbox.retryDue(256)));
  }
}

/** Until the letter has failed often enough to be parked. */
async function parked(key: string): Promise<string> {
  await retryAll();
  const [first] = await lettersOf(receivers, key);
  expect(first).toMatchObject({ status: 'PARKED', attempts: 4 });
  return first?.id ?? '';
}

test('a cursor that was set back by hand: open letters stay as they are, settled ones are open again, and what follows is heard', async () => {
  const [open, settledOne, bob] = [uniqueName('ann'), uniqueName('ann'), uniqueName('bob')];
  const contents = uniqueName('unreadable');
  throwsAt.add(contents);
  await send([open, settledOne].map((to) => ({ to, number: 1, contents })));
  await parked(open);
  const id = await parked(settledOne);
  await deskOf().discard(id, seen, act());
  const before = await cursorOf(receivers);
  await receivers.query(`update cursors set position = position - 2 where source = 'sender'`);
  await post(one, [{ to: bob, number: 1, contents: 'text' }]);
  await eventually(async () => expect(await cursorOf(receivers)).toBe(before + 1n));
  expect(await keptFor(receivers, bob)).toEqual([1]);
  expect(await lettersOf(receivers, open)).toMatchObject([{ status: 'PARKED', attempts: 4 }]);
  expect(await lettersOf(receivers, settledOne)).toMatchObject([{ id, status: 'RETRYING', attempts: 1 }]);
  await parked(settledOne);
});

test('whatever fails, however often: per subject the effects are in log order and once, and all but the parked come through', async () => {
  const letter = fc.record({
    to: fc.nat(4),
    what: fc.oneof(
      { weight: 5, arbitrary: fc.constant('text') },
      fc.constantFrom('fails once', 'fails twice', 'fails three times', 'forbidden', 'poison'),
    ),
  });
  const times: Readonly<Record<string, number>> = { 'fails once': 1, 'fails twice': 2, 'fails three times': 3 };
  throwsAt.add('poison');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(letter, { minLength: 1, maxLength: 12 }), { maxLength: 4 }), async (batches) => {
      const run = uniqueName('to');
      let number = 0;
      const sends = batches.map((batch) =>
        batch.map(({ to, what }) => {
          number += 1;
          const contents = what in times ? throwsAt.times(`${what} ${run} ${number}`, times[what] ?? 0) : what;
          return { to: `${run}/${to}`, number, contents };
        }),
      );
      for (const letters of sends) await post(one, letters);
      await settled(senders, receivers);
      const all = sends.flat();
      const subjects = [...new Set(all.map(({ to }) => to))];
      for (let hopeless = 0; ; hopeless += 1) {
        await retryAll();
        const stuck = (await Promise.all(subjects.map((key) => lettersOf(receivers, key)))).flat();
        const lost = stuck.filter(({ status }) => status === 'PARKED');
        if (lost.length === 0) break;
        expect(hopeless).toBeLessThanOrEqual(all.length);
        for (const { id } of lost) await deskOf().discard(id, seen, act());
      }
      for (const key of subjects) {
        const good = all.filter(({ to, contents }) => to === key && contents !== 'forbidden' && contents !== 'poison');
        expect(await keptFor(receivers, key)).toEqual(good.map((each) => each.number));
        for (const status of await statusesOf(key)) expect(['RETRIED', 'DISCARDED']).toContain(status);
      }
    }),
    { numRuns: 6 },
  );
  const { effects, causes } = await effectsOf(receivers);
  expect(effects).toBe(causes);
  throwsAt.clear();
});

describe('a message that was set aside', () => {
  test('is tried once per due time, however many instances look', async () => {
    const people = Array.from({ length: 40 }, (_, index) => uniqueName(`ann${index}`));
    const riddles = people.map(() => uniqueName('riddle'));
    for (const riddle of riddles) throwsAt.add(riddle);
    await send(people.map((to, index) => ({ to, number: 1, contents: riddles[index] ?? '' })));
    const nodes = [one, other].map((host) => nodeOf(host, 'receiver'));
    // Small portions, taken by both at once until all are parked.
    const open = `select 1 from dead_letters where status = 'RETRYING'`;
    while ((await receivers.query(open)).count > 0) {
      for (const host of [one, other]) host.time.move(60_000);
      await Promise.all([...nodes, ...nodes].map(({ inbox }) => inbox.retryDue(7)));
    }
    for (const to of people) expect(await lettersOf(receivers, to)).toMatchObject([{ status: 'PARKED', attempts: 4 }]);
    expect(riddles.map((riddle) => throwsAt.asked(riddle))).toEqual(riddles.map(() => 4));
    throwsAt.clear();
  });

  test('and is in somebody’s hands at this moment keeps nobody waiting', async () => {
    const [ann, riddle] = [uniqueName('ann'), uniqueName('riddle')];
    throwsAt.add(riddle);
    await send(lettersTo(ann, [riddle]));
    const held = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const holding = receivers.transaction(async (transaction) => {
      await transaction.query('select 1 from dead_letters where key = $1 for update', [ann]);
      held.resolve();
      await released.promise;
    });
    await held.promise;
    for (const host of [one, other]) host.time.move(60_000);
    const nodes = [one, other].map((host) => nodeOf(host, 'receiver'));
    await Promise.all(nodes.map(({ inbox }) => inbox.retryDue(256)));
    // The writers go on with everything else.
    await send(lettersTo(uniqueName('bob'), ['text']));
    expect(throwsAt.asked(riddle)).toBe(1);
    released.resolve();
    await holding;
    throwsAt.clear();
    await retryAll();
    expect(await keptFor(receivers, ann)).toEqual([1]);
  });

  test('and parked holds all that follow of its subject; others go on', async () => {
    const [ann, bob] = [uniqueName('ann'), uniqueName('bob')];
    throwsAt.add('poison');
    await send([...lettersTo(ann, ['text', 'poison', 'text']), ...lettersTo(bob, ['text'])]);
    await parked(ann);
    await send([
      { to: ann, number: 4, contents: 'text' },
      { to: bob, number: 2, contents: 'text' },
    ]);
    expect(await statusesOf(ann)).toEqual(['PARKED', 'HELD', 'HELD']);
    expect([await keptFor(receivers, ann), await keptFor(receivers, bob)]).toEqual([[1], [1, 2]]);
  });

  test('is retried by a person with all its attempts anew, and those behind it follow in order', async () => {
    const ann = uniqueName('ann');
    throwsAt.add('poison');
    await send(lettersTo(ann, ['poison', 'text', 'text', 'text']));
    const id = await parked(ann);
    expect(await deskOf().retry(id, seen, act())).toMatchObject({ letter: { status: 'RETRYING', attempts: 0 } });
    expect((await lettersOf(receivers, ann))[0]).toMatchObject({ status: 'RETRYING', attempts: 0 });
    throwsAt.clear();
    await retryAll();
    expect(await keptFor(receivers, ann)).toEqual([1, 2, 3, 4]);
    const { rows } = await receivers.query('select actor, action, reason from admin_trail where object = $1', [id]);
    expect(rows).toEqual([{ actor: 'usr_operator', action: 'dead-letter.retry', reason: 'test' }]);
  });

  test('is discarded by a person once, without its effect, and those behind it follow', async () => {
    const ann = uniqueName('ann');
    throwsAt.add('poison');
    await send(lettersTo(ann, ['poison', 'text', 'text']));
    const id = await parked(ann);
    const discards = await Promise.allSettled([1, 2, 3].map(() => deskOf().discard(id, seen, act())));
    expect(discards.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(deskOf().retry(id, seen, act())).rejects.toThrow('dead_letter_closed: It is DISCARDED already.');
    throwsAt.clear();
    await retryAll();
    expect(await keptFor(receivers, ann)).toEqual([2, 3]);
    expect(await statusesOf(ann)).toEqual(['DISCARDED', 'RETRIED', 'RETRIED']);
  });

  test('is freed by the sweep when its release was missed', async () => {
    const ann = uniqueName('ann');
    throwsAt.add('poison');
    await send(lettersTo(ann, ['poison', 'text', 'text']));
    const id = await parked(ann);
    throwsAt.clear();
    await receivers.query(`update dead_letters set status = 'DISCARDED' where id = $1`, [id]);
    const node = nodeOf(one, 'receiver');
    await runtimeJobs(node.inbox)
      .find(({ name }) => name === 'release-held')
      ?.run(node.context);
    await retryAll();
    expect(await keptFor(receivers, ann)).toEqual([2, 3]);
  });

  test('and those held behind it are caught up with in one run of the retries', async () => {
    const ann = uniqueName('ann');
    throwsAt.add('riddle');
    await send(lettersTo(ann, ['riddle', ...Array.from({ length: 30 }, () => 'text')]));
    throwsAt.clear();
    const node = nodeOf(other, 'receiver');
    other.time.move(60_000);
    const retries = runtimeJobs(node.inbox).find(({ name }) => name === 'retry-dead-letters');
    await eventually(async () => {
      await retries?.run(node.context);
      expect(await keptFor(receivers, ann)).toHaveLength(31);
    });
    expect(await keptFor(receivers, ann)).toEqual(Array.from({ length: 31 }, (_, index) => index + 1));
  });

  test('is counted: dead letters by status, their age, and attempts repeated', async () => {
    const ann = uniqueName('ann');
    throwsAt.add('poison');
    await send(lettersTo(ann, ['poison', 'text']));
    await parked(ann);
    const node = nodeOf(one, 'receiver');
    await runtimeJobs(node.inbox)
      .find(({ name }) => name === 'count-dead-letters')
      ?.run(node.context);
    const { metrics } = node.context;
    const { rows } = await receivers.query<{ status: string; letters: bigint }>(
      `select status, count(*) as letters from dead_letters where status in ('PARKED', 'HELD') group by 1`,
    );
    const { values } = await metrics.deadLetters.get();
    for (const { status, letters } of rows)
      expect(values).toContainEqual({ labels: { service: 'receiver', status }, value: Number(letters) });
    const ages = (await metrics.deadLetterAge.get()).values;
    const oldest = ages.find(({ labels }) => labels.service === 'receiver' && labels.status === 'PARKED');
    expect(oldest?.value).toBeGreaterThan(60);
    expect((await metrics.retries.get()).values).toContainEqual(
      expect.objectContaining({ labels: { service: 'receiver', what: 'message' } }),
    );
    throwsAt.clear();
  });
});
