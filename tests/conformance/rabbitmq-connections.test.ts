import { beforeAll, describe, expect, it } from 'vitest';
import { withSession } from '../../src/runtime/database/provision.ts';
import { lacksBroker, testBroker } from '../support/broker.ts';
import { eventually } from '../support/eventually.ts';
import { ownerOf } from '../support/postgres.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { bag, effects, expectEachOnce, letters, post } from './office.ts';
import type { Send } from './post-office.ts';
import { Store } from './store.ts';

const heartbeatSeconds = 1;

let url = '';

beforeAll(async () => {
  if (!lacksBroker) url = await testBroker();
});

/** Both sides of a connection learn of its end at different times, or only one of them does (003 §5). */
describe.skipIf(lacksBroker)('a connection to RabbitMQ', () => {
  it('may be cut again and again, in the midst of frames: nothing is lost or repeated', async () => {
    await using store = new Store(url);
    await using proxy = await TcpProxy.to(url);
    const office = await store.open({ url: proxy.through(url) });
    const sent: Send[] = [];
    for (let round = 0; round < 8; round += 1) {
      const cut = proxy.cutAfter(5_000 + 777 * round, round % 2 === 0 ? 'to the server' : 'to the client');
      const some = bag(20, 5, 1 + 5 * round);
      await post(office, some);
      sent.push(...some);
      await cut;
      office.time.move(1_000);
    }
    await expectEachOnce(office, sent);
  });

  it('may be cut before a confirm arrives: what is published again is recognised', async () => {
    await using store = new Store(url);
    await using proxy = await TcpProxy.to(url);
    const office = await store.open({ url: proxy.through(url) });
    await post(office, letters('ann', ['a']));
    await expectEachOnce(office, letters('ann', ['a']));
    proxy.swallow(' publishing');
    await post(office, bag(10, 10));
    await eventually(async () => expect(await effects(office)).toBe(101));
    expect(await office.handled('duplicate')).toBe(0);
    proxy.swallow(undefined);
    proxy.cut();
    await eventually(async () => expect(await office.handled('duplicate')).toBeGreaterThanOrEqual(100));
    await expectEachOnce(office, [...letters('ann', ['a']), ...bag(10, 10)]);
  });

  it('on which nothing is heard any more is given up, and another one made', async () => {
    await using store = new Store(url);
    await using proxy = await TcpProxy.to(url);
    const office = await store.open({ url: proxy.through(url), settings: { heartbeatSeconds } });
    await post(office, letters('ann', ['a']));
    await expectEachOnce(office, letters('ann', ['a']));
    proxy.swallow('suanpan');
    await post(office, letters('ann', ['b', 'c'], 2));
    await eventually(() => expect(office.host.bus.trouble()).toBeDefined());
    proxy.swallow(undefined);
    await expectEachOnce(office, letters('ann', ['a', 'b', 'c']));
    expect(office.host.bus.trouble()).toBeUndefined();
  });

  it('that ends with its process is followed by another one, which publishes from an earlier place', async () => {
    await using store = new Store(url);
    const first = await store.open();
    await post(first, bag(10, 5));
    await expectEachOnce(first, bag(10, 5));
    await first.stop();
    // What a process that is killed has not saved yet.
    await withSession(ownerOf(store.prefix, 'sender'), (session) =>
      session.script('update publications set position = 0, last = 0'),
    );
    const again = await store.open();
    await post(again, letters('ann', ['a']));
    await expectEachOnce(again, [...bag(10, 5), ...letters('ann', ['a'])]);
    expect(await again.handled('duplicate')).toBe(50);
  });
});
