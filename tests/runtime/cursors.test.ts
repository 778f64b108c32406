import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { receiverWith, sender } from '../conformance/post-office.ts';
import { CuttingProxy } from '../support/cutting-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { startTestHost, type TestHost, type TestHostOptions } from '../support/host.ts';
import { ownerOf, testCluster, uniqueName } from '../support/postgres.ts';
import { cursorOf, effectsOf, keptFor, lettersTo, post, settled } from './post.ts';
import { nodeOf } from './tally.ts';
import { armedFailPoints, terminate } from './tally-faults.ts';

const { failPoints, arm, left } = armedFailPoints();
const texts = (count: number): string[] => Array.from({ length: count }, () => 'text');
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
let proxy: CuttingProxy;
let one: TestHost;
let senders: Database;
let receivers: Database;

const start = (options: TestHostOptions = {}) =>
  startTestHost([sender, receiverWith({ throwsAt: new Set() })], options);

beforeAll(async () => {
  proxy = new CuttingProxy(testCluster());
  proxy.victims = 'writer';
  const admin = { ...testCluster(), host: '127.0.0.1', port: await proxy.listen() };
  one = await start({ admin, means: { failPoints } });
  senders = connect(ownerOf(one.prefix, 'sender'));
  receivers = connect(ownerOf(one.prefix, 'receiver'));
});

afterAll(async () => {
  await Promise.all([senders.close(), receivers.close()]);
  await one[Symbol.asyncDispose]();
  await proxy.close();
});

async function expectEachOnce(): Promise<void> {
  const { effects, causes } = await effectsOf(receivers);
  expect(effects).toBe(causes);
}

async function handledBy(host: TestHost): Promise<number> {
  const { values } = await nodeOf(host, 'receiver').context.metrics.handled.get();
  return values.reduce((sum, { value }) => sum + value, 0);
}

describe('a batch of messages', () => {
  test.each(['before-commit', 'after-commit'])(
    'that fails %s: nothing lost, nothing doubled, order kept',
    async (point) => {
      for (const times of [1, 3]) {
        const to = uniqueName('ann');
        arm(`receiver.${point}`, times);
        for (const letter of lettersTo(to, texts(12))) await post(one, [letter]);
        await settled(senders, receivers);
        // What fails after the commit does so when all is settled already.
        await eventually(() => expect(left(`receiver.${point}`)).toBe(0));
        expect(await keptFor(receivers, to)).toEqual(numbers(12));
      }
      await expectEachOnce();
    },
  );

  test.each(['before the client hears of it', 'before the server hears COMMIT'] as const)(
    'whose connection is cut %s: nothing lost, nothing doubled, order kept',
    async (cut) => {
      const to = uniqueName('ann');
      const isCut = proxy.cutOnce(cut);
      await post(one, lettersTo(to, texts(100)));
      await isCut;
      await settled(senders, receivers);
      expect(await keptFor(receivers, to)).toEqual(numbers(100));
      await expectEachOnce();
    },
  );

  test('whose connection is killed while it waits is delivered again', async () => {
    const to = uniqueName('ann');
    const locked = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const holding = receivers.transaction(async (transaction) => {
      await transaction.query('lock table received in access exclusive mode');
      locked.resolve();
      await released.promise;
    });
    await locked.promise;
    await post(one, lettersTo(to, texts(50)));
    const blocked = `select 1 from pg_stat_activity
      where datname = current_database() and application_name like '%writer' and wait_event_type = 'Lock'`;
    while ((await senders.query(blocked.replace('current_database()', `'${one.prefix}'`))).count === 0);
    await post(one, lettersTo(to, [...texts(50), 'text']).slice(50));
    expect(await terminate(receivers, 'shared writer')).toBeGreaterThan(0);
    released.resolve();
    await holding;
    await settled(senders, receivers);
    expect(await keptFor(receivers, to)).toEqual(numbers(51));
    await expectEachOnce();
  });
});

