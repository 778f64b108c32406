import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeadLetter } from '../../src/contracts/http/runtime.ts';
import { fromTimestamp, toTimestamp } from '../../src/kernel/clock.ts';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { runtimeJobs } from '../../src/runtime/host/runtime-jobs.ts';
import { DeadLetterDesk } from '../../src/runtime/inbox/dead-letter-desk.ts';
import { makeLog } from '../../src/runtime/telemetry/log.ts';
import { receiverWith, sender } from '../conformance/post-office.ts';
import { startTestHost, type TestHost } from '../support/host.ts';
import { ownerOf, uniqueName } from '../support/postgres.ts';
import { keptFor, lettersOf, lettersTo, post, settled } from './post.ts';
import { nodeOf } from './tally.ts';

/** Two instances on one store; what either of them logs as a warning or worse is kept. */
const throwsAt = new Set<string>();
const logged: string[] = [];
let one: TestHost;
let other: TestHost;
let senders: Database;
let receivers: Database;

beforeAll(async () => {
  const services = [sender, receiverWith({ throwsAt })];
  const log = makeLog({ level: 'warn', to: { write: (line) => void logged.push(line) } });
  // No second attempt within a test, unless a person asks for it.
  const means = { log, retry: { attemptsMost: 1, firstMs: 1_000, mostMs: 60_000 } };
  one = await startTestHost(services, { means });
  other = await startTestHost(services, { means, prefix: one.prefix });
  senders = connect(ownerOf(one.prefix, 'sender'));
  receivers = connect(ownerOf(one.prefix, 'receiver'));
});

afterAll(async () => {
  await Promise.all([senders.close(), receivers.close()]);
  await other.stop();
  await one[Symbol.asyncDispose]();
});

const deskOf = (host: TestHost) => new DeadLetterDesk('receiver', nodeOf(host, 'receiver').database);
let requests = 0;
const act = (actor = 'usr_ann') => {
  requests += 1;
  return { actor, reason: 'mended', cause: `request/${requests}`, at: one.time.now() };
};
const unseen = { retriedAt: null };

/** Sets aside the first of these letters to somebody; the others wait behind it. Returns their ids, in order. */
async function parked(to: string, count = 1): Promise<string[]> {
  throwsAt.add('poison');
  await post(one, lettersTo(to, ['poison', ...Array.from({ length: count - 1 }, () => 'text')]));
  await settled(senders, receivers);
  throwsAt.delete('poison');
  const letters = await lettersOf(receivers, to);
  expect(letters.map(({ status }) => status)).toEqual(['PARKED', ...letters.slice(1).map(() => 'HELD')]);
  return letters.map(({ id }) => id);
}

async function trailOf(cause: string) {
  const sql = 'select actor, action, object, reason, details from admin_trail where cause = $1';
  return (await receivers.query(sql, [cause])).rows;
}

/** Until nothing is due; the instances' own jobs may be at it as well. */
async function retryDue(): Promise<void> {
  const due = `select 1 from dead_letters where status = 'RETRYING' and next_attempt_at <= $1`;
  while ((await receivers.query(due, [toTimestamp(one.time.now())])).count > 0)
    await Promise.all([one, other].map((host) => nodeOf(host, 'receiver').inbox.retryDue(16)));
}

