import type { Random } from '../seams/random.ts';

/** Exponential backoff with full jitter between half and all of the step: `attempts` counts from 1. */
export function backoffMs(
  attempts: number,
  random: Random,
  step: { readonly firstMs: number; readonly mostMs: number },
): number {
  const wholeMs = Math.min(step.mostMs, step.firstMs * 2 ** Math.min(attempts - 1, 30));
  return Math.round(wholeMs / 2 + (random.fraction() * wholeMs) / 2);
}
