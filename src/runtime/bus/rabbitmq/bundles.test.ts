import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Message } from '#contracts/message.ts';
import { fromCloudEvent } from '../cloud-event.ts';
import { eventsOf, isOfBatch } from '../cloud-event-batch.ts';
import { Bodies } from './bodies.ts';
import { type Bundle, bundlesOf } from './bundles.ts';

const letter = (position: number, text = ''): Message => ({
  source: 'sender',
  position,
  type: 'sender.letter',
  version: 1,
  key: 'ann',
  timeMs: 0,
  traceparent: '',
  causationId: 'timer/test',
  data: { text },
});

const letters = (count: number, bytes = 0): Message[] =>
  Array.from({ length: count }, (_, index) => letter(10 * (index + 1), 'x'.repeat(bytes)));

const countsOf = (bundles: readonly Bundle[]): number[] => bundles.map(({ count }) => count);

test('messages leave in as few bundles as their number allows', () => {
  expect(countsOf(bundlesOf(letters(10), new Bodies(), 4))).toEqual([4, 4, 2]);
  expect(countsOf(bundlesOf(letters(8), new Bodies(), 4))).toEqual([4, 4]);
  expect(countsOf(bundlesOf(letters(3), new Bodies(), 1))).toEqual([1, 1, 1]);
  expect(bundlesOf([], new Bodies(), 4)).toEqual([]);
});

test('and their size: 128 KiB, or one that is longer', () => {
  expect(countsOf(bundlesOf(letters(5, 50_000), new Bodies(), 64))).toEqual([2, 2, 1]);
  const [small, large, other] = [letter(1), letter(2, 'x'.repeat(200_000)), letter(3)];
  expect(countsOf(bundlesOf([small, large, other], new Bodies(), 64))).toEqual([1, 1, 1]);
});

test('one that leaves alone is a CloudEvent and no batch of one', () => {
  const [only] = bundlesOf(letters(1), new Bodies(), 64);
  expect(only?.properties).toEqual({
    contentType: 'application/cloudevents+json; charset=utf-8',
    messageId: 'sender/10',
    type: 'sender.letter',
  });
  expect(fromCloudEvent(only?.content ?? Buffer.from(''))).toEqual(letter(10));
});

test('several are a batch of CloudEvents, named by the first', () => {
  const [batch] = bundlesOf(letters(3), new Bodies(), 64);
  expect(batch?.properties).toEqual({
    contentType: 'application/cloudevents-batch+json; charset=utf-8',
    messageId: 'sender/10',
  });
  expect([batch?.first.position, batch?.last.position]).toEqual([10, 30]);
});

test('whatever there is leaves whole and in order', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 40 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 12 }), (bytes, most) => {
      const messages = bytes.map((length, index) => letter(index + 1, 'x'.repeat(length)));
      const bundles = bundlesOf(messages, new Bodies(), most);
      const read = bundles.map(({ content, properties }) =>
        (isOfBatch(properties.contentType) ? eventsOf(content) : [content]).map((event) => fromCloudEvent(event)),
      );
      expect(read.flat()).toEqual(messages);
      expect(read.map((those) => those.length)).toEqual(countsOf(bundles));
      expect(Math.max(0, ...countsOf(bundles))).toBeLessThanOrEqual(most);
      for (const { first, last, count } of bundles) expect(last.position - first.position + 1).toBe(count);
    }),
  );
});
