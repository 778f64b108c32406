import { uuidv7Ids } from '#kernel/ids.ts';
import { type ConnectionOptions, connect } from '#runtime/database/database.ts';
import type { Means } from '#runtime/host/service-node.ts';
import { makeTraces } from '#runtime/http/trace.ts';
import { databaseClock } from '#runtime/seams/database-clock.ts';
import { failPointsFrom } from '#runtime/seams/fail-points.ts';
import { systemRandom } from '#runtime/seams/random.ts';
import { type MovableTime, systemScheduler } from '#runtime/seams/scheduler.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import type { Log } from '#runtime/telemetry/log.ts';
import { makeMetrics } from '#runtime/telemetry/metrics.ts';
import type { Closings } from './closings.ts';
import type { Environment, PlatformSettings } from './settings.ts';

/** Time, chance, telemetry and patience of one process, by its settings. */
export async function makeMeans(
  options: {
    readonly settings: PlatformSettings;
    readonly environment: Environment;
    readonly log: Log;
    readonly time: MovableTime | undefined;
    /** The database whose clock is followed where no `time` is given. */
    readonly clockOf: ConnectionOptions;
  },
  closings: Closings,
): Promise<Means> {
  const { settings, environment, log, time } = options;
  const scheduler = time ?? systemScheduler();
  const clock = time ?? (await followDatabase(options.clockOf, closings));
  const random = systemRandom();
  const ids = uuidv7Ids(
    () => clock.now(),
    (target) => random.bytes(target),
  );
  const ratePerSecond = settings.demo ? Number.POSITIVE_INFINITY : settings.traceRate;
  return {
    clock,
    scheduler,
    ids,
    random,
    failPoints: failPointsFrom(settings.failPoint, () => process.kill(process.pid, 'SIGKILL')),
    traces: makeTraces({ randomBytes: (target) => random.bytes(target), clock, ratePerSecond }),
    log,
    metrics: makeMetrics(),
    environment,
    retry: { attemptsMost: settings.retryAttempts, firstMs: settings.retryFirstMs, mostMs: settings.retryMostMs },
    pollMs: settings.pollMs,
    poolSize: settings.poolSize,
  };
}

async function followDatabase(admin: ConnectionOptions, closings: Closings) {
  const database = connect({ ...admin, poolSize: 1, applicationName: 'suanpan clock' });
  closings.add(() => database.close());
  const clock = await databaseClock(database, systemClock, systemScheduler());
  closings.add(() => clock.stop());
  return clock;
}
