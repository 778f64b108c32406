import { backoffMs } from '../../inbox/backoff.ts';
import type { RabbitmqMeans } from './means.ts';

const outage = { firstMs: 100, mostMs: 5_000 };

/** Works until the signal aborts; resolves with how long to wait before it is to work again. `well` ends a row of failures. */
type Work = (well: () => void) => Promise<number>;

/** Lets it work again and again until the signal aborts: after the pause it asked for, or with backoff after it failed. */
export async function persist(
  signal: AbortSignal,
  { scheduler, random }: Pick<RabbitmqMeans, 'scheduler' | 'random'>,
  work: Work,
  failed: (error: unknown, pauseMs: number) => void,
): Promise<void> {
  let failures = 0;
  const well = (): void => {
    failures = 0;
  };
  while (!signal.aborted) {
    let pauseMs: number;
    try {
      pauseMs = await work(well);
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      pauseMs = backoffMs(failures, random, outage);
      failed(error, pauseMs);
    }
    if (pauseMs > 0) await scheduler.wait(pauseMs, signal);
  }
}
