import type { Sample } from '#contracts/http/runtime-insight.ts';
import { type Clock, type Instant, toTimestamp } from '#kernel/clock.ts';
import type { Scheduler } from '../seams/scheduler.ts';
import type { Log } from './log.ts';
import { latencyBounds, type Metrics } from './metrics.ts';

/** Often enough for a picture that moves; a process reads some thousand numbers each time. */
const sampleEveryMs = 5_000;

interface Means {
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
}

/**
 * Reads counters that are counted anyway, every few seconds: no request and no message pays for it. Resolves what is returned
 * once nothing is kept any more.
 */
export function takeSamples(
  { metrics, clock, scheduler, log }: Means,
  keep: (sample: Sample) => Promise<unknown>,
): () => Promise<void> {
  let isStopped = false;
  let cancel = (): void => undefined;
  let taking: Promise<void> = Promise.resolve();
  // All processes at the same moments, so that theirs can be added up.
  const next = (): void => {
    if (!isStopped) cancel = scheduler.after(sampleEveryMs - (clock.now() % sampleEveryMs), take);
  };
  const take = (): void => {
    taking = sampleOf(metrics, clock.now())
      .then(keep)
      .catch((error: unknown) => log.warn({ err: error }, 'what the process counted could not be kept'))
      .then(next);
  };
  take();
  return () => {
    isStopped = true;
    cancel();
    return taking;
  };
}

async function sampleOf(metrics: Metrics, now: Instant): Promise<Sample> {
  const [requests, handled, retries, backlog, deadLetters] = await Promise.all([
    metrics.requests.get(),
    metrics.handled.get(),
    metrics.retries.get(),
    metrics.backlog.get(),
    metrics.deadLetters.get(),
  ]);
  return {
    at: toTimestamp(now),
    handled: handled.values
      .filter(({ labels }) => labels.outcome === 'done')
      .map(({ labels, value }) => ({ service: `${labels.service}`, type: `${labels.type}`, count: value })),
    requests: requestsOf(requests.values),
    retries: retries.values.map(({ labels, value }) => ({
      service: `${labels.service}`,
      what: `${labels.what}`,
      count: value,
    })),
    backlog: backlog.values.map(({ labels, value }) => ({
      consumer: `${labels.service}`,
      source: `${labels.source}`,
      positions: value,
    })),
    deadLetters: deadLetters.values.map(({ labels, value }) => ({
      service: `${labels.service}`,
      status: `${labels.status}`,
      count: value,
    })),
  };
}

interface Counted {
  readonly operation: string;
  count: number;
  errors: number;
  readonly within: number[];
}

interface HistogramValue {
  readonly metricName?: string;
  readonly labels: Partial<Record<string, string | number>>;
  readonly value: number;
}

/** Those of all statuses together. */
function requestsOf(values: readonly HistogramValue[]): Counted[] {
  const byOperation = new Map<string, Counted>();
  for (const { metricName = '', labels, value } of values) {
    const operation = `${labels.operation}`;
    const none: Counted = { operation, count: 0, errors: 0, within: latencyBounds.map(() => 0) };
    const counted = byOperation.get(operation) ?? none;
    byOperation.set(operation, counted);
    if (metricName.endsWith('_count')) {
      counted.count += value;
      if (`${labels.status}`.startsWith('5')) counted.errors += value;
    } else if (metricName.endsWith('_bucket')) {
      const index = latencyBounds.indexOf(Number(labels.le));
      if (index >= 0) counted.within[index] = (counted.within[index] ?? 0) + value;
    }
  }
  return [...byOperation.values()];
}
