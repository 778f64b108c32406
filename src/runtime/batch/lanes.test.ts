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

test('a batch is as full as what waits of a kind allows, and nobody who waits is left out of it', () => {
  fc.assert(
    fc.property(waiting, fc.integer({ min: 8, max: 512 }), (counts, most) => {
      const lanes = lanesOf(counts);
      const taken = countsOf(lanes.take('requests', most));
      const requests = counts.urgent + counts.request;
      expect(taken.urgent + taken.request).toBe(Math.min(most, requests));
      expect(taken.message).toBe(0);
      expect(lanes.waiting('requests')).toBe(requests - Math.min(most, requests));
      for (const lane of ['urgent', 'request'] as const) if (counts[lane] > 0) expect(taken[lane]).toBeGreaterThan(0);
      const messages = Math.min(most, counts.message);
      expect(countsOf(lanes.take('messages', most))).toEqual({ urgent: 0, request: 0, message: messages });
    }),
  );
});

test('urgent requests have three quarters reserved', () => {
  fc.assert(
    fc.property(waiting, fc.integer({ min: 8, max: 512 }), (counts, most) => {
      const taken = countsOf(lanesOf(counts).take('requests', most));
      expect(taken.urgent).toBeGreaterThanOrEqual(Math.min(counts.urgent, Math.ceil((most * 3) / 4)));
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
        for (const track of ['requests', 'messages'] as const)
          while (lanes.waiting(track) > 0) taken.push(...lanes.take(track, most));
        for (const lane of ['urgent', 'request', 'message'] as const)
          expect(taken.filter((item) => laneOf(item) === lane)).toEqual(items.filter((item) => laneOf(item) === lane));
      },
    ),
  );
});
