import type { GetMessage } from 'amqplib';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/runtime/seams/random.ts';
import { lacksBroker, testBroker } from '../support/broker.ts';
import { eventually } from '../support/eventually.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { bag, effects, expectEachOnce, heardAhead, kept, letters, post, setAside } from './office.ts';
import { Store, shuffled } from './store.ts';

/** Each message by itself: rabbitmq-bundles.test.ts has what goes together. */
const publishesOnly = { consumes: false, bundleMost: 1 };

let url = '';

beforeAll(async () => {
  if (!lacksBroker) url = await testBroker();
});

describe.skipIf(lacksBroker)('what comes over RabbitMQ', () => {
  it('in any order, and some of it twice, has its effect once', async () => {
    await using store = new Store(url);
    const copies = await store.published(bag(10, 20));
    const random = seededRandom(7);
    const twice = copies.flatMap((copy) => (random.fraction() < 0.2 ? [copy, copy] : [copy]));
    await store.put(shuffled(twice, random));
    const office = await store.open();
    await expectEachOnce(office, bag(10, 20));
    expect(await heardAhead(office)).toBe(0);
  });

  it('from long ago once more, when all around it is forgotten, is recognised', async () => {
    await using store = new Store(url);
    const copies = await store.published(bag(5, 10));
    await store.put(copies);
    const office = await store.open();
    await expectEachOnce(office, bag(5, 10));
    expect(await heardAhead(office)).toBe(0);
    await store.put(copies);
    await eventually(async () => expect(await office.handled('duplicate')).toBe(50));
    await post(office, letters('zoe', ['a']));
    await expectEachOnce(office, [...bag(5, 10), ...letters('zoe', ['a'])]);
    expect(await heardAhead(office)).toBe(0);
    await store.holds(0);
  });

  it('and was given up by it, after too many consumers had died with it in hand, is retried', async () => {
    await using store = new Store(url);
    await using proxy = await TcpProxy.to(url);
    const settings = { deliveryLimit: 2 };
    const publisher = await store.open({ settings: { ...settings, ...publishesOnly } });
    await post(publisher, bag(10, 5));
    await store.holds(50);
    for (let death = 0; death < 3; death += 1) await store.dieWith(50, proxy.through(url), () => proxy.cut());
    const office = await store.open({ settings });
    await eventually(async () => expect(await setAside(office)).toHaveLength(50));
    office.time.move(60_000);
    await expectEachOnce(office, bag(10, 5));
    expect((await office.handled('retry')) + (await office.handled('held'))).toBe(50);
    await post(publisher, bag(10, 1, 6));
    await expectEachOnce(office, bag(10, 6));
  });
});

describe.skipIf(lacksBroker)('what comes over RabbitMQ and cannot be read', () => {
  it('is parked, once however often it comes, and its neighbours go on', async () => {
    await using store = new Store(url);
    const copies = await store.published(bag(4, 2));
    const [copy] = copies;
    if (!copy) throw new Error('nothing was published');
    const { properties } = copy;
    const text = copy.content.toString();
    const spoiled: GetMessage[] = [
      { ...copy, content: Buffer.from('a letter, but no JSON') },
      { ...copy, content: Buffer.from([0xff, 0x00, 0xfe]) },
      { ...copy, content: Buffer.from('') },
      { ...copy, content: Buffer.from('{"hello": 1}') },
      { ...copy, content: Buffer.from(text.replaceAll('sender', 'stranger')) },
      { ...copy, content: Buffer.from(text.replace('"time"', '"when"')) },
      { ...copy, content: Buffer.from(`${text} `), properties: { ...properties, headers: {} } },
    ];
    await store.put([...spoiled, ...copies, ...spoiled]);
    const office = await store.open();
    await eventually(async () => expect(await effects(office)).toBe(8));
    await eventually(async () => expect(await office.handled('parked')).toBe(14));
    const parked = await setAside(office);
    expect(parked.map(({ status, attempts }) => `${status} ${attempts}`)).toEqual(spoiled.map(() => 'PARKED 1'));
    for (const { error } of parked) expect(error).toMatch(/\w/);
    await store.holds(0);
  });

  it('because its type, version or data is of another release is parked, and other subjects go on', async () => {
    await using store = new Store(url);
    const sent = ['ann', 'bob', 'cleo', 'dora'].flatMap((to) => letters(to, ['text', 'text']));
    const copies = await store.published(sent);
    const changed = (index: number, from: string, to: string): void => {
      const copy = copies[index];
      const text = copy?.content.toString() ?? '';
      expect(text).toContain(from);
      if (copy) copies[index] = { ...copy, content: Buffer.from(text.replaceAll(from, to)) };
    };
    changed(0, 'sender.letter', 'sender.parcel');
    changed(2, ':v1', ':v2');
    changed(4, '"number":1', '"number":"one"');
    await store.put(copies);
    const office = await store.open();
    await eventually(async () => expect(await kept(office, 'dora')).toEqual([1, 2]));
    await eventually(async () =>
      expect((await setAside(office)).map(({ key, status }) => `${key} ${status}`)).toEqual([
        'ann PARKED',
        'ann HELD',
        'bob PARKED',
        'bob HELD',
        'cleo PARKED',
        'cleo HELD',
      ]),
    );
    expect(await effects(office)).toBe(2);
    expect(await heardAhead(office)).toBe(0);
  });
});

describe.skipIf(lacksBroker)('two consumers of one subscription', () => {
  it('share the work: each message has its effect once, also while one of them loses its connection', async () => {
    await using store = new Store(url);
    await using proxy = await TcpProxy.to(url);
    const settings = { prefetch: 4, bundleMost: 2 };
    const one = await store.open({ settings });
    const other = await store.open({ settings, url: proxy.through(url) });
    const rounds = Array.from({ length: 20 }, (_, round) => bag(20, 1, 1 + round));
    for (const [index, letters] of rounds.entries()) {
      await post(index % 2 === 0 ? one : other, letters);
      if (index % 7 === 6) proxy.cut();
    }
    await expectEachOnce(one, rounds.flat());
    expect(await one.handled('done')).toBeGreaterThan(0);
    expect(await other.handled('done')).toBeGreaterThan(0);
    expect(await heardAhead(one)).toBe(0);
  });

  it('hold what follows a message that one of them could not handle', async () => {
    await using store = new Store(url);
    const throwsAt = new Set(['riddle']);
    const hosts = [await store.open({ stumbles: { throwsAt } }), await store.open({ stumbles: { throwsAt } })];
    const [office] = hosts;
    if (!office) throw new Error('no host');
    await post(office, letters('ann', ['riddle']));
    await eventually(async () => expect(await setAside(office)).toMatchObject([{ status: 'RETRYING' }]));
    const followers = letters('ann', ['plain', 'plain', 'plain', 'plain'], 2);
    for (const letter of followers) await post(office, [letter], letters('bob', ['plain'], letter.number));
    await eventually(async () => expect(await kept(office, 'bob')).toHaveLength(4));
    await eventually(async () =>
      expect((await setAside(office)).map(({ status }) => status)).toEqual([
        'RETRYING',
        'HELD',
        'HELD',
        'HELD',
        'HELD',
      ]),
    );
    throwsAt.clear();
    for (const { time } of hosts) time.move(60_000);
    await eventually(async () => expect(await kept(office, 'ann')).toEqual([1, 2, 3, 4, 5]));
  });
});
