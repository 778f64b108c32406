import { randomFillSync } from 'node:crypto';
import { uuidv7Ids } from '../../src/kernel/ids.ts';
import { inProcessBus } from '../../src/runtime/bus/in-process.ts';
import { type Host, startHost } from '../../src/runtime/host/host.ts';
import { makeTraces } from '../../src/runtime/http/trace.ts';
import { noFailPoints } from '../../src/runtime/seams/fail-points.ts';
import { systemRandom } from '../../src/runtime/seams/random.ts';
import { type MovableTime, movableTime } from '../../src/runtime/seams/scheduler.ts';
import { systemClock } from '../../src/runtime/seams/system-time.ts';
import type { Service } from '../../src/runtime/service.ts';
import { makeLog } from '../../src/runtime/telemetry/log.ts';
import { makeMetrics } from '../../src/runtime/telemetry/metrics.ts';
import { dropDatabases, testCluster, uniqueName } from './postgres.ts';

export interface TestHost extends AsyncDisposable {
  readonly host: Host;
  readonly time: MovableTime;
  readonly prefix: string;
  /** Stops it as SIGTERM would; the databases stay. */
  stop(): Promise<void>;
}

/** Services at work on the run's PostgreSQL, without an edge; `prefix` goes on with the databases of an earlier host. */
export async function startTestHost(
  services: readonly Service[],
  options: { prefix?: string } = {},
): Promise<TestHost> {
  const prefix = options.prefix ?? uniqueName('host');
  const time = movableTime(() => systemClock.now());
  const random = systemRandom();
  const log = makeLog({ level: process.env.LOG_LEVEL ?? 'silent' });
  const host = await startHost({
    services,
    admin: testCluster(),
    databasePrefix: prefix,
    bus: inProcessBus({ scheduler: time, random, log }),
    checkAnswers: true,
    means: {
      clock: time,
      scheduler: time,
      ids: uuidv7Ids(
        () => time.now(),
        (target) => void randomFillSync(target),
      ),
      random,
      failPoints: noFailPoints,
      traces: makeTraces({
        randomBytes: (target) => random.bytes(target),
        clock: time,
        ratePerSecond: Number.POSITIVE_INFINITY,
      }),
      log,
      metrics: makeMetrics(),
      environment: {},
      retry: { attemptsMost: 4, firstMs: 1_000, mostMs: 60_000 },
      pollMs: 1_000,
      poolSize: 4,
    },
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= host.stop();
    return stopped;
  };
  return {
    host,
    time,
    prefix,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      if (!options.prefix) await dropDatabases(prefix);
    },
  };
}
