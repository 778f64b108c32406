import { faultsOfRun } from '../faults.ts';
import { medianOf, ordersPerSecond, type Report, type Round, type Run } from '../results.ts';
import { measurementOf, ratioOf, summaryOf, toConfirmedName } from './figures.ts';

/** A figure that the project is held to. */
export interface Target {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  /** Undefined where this run did not measure it. */
  readonly isMet: boolean | undefined;
}

interface Figure {
  readonly what: string;
  readonly least?: number;
  readonly most?: number;
  /** `most` itself is too much already. */
  readonly isUnder?: boolean;
  readonly unit?: string;
  readonly value: number | undefined;
}

const ordering = 'POST /v1/orders';
const paying = 'POST /v1/payments';

/** What this run says of them; how the store's growth tells is measured by bench/growth. */
export function targetsOf(report: Report): Target[] {
  const one = measurementOf(report, 'one-process')?.rounds ?? [];
  const broker = measurementOf(report, 'rabbitmq')?.rounds ?? [];
  const figures: Figure[] = [
    { what: 'spread, one process, against naive', least: 2.5, unit: ' ×', value: ratioOf(one, 'spread', 'naive') },
    { what: 'spread, one process, against ceiling', least: 0.25, unit: ' ×', value: ratioOf(one, 'spread', 'ceiling') },
    { what: 'hot SKU against spread', least: 0.95, unit: ' ×', value: medianOf(one, hotAgainstSpread) },
    { what: `P99 / P50 of \`${ordering}\`, spread`, most: 4, value: medianOf(one, spreadOfLatency) },
    {
      what: `P50 of \`${ordering}\` at one connection, in single-row commits`,
      most: 15,
      unit: ' ×',
      value: medianOf(one, (round) => inCommits(round, summaryOf(round.runs.one, ordering)?.p50Ms)),
    },
    {
      what: 'P99 of the slower call in the open loop at half load, in single-row commits',
      most: 60,
      unit: ' ×',
      value: medianOf(one, (round) => inCommits(round, slowerP99(round.runs.open))),
    },
    {
      what: `P99 of ${toConfirmedName} against P99 of \`${ordering}\`, spread`,
      most: 1,
      isUnder: true,
      unit: ' ×',
      value: medianOf(one, ({ runs }) => quotient(runs.spread?.toConfirmed?.p99Ms, p99(runs.spread, ordering))),
    },
    { what: 'spread over RabbitMQ against naive', least: 0.8, unit: ' ×', value: ratioOf(broker, 'spread', 'naive') },
    ...lagsOf('one process', one),
    ...lagsOf('over RabbitMQ', broker),
  ];
  const [first, second, third, ...rest] = figures.map(judged);
  return [first, second, third, flashSaleOf(one), ...rest].filter((target) => target !== undefined);
}

/** 004 §4.3, of callbacks at 500/s. */
function lagsOf(where: string, rounds: readonly Round[]): Figure[] {
  const lag = (value: 'meanMs' | 'p95Ms') =>
    medianOf(rounds, ({ runs }) => quotient(runs.callbacks?.toTransition?.[value], 1_000));
  const what = `lag of callbacks to the payment’s transition, ${where}`;
  return [
    { what: `mean ${what}`, most: 1, isUnder: true, unit: ' s', value: lag('meanMs') },
    { what: `P95 of the ${what}`, most: 5, isUnder: true, unit: ' s', value: lag('p95Ms') },
  ];
}

function judged({ what, least, most, isUnder = false, unit = '', value }: Figure): Target {
  const bound = least === undefined ? `${isUnder ? '<' : '≤'} ${most}${unit}` : `≥ ${least}${unit}`;
  if (value === undefined) return { what, target: bound, measured: 'not measured', isMet: undefined };
  const isMet = least === undefined ? (isUnder ? value < (most ?? 0) : value <= (most ?? 0)) : value >= least;
  return { what, target: bound, measured: `${value.toFixed(2)}${unit}`, isMet };
}

function flashSaleOf(rounds: readonly Round[]): Target {
  const what = 'flash sale: 2,000 buyers, 100 items';
  const target = 'exactly 100 sold, no 5xx, no refusal while stock remains';
  const runs = rounds.flatMap((round) => round.runs.flash ?? []);
  if (runs.length === 0) return { what, target, measured: 'not measured', isMet: undefined };
  const faults = runs.flatMap((run) => faultsOfRun('flash', run));
  const sold = runs.map(({ stored }) => stored.CONFIRMED ?? 0).join(', ');
  const measured = faults.length === 0 ? `sold ${sold}; all others 409 after the hundredth` : faults.join('; ');
  return { what, target, measured, isMet: faults.length === 0 };
}

function hotAgainstSpread({ runs: { hot, spread } }: Round): number | undefined {
  return hot && spread && ordersPerSecond(hot.window) / ordersPerSecond(spread.window);
}

function spreadOfLatency({ runs: { spread } }: Round): number | undefined {
  return quotient(p99(spread, ordering), summaryOf(spread, ordering)?.p50Ms);
}

function slowerP99(run: Run | undefined): number | undefined {
  const both = [p99(run, ordering), p99(run, paying)].filter((ms) => ms !== undefined);
  return both.length === 0 ? undefined : Math.max(...both);
}

function inCommits({ commitMs }: Round, ms: number | undefined): number | undefined {
  return quotient(ms, commitMs);
}

function p99(run: Run | undefined, call: string): number | undefined {
  return summaryOf(run, call)?.p99Ms;
}

function quotient(value: number | undefined, by: number | undefined): number | undefined {
  return value === undefined || by === undefined ? undefined : value / by;
}
