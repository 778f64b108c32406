import { EventEmitter } from 'node:events';
import type { Channel, ConsumeMessage } from 'amqplib/callback_api';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../inbox/delivery.ts';
import { noFailPoints } from '../../seams/fail-points.ts';
import { seededRandom } from '../../seams/random.ts';
import { systemScheduler } from '../../seams/scheduler.ts';
import { makeLog } from '../../telemetry/log.ts';
import { makeMetrics } from '../../telemetry/metrics.ts';
import { cloudEventMediaType, toCloudEvent } from '../cloud-event.ts';
import { cloudEventBatchMediaType } from '../cloud-event-batch.ts';
import { standardSettings } from './means.ts';
import { Session } from './session.ts';

interface Received {
  readonly position: number;
  readonly delivery: Delivery;
}

/** A session between a broker and an inbox of which the test plays both. */
async function given() {
  const acknowledged: number[] = [];
  const received: Received[] = [];
  const parked: { readonly text: string; readonly reason: string }[] = [];
  const stopping = new AbortController();
  const ended = new AbortController();
  let take: (delivered: ConsumeMessage | null) => void = () => undefined;
  const channel = Object.assign(new EventEmitter(), {
    prefetch: (_count: number, _global: boolean, done: (error: null, answer: object) => void) => done(null, {}),
    consume(_queue: string, taking: typeof take, _options: object, done: (error: null, answer: object) => void) {
      take = taking;
      done(null, { consumerTag: 'tag' });
    },
    ack: ({ fields }: ConsumeMessage) => acknowledged.push(fields.deliveryTag),
    cancel: () => undefined,
    close: () => ended.abort(new Error('closed')),
  });
  const session = new Session(
    {
      consumer: 'receiver',
      queue: 'queue',
      sources: new Set(['sender']),
      declare: () => Promise.resolve(),
      receive: ({ position }, delivery) => void received.push({ position, delivery }),
      park: (bytes, _type, reason) =>
        Promise.resolve(void parked.push({ text: Buffer.from(bytes).toString(), reason })),
    },
    {
      namespace: 'shop',
      settings: standardSettings,
      scheduler: systemScheduler(),
      random: seededRandom(1),
      log: makeLog({ level: 'silent' }),
      metrics: makeMetrics(),
      failPoints: noFailPoints,
    },
    { channel: channel as unknown as Channel, ended: ended.signal },
    stopping.signal,
  );
  await session.consume();
  let tag = 0;
  const deliver = (content: string, headers: object, contentType: string = cloudEventMediaType): void => {
    tag += 1;
    const properties = { headers, contentType };
    take({ content: Buffer.from(content), fields: { deliveryTag: tag }, properties } as ConsumeMessage);
  };
  return { session, stopping, ended, acknowledged, received, parked, deliver, end: () => take(null) };
}

const letter = (position: number, source = 'sender'): string =>
  toCloudEvent({
    source,
    position,
    type: `${source}.letter`,
    version: 1,
    key: 'ann',
    timeMs: 0,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    causationId: 'timer/test',
    data: {},
  });

