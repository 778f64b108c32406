import type { Instant } from '#kernel/clock.ts';

/** Alipay's times are Beijing's, wherever the server stands, and say no offset. China has had no summer time since 1991. */
const offsetMs = 8 * 3_600_000;
const form = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.\d{1,3})?$/;

/** `2026-11-20 03:36:59`. */
export function toBeijing(instant: Instant): string {
  return new Date(instant + offsetMs).toISOString().slice(0, 19).replace('T', ' ');
}

/** Undefined for what is not such a time. */
export function fromBeijing(text: unknown): Instant | undefined {
  const parts = typeof text === 'string' ? form.exec(text) : null;
  const instant = parts ? Date.parse(`${parts[1]}T${parts[2]}+08:00`) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}

/** The first moment of a day of Alipay's calendar (`2026-11-19`); undefined for what is no day. */
export function startOfDay(day: string): Instant | undefined {
  const instant = fromBeijing(`${day} 00:00:00`);
  return instant !== undefined && toBeijing(instant).startsWith(day) ? instant : undefined;
}
