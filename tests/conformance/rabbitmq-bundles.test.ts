import type { GetMessage } from 'amqplib';
import { beforeAll, describe, expect, it } from 'vitest';
import { withSession } from '../../src/runtime/database/provision.ts';
import { seededRandom } from '../../src/runtime/seams/random.ts';
import { lacksBroker, testBroker } from '../support/broker.ts';
import { eventually } from '../support/eventually.ts';
import { ownerOf } from '../support/postgres.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { bag, effects, expectEachOnce, heardAhead, kept, letters, post, setAside } from './office.ts';
import { Store, shuffled } from './store.ts';

let url = '';

beforeAll(async () => {
  if (!lacksBroker) url = await testBroker();
});

/** The same with something else in the place of one of its letters, which count from 0. */
function changed(bundle: GetMessage | undefined, index: number, change: (event: string) => string): GetMessage {
  if (!bundle) throw new Error('nothing was published');
  const events = (JSON.parse(bundle.content.toString()) as object[]).map((event) => JSON.stringify(event));
  const before = events[index] ?? '';
  events[index] = change(before);
  expect(events[index]).not.toBe(before);
  return { ...bundle, content: Buffer.from(`[${events.join()}]`) };
}

describe.skipIf(lacksBroker)('several messages in one of RabbitMQ', () => {
  it('leave together when they were said together, and one by itself when it was not', async () => {
    await using store = new Store(url);
    const copies = await store.published(bag(10, 13), 64);
    const types = copies.map(({ properties }) => properties.contentType);
    expect(types.map((type) => type.includes('-batch'))).toEqual([true, true, true]);
    const [single] = await store.published(letters('zoe', ['a']), 64);
    expect(single?.properties.contentType).toBe('application/cloudevents+json; charset=utf-8');
    await store.put([...copies, ...(single ? [single] : [])]);
    const office = await store.open();
    await expectEachOnce(office, [...bag(10, 13), ...letters('zoe', ['a'])]);
    expect(await heardAhead(office)).toBe(0);
    expect(await office.handled('duplicate')).toBe(0);
    await store.holds(0);
  });

  it('have their effects once, in whatever order bundles come, and some of them twice or bundled otherwise', async () => {
    await using store = new Store(url);
    const copies = await store.published(bag(10, 20), 7);
    const random = seededRandom(7);
    const twice = copies.flatMap((copy) => (random.fraction() < 0.2 ? [copy, copy] : [copy]));
    await store.put(shuffled(twice, random));
    // A process that did not save its place publishes all of it again, in other bundles.
    await withSession(ownerOf(store.prefix, 'sender'), (session) =>
      session.script('update publications set position = 0, last = 0'),
    );
    const office = await store.open({ settings: { bundleMost: 3 } });
    await expectEachOnce(office, bag(10, 20));
    expect(await heardAhead(office)).toBe(0);
    await eventually(async () => expect(await office.handled('duplicate')).toBeGreaterThanOrEqual(200));
  });

  it('from long ago once more are recognised', async () => {
    await using store = new Store(url);
    const copies = await store.published(bag(5, 10), 20);
    await store.put(copies);
    const office = await store.open();
    await expectEachOnce(office, bag(5, 10));
    await store.put(copies);
    await eventually(async () => expect(await office.handled('duplicate')).toBe(50));
    await post(office, letters('zoe', ['a']));
    await expectEachOnce(office, [...bag(5, 10), ...letters('zoe', ['a'])]);
    expect(await heardAhead(office)).toBe(0);
    await store.holds(0);
  });

  it('that it gives up, after too many consumers had died with them in hand, are set aside each and retried', async () => {
    await using store = new Store(url);
    await using proxy = await TcpProxy.to(url);
    const settings = { deliveryLimit: 2 };
    const publisher = await store.open({ settings: { ...settings, consumes: false, bundleMost: 20 } });
    await post(publisher, bag(10, 5));
    await store.holds(3);
    for (let death = 0; death < 3; death += 1) await store.dieWith(3, proxy.through(url), () => proxy.cut());
    const office = await store.open({ settings });
    await eventually(async () => expect(await setAside(office)).toHaveLength(50));
    office.time.move(60_000);
    await expectEachOnce(office, bag(10, 5));
    expect((await office.handled('retry')) + (await office.handled('held'))).toBe(50);
    expect(await heardAhead(office)).toBe(0);
    await store.holds(0);
  });

  it('of which one fails: it is set aside with what follows of its subject, and the others have their effects', async () => {
    await using store = new Store(url);
    const sent = [...letters('ann', ['riddle', 'text']), ...letters('bob', ['text', 'forbidden', 'text'])];
    await store.put(await store.published([...sent, ...letters('cleo', ['text', 'text'])], 64));
    const office = await store.open({ stumbles: { throwsAt: new Set(['riddle']) } });
    await eventually(async () => expect(await kept(office, 'cleo')).toEqual([1, 2]));
    await eventually(async () =>
      expect((await setAside(office)).map(({ key, status }) => `${key} ${status}`)).toEqual([
        'ann RETRYING',
        'ann HELD',
        'bob RETRYING',
        'bob HELD',
      ]),
    );
    expect([await kept(office, 'ann'), await kept(office, 'bob')]).toEqual([[], [1]]);
    expect(await heardAhead(office)).toBe(0);
    await store.holds(0);
  });

  it('of which one is of another release: it is parked, and the other subjects go on', async () => {
    await using store = new Store(url);
    const sent = ['ann', 'bob', 'cleo', 'dora'].flatMap((to) => letters(to, ['text', 'text']));
    const [bundle] = await store.published(sent, 64);
    const type = changed(bundle, 0, (event) => event.replaceAll('sender.letter', 'sender.parcel'));
    const version = changed(type, 2, (event) => event.replace(':v1', ':v2'));
    await store.put([changed(version, 4, (event) => event.replace('"number":1', '"number":"one"'))]);
    const office = await store.open();
    await eventually(async () => expect(await kept(office, 'dora')).toEqual([1, 2]));
    await eventually(async () =>
      expect((await setAside(office)).map(({ key, status }) => `${key} ${status}`)).toEqual(
        ['ann', 'bob', 'cleo'].flatMap((key) => [`${key} PARKED`, `${key} HELD`]),
      ),
    );
    expect(await effects(office)).toBe(2);
    expect(await heardAhead(office)).toBe(0);
  });
});

