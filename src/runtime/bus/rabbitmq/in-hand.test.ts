import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InHand } from './in-hand.ts';

interface Entry {
  readonly place: number;
  readonly name: string;
}

function entriesAt(first: number, count: number): Entry[] {
  return Array.from({ length: count }, (_, index) => ({ place: first + index, name: `message ${first + index}` }));
}

/** Bundles of so many messages each, with the tags 1, 2, 3 … */
function inHandOf(...counts: number[]): InHand<Entry> {
  const inHand = new InHand<Entry>();
  for (const [index, count] of counts.entries()) inHand.add(index + 1, entriesAt(inHand.next, count));
  return inHand;
}

test('given several settled out of order, they are acknowledged up to the first that is not settled', () => {
  const inHand = inHandOf(1, 1, 1, 1, 1);
  inHand.settle(2);
  inHand.settle(3);
  expect(inHand.acknowledge()).toBeUndefined();
  inHand.settle(1);
  expect(inHand.acknowledge()).toBe(3);
  expect(inHand.acknowledge()).toBeUndefined();
  inHand.settle(5);
  expect(inHand.acknowledge()).toBeUndefined();
  inHand.settle(4);
  expect(inHand.acknowledge()).toBe(5);
});

test('a bundle is acknowledged when all that came with it is settled, and counts until then', () => {
  const inHand = inHandOf(1, 3, 2);
  for (const place of [1, 2, 4, 5]) inHand.settle(place);
  expect(inHand.acknowledge()).toBe(1);
  expect([inHand.size, inHand.bundles]).toEqual([2, 2]);
  inHand.settle(3);
  expect(inHand.acknowledge()).toBe(2);
  inHand.settle(6);
  expect(inHand.acknowledge()).toBe(3);
  expect([inHand.size, inHand.bundles]).toEqual([0, 0]);
});

test('what is settled twice, or was acknowledged long ago, changes nothing', () => {
  const inHand = inHandOf(1, 1);
  inHand.settle(1);
  inHand.settle(1);
  expect(inHand.size).toBe(1);
  expect(inHand.acknowledge()).toBe(1);
  inHand.settle(1);
  expect([inHand.size, inHand.acknowledge()]).toEqual([1, undefined]);
});

test('what is not settled can be replaced, what is settled cannot', () => {
  const inHand = inHandOf(2, 1);
  inHand.settle(2);
  for (const place of [1, 2, 3]) inHand.replace({ place, name: `message ${place}, again` });
  expect(inHand.unsettled().map(({ name }) => name)).toEqual(['message 1, again', 'message 3, again']);
});

test('in whatever bundles they come and are settled: no tag is acknowledged before all up to it are settled, and in the end all are', () => {
  const come = fc.record({ come: fc.integer({ min: 1, max: 5 }) });
  const steps = fc.array(fc.oneof(come, fc.record({ settle: fc.nat(60) })), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (taken) => {
      const inHand = new InHand<Entry>();
      const settled = new Set<number>();
      /** The last place of each tag. */
      const lasts: number[] = [0];
      const added = (): number => lasts.at(-1) ?? 0;
      let acknowledged = 0;
      const acknowledge = (): void => {
        const tag = inHand.acknowledge();
        if (tag === undefined) return;
        expect(tag).toBeGreaterThan(acknowledged);
        for (let place = 1; place <= (lasts[tag] ?? 0); place += 1) expect(settled).toContain(place);
        acknowledged = tag;
      };
      for (const step of taken) {
        if ('come' in step) {
          expect(inHand.next).toBe(added() + 1);
          inHand.add(lasts.length, entriesAt(inHand.next, step.come));
          lasts.push(added() + step.come);
        } else if (step.settle >= 1 && step.settle <= added()) {
          inHand.settle(step.settle);
          settled.add(step.settle);
        }
        acknowledge();
        expect(inHand.size).toBe(added() - settled.size);
        expect(inHand.unsettled()).toHaveLength(inHand.size);
        expect(inHand.bundles).toBe(lasts.length - 1 - acknowledged);
      }
      for (const { place } of inHand.unsettled()) {
        inHand.settle(place);
        settled.add(place);
      }
      acknowledge();
      expect(acknowledged).toBe(lasts.length - 1);
    }),
  );
});