describe('a letter', () => {
  test('says behind which one it waits, and how many wait behind it', async () => {
    const ids = await parked(uniqueName('ann'), 4);
    const shown = await Promise.all(ids.map((id) => deskOf(one).show(id)));
    expect(shown.map((letter) => letter?.heldBehind)).toEqual([null, ids[0], ids[0], ids[0]]);
    expect(shown.map((letter) => letter?.holding)).toEqual(
      ids.map((_, index) => ({ count: 3 - index, ids: ids.slice(index + 1) })),
    );
    expect(await deskOf(one).show('dlt_unknown')).toBeUndefined();
  });

  test('that is held is not retried before the one it waits for; that one releases all, in their order', async () => {
    const ann = uniqueName('ann');
    const [first = '', second = ''] = await parked(ann, 4);
    await expect(deskOf(one).retry(second, unseen, act())).rejects.toMatchObject({
      problem: { code: 'dead_letter_held', errors: [{ heldBehind: first }] },
    });
    await deskOf(one).retry(first, unseen, act());
    await retryDue();
    expect(await keptFor(receivers, ann)).toEqual([1, 2, 3, 4]);
  });

  test('that is discarded frees what waits behind it, and so does one in the middle', async () => {
    const ann = uniqueName('ann');
    const [first = '', second = ''] = await parked(ann, 4);
    await deskOf(one).discard(second, unseen, act());
    await retryDue();
    expect(await keptFor(receivers, ann)).toEqual([]);
    await deskOf(other).discard(first, unseen, act());
    await retryDue();
    expect(await keptFor(receivers, ann)).toEqual([3, 4]);
  });

  test.each([
    ['retry', 'retry'],
    ['retry', 'discard'],
    ['discard', 'retry'],
    ['discard', 'discard'],
  ] as const)('that two people act on, %s and %s, is one’s; the other is told', async (left, right) => {
    for (let round = 0; round < 8; round += 1) {
      const [id = ''] = await parked(uniqueName('ann'));
      const done = await Promise.allSettled([
        deskOf(one)[left](id, unseen, act('usr_left')),
        deskOf(other)[right](id, unseen, act('usr_right')),
      ]);
      const [winner] = done.filter(({ status }) => status === 'fulfilled');
      expect(winner).toMatchObject({ value: { repeated: false } });
      const losers = done.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
      expect(losers).toMatchObject([{ problem: { code: 'dead_letter_closed' } }]);
      await retryDue();
      const { rows } = await receivers.query('select actor from admin_trail where object = $1', [id]);
      expect(rows).toEqual([{ actor: done[0].status === 'fulfilled' ? 'usr_left' : 'usr_right' }]);
    }
  });

  test('is settled by the same request once, however often and wherever it arrives', async () => {
    const ann = uniqueName('ann');
    const [id = ''] = await parked(ann);
    const again = act();
    const retried = await Promise.all([one, other, one].map((host) => deskOf(host).retry(id, unseen, again)));
    expect(retried.map(({ repeated }) => repeated).sort()).toEqual([false, true, true]);
    await retryDue();
    expect((await deskOf(one).retry(id, unseen, again)).letter.status).toBe('RETRIED');
    expect(await trailOf(again.cause)).toEqual([
      { actor: 'usr_ann', action: 'dead-letter.retry', object: id, reason: 'mended', details: null },
    ]);
    expect(await keptFor(receivers, ann)).toEqual([1]);
  });

  test('that was retried by hand says by whom, and may be discarded by who has seen that', async () => {
    const [id = ''] = await parked(uniqueName('ann'));
    throwsAt.add('poison');
    await deskOf(one).retry(id, unseen, act());
    await retryDue();
    throwsAt.delete('poison');
    const seen = await deskOf(other).show(id);
    expect(seen).toMatchObject({ status: 'PARKED', attempts: 1, retriedBy: 'usr_ann', retriedAt: expect.any(String) });
    await expect(deskOf(other).discard(id, unseen, act())).rejects.toThrow('It was retried by usr_ann');
    const { letter } = await deskOf(other).discard(id, seen as DeadLetter, act('usr_bob'));
    expect(letter).toMatchObject({ status: 'DISCARDED', settledBy: 'usr_bob', settledReason: 'mended' });
  });
});

