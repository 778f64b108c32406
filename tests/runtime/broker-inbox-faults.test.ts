import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Message, nameOf } from '../../src/contracts/message.ts';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { receiverWith, type Send, sender } from '../conformance/post-office.ts';
import { CuttingProxy } from '../support/cutting-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { startTestHost, type TestHost } from '../support/host.ts';
import { ownerOf, testCluster, uniqueName } from '../support/postgres.ts';
import { Carrier, expectSound, type Parcel, parcelsAfter, stateOf, Witness } from './carrier.ts';
import { keptFor, lettersOf, lettersTo, post } from './post.ts';
import { nodeOf } from './tally.ts';
import { armedFailPoints, terminate } from './tally-faults.ts';

const { failPoints, arm, left } = armedFailPoints();
const throwsAt = new Set<string>();
const texts = (count: number): string[] => Array.from({ length: count }, () => 'text');
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
let proxy: CuttingProxy;
let source: TestHost;
/** Its way to the database can be cut, and its fail points armed. */
let one: TestHost;
let other: TestHost;
let senders: Database;
let receivers: Database;
let witness: Witness;

beforeAll(async () => {
  proxy = new CuttingProxy(testCluster());
  proxy.victims = 'receiver writer';
  const admin = { ...testCluster(), host: '127.0.0.1', port: await proxy.listen() };
  source = await startTestHost([sender]);
  const { prefix } = source;
  const services = [receiverWith({ throwsAt })];
  one = await startTestHost(services, { prefix, admin, means: { failPoints } });
  other = await startTestHost(services, { prefix });
  senders = connect(ownerOf(prefix, 'sender'));
  // It holds things up, on a slow machine for long.
  receivers = connect({ ...ownerOf(prefix, 'receiver'), idleInTransactionTimeoutMs: 60_000 });
  witness = new Witness(receivers);
});

afterAll(async () => {
  await Promise.all([senders.close(), receivers.close()]);
  for (const host of [one, other]) await host.stop();
  await source[Symbol.asyncDispose]();
  await proxy.close();
});

const inboxOf = (host: TestHost) => nodeOf(host, 'receiver').inbox;

function carrierTo(host: TestHost): Carrier {
  const inbox = inboxOf(host);
  return new Carrier((message, delivery) => inbox.receive(message, delivery), witness.settled);
}

/** Says them; returns what the receiver is to hear of them. */
async function said(letters: readonly Send[]): Promise<Parcel[]> {
  const { rows } = await senders.query<{ head: bigint }>('select coalesce(max(position), 0) as head from log');
  await post(source, letters);
  const all = await parcelsAfter(senders, 0);
  return all.filter(({ message }) => message.position > Number(rows[0]?.head));
}

/** Everything that was said has been handed over and settled: nothing is lost, doubled, or acknowledged too early. */
async function expectAllHeard(): Promise<void> {
  const wanted = (await parcelsAfter(senders, 0)).map(({ message }) => message.position);
  await witness.testify(wanted, 'exact');
  const state = await stateOf(receivers);
  expectSound(state, wanted, 'exact');
  expect([state.cursor, state.ahead]).toEqual([wanted.at(-1), []]);
}

/** Lets retries come due until none is left; both hosts look at once. */
async function retryAll(): Promise<void> {
  const open = `select 1 from dead_letters where status = 'RETRYING'`;
  while ((await receivers.query(open)).count > 0) {
    for (const host of [one, other]) host.time.move(60_000);
    await Promise.all([one, other].map((host) => inboxOf(host).retryDue(256)));
  }
}

