import { randomFillSync } from 'node:crypto';
import { uuidv7Ids } from '../../src/kernel/ids.ts';
import type { Bus } from '../../src/runtime/bus/bus.ts';
import { inProcessBus } from '../../src/runtime/bus/in-process.ts';
import type { ConnectionOptions } from '../../src/runtime/database/database.ts';
import { type Host, startHost } from '../../src/runtime/host/host.ts';
import type { Means } from '../../src/runtime/host/service-node.ts';
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

export interface TestHostOptions {
  /** Goes on with the databases of another host, or beside it. */
  readonly prefix?: string;
  /** Another way to the run's PostgreSQL, for instance through a proxy. */
  readonly admin?: ConnectionOptions;
  readonly means?: Partial<Means>;
  /** Another bus than the in-process one; `namespace` is this host's own. */
  readonly bus?: (means: Means, namespace: string) => Bus;
}

/** Services at work on the run's PostgreSQL, without an edge. */
export async function startTestHost(services: readonly Service[], options: TestHostOptions = {}): Promise<TestHost> {
  const prefix = options.prefix ?? uniqueName('host');
  const time = movableTime(() => systemClock.now());
  const random = systemRandom();
  const log = makeLog({ level: process.env.LOG_LEVEL ?? 'silent' });
  const means: Means = {
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
    ...options.means,
  };
  const host = await startHost({
    services,
    elsewhere: [],
    adminOf: () => options.admin ?? testCluster(),
    databasePrefix: prefix,
    bus: options.bus?.(means, prefix) ?? inProcessBus(means),
    checkAnswers: true,
    means,
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