describe('a run by filter', () => {
  /** As many letters as it takes, without saying them first. */
  async function plant(type: string, count: number, from = 1): Promise<void> {
    await receivers.query(
      `insert into dead_letters (id, source, position, type, version, key, said_at, traceparent, cause, data, status, attempts, set_aside_at)
       select 'dlt_' || $1 || lpad(place::text, 8, '0'), $1, place, $1, 1, $1 || place, now(), '', '', '{}', 'PARKED', 4,
         now() - interval '1 day' from generate_series($3::int, $3 + $2 - 1) as place`,
      [type, count, from],
    );
  }
  const dueOf = async (type: string): Promise<number[]> => {
    const sql = 'select next_attempt_at as at from dead_letters where type = $1 order by id';
    return (await receivers.query<{ at: number }>(sql, [type])).rows.map(({ at }) => at);
  };
  const discardAll = (type: string) =>
    receivers.query(`update dead_letters set status = 'DISCARDED' where type = $1`, [type]);

  test('takes all there are, spread over time, and is on the trail once', async () => {
    const type = uniqueName('many.');
    await plant(type, 10_500);
    const filter = { type, status: 'PARKED' } as const;
    const dry = await deskOf(one).chosen(filter);
    expect(dry.groups).toEqual([{ type, count: 10_500 }]);
    expect(dry.ids).toHaveLength(100);
    const from = one.time.now() + 3_600_000;
    const run = act();
    const retries = await deskOf(one).retryMany(filter, { from, spacingMs: 0.5 }, run);
    expect(retries).toEqual(dry);
    const due = await dueOf(type);
    expect(due.slice(0, 6).map((at) => at - from)).toEqual([0, 0, 1, 1, 2, 2]);
    expect(due.map((at) => at - from)).toEqual(due.map((_, index) => Math.floor(index / 2)));
    // Word for word again, as a repeat of the same request: the same answer. As a new one: nothing is left to be made due.
    expect(await deskOf(other).retryMany(filter, { from, spacingMs: 9 }, run)).toEqual(dry);
    const anew = act();
    expect(await deskOf(other).retryMany(filter, { from, spacingMs: 9 }, anew)).toEqual({ groups: [], ids: [] });
    const retrying = { type, status: 'RETRYING' } as const;
    expect(await deskOf(other).retryMany(retrying, { from, spacingMs: 9 }, anew)).toEqual({ groups: [], ids: [] });
    expect(await dueOf(type)).toEqual(due);
    expect(await trailOf(anew.cause)).toEqual([]);
    expect(await trailOf(run.cause)).toMatchObject([
      { actor: 'usr_ann', action: 'dead-letters.retry', object: 'dead-letters', reason: 'mended' },
    ]);
    expect((await trailOf(run.cause))[0]?.details).toMatchObject({ filter, letters: { groups: dry.groups } });
    await discardAll(type);
  });

  test('by two people at once takes each letter once', async () => {
    const type = uniqueName('both.');
    await plant(type, 3_000);
    const filter = { type, status: 'PARKED' } as const;
    const pace = { from: one.time.now() + 3_600_000, spacingMs: 1 };
    const runs = await Promise.all([one, other].map((host) => deskOf(host).retryMany(filter, pace, act())));
    const counts = runs.flatMap(({ groups }) => groups.map(({ count }) => count));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3_000);
    await discardAll(type);
  });

  test('that discards frees what waits behind each, in order, and is on the trail once', async () => {
    const filter = { type: 'sender.letter', status: 'PARKED' } as const;
    // Those of the tests before.
    await deskOf(one).discardMany(filter, act());
    const [ann, bob] = [uniqueName('ann'), uniqueName('bob')];
    await parked(ann, 3);
    await parked(bob, 2);
    const dry = await deskOf(one).chosen(filter);
    expect(dry).toMatchObject({ groups: [{ type: 'sender.letter', count: 2 }], ids: { length: 2 } });
    const run = act();
    const before = Date.now() - 3_600_000;
    const done = await deskOf(one).discardMany(filter, run);
    expect(done.letters).toEqual(dry);
    expect(done.setAsideAt).toHaveLength(2);
    for (const at of done.setAsideAt) expect(at).toBeGreaterThan(before);
    // A repeat of the request discards nothing that was parked since, and measures nothing twice.
    const [later = ''] = await parked(uniqueName('eve'));
    expect(await deskOf(other).discardMany(filter, run)).toEqual({ letters: dry, setAsideAt: [] });
    expect((await deskOf(one).show(later))?.status).toBe('PARKED');
    await retryDue();
    expect(await keptFor(receivers, ann)).toEqual([2, 3]);
    expect(await keptFor(receivers, bob)).toEqual([2]);
    expect((await lettersOf(receivers, ann)).map(({ status }) => status)).toEqual(['DISCARDED', 'RETRIED', 'RETRIED']);
    expect(await trailOf(run.cause)).toMatchObject([
      { action: 'dead-letters.discard', object: 'dead-letters', reason: 'mended', details: { filter, letters: dry } },
    ]);
    await deskOf(one).discardMany(filter, act());
    expect((await deskOf(one).chosen(filter)).ids).toEqual([]);
  });

  test('by a run of retries and one of discards at once has one of both for each letter', async () => {
    const type = uniqueName('either.');
    await plant(type, 500);
    const filter = { type, status: 'PARKED' } as const;
    const [retried, discarded] = await Promise.all([
      deskOf(one).retryMany(filter, { from: one.time.now() + 3_600_000, spacingMs: 1 }, act()),
      deskOf(other).discardMany(filter, act()),
    ]);
    const countOf = ({ groups }: typeof retried) => groups.reduce((sum, { count }) => sum + count, 0);
    expect(countOf(retried) + countOf(discarded.letters)).toBe(500);
    const { rows } = await receivers.query<{ status: string; letters: bigint }>(
      'select status, count(*) as letters from dead_letters where type = $1 group by status',
      [type],
    );
    const counts = new Map(rows.map(({ status, letters }) => [status, Number(letters)]));
    expect([counts.get('RETRYING') ?? 0, counts.get('DISCARDED') ?? 0]).toEqual([
      countOf(retried),
      countOf(discarded.letters),
    ]);
    await discardAll(type);
  });

  test('goes by type, subject, age and status', async () => {
    const type = uniqueName('some.');
    await plant(type, 4);
    const now = one.time.now();
    const chosen = async (filter: object) => (await deskOf(one).chosen({ status: 'PARKED', ...filter })).ids.length;
    expect(await chosen({ type })).toBe(4);
    expect(await chosen({ type, key: `${type}2` })).toBe(1);
    expect(await chosen({ key: `${type}2` })).toBe(1);
    expect(await chosen({ type, setAsideBy: now - 3_600_000 })).toBe(4);
    expect(await chosen({ type, setAsideBy: now - 48 * 3_600_000 })).toBe(0);
    expect(await chosen({ type, status: 'RETRYING' })).toBe(0);
    expect(await chosen({ type: uniqueName('none.') })).toBe(0);
    await receivers.query(
      `update dead_letters set status = 'RETRYING', attempts = 2, next_attempt_at = now() + interval '1 day' where key = $1`,
      [`${type}3`],
    );
    expect(await chosen({ type, status: 'RETRYING' })).toBe(1);
    expect(await chosen({ type })).toBe(3);
    await discardAll(type);
  });
});

