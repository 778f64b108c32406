import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Unconfirmed } from './unconfirmed.ts';

/** Messages at positions 10, 20, 30 …, each after the one before it. */
function unconfirmedOf(count: number): Unconfirmed {
  const unconfirmed = new Unconfirmed();
  for (let tag = 1; tag <= count; tag += 1) unconfirmed.add(tag * 10, (tag - 1) * 10);
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
  expect([unconfirmed.oldest, unconfirmed.size]).toEqual([undefined, 0]);
});

test('a confirm of many is one of all up to it', () => {
  const unconfirmed = unconfirmedOf(5);
  unconfirmed.confirm(3, true);
  expect(unconfirmed.oldest).toMatchObject({ position: 40, previous: 30 });
  expect([unconfirmed.size, unconfirmed.at(5)?.position, unconfirmed.at(2)]).toEqual([2, 50, undefined]);
});

test('however the broker puts it, the oldest is the first message that it has not confirmed', () => {
  const confirms = fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.boolean(), fc.nat(3)), { maxLength: 60 });
  fc.assert(
    fc.property(confirms, (steps) => {
      const unconfirmed = new Unconfirmed();
      const open = new Set<number>();
      let sent = 0;
      for (const [tag, multiple, more] of steps) {
        for (let count = 0; count < more; count += 1) {
          sent += 1;
          unconfirmed.add(sent * 10, (sent - 1) * 10);
          open.add(sent);
        }
        if (tag <= sent) {
          unconfirmed.confirm(tag, multiple);
          for (const one of [...open]) if (multiple ? one <= tag : one === tag) open.delete(one);
        }
        const first = open.size > 0 ? Math.min(...open) : undefined;
        expect(unconfirmed.oldest?.position).toBe(first === undefined ? undefined : first * 10);
        expect(unconfirmed.size).toBe(first === undefined ? 0 : sent - first + 1);
      }
    }),
  );
});
