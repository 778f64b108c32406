import type { Clock } from '#kernel/clock.ts';
import type { Queries } from '../database/database.ts';
import type { Scheduler } from './scheduler.ts';

const readClock = 'select clock_timestamp() as now';
const correctEveryMs = 30_000;

/**
 * The system's clock corrected to the database's, so that all processes agree on expiry and on signatures' windows. The
 * correction is measured now and then, half a round trip exact, and never turns the clock back by a step: it stands still.
 */
export async function databaseClock(
  database: Queries,
  system: Clock,
  scheduler: Scheduler,
): Promise<Clock & { stop(): void }> {
  let offsetMs = 0;
  let latest = 0;
  let cancel = (): void => undefined;
  let stopped = false;
  const measure = async (): Promise<void> => {
    const before = system.now();
    const { rows } = await database.query<{ now: number }>(readClock);
    const after = system.now();
    offsetMs = Math.round((rows[0]?.now ?? after) - (before + after) / 2);
  };
  const repeat = (): void => {
    cancel = scheduler.after(correctEveryMs, () => {
      // While the database is away the last correction holds.
      measure()
        .catch(() => undefined)
        .finally(() => stopped || repeat());
    });
  };
  await measure();
  repeat();
  return {
    now() {
      latest = Math.max(latest, system.now() + offsetMs);
      return latest;
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}