describe('what a broker brought', () => {
  test('and is no message is parked once, shown with its bytes, parked again when retried, and discarded', async () => {
    const bytes = Buffer.from('\u0000nonsense \ud83d', 'utf8');
    const inboxes = [one, other].map((host) => nodeOf(host, 'receiver').inbox);
    await Promise.all(inboxes.map((inbox) => inbox.parkUnreadable(bytes, 'odd\0type', 'it is not JSON: \0')));
    const listed = await deskOf(one).list({ type: 'oddtype', settled: false }, 10);
    expect(listed).toMatchObject([{ status: 'PARKED', error: 'it is not JSON: ', message: { source: 'unreadable' } }]);
    const [{ id, message }] = listed as [DeadLetter];
    const { base64 } = message.data as { base64: string };
    expect(Buffer.from(base64, 'base64')).toEqual(bytes);
    expect(fromTimestamp(message.time)).toBeGreaterThan(0);
    await deskOf(one).retry(id, unseen, act());
    await retryDue();
    const seen = await deskOf(other).show(id);
    expect(seen).toMatchObject({ status: 'PARKED', error: 'it is not JSON: ', message: { data: message.data } });
    expect((await deskOf(other).discard(id, seen as DeadLetter, act())).letter.status).toBe('DISCARDED');
  });

  test('and gave up is retried, and has its effect', async () => {
    const ann = uniqueName('ann');
    const source = uniqueName('elsewhere');
    const message = {
      ...{ source, position: 1, type: 'sender.letter', version: 1, key: ann, timeMs: one.time.now() },
      ...{ traceparent: '', causationId: 'test', data: { to: ann, number: 7, contents: 'text' } },
    };
    const settledByBroker = Promise.withResolvers<void>();
    nodeOf(one, 'receiver').inbox.receiveGivenUp(message, {
      previous: 0,
      lost: false,
      settled: () => settledByBroker.resolve(),
      again: () => settledByBroker.reject(new Error('again')),
    });
    await settledByBroker.promise;
    // One attempt is all that this test grants: it is parked where others would be retried.
    expect(await lettersOf(receivers, ann)).toMatchObject([
      { attempts: 1, error: expect.stringContaining('gave it up') },
    ]);
    const [{ id = '' } = {}] = await lettersOf(receivers, ann);
    await deskOf(one).retry(id, unseen, act());
    await retryDue();
    expect(await keptFor(receivers, ann)).toEqual([7]);
  });
});

