import type { Cancel, Scheduler } from '../../seams/scheduler.ts';
import { monotonicMs } from '../../seams/system-time.ts';

/** Runs after so much real time: a clock that is moved makes no broker slower. */
export function afterRealTime(delayMs: number, scheduler: Scheduler, run: () => void): Cancel {
  const dueMs = monotonicMs() + delayMs;
  let cancel: Cancel = () => undefined;
  const arm = (): void => {
    const leftMs = dueMs - monotonicMs();
    if (leftMs <= 0) run();
    else cancel = scheduler.after(leftMs, arm);
  };
  arm();
  return () => cancel();
}

/** Whether it settles within so much real time: a broker that hangs never answers. Rejects as it does. */
export async function inTime(timeMs: number, scheduler: Scheduler, promise: Promise<unknown>): Promise<boolean> {
  const { promise: over, resolve } = Promise.withResolvers<false>();
  const cancel = afterRealTime(timeMs, scheduler, () => resolve(false));
  try {
    return await Promise.race([promise.then(() => true), over]);
  } finally {
    cancel();
  }
}
