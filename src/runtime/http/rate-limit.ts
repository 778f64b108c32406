import type { Operation } from '#contracts/operation.ts';
import type { Clock, Instant } from '#kernel/clock.ts';
import { ProblemError } from '#kernel/problem.ts';
import type { Caller } from '../service.ts';

/** Where an operation says nothing else: requests per minute of a signed-in user, and of an address without one. */
export const defaultRates = { userPerMinute: 600, addressPerMinute: 1_200 } as const;

export interface RateLimiter {
  /** Takes one token, or refuses with `rate_limited` and the seconds until there is one. */
  take(operation: Operation, caller: Caller, address: string): void;
  /** For requests whose caller is not known, such as those with a forged token. */
  takeAddress(address: string): void;
}

export const noRateLimit: RateLimiter = { take: () => undefined, takeAddress: () => undefined };

interface Bucket {
  tokens: number;
  filledAt: Instant;
}

/**
 * Token buckets in memory: a minute's worth at once, then as they refill. Operations with a rate of their own have buckets of
 * their own. Each instance counts by itself. At most `bucketsMax` are kept; those longest unused go first.
 */
export function makeRateLimiter(options: { readonly clock: Clock; readonly bucketsMax?: number }): RateLimiter {
  const { clock, bucketsMax = 100_000 } = options;
  const buckets = new Map<string, Bucket>();

  const takeFrom = (key: string, perMinute: number): void => {
    const now = clock.now();
    const bucket = buckets.get(key);
    if (!bucket) {
      if (buckets.size >= bucketsMax) evict();
      buckets.set(key, { tokens: perMinute - 1, filledAt: now });
      return;
    }
    bucket.tokens = Math.min(perMinute, bucket.tokens + (Math.max(0, now - bucket.filledAt) / 60_000) * perMinute);
    bucket.filledAt = now;
    // The map keeps the order of insertion: put back at its end, the longest unused stand first.
    buckets.delete(key);
    buckets.set(key, bucket);
    if (bucket.tokens < 1) {
      const retryAfterSeconds = Math.ceil(((1 - bucket.tokens) * 60) / perMinute);
      throw new ProblemError({
        code: 'rate_limited',
        detail: `Limited to ${perMinute} per minute.`,
        retryAfterSeconds,
      });
    }
    bucket.tokens -= 1;
  };
  const evict = (): void => {
    let left = Math.max(1, Math.floor(bucketsMax / 100));
    for (const key of buckets.keys()) {
      buckets.delete(key);
      left -= 1;
      if (left === 0) return;
    }
  };

  return {
    take({ name, ratePerMinute, rateBy }, caller, address) {
      const byUser = caller.kind === 'user' && rateBy !== 'address';
      const who = byUser ? caller.id : networkOf(address);
      const perMinute = ratePerMinute ?? (byUser ? defaultRates.userPerMinute : defaultRates.addressPerMinute);
      takeFrom(ratePerMinute === undefined ? who : `${name} ${who}`, perMinute);
    },
    takeAddress: (address) => takeFrom(networkOf(address), defaultRates.addressPerMinute),
  };
}

/** Who is counted as one address: an IPv4 address, or the /64 that an IPv6 customer usually has to themselves. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeroes = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeroes }, () => '0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
