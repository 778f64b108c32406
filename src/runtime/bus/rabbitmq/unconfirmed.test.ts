import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Unconfirmed } from './unconfirmed.ts';

/** Bundles of three messages, at positions 10, 20, 30 …, each after the one before it. */
function unconfirmedOf(bundles: number): Unconfirmed {
  const unconfirmed = new Unconfirmed();
  for (let tag = 1; tag <= bundles; tag += 1) {
    unconfirmed.add({ position: tag * 10, previous: (tag - 1) * 10, count: 3 });
  }
  return unconfirmed;
}

test('given confirms out of order, only what nothing unconfirmed stands before is confirmed', () => {
  const unconfirmed = unconfirmedOf(4);
  unconfirmed.confirm(3, false);
  expect(unconfirmed.oldest).toMatchObject({ position: 10, previous: 0 });
  unconfirmed.confirm(1, false);
  expect(unconfirmed.oldest).toMatchObject({ position: 20, previous: 10 });
  unconfirmed.confirm(2, false);
  expect(unconfirmed.oldest).toMatchObject({ position: 40, previous: 30 });
  unconfirmed.confirm(4, false);
  expect([unconfirmed.oldest, unconfirmed.messages, unconfirmed.bundles]).toEqual([undefined, 0, 0]);
});

test('a confirm of many is one of all up to it', () => {
  const unconfirmed = unconfirmedOf(5);
  unconfirmed.confirm(3, true);
  expect(unconfirmed.oldest).toMatchObject({ position: 40, previous: 30 });
  expect([unconfirmed.bundles, unconfirmed.messages]).toEqual([2, 6]);
  expect([unconfirmed.at(5)?.position, unconfirmed.at(2)]).toEqual([50, undefined]);
});

test('however the broker puts it, the oldest is the first bundle that it has not confirmed', () => {
  const confirms = fc.array(
    fc.tuple(
      fc.integer({ min: 1, max: 30 }),
      fc.boolean(),
      fc.array(fc.integer({ min: 1, max: 64 }), { maxLength: 3 }),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(confirms, (steps) => {
      const unconfirmed = new Unconfirmed();
      const open = new Set<number>();
      const counts: number[] = [];
      for (const [tag, multiple, more] of steps) {
        for (const count of more) {
          counts.push(count);
          unconfirmed.add({ position: counts.length * 10, previous: (counts.length - 1) * 10, count });
          open.add(counts.length);
        }
        if (tag <= counts.length) {
          unconfirmed.confirm(tag, multiple);
          for (const one of [...open]) if (multiple ? one <= tag : one === tag) open.delete(one);
        }
        const first = open.size > 0 ? Math.min(...open) : counts.length + 1;
        expect(unconfirmed.oldest?.position).toBe(open.size > 0 ? first * 10 : undefined);
        expect(unconfirmed.bundles).toBe(counts.length - first + 1);
        expect(unconfirmed.messages).toBe(counts.slice(first - 1).reduce((sum, count) => sum + count, 0));
      }
    }),
  );
});