test('how long letters waited until they were settled is measured, for each way in which they are', async () => {
  const ids = [...(await parked(uniqueName('ann'))), ...(await parked(uniqueName('bob')))];
  const settledOf = async () => {
    const values = await Promise.all(
      [one, other].map(async (host) => (await nodeOf(host, 'receiver').context.metrics.deadLetterSettled.get()).values),
    );
    const count = (outcome: string, suffix: string) =>
      values
        .flat()
        .filter(({ labels, metricName }) => labels.outcome === outcome && metricName?.endsWith(suffix))
        .reduce((sum, { value }) => sum + value, 0);
    return { retried: count('retried', '_count'), seconds: count('retried', '_sum') };
  };
  const before = await settledOf();
  for (const host of [one, other]) host.time.move(120_000);
  for (const id of ids) await deskOf(one).retry(id, unseen, act());
  await retryDue();
  const after = await settledOf();
  expect(after.retried - before.retried).toBe(2);
  expect(after.seconds - before.seconds).toBeGreaterThanOrEqual(240);
});

test('each instance shows how many letters the service has, and how old the oldest of each status is', async () => {
  await parked(uniqueName('ann'), 3);
  const { rows } = await receivers.query<{ status: string; letters: bigint }>(
    `select status, count(*) as letters from dead_letters where status in ('RETRYING', 'HELD', 'PARKED') group by status`,
  );
  const counts = new Map(rows.map(({ status, letters }) => [status, Number(letters)]));
  expect(counts.get('HELD')).toBeGreaterThan(1);
  for (const host of [one, other]) {
    host.time.move(60_000);
    const { context, inbox } = nodeOf(host, 'receiver');
    await runtimeJobs(inbox)
      .find(({ name }) => name === 'count-dead-letters')
      ?.run(context);
    const { deadLetters, deadLetterAge } = context.metrics;
    for (const status of ['RETRYING', 'HELD', 'PARKED']) {
      const value = (values: readonly { labels: object; value: number }[]) =>
        values.find(({ labels }) => isDeepStrictEqual(labels, { service: 'receiver', status }))?.value;
      expect(value((await deadLetters.get()).values)).toBe(counts.get(status) ?? 0);
      const age = value((await deadLetterAge.get()).values) ?? -1;
      if (counts.has(status)) expect(age).toBeGreaterThanOrEqual(60);
      else expect(age).toBe(0);
    }
  }
});

test('two instances that retried all of this logged nothing but that letters were parked', () => {
  const lines = logged.map((line) => (JSON.parse(line) as { msg: string }).msg);
  expect(lines.filter((line) => !line.startsWith('a message was parked after its last attempt'))).toEqual([]);
  expect(lines.length).toBeGreaterThan(0);
});
