import type { Overview } from '#contracts/http/operator.ts';
import type { Sample } from '#contracts/http/runtime-insight.ts';
import { fromTimestamp, toTimestamp } from '#kernel/clock.ts';

/** What one process has counted, oldest first, a sample a step. */
export interface ProcessSamples {
  readonly bounds: readonly number[];
  readonly samples: readonly Sample[];
}

export const everySeconds = 5;
const stepMs = everySeconds * 1000;
const stepsNow = 3;
const stepsOfMinute = 12;
/** Those that the order API is measured by (004 §4.3). */
const placing = new Set(['placeOrder', 'checkout']);

type Figures = Pick<Overview, 'now' | 'series' | 'operations' | 'retries' | 'deadLetters'>;
type Counts = Record<'orders' | 'reserved' | 'paid' | 'confirmed' | 'requests' | 'errors' | 'retries', number>;

/** Latencies of so many requests: how many took at most each of the bounds. */
interface Latencies {
  count: number;
  errors: number;
  readonly within: number[];
}

/** What happened within one step, in all processes together. */
interface Step {
  readonly counts: Counts;
  readonly byOperation: Map<string, Latencies>;
  backlog: number;
  /** By service and status; each instance of a service counts all of them. */
  readonly deadLetters: Map<string, number>;
}

/** The counters of all processes as rates over time; samples are taken at the same moments everywhere. */
export function figuresOf(processes: readonly ProcessSamples[]): Figures {
  const bounds = processes.find((one) => one.bounds.length > 0)?.bounds ?? [];
  const steps = new Map<number, Step>();
  for (const { samples } of processes) addSamples(steps, samples);
  const series = [...steps].sort(([left], [right]) => left - right);
  const all = series.map(([, step]) => step);
  return {
    now: ratesOf(all.slice(-stepsNow), bounds),
    series: series.map(([index, step]) => ({
      at: toTimestamp(index * stepMs),
      ...ratesOf([step], bounds),
      backlog: step.backlog,
      deadLetters: sum([...step.deadLetters.values()]),
    })),
    operations: operationsOf(all.slice(-stepsOfMinute), bounds),
    retries: retriesOf(processes),
    deadLetters: lettersOf(all.at(-1)),
  };
}

function addSamples(steps: Map<number, Step>, samples: readonly Sample[]): void {
  for (const [position, sample] of samples.entries()) {
    const before = samples[position - 1];
    if (!before) continue;
    const index = Math.round(fromTimestamp(sample.at) / stepMs);
    const step = steps.get(index) ?? emptyStep();
    steps.set(index, step);
    addCounts(step.counts, sample, before);
    addRequests(step, sample, before);
    step.backlog += sum(sample.backlog.map(({ positions }) => positions));
    for (const { service, status, count } of sample.deadLetters) {
      const name = `${service} ${status}`;
      step.deadLetters.set(name, Math.max(step.deadLetters.get(name) ?? 0, count));
    }
  }
}

function emptyStep(): Step {
  const counts = { orders: 0, reserved: 0, paid: 0, confirmed: 0, requests: 0, errors: 0, retries: 0 };
  return { counts, byOperation: new Map(), backlog: 0, deadLetters: new Map() };
}

/** The messages that move an order on, at whom they have their effect. */
const moves: Readonly<Record<string, 'orders' | 'reserved' | 'paid' | 'confirmed'>> = {
  'inventory ordering.reserve-stock': 'orders',
  'ordering inventory.stock-reserved': 'reserved',
  'ordering payment.payment-success': 'paid',
  'ordering inventory.stock-reduced': 'confirmed',
};

function addCounts(counts: Counts, sample: Sample, before: Sample): void {
  for (const { service, type, count } of sample.handled) {
    const move = moves[`${service} ${type}`];
    if (!move) continue;
    const earlier = before.handled.find((one) => one.service === service && one.type === type)?.count ?? 0;
    counts[move] += count - earlier;
  }
  const retries = (one: Sample): number => sum(one.retries.map(({ count }) => count));
  counts.retries += retries(sample) - retries(before);
}

function addRequests({ counts, byOperation }: Step, sample: Sample, before: Sample): void {
  for (const { operation, count, errors, within } of sample.requests) {
    const earlier = before.requests.find((one) => one.operation === operation);
    const all = byOperation.get(operation) ?? { count: 0, errors: 0, within: within.map(() => 0) };
    byOperation.set(operation, all);
    add(all, {
      count: count - (earlier?.count ?? 0),
      errors: errors - (earlier?.errors ?? 0),
      within: within.map((of, index) => of - (earlier?.within[index] ?? 0)),
    });
    counts.requests += count - (earlier?.count ?? 0);
    counts.errors += errors - (earlier?.errors ?? 0);
  }
}

