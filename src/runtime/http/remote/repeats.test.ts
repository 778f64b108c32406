import { describe, expect, test } from 'vitest';
import type { Access, Method } from '#contracts/operation.ts';
import { type Failure, mayRepeat, pauseMs } from './repeats.ts';

const idempotencyKey = { scope: 'usr_ann:placeOrder', key: 'k', fingerprint: 'f' };
const begun: readonly Failure[] = ['broken', 'unavailable'];

describe('a call that failed', () => {
  test.each<Method>(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])(
    'may be repeated where it was not begun: %s',
    (method) => {
      expect(mayRepeat({ access: 'public', method }, {}, 'not begun')).toBe(true);
    },
  );

  test.each<[Method, Access, boolean, boolean]>([
    ['GET', 'public', false, true],
    ['PUT', 'user', false, true],
    ['DELETE', 'user', false, true],
    ['POST', 'user', true, true],
    ['PATCH', 'operator', true, true],
    ['POST', 'service', false, true],
    ['PATCH', 'service', false, true],
    ['POST', 'public', false, false],
    ['POST', 'user', false, false],
    ['POST', 'operator', false, false],
    ['PATCH', 'admin', false, false],
  ])('otherwise, %s of access %s, with a key: %s, may be repeated: %s', (method, access, hasKey, expected) => {
    for (const failure of begun) {
      expect(mayRepeat({ access, method }, hasKey ? { idempotencyKey } : {}, failure)).toBe(expected);
    }
  });
});

test('pauses grow, and callers that failed together part', () => {
  expect([pauseMs(1, 0.5), pauseMs(2, 0.5), pauseMs(3, 0.5)]).toEqual([50, 150, 450]);
  expect([pauseMs(1, 0), pauseMs(1, 1)]).toEqual([25, 75]);
});