/** All that was begun in this turn of the event loop has had its end. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function givenLetters(count: number) {
  const scene = await given();
  for (let position = 1; position <= count; position += 1) scene.deliver(letter(position), { previous: position - 1 });
  return scene;
}

describe('what a channel delivers', () => {
  test('is acknowledged once per batch, up to the first that is not settled', async () => {
    const { received, acknowledged, session } = await givenLetters(4);
    for (const { delivery } of received.slice(0, 2)) delivery.settled();
    received[3]?.delivery.settled();
    await turn();
    expect(acknowledged).toEqual([2]);
    received[2]?.delivery.settled();
    await turn();
    expect(acknowledged).toEqual([2, 4]);
    expect(session.inHand).toBe(0);
  });

  test('and is given back goes to the inbox once more, in order, with all that came after it and is not settled', async () => {
    const { received, acknowledged } = await givenLetters(4);
    received[1]?.delivery.settled();
    received[0]?.delivery.again();
    received[2]?.delivery.again();
    await turn();
    expect(received.map(({ position }) => position)).toEqual([1, 2, 3, 4, 1, 3, 4]);
    expect(received.map(({ delivery }) => delivery.lost)).toEqual([true, true, true, true, false, false, false]);
    expect(acknowledged).toEqual([]);
    for (const { delivery } of received.slice(4)) delivery.settled();
    await turn();
    expect(acknowledged).toEqual([4]);
  });

  test('before it stops is settled and acknowledged, and what comes after that is left to the broker', async () => {
    const { received, acknowledged, deliver, stopping } = await givenLetters(2);
    stopping.abort();
    deliver(letter(3), { previous: 2 });
    for (const { delivery } of received) delivery.settled();
    await turn();
    expect(received).toHaveLength(2);
    expect(acknowledged).toEqual([2]);
  });

  test('and is given back while it stops is left to the broker, with all that waits for the writer', async () => {
    const { received, stopping } = await givenLetters(3);
    stopping.abort();
    received[0]?.delivery.again();
    await turn();
    expect(received).toHaveLength(3);
    expect(received.map(({ delivery }) => delivery.lost)).toEqual([true, true, true]);
  });

  test.each(['the channel', 'the consumer'])('is lost when %s ends, and not acknowledged any more', async (what) => {
    const { received, acknowledged, session, ended, end } = await givenLetters(2);
    if (what === 'the channel') ended.abort(new Error('gone'));
    else end();
    expect(received.map(({ delivery }) => delivery.lost)).toEqual([true, true]);
    for (const { delivery } of received) delivery.settled();
    await turn();
    expect(acknowledged).toEqual([]);
    expect([session.over.aborted, session.inHand]).toEqual([true, 0]);
  });

  test.each([
    ['no JSON', 'tea', { previous: 0 }],
    ['no message', '{}', { previous: 0 }],
    ['a message for another queue', letter(1, 'stranger'), { previous: 0 }],
    ['without the position before it', letter(1), {}],
    ['with a position before it that is none', letter(2), { previous: '1' }],
    ['after itself', letter(2), { previous: 2 }],
  ])('that is %s is parked and acknowledged, and holds nobody up', async (_what, content, headers) => {
    const { received, acknowledged, parked, deliver } = await given();
    deliver(content, headers);
    deliver(letter(3), { previous: 2 });
    await turn();
    expect(parked).toHaveLength(1);
    expect(received.map(({ position }) => position)).toEqual([3]);
    expect(acknowledged).toEqual([1]);
  });
});

describe('what is delivered in a bundle', () => {
  const previousOf = (received: readonly Received[]): (readonly [number, number])[] =>
    received.map(({ position, delivery }) => [position, delivery.previous] as const);

  async function givenBundle(...events: readonly string[]) {
    const scene = await given();
    scene.deliver(`[${events.join()}]`, { previous: 1 }, cloudEventBatchMediaType);
    return scene;
  }

  test('goes to the inbox one by one, each after the one before it', async () => {
    const { received, session } = await givenBundle(letter(3), letter(4), letter(9));
    expect(previousOf(received)).toEqual([
      [3, 1],
      [4, 3],
      [9, 4],
    ]);
    expect(session.inHand).toBe(3);
  });

  test('is acknowledged when all of it is settled, together with what lies before it', async () => {
    const { received, acknowledged, deliver, session } = await givenBundle(letter(2), letter(3), letter(4));
    deliver(letter(5), { previous: 4 });
    for (const index of [0, 2, 3]) received[index]?.delivery.settled();
    await turn();
    expect([acknowledged, session.inHand]).toEqual([[], 1]);
    received[1]?.delivery.settled();
    await turn();
    expect([acknowledged, session.inHand]).toEqual([[2], 0]);
  });

  test('and of which one is given back goes to the inbox once more as far as it is not settled', async () => {
    const { received, acknowledged, deliver } = await givenBundle(letter(2), letter(3), letter(4));
    deliver(letter(5), { previous: 4 });
    received[0]?.delivery.settled();
    received[1]?.delivery.again();
    await turn();
    expect(previousOf(received.slice(4))).toEqual([
      [3, 2],
      [4, 3],
      [5, 4],
    ]);
    for (const { delivery } of received.slice(1, 4)) expect(delivery.lost).toBe(true);
    expect(acknowledged).toEqual([]);
    for (const { delivery } of received.slice(4)) delivery.settled();
    await turn();
    expect(acknowledged).toEqual([2]);
  });

  test('is the broker’s as a whole when the channel ends with a part of it settled', async () => {
    const { received, acknowledged, ended, session } = await givenBundle(letter(2), letter(3));
    received[0]?.delivery.settled();
    ended.abort(new Error('gone'));
    received[1]?.delivery.settled();
    await turn();
    expect([acknowledged, session.inHand]).toEqual([[], 0]);
  });

  test.each([
    ['no JSON', 'tea'],
    ['no message', '{"a":1}'],
    ['a message for another queue', letter(3, 'stranger')],
    ['from before the one before it', letter(2)],
  ])(
    'holds one that is %s: it is parked alone, and what follows it does not know what came before',
    async (_what, bad) => {
      const { received, acknowledged, parked } = await givenBundle(letter(2), bad, letter(7), letter(8));
      await turn();
      expect(parked.map(({ text }) => text)).toEqual([bad]);
      expect(previousOf(received)).toEqual([
        [2, 1],
        [7, 6],
        [8, 7],
      ]);
      expect(acknowledged).toEqual([]);
      for (const { delivery } of received) delivery.settled();
      await turn();
      expect(acknowledged).toEqual([1]);
    },
  );

  test.each([
    ['no array', letter(2), { previous: 1 }],
    ['of nothing', '[]', { previous: 1 }],
    ['cut off', `[${letter(2)},${letter(3).slice(0, -9)}`, { previous: 1 }],
    ['without the position before it', `[${letter(2)},${letter(3)}]`, {}],
  ])('is %s: it is parked once, as it is', async (_what, content, headers) => {
    const { received, acknowledged, parked, deliver } = await given();
    deliver(content, headers, cloudEventBatchMediaType);
    await turn();
    expect(parked.map(({ text }) => text)).toEqual([content]);
    expect([received, acknowledged]).toEqual([[], [1]]);
  });

  test('counts as one of those that the broker delivers before it waits', async () => {
    const { deliver, session, received } = await given();
    const { prefetch } = standardSettings;
    for (let bundle = 0; bundle < prefetch; bundle += 1) {
      expect(session.isFull).toBe(false);
      const content = `[${letter(2 * bundle + 1)},${letter(2 * bundle + 2)}]`;
      deliver(content, { previous: 2 * bundle }, cloudEventBatchMediaType);
    }
    expect([session.isFull, session.messagesPerBundle, session.inHand]).toEqual([true, 2, 2 * prefetch]);
    for (const { delivery } of received.slice(0, 2)) delivery.settled();
    await turn();
    expect(session.isFull).toBe(false);
  });
});
