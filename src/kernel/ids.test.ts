import { describe, expect, test } from 'vitest';
import { idFloor, idPattern, idPrefixes, uuidv7Ids } from './ids.ts';

const at = Date.UTC(2026, 1, 3, 4, 5, 6, 789);

/** 0, 1, 2 … 255, 0, 1 … */
function counting(): (target: Uint8Array) => void {
  let next = 0;
  return (target) => {
    for (let index = 0; index < target.length; index += 1) target[index] = next++;
  };
}

describe('an id', () => {
  test('is a prefix and a UUIDv7 of the time, a counter, and chance', () => {
    const ids = uuidv7Ids(() => 0x0123456789ab, counting());
    expect(ids.next('order')).toBe('ord_01234567-89ab-7000-8001-020304050607');
    expect(ids.next('payment')).toBe('pay_01234567-89ab-7001-8809-0a0b0c0d0e0f');
  });

  test('has the variant of RFC 9562 and the form of its schema, whatever chance says', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      const id = uuidv7Ids(
        () => at,
        (target) => target.fill(byte),
      ).next('user');
      expect(id).toMatch(new RegExp(idPattern('user')));
    }
  });

  test.each(Object.keys(idPrefixes) as (keyof typeof idPrefixes)[])('of kind %s has the form of its schema', (kind) => {
    expect(uuidv7Ids(() => at, counting()).next(kind)).toMatch(new RegExp(idPattern(kind)));
  });

  test('comes after all before it, however many there are in a millisecond, and if the clock is set back', () => {
    let now = at;
    const ids = uuidv7Ids(() => now, counting());
    const made = Array.from({ length: 10_000 }, () => ids.next('order'));
    now -= 60_000;
    made.push(ids.next('order'));
    now += 120_000;
    made.push(ids.next('order'));
    expect(made).toEqual([...made].sort());
    expect(new Set(made).size).toBe(made.length);
  });

  test('sorts behind the floor of its moment, and before that of the next', () => {
    const id = uuidv7Ids(() => at, counting()).next('order');
    expect(idFloor('order', at) < id).toBe(true);
    expect(id < idFloor('order', at + 1)).toBe(true);
  });
});
