import { describe, expect, it } from 'vitest';
import type { Operation } from '#contracts/operation.ts';
import { ProblemError } from '#kernel/problem.ts';
import type { Caller } from '../service.ts';
import { anonymous } from './access.ts';
import { defaultRates, makeRateLimiter, networkOf, type RateLimiter } from './rate-limit.ts';

const plain = { name: 'getOrder' } as Operation;
const logIn = { name: 'logIn', ratePerMinute: 5, rateBy: 'address' } as Operation;
const user = (id: string): Caller => ({ kind: 'user', id, roles: [] });

/** How many of so many requests pass. */
function passing(limiter: RateLimiter, count: number, take: (limiter: RateLimiter) => void): number {
  let passed = 0;
  for (let index = 0; index < count; index += 1) {
    try {
      take(limiter);
      passed += 1;
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problem.code !== 'rate_limited') throw error;
    }
  }
  return passed;
}

describe('a rate limit', () => {
  it('counts signed-in users each for themselves, others by address', () => {
    const limiter = makeRateLimiter({ clock: { now: () => 0 } });
    expect(passing(limiter, 2_000, (it) => it.take(plain, user('a'), '1.1.1.1'))).toBe(defaultRates.userPerMinute);
    expect(passing(limiter, 2_000, (it) => it.take(plain, user('b'), '1.1.1.1'))).toBe(defaultRates.userPerMinute);
    expect(passing(limiter, 2_000, (it) => it.take(plain, anonymous, '1.1.1.1'))).toBe(defaultRates.addressPerMinute);
    expect(passing(limiter, 1, (it) => it.take(plain, anonymous, '2.2.2.2'))).toBe(1);
  });

  it('of an operation is apart from the others', () => {
    const limiter = makeRateLimiter({ clock: { now: () => 0 } });
    expect(passing(limiter, 10, (it) => it.take(logIn, user('a'), '1.1.1.1'))).toBe(5);
    expect(passing(limiter, 10, (it) => it.take(plain, user('a'), '1.1.1.1'))).toBe(10);
  });

  it('refills with time, and says in how many seconds', () => {
    let now = 0;
    const limiter = makeRateLimiter({ clock: { now: () => now } });
    passing(limiter, 5, (it) => it.take(logIn, anonymous, '1.1.1.1'));
    try {
      limiter.take(logIn, anonymous, '1.1.1.1');
      expect.unreachable();
    } catch (error) {
      expect((error as ProblemError).problem.retryAfterSeconds).toBe(12);
    }
    now = 12_000;
    expect(passing(limiter, 5, (it) => it.take(logIn, anonymous, '1.1.1.1'))).toBe(1);
    now = 10_000_000;
    expect(passing(limiter, 50, (it) => it.take(logIn, anonymous, '1.1.1.1'))).toBe(5);
  });

  it('forgets those longest unused when there are too many', () => {
    const limiter = makeRateLimiter({ clock: { now: () => 0 }, bucketsMax: 100 });
    const attacker = (it: RateLimiter): void => it.take(logIn, anonymous, '9.9.9.9');
    expect(passing(limiter, 6, attacker)).toBe(5);
    for (let index = 0; index < 1_000; index += 1) {
      limiter.take(logIn, anonymous, `10.0.${index >> 8}.${index & 255}`);
      // In use all the time, the attacker's bucket stays.
      if (index % 50 === 0) expect(passing(limiter, 1, attacker)).toBe(0);
    }
    expect(passing(limiter, 1, (it) => it.take(logIn, anonymous, '10.0.0.0'))).toBe(1);
  });
});

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
  ['2001:0db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
