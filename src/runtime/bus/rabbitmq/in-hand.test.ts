import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InHand } from './in-hand.ts';

interface Entry {
  readonly tag: number;
  readonly name: string;
}

function inHandOf(count: number): InHand<Entry> {
  const inHand = new InHand<Entry>();
  for (let tag = 1; tag <= count; tag += 1) inHand.add({ tag, name: `message ${tag}` });
  return inHand;
}

test('given several settled out of order, they are acknowledged up to the first that is not settled', () => {
  const inHand = inHandOf(5);
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

test('what is settled twice, or was acknowledged long ago, changes nothing', () => {
  const inHand = inHandOf(2);
  inHand.settle(1);
  inHand.settle(1);
  expect(inHand.size).toBe(1);
  expect(inHand.acknowledge()).toBe(1);
  inHand.settle(1);
  expect([inHand.size, inHand.acknowledge()]).toEqual([1, undefined]);
});

test('what is not settled can be replaced, what is settled cannot', () => {
  const inHand = inHandOf(3);
  inHand.settle(2);
  for (const tag of [1, 2, 3]) inHand.replace({ tag, name: `message ${tag}, again` });
  expect(inHand.unsettled().map(({ name }) => name)).toEqual(['message 1, again', 'message 3, again']);
});

test('in whatever order they come and are settled: no tag is acknowledged before all up to it are settled, and in the end all are', () => {
  const steps = fc.array(fc.oneof(fc.constant('add' as const), fc.nat(40)), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (taken) => {
      const inHand = new InHand<Entry>();
      const settled = new Set<number>();
      let added = 0;
      let acknowledged = 0;
      const acknowledge = (): void => {
        const tag = inHand.acknowledge();
        if (tag === undefined) return;
        expect(tag).toBeGreaterThan(acknowledged);
        for (let below = 1; below <= tag; below += 1) expect(settled).toContain(below);
        acknowledged = tag;
      };
      for (const step of taken) {
        if (step === 'add') {
          added += 1;
          inHand.add({ tag: added, name: '' });
        } else if (step >= 1 && step <= added) {
          inHand.settle(step);
          settled.add(step);
        }
        acknowledge();
        expect(inHand.size).toBe(added - settled.size);
        expect(inHand.unsettled()).toHaveLength(inHand.size);
      }
      for (const { tag } of inHand.unsettled()) {
        inHand.settle(tag);
        settled.add(tag);
      }
      acknowledge();
      expect(acknowledged).toBe(added);
    }),
  );
});
