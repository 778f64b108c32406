import type { Clock } from '#kernel/clock.ts';

/** The machine's own clock. Only composition roots hand it out, mostly under a correction: see `databaseClock`. */
export const systemClock: Clock = { now: () => Date.now() };

/** Milliseconds from an arbitrary start, never backwards: for measuring durations only. */
export function monotonicMs(): number {
  return performance.now();
}