/** Keeps every batch of the receivers from going on, until told to let go. */
async function holdUp(): Promise<() => Promise<void>> {
  const [held, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = receivers.transaction(async (transaction) => {
    await transaction.query('lock table received in access exclusive mode');
    held.resolve();
    await released.promise;
  });
  await held.promise;
  return async () => {
    released.resolve();
    await holding;
  };
}

/** Resolves when so many writers of receivers wait for a lock. */
async function blocked(count: number): Promise<void> {
  const sql = `select 1 from pg_stat_activity
    where datname = $1 and application_name like '%receiver writer' and wait_event_type = 'Lock'`;
  await eventually(async () => expect((await senders.query(sql, [source.prefix])).count).toBe(count));
}

describe('broken infrastructure is nobody’s attempt: given back, heard once, in order', () => {
  test.each([
    ['before-commit', 1],
    ['before-commit', 3],
    ['after-commit', 1],
    ['after-commit', 3],
  ])('a batch that fails %s, %i times', async (point, times) => {
    const ann = uniqueName('ann');
    const carrier = carrierTo(one);
    arm(`receiver.${point}`, times);
    carrier.hand(await said(lettersTo(ann, texts(600))));
    await carrier.empty();
    expect(left(`receiver.${point}`)).toBe(0);
    expect(carrier.againTold).toBe(times);
    expect(await keptFor(receivers, ann)).toEqual(numbers(600));
    await expectAllHeard();
  });

  test.each(['before the client hears of it', 'before the server hears COMMIT'] as const)(
    'a connection that is cut %s',
    async (cut) => {
      const ann = uniqueName('ann');
      const carrier = carrierTo(one);
      const isCut = proxy.cutOnce(cut);
      carrier.hand(await said(lettersTo(ann, texts(600))));
      await isCut;
      await carrier.empty();
      expect(carrier.againTold).toBe(1);
      expect(await keptFor(receivers, ann)).toEqual(numbers(600));
      await expectAllHeard();
    },
  );

  test('a database that is away for a while', async () => {
    const ann = uniqueName('ann');
    const carrier = carrierTo(one);
    const letGo = await holdUp();
    carrier.hand(await said(lettersTo(ann, texts(600))));
    await blocked(1);
    const database = `"${source.prefix}"`;
    const admin = connect(testCluster());
    await admin.query(`alter database ${database} allow_connections false`);
    try {
      expect(await terminate(receivers, 'receiver writer')).toBeGreaterThan(0);
      await eventually(() => expect(carrier.againTold).toBeGreaterThanOrEqual(3));
      expect(carrier.inHand).toHaveLength(600);
    } finally {
      await admin.query(`alter database ${database} allow_connections true`);
      await admin.close();
      await letGo();
    }
    await carrier.empty();
    expect(await keptFor(receivers, ann)).toEqual(numbers(600));
    expect(await lettersOf(receivers, ann)).toEqual([]);
    await expectAllHeard();
  });

  test('a bad message, with the connection cut while the batch is split', async () => {
    const ann = uniqueName('ann');
    const carrier = carrierTo(one);
    const contents = texts(64).map((text, index) => (index === 20 ? 'forbidden' : text));
    const parcels = await said(lettersTo(ann, contents));
    arm('receiver.after-commit', 2);
    carrier.hand(parcels);
    await carrier.empty();
    expect(carrier.againTold).toBe(2);
    expect(await keptFor(receivers, ann)).toEqual(numbers(20));
    expect((await lettersOf(receivers, ann)).map(({ status }) => status)).toEqual([
      'RETRYING',
      ...Array.from({ length: 43 }, () => 'HELD'),
    ]);
    await expectAllHeard();
  });

  test('a channel that is lost while its batch is under way: what was committed comes again as a duplicate', async () => {
    const [ann, bob] = [uniqueName('ann'), uniqueName('bob')];
    const [carrier, next] = [carrierTo(one), carrierTo(other)];
    const letGo = await holdUp();
    carrier.hand(await said([...lettersTo(ann, texts(300)), ...lettersTo(bob, texts(300))]));
    await blocked(1);
    next.hand(carrier.lose());
    await letGo();
    await next.empty();
    expect(await keptFor(receivers, ann)).toEqual(numbers(300));
    expect(await keptFor(receivers, bob)).toEqual(numbers(300));
    await expectAllHeard();
  });
});

describe('two hosts at once', () => {
  test('have the same messages in hand: one has the effects, both acknowledge', async () => {
    const ann = uniqueName('ann');
    const carriers = [carrierTo(one), carrierTo(other)];
    const parcels = await said(lettersTo(ann, texts(100)));
    const letGo = await holdUp();
    for (const carrier of carriers) carrier.hand(parcels);
    await blocked(2);
    await letGo();
    await Promise.all(carriers.map((carrier) => carrier.empty()));
    expect(carriers.map(({ againTold }) => againTold)).toEqual([0, 0]);
    expect(await keptFor(receivers, ann)).toEqual(numbers(100));
    await expectAllHeard();
  });

  test('have the same messages in hand, and one is always a little quicker: that is no outage', async () => {
    const ann = uniqueName('ann');
    const parcels = await said(lettersTo(ann, texts(10)));
    await receivers.query(`
      create function wait_for_the_test() returns trigger language plpgsql as $$
      begin
        if current_setting('application_name') like '%writer' then perform pg_advisory_xact_lock_shared(42); end if;
        return null;
      end $$`);
    await receivers.query(
      'create trigger wait before insert on received for each statement execute function wait_for_the_test()',
    );
    const gate = receivers.dedicated('gate');
    await gate.transaction((transaction) => transaction.query('select pg_advisory_lock(42)'));
    const carrier = carrierTo(one);
    carrier.hand(parcels);
    // Whenever the batch has decided, somebody else has just heard one of its messages.
    for (const { message, previous } of parcels.slice(0, 7)) {
      await blocked(1);
      await receivers.transaction(async (transaction) => {
        const effect = 'insert into received (addressee, number, cause) values ($1, 0, $2)';
        void transaction.query(effect, ['somebody else', nameOf(message)]);
        const quicker = [[message.position], [previous]];
        void transaction.query(`select hear('sender', $1::bigint[], $2::bigint[], '{}', '{}')`, quicker);
      });
      await gate.transaction((transaction) => transaction.query('select pg_advisory_unlock(42), pg_advisory_lock(42)'));
    }
    await gate.close();
    await carrier.empty();
    expect(carrier.againTold).toBe(0);
    expect(await keptFor(receivers, ann)).toEqual([8, 9, 10]);
    await receivers.query('drop trigger wait on received');
    await expectAllHeard();
  });

  test('have the same bad messages in hand: each is set aside once, and has its one effect in the end', async () => {
    const people = numbers(20).map(() => uniqueName('ann'));
    const riddle = uniqueName('riddle');
    throwsAt.add(riddle);
    const carriers = [carrierTo(one), carrierTo(other)];
    const parcels = await said(people.map((to) => ({ to, number: 1, contents: riddle })));
    for (const carrier of carriers) carrier.hand(parcels);
    await Promise.all(carriers.map((carrier) => carrier.empty()));
    await expectAllHeard();
    for (const person of people) expect(await lettersOf(receivers, person)).toMatchObject([{ status: 'RETRYING' }]);
    for (const host of [one, other]) host.time.move(60_000);
    await Promise.all([one, other].map((host) => inboxOf(host).retryDue(256)));
    throwsAt.clear();
    await retryAll();
    for (const person of people) expect(await keptFor(receivers, person)).toEqual([1]);
    await expectAllHeard();
  });
});

describe('a message that cannot be handled', () => {
  test('is set aside, the later ones of its subject are held, its neighbours go on', async () => {
    const [ann, bob, eve] = [uniqueName('ann'), uniqueName('bob'), uniqueName('eve')];
    throwsAt.add('poison');
    const carrier = carrierTo(one);
    carrier.hand(
      await said([
        ...lettersTo(ann, ['text', 'poison', 'text']),
        ...lettersTo(bob, texts(30)),
        ...lettersTo(eve, ['forbidden', 'text']),
      ]),
    );
    await carrier.empty();
    await retryAll();
    const statuses = async (key: string) => (await lettersOf(receivers, key)).map(({ status }) => status);
    expect([await statuses(ann), await statuses(bob), await statuses(eve)]).toEqual([
      ['PARKED', 'HELD'],
      [],
      ['PARKED', 'HELD'],
    ]);
    expect([await keptFor(receivers, ann), await keptFor(receivers, bob), await keptFor(receivers, eve)]).toEqual([
      [1],
      numbers(30),
      [],
    ]);
    throwsAt.clear();
    await expectAllHeard();
  });

  test('holds what comes after it, not what came before: with several consumers only holding is promised', async () => {
    const ann = uniqueName('ann');
    throwsAt.add('riddle');
    const [first, riddle, third, fourth] = await said(lettersTo(ann, ['text', 'riddle', 'text', 'text']));
    if (!first || !riddle || !third || !fourth) throw new Error('four were said');
    const [carrier, late] = [carrierTo(one), carrierTo(other)];
    carrier.hand([third]);
    await carrier.empty();
    expect(await keptFor(receivers, ann)).toEqual([3]);
    late.hand([riddle]);
    await late.empty();
    carrier.hand([fourth]);
    late.hand([first]);
    await Promise.all([carrier.empty(), late.empty()]);
    const statuses = async () => (await lettersOf(receivers, ann)).map(({ status }) => status);
    expect(await statuses()).toEqual(['HELD', 'RETRYING', 'HELD']);
    // What stands before it in the log waits for nothing.
    await inboxOf(other).releaseHeld();
    expect(await statuses()).toEqual(['RETRYING', 'RETRYING', 'HELD']);
    throwsAt.clear();
    await retryAll();
    expect([...(await keptFor(receivers, ann))].sort()).toEqual([1, 2, 3, 4]);
    await expectAllHeard();
  });

  test('because the broker gave it up is tried again like any other; it may have been heard before, or come again', async () => {
    const ann = uniqueName('ann');
    const [first, ...rest] = await said(lettersTo(ann, texts(3)));
    if (!first) throw new Error('three were said');
    const [carrier, inbox] = [carrierTo(one), inboxOf(other)];
    const dead = new Carrier((message, delivery) => inbox.receiveGivenUp(message, delivery), witness.settled);
    dead.hand([first]);
    await dead.empty();
    expect(await lettersOf(receivers, ann)).toMatchObject([{ status: 'RETRYING', attempts: 1 }]);
    carrier.hand([first, ...rest]);
    await carrier.empty();
    dead.hand([first, ...rest]);
    await dead.empty();
    expect((await lettersOf(receivers, ann)).map(({ status }) => status)).toEqual(['RETRYING', 'HELD', 'HELD']);
    await retryAll();
    expect(await keptFor(receivers, ann)).toEqual([1, 2, 3]);
    await expectAllHeard();
  });

  test.each<[string, (message: Message) => Message, RegExp]>([
    ['of a later version', (message) => ({ ...message, version: 2 }), /^no handler for sender\.letter v2/],
    ['of an unknown type', (message) => ({ ...message, type: 'sender.telegram' }), /^no handler for sender\.telegram/],
    ['without its data', (message) => ({ ...message, data: null }), /contract says/],
    [
      'with too much data',
      ({ data, ...rest }) => ({ ...rest, data: { ...(data as object), more: 1 } }),
      /contract says/,
    ],
    [
      'of another subject than it says',
      (message) => ({ ...message, key: `not ${message.key}` }),
      /^its subject is not/,
    ],
  ])('because it is one %s is parked at once and in nobody’s way', async (_, change, reason) => {
    const ann = uniqueName('ann');
    const [parcel, neighbour] = await said([...lettersTo(ann, ['text']), ...lettersTo(uniqueName('bob'), ['text'])]);
    if (!parcel || !neighbour) throw new Error('two were said');
    const message = change(parcel.message);
    const carrier = carrierTo(one);
    carrier.hand([{ ...parcel, message }, neighbour]);
    await carrier.empty();
    const parked = [expect.objectContaining({ status: 'PARKED', error: expect.stringMatching(reason) })];
    expect(await lettersOf(receivers, message.key)).toEqual(parked);
    await receivers.query(`update dead_letters set status = 'RETRYING', next_attempt_at = now() where key = $1`, [
      message.key,
    ]);
    await retryAll();
    expect(await lettersOf(receivers, message.key)).toEqual(parked);
    expect(await keptFor(receivers, ann)).toEqual([]);
    await expectAllHeard();
  });

  test('because it is none is parked once, however often and wherever it comes, and whatever it calls itself', async () => {
    const bytes = Buffer.from(`\0 {"${uniqueName('nonsense')}": "\ud800`);
    const type = `\0${'x'.repeat(5_000)}`;
    const parking = [one, other, one, other].map((host) =>
      inboxOf(host).parkUnreadable(bytes, type, `\0 is no JSON \ud800`),
    );
    await Promise.all(parking);
    const sql = `select status, attempts, data ->> 'base64' as base64 from dead_letters where source = 'unreadable'`;
    const { rows } = await receivers.query(sql);
    expect(rows).toEqual([{ status: 'PARKED', attempts: 1, base64: bytes.toString('base64') }]);
    await receivers.query(`delete from dead_letters where source = 'unreadable'`);
  });
});
