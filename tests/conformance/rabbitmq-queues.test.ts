import { beforeAll, describe, expect, it } from 'vitest';
import { withSession } from '../../src/runtime/database/provision.ts';
import { lacksBroker, testBroker } from '../support/broker.ts';
import { eventually } from '../support/eventually.ts';
import { ownerOf } from '../support/postgres.ts';
import { bag, effects, expectEachOnce, post } from './office.ts';
import { receiverWith, sender } from './post-office.ts';
import { Store } from './store.ts';

const publishesOnly = { consumes: false, bundleMost: 1 };

let url = '';

beforeAll(async () => {
  if (!lacksBroker) url = await testBroker();
});

/** What somebody else, or too many messages, do to a queue (003 §5). */
describe.skipIf(lacksBroker)('a queue at RabbitMQ', () => {
  it('that is gone is an alarm and stops its publisher; declared anew it gets everything', async () => {
    await using store = new Store(url);
    const publisher = await store.open({ settings: publishesOnly });
    await queueIsThere(store);
    await store.stranger((channel) => channel.deleteQueue(store.queue));
    await post(publisher, bag(10, 3));
    await eventually(async () => expect(await publisher.refused('unroutable')).toBeGreaterThan(0));
    await expectEachOnce(await store.open(), bag(10, 3));
  });

  /** Every other time RabbitMQ takes the old consumer along to the new queue, and delivers to nobody. */
  it('that is deleted under its consumer is consumed again, each time', async () => {
    await using store = new Store(url);
    const office = await store.open();
    await post(office, bag(10, 1));
    await expectEachOnce(office, bag(10, 1));
    for (let again = 2; again <= 9; again += 1) {
      await store.stranger((channel) => channel.deleteQueue(store.queue));
      await post(office, bag(10, 1, again));
      await eventually(async () => {
        office.time.move(15_000);
        expect(await effects(office)).toBe(10 * again);
      });
    }
    await expectEachOnce(office, bag(10, 9));
  });

  it.each([
    ['purged', (store: Store) => store.stranger((channel) => channel.purgeQueue(store.queue))],
    ['deleted', (store: Store) => store.stranger((channel) => channel.deleteQueue(store.queue))],
  ])('that is %s with messages in it is filled again', async (_what, harm) => {
    await using store = new Store(url);
    const publisher = await store.open({ settings: publishesOnly });
    await post(publisher, bag(10, 3));
    await store.holds(30);
    await harm(store);
    const consumer = await store.open();
    await eventually(async () => {
      publisher.time.move(15_000);
      expect(await effects(consumer)).toBe(30);
    });
    await expectEachOnce(consumer, bag(10, 3));
  });

  it('that is full delays its consumer alone, and goes on when there is room', async () => {
    await using store = new Store(url);
    const stumbles = { throwsAt: new Set<string>() };
    const settings = { prefetch: 5, queueLengthMost: 10, unconfirmedMost: 5, bundleMost: 1 };
    const services = [sender, receiverWith(stumbles), receiverWith(stumbles, 'archive')];
    const office = await store.open({ services, settings });
    await withSession(ownerOf(store.prefix, 'receiver'), async (session) => {
      await session.script('begin; lock table received in exclusive mode');
      await post(office, bag(10, 10));
      await eventually(async () => expect(await office.refused('rejected', 'receiver')).toBeGreaterThan(0));
      await expectEachOnce(office, bag(10, 10), 'archive');
      expect(await effects(office)).toBe(0);
      await session.script('rollback');
    });
    await expectEachOnce(office, bag(10, 10));
  });
});

function queueIsThere(store: Store): Promise<unknown> {
  return eventually(() => store.stranger((channel) => channel.checkQueue(store.queue)));
}
