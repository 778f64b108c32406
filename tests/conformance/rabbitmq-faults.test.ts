import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacksOwnBroker, type PrivateBroker, privateBroker } from '../support/broker.ts';
import { eventually } from '../support/eventually.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { bag, effects, expectEachOnce, letters, post } from './office.ts';
import { Store } from './store.ts';

const heartbeatSeconds = 1;

/** A broker dies, hangs or has no room, with messages on both sides of it (003 §5). */
describe.skipIf(lacksOwnBroker)('a RabbitMQ', { timeout: 60_000 }, () => {
  let broker: PrivateBroker;

  beforeAll(async () => {
    broker = await privateBroker();
  });

  afterAll(async () => {
    await broker?.[Symbol.asyncDispose]();
  });

  it('that is killed in the midst of a stream and started again, twice: nothing is lost or repeated', async () => {
    await using store = new Store(broker.url);
    const office = await store.open();
    for (const half of [0, 1]) {
      await post(office, bag(20, 1, 1 + 20 * half));
      await eventually(async () => expect(await effects(office)).toBeGreaterThan(400 * half));
      const killed = broker.kill();
      for (let round = 1; round < 20; round += 1) await post(office, bag(20, 1, 1 + 20 * half + round));
      await killed;
      await broker.start();
      office.time.move(10_000);
    }
    await expectEachOnce(office, bag(20, 40));
  });

  it('that comes back without leaders for its queues: they are made anew and what was in them is published again', async () => {
    await using store = new Store(broker.url);
    const publisher = await store.open({ settings: { consumes: false, bundleMost: 1, heartbeatSeconds } });
    await post(publisher, bag(20, 5));
    await store.holds(100);
    // As if it were killed within half a second of having made them.
    await broker.evaluate('dets:delete_all_objects(ra_directory_reverse)');
    await broker.kill();
    await broker.start();
    const office = await store.open({ settings: { heartbeatSeconds } });
    await eventually(async () => {
      for (const { time } of [publisher, office]) time.move(15_000);
      expect(await effects(office)).toBe(100);
    });
    await expectEachOnce(office, bag(20, 5));
  });

  it('that is away when the platform starts: what is said waits in the logs', async () => {
    await using store = new Store(broker.url);
    await broker.stop();
    const office = await store.open();
    await post(office, bag(20, 5));
    expect(office.host.bus.trouble()).toMatch(/^broker: /);
    await broker.start();
    office.time.move(10_000);
    await expectEachOnce(office, bag(20, 5));
    expect(office.host.bus.trouble()).toBeUndefined();
  });

  it('that hangs for longer than its heartbeats: the platform makes new connections and goes on', async () => {
    await using store = new Store(broker.url);
    const office = await store.open({ settings: { heartbeatSeconds } });
    await post(office, letters('ann', ['a']));
    await expectEachOnce(office, letters('ann', ['a']));
    broker.hang();
    await post(office, bag(20, 5));
    await eventually(() => expect(office.host.bus.trouble()).toBeDefined());
    expect(await effects(office)).toBe(1);
    broker.resume();
    office.time.move(10_000);
    await expectEachOnce(office, [...letters('ann', ['a']), ...bag(20, 5)]);
  });

  it('that blocks publishers for lack of memory: messages wait in the log and not in this process', async () => {
    await using store = new Store(broker.url);
    await using proxy = await TcpProxy.to(broker.url);
    const url = proxy.through(broker.url);
    const office = await store.open({ url, settings: { unconfirmedMost: 16, heartbeatSeconds: 60 } });
    await post(office, letters('ann', ['a']));
    await expectEachOnce(office, letters('ann', ['a']));
    await broker.evaluate('vm_memory_monitor:set_vm_memory_high_watermark(0.0)');
    const before = proxy.bytesToServer;
    const long = 'x'.repeat(10_000);
    const people = Array.from({ length: 400 }, (_, index) => letters(`person ${index}`, [long]));
    await post(office, ...people);
    await eventually(() => expect(office.host.bus.trouble()).toContain('blocks publishers'));
    expect(await effects(office)).toBe(1);
    expect(proxy.bytesToServer - before).toBeLessThan(2 * 16 * long.length);
    await broker.evaluate('vm_memory_monitor:set_vm_memory_high_watermark({absolute, 1073741824})');
    await expectEachOnce(office, [...letters('ann', ['a']), ...people.flat()]);
    expect(office.host.bus.trouble()).toBeUndefined();
  });
});
