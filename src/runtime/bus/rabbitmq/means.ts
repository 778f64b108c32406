import type { FailPoints } from '../../seams/fail-points.ts';
import type { Random } from '../../seams/random.ts';
import type { Scheduler } from '../../seams/scheduler.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';

export interface RabbitmqSettings {
  /** Bundles in hand per subscription: delivered here and not acknowledged yet. Default 64. */
  readonly prefetch: number;
  /** Bundles per queue; beyond it the broker refuses more, and they wait in the source's log. Default 100,000. */
  readonly queueLengthMost: number;
  /** How often the broker delivers a message to consumers that vanish before it gives it up. Default 20. */
  readonly deliveryLimit: number;
  /** A broker that is silent for two to three times as long is taken for dead. Default 10. */
  readonly heartbeatSeconds: number;
  /** Messages of one subscription that leave as one message of the broker's, a bundle: 1,024 at most. Default 64. */
  readonly bundleMost: number;
  /** Messages of one subscription handed to the broker and not confirmed yet. Default 1,024. */
  readonly unconfirmedMost: number;
  /** While as many bundles of one subscription are not confirmed, messages wait and leave together. Default 2. */
  readonly bundlesUnconfirmedMost: number;
  /** How long a consumer may stay behind an empty queue before what it has not heard is published again. Default 30,000. */
  readonly healAfterMs: number;
  /** False where this process only publishes. Default true. */
  readonly consumes: boolean;
}

export const standardSettings: RabbitmqSettings = {
  prefetch: 64,
  queueLengthMost: 100_000,
  deliveryLimit: 20,
  heartbeatSeconds: 10,
  bundleMost: 64,
  unconfirmedMost: 1_024,
  bundlesUnconfirmedMost: 2,
  healAfterMs: 30_000,
  consumes: true,
};

/** What all parts of the adapter share. */
export interface RabbitmqMeans {
  /** The first part of all queue names: several platforms may share a broker. */
  readonly namespace: string;
  readonly settings: RabbitmqSettings;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly failPoints: FailPoints;
}