describe('a cursor', () => {
  test('is moved past what is of no interest when the source falls silent', async () => {
    await post(one, lettersTo('all', ['advert', 'advert']));
    const { rows } = await senders.query<{ head: bigint }>('select max(position) as head from log');
    const head = rows[0]?.head ?? 0n;
    await eventually(async () => {
      one.time.move(2_000);
      expect(await cursorOf(receivers)).toBe(head);
    });
  });

  test('is moved past what is of no interest while the source never falls silent', async () => {
    const before = await cursorOf(receivers);
    const adverts = lettersTo(
      'all',
      Array.from({ length: 500 }, () => 'advert'),
    );
    let posted = 0;
    while ((await cursorOf(receivers)) === before && posted < 30_000) {
      await post(one, adverts);
      posted += adverts.length;
    }
    expect(posted).toBeLessThan(30_000);
  });

  test('moves by compare-and-set: another epoch or another position refuses the whole transaction', async () => {
    await receivers.query(`insert into cursors (source, position, epoch) values ('elsewhere', 5, 3)`);
    const advance = (epoch: number, from: number) =>
      receivers.query("select advance_cursor($1, $2, $3, 9, '{}')", ['elsewhere', epoch, from]);
    for (const [epoch, from] of [
      [2, 5],
      [4, 5],
      [3, 4],
    ] as const)
      await expect(advance(epoch, from)).rejects.toMatchObject({ code: 'SU001' });
    await advance(3, 5);
    const { rows } = await receivers.query(`delete from cursors where source = 'elsewhere' returning position`);
    expect(rows).toEqual([{ position: 9n }]);
  });

  test('cannot be moved by who lost the lease: its batch is refused whole, and who has it goes on', async () => {
    await using other = await start({ prefix: one.prefix });
    const to = uniqueName('ann');
    await post(one, lettersTo(to, texts(20)));
    await settled(senders, receivers);
    // The lease goes with its session; the first host does not notice.
    const epochOf = async () => (await receivers.query<{ epoch: bigint }>('select epoch from cursors')).rows[0]?.epoch;
    const epoch = await epochOf();
    await terminate(receivers, 'receiver leases');
    await eventually(async () => {
      other.time.move(1_000);
      expect(await epochOf()).not.toBe(epoch);
    });
    await Promise.all([
      post(one, lettersTo(to, texts(60)).slice(20, 40)).then(() => post(other, lettersTo(to, texts(60)).slice(40))),
      post(other, lettersTo(uniqueName('bob'), texts(30))),
    ]);
    await settled(senders, receivers);
    expect(await keptFor(receivers, to)).toEqual(numbers(60));
    await expectEachOnce();
    await eventually(async () => expect(await handledBy(other)).toBe(70));
    // Refused, the first knows that it holds nothing any more, and does not speak for the subscription.
    await eventually(() => expect(one.host.bus.backlog()).toEqual([]));
  });

  test('is moved by one of two hosts, and by the other once the first has stopped', async () => {
    const second = await start({ prefix: one.prefix });
    const [ann, bob] = [uniqueName('ann'), uniqueName('bob')];
    const hosts = [one, second];
    const before = await Promise.all(hosts.map(handledBy));
    await Promise.all([post(one, lettersTo(ann, texts(100))), post(second, lettersTo(bob, texts(100)))]);
    const handled = async () =>
      (await Promise.all(hosts.map(handledBy))).map((count, host) => count - (before[host] ?? 0));
    await eventually(async () => {
      for (const { time } of hosts) time.move(1_000);
      expect((await handled()).sort()).toEqual([0, 200]);
    });
    const [holder, standby] = (await handled())[0] === 200 ? [one, second] : [second, one];
    expect([holder, standby].map(({ host }) => host.bus.backlog().length)).toEqual([1, 0]);
    await holder.stop();
    const handledBefore = await handledBy(standby);
    await post(standby, lettersTo(ann, texts(150)).slice(100));
    await eventually(async () => {
      standby.time.move(1_000);
      expect(await handledBy(standby)).toBe(handledBefore + 50);
    });
    expect(await keptFor(receivers, ann)).toEqual(numbers(150));
    await expectEachOnce();
    await second.stop();
  });
});
