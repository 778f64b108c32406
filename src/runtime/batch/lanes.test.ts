import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CommandItem, Item, MessageItem } from './item.ts';
import { Lanes } from './lanes.ts';

type Lane = 'urgent' | 'request' | 'message';

function itemOf(lane: Lane, number: number): Item {
  if (lane === 'message') return { kind: 'message', message: { position: number } } as unknown as MessageItem;
  return { kind: 'command', urgent: lane === 'urgent', command: number } as unknown as CommandItem;
}

function laneOf(item: Item): Lane {
  if (item.kind === 'message') return 'message';
  return item.urgent ? 'urgent' : 'request';
}

function lanesOf(counts: Readonly<Record<Lane, number>>): Lanes {
  const lanes = new Lanes();
  for (const lane of ['urgent', 'request', 'message'] as const)
    for (let number = 0; number < counts[lane]; number += 1) lanes.push(itemOf(lane, number));
  return lanes;
}

function countsOf(items: readonly Item[]): Record<Lane, number> {
  const counts = { urgent: 0, request: 0, message: 0 };
  for (const item of items) counts[laneOf(item)] += 1;
  return counts;
}

const waiting = fc.record({ urgent: fc.nat(600), request: fc.nat(600), message: fc.nat(600) });

test('a batch is as full as what waits allows, and nobody who waits is left out of it', () => {
  fc.assert(
    fc.property(waiting, fc.integer({ min: 8, max: 512 }), (counts, most) => {
      const lanes = lanesOf(counts);
      const taken = countsOf(lanes.take(most));
      const all = counts.urgent + counts.request + counts.message;
      expect(taken.urgent + taken.request + taken.message).toBe(Math.min(most, all));
      expect(lanes.length).toBe(all - Math.min(most, all));
      for (const lane of ['urgent', 'request', 'message'] as const)
        if (counts[lane] > 0) expect(taken[lane]).toBeGreaterThan(0);
    }),
  );
});

test('urgent requests have three quarters reserved, and messages half of what urgent ones leave', () => {
  fc.assert(
    fc.property(waiting, fc.integer({ min: 8, max: 512 }), (counts, most) => {
      const taken = countsOf(lanesOf(counts).take(most));
      const reserved = Math.ceil((most * 3) / 4);
      expect(taken.urgent).toBeGreaterThanOrEqual(Math.min(counts.urgent, reserved));
      const left = most - Math.min(counts.urgent, reserved);
      expect(taken.message).toBeGreaterThanOrEqual(Math.min(counts.message, Math.ceil(left / 2)));
    }),
  );
});

test('each lane is emptied in the order in which it was filled', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom<Lane>('urgent', 'request', 'message')),
      fc.integer({ min: 4, max: 40 }),
      (order, most) => {
        const lanes = new Lanes();
        const items = order.map((lane, number) => itemOf(lane, number));
        for (const item of items) lanes.push(item);
        const taken: Item[] = [];
        while (lanes.length > 0) taken.push(...lanes.take(most));
        for (const lane of ['urgent', 'request', 'message'] as const)
          expect(taken.filter((item) => laneOf(item) === lane)).toEqual(items.filter((item) => laneOf(item) === lane));
      },
    ),
  );
});