function add(all: Latencies, more: Latencies): void {
  all.count += more.count;
  all.errors += more.errors;
  for (const [index, of] of more.within.entries()) all.within[index] = (all.within[index] ?? 0) + of;
}

function ratesOf(steps: readonly Step[], bounds: readonly number[]): Overview['now'] {
  const seconds = Math.max(1, steps.length) * everySeconds;
  const rate = (name: keyof Counts): number => rounded(sum(steps.map(({ counts }) => counts[name])) / seconds);
  const placed = steps.flatMap(({ byOperation }) =>
    [...byOperation].filter(([operation]) => placing.has(operation)).map(([, latencies]) => latencies),
  );
  return {
    ordersPerSecond: rate('orders'),
    reservedPerSecond: rate('reserved'),
    paidPerSecond: rate('paid'),
    confirmedPerSecond: rate('confirmed'),
    requestsPerSecond: rate('requests'),
    errorsPerSecond: rate('errors'),
    retriesPerSecond: rate('retries'),
    ...quantilesOf(placed, bounds),
  };
}

function operationsOf(steps: readonly Step[], bounds: readonly number[]): Figures['operations'] {
  const seconds = Math.max(1, steps.length) * everySeconds;
  const byOperation = Map.groupBy(
    steps.flatMap((step) => [...step.byOperation]),
    ([operation]) => operation,
  );
  return [...byOperation]
    .map(([operation, entries]) => {
      const latencies = entries.map(([, of]) => of);
      return {
        operation,
        requestsPerSecond: rounded(sum(latencies.map(({ count }) => count)) / seconds),
        errorsPerSecond: rounded(sum(latencies.map(({ errors }) => errors)) / seconds),
        ...quantilesOf(latencies, bounds),
      };
    })
    .filter(({ p50Ms }) => p50Ms !== null)
    .sort((left, right) => right.requestsPerSecond - left.requestsPerSecond);
}

function quantilesOf(latencies: readonly Latencies[], bounds: readonly number[]) {
  const all: Latencies = { count: 0, errors: 0, within: bounds.map(() => 0) };
  for (const one of latencies) add(all, one);
  return { p50Ms: quantile(all, bounds, 0.5), p95Ms: quantile(all, bounds, 0.95), p99Ms: quantile(all, bounds, 0.99) };
}

/** As Prometheus' histogram_quantile: evenly spread within its bucket, and the last bound for what is beyond it. */
export function quantile(
  { count, within }: Pick<Latencies, 'count' | 'within'>,
  bounds: readonly number[],
  share: number,
): number | null {
  if (count <= 0) return null;
  const rank = share * count;
  const index = within.findIndex((of) => of >= rank);
  if (index < 0) return (bounds.at(-1) ?? 0) * 1000;
  const [low, high] = [bounds[index - 1] ?? 0, bounds[index] ?? 0];
  const [below, upTo] = [within[index - 1] ?? 0, within[index] ?? 0];
  const part = upTo === below ? 1 : (rank - below) / (upTo - below);
  return rounded((low + (high - low) * part) * 1000);
}

function retriesOf(processes: readonly ProcessSamples[]): Figures['retries'] {
  const counts = new Map<string, { service: string; what: string; count: number }>();
  for (const { samples } of processes) {
    const [first] = samples;
    for (const { service, what, count } of samples.at(-1)?.retries ?? []) {
      const earlier = first?.retries.find((one) => one.service === service && one.what === what)?.count ?? 0;
      const name = `${service} ${what}`;
      const counted = counts.get(name) ?? { service, what, count: 0 };
      counts.set(name, { ...counted, count: counted.count + count - earlier });
    }
  }
  return [...counts.values()].filter(({ count }) => count > 0).sort((left, right) => right.count - left.count);
}

function lettersOf(step: Step | undefined): Figures['deadLetters'] {
  const services = new Set([...(step?.deadLetters.keys() ?? [])].map((name) => name.slice(0, name.indexOf(' '))));
  const count = (service: string, status: string): number => step?.deadLetters.get(`${service} ${status}`) ?? 0;
  return [...services].sort().map((service) => ({
    service,
    retrying: count(service, 'RETRYING'),
    held: count(service, 'HELD'),
    parked: count(service, 'PARKED'),
  }));
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
