import type { Instant } from '#kernel/clock.ts';
import type { ProviderMethod } from '../domain/methods.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Whose days a provider's bills are of, and how long after a day's end its bill is there at the latest. */
interface Calendar {
  /** Ahead of UTC; China has no summer time. */
  readonly aheadMs: number;
  readonly billAfterMs: number;
}

/** WeChat Pay makes bills until ten in the morning, Alipay until noon; Stripe has the day as soon as it is over, give or take. */
const calendars: { readonly [Method in ProviderMethod]: Calendar } = {
  wechat: { aheadMs: 8 * hourMs, billAfterMs: 10 * hourMs },
  alipay: { aheadMs: 8 * hourMs, billAfterMs: 12 * hourMs },
  card: { aheadMs: 0, billAfterMs: 2 * hourMs },
};

export interface BillDay {
  readonly day: string;
  readonly from: Instant;
  /** The first instant that is not of the day. */
  readonly to: Instant;
  /** From when on its bill is there. */
  readonly dueAt: Instant;
}

/** A day such as `2026-11-19`; undefined where it is none. */
export function billDay(provider: ProviderMethod, day: string): BillDay | undefined {
  const start = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(start) || isoDay(start) !== day) return undefined;
  const { aheadMs, billAfterMs } = calendars[provider];
  const from = start - aheadMs;
  return { day, from, to: from + dayMs, dueAt: from + dayMs + billAfterMs };
}

/** The days before the one that it is, newest first. */
export function daysBefore(provider: ProviderMethod, now: Instant, count: number): BillDay[] {
  const { aheadMs } = calendars[provider];
  return Array.from({ length: count }, (_, index) =>
    billDay(provider, isoDay(now + aheadMs - (index + 1) * dayMs)),
  ).filter((day) => day !== undefined);
}

function isoDay(instant: Instant): string {
  return new Date(instant).toISOString().slice(0, 10);
}