describe.skipIf(lacksBroker)('a bundle that cannot be read', () => {
  it.each([
    ['no JSON', (event: string) => event.replace('"data":', '"data":tea')],
    ['no message', () => '{"hello":1}'],
    ['of a stranger', (event: string) => event.replaceAll('sender', 'stranger')],
    [
      'nested too deep',
      (event: string) => event.replace('"data":', `"more":${'['.repeat(40)}${']'.repeat(40)},"data":`),
    ],
  ])(
    'in one place, for what is there is %s: that is parked alone, and comes again from its source',
    async (_what, change) => {
      await using store = new Store(url);
      const [bundle] = await store.published(bag(4, 2), 64);
      const spoiled = changed(bundle, 3, change);
      await store.put([spoiled, spoiled]);
      const office = await store.open();
      await eventually(async () => expect(await effects(office)).toBe(7));
      await eventually(async () => expect(await office.handled('parked')).toBe(2));
      expect(await setAside(office)).toMatchObject([{ status: 'PARKED', attempts: 1 }]);
      expect(await heardAhead(office)).toBe(4);
      await eventually(async () => {
        office.time.move(15_000);
        expect(await effects(office)).toBe(8);
      });
      await eventually(async () => expect(await heardAhead(office)).toBe(0));
      expect(await office.handled('done')).toBe(8);
      await store.holds(0);
    },
  );

  it('at all is parked, once however often it comes, and its neighbours go on', async () => {
    await using store = new Store(url);
    const copies = await store.published(bag(4, 2), 4);
    const [copy] = copies;
    if (!copy) throw new Error('nothing was published');
    const { properties } = copy;
    const spoiled: GetMessage[] = [
      { ...copy, content: Buffer.from('letters, but no JSON') },
      { ...copy, content: Buffer.from('') },
      { ...copy, content: Buffer.from('[]') },
      { ...copy, content: copy.content.subarray(0, -7) },
      { ...copy, content: Buffer.from(`${copy.content} `), properties: { ...properties, headers: {} } },
    ];
    await store.put([...spoiled, ...copies, ...spoiled]);
    const office = await store.open();
    await eventually(async () => expect(await effects(office)).toBe(8));
    await eventually(async () => expect(await office.handled('parked')).toBe(10));
    const parked = await setAside(office);
    expect(parked.map(({ status, attempts }) => `${status} ${attempts}`)).toEqual(spoiled.map(() => 'PARKED 1'));
    for (const { error } of parked) expect(error).toMatch(/\w/);
    await store.holds(0);
  });
});
