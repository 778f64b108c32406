import { beforeAll, describe, expect, it } from 'vitest';
import { lacksBroker, testBroker } from '../support/broker.ts';
import { eventually } from '../support/eventually.ts';
import { bag, effects, expectEachOnce, heardAhead, post } from './office.ts';
import { Store } from './store.ts';

let url = '';

beforeAll(async () => {
  if (!lacksBroker) url = await testBroker();
});

/** A shop that outgrows one process takes its messages along, and may come back. */
describe.skipIf(lacksBroker)('a store', () => {
  it('goes from the in-process bus to RabbitMQ and back, each time in the midst of its messages', async () => {
    await using store = new Store(url);
    const rounds = ['in-process', 'rabbitmq', 'in-process', 'rabbitmq', 'rabbitmq', 'in-process'] as const;
    for (const [index, bus] of rounds.entries()) {
      const office = await store.open({ bus });
      await post(office, bag(20, 5, 1 + 5 * index));
      // Some of them are heard, and the rest is on its way.
      await eventually(async () => expect(await effects(office)).toBeGreaterThan(100 * index));
      await office.stop();
    }
    for (const bus of ['rabbitmq', 'in-process'] as const) {
      const office = await store.open({ bus });
      await expectEachOnce(office, bag(20, 30));
      await office.stop();
    }
  });

  it('leaves messages in its queues: what the in-process bus has delivered meanwhile is recognised there', async () => {
    await using store = new Store(url);
    const publisher = await store.open({ settings: { consumes: false, bundleMost: 1 } });
    await post(publisher, bag(10, 5));
    await store.holds(50);
    await publisher.stop();
    const without = await store.open({ bus: 'in-process' });
    await post(without, bag(10, 1, 6));
    await expectEachOnce(without, bag(10, 6));
    await without.stop();
    const again = await store.open();
    await post(again, bag(10, 1, 7));
    await eventually(async () => expect(await again.handled('duplicate')).toBeGreaterThanOrEqual(50));
    await expectEachOnce(again, bag(10, 7));
    expect(await heardAhead(again)).toBe(0);
    await store.holds(0);
  });

  it('is followed in-process over what RabbitMQ has delivered beyond a gap', async () => {
    await using store = new Store(url);
    const publisher = await store.open({ settings: { consumes: false, bundleMost: 1 } });
    await post(publisher, bag(10, 5));
    await store.holds(50);
    await publisher.stop();
    const copies = await store.take();
    await store.put(copies.filter((_copy, index) => index % 3 !== 0));
    const first = await store.open();
    await eventually(async () => expect(await effects(first)).toBe(33));
    expect(await heardAhead(first)).toBeGreaterThan(0);
    await first.stop();
    const second = await store.open({ bus: 'in-process' });
    await expectEachOnce(second, bag(10, 5));
    expect(await heardAhead(second)).toBe(0);
  });
});
