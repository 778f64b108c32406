import type { Scenario } from '../load/protocol.ts';
import { type Measurement, medianOf, type Report, shareOf } from '../results.ts';
import {
  arrangementNames,
  callsPerSecond,
  coresOf,
  costOf,
  latencyOf,
  measurementOf,
  partNames,
  parts,
  rateOf,
  ratioOf,
  scenariosOf,
  toConfirmedName,
  toTransitionName,
} from './figures.ts';
import { targetsOf } from './held-to.ts';

const names: Readonly<Record<Scenario, string>> = {
  spread: 'spread',
  hot: 'one hot pair of SKUs',
  cancel: 'ordered, then cancelled',
  browse: 'nine calls read, one buys',
  flash: 'flash sale',
  one: 'one connection, orders alone',
  open: 'open loop',
  callbacks: 'callbacks, open loop (a callback for an order)',
};

/** These come all the way to CONFIRMED and do nothing else: what the yardsticks write. */
const compared: readonly Scenario[] = ['spread', 'hot'];

/** Medians over the rounds, as a Markdown page. */
export function pageOf(report: Report, picture?: string): string {
  const { at, machine, options, measurements, faults } = report;
  const sections = [
    `# ${titleOf(report)}`,
    ...(faults.length === 0
      ? []
      : [`**Not clean: these figures count for nothing.**\n\n${faults.map((fault) => `- ${fault}`).join('\n')}`]),
    ...(picture === undefined ? [] : [`![Orders per second, latencies, and processor time per order](${picture})`]),
    `${at}. ${options.rounds === 1 ? 'One round' : `Medians over ${options.rounds} rounds`}; in each, the yardsticks and the platform take turns on the same PostgreSQL, and a ratio is taken within its round. Latencies are the clients', slowest over all rounds.`,
    `## Orders per second\n\n${ratesOf(report)}`,
    `## Latency, ms\n\n${latenciesOf(measurements)}`,
    `## What an order costs\n\n${costsOf(measurements)}`,
    `## Batches\n\n${batchesOf(measurements)}`,
    `## Counted\n\n${countedOf(measurements)}`,
    `## Held to\n\n${heldToOf(report)}`,
    `## Machine\n\n${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; Node ${machine.node}, PostgreSQL ${machine.postgres}. A synced write of 8 KiB takes ${machine.syncMs} ms; load average before the start ${machine.loadBefore.toFixed(2)}.`,
    `Options: ${Object.entries(options)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}.`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function titleOf(report: Report): string {
  const [first] = report.measurements;
  const rounds = (measurementOf(report, 'one-process') ?? first)?.rounds ?? [];
  const rate = rateOf(rounds, 'spread');
  if (rate === undefined) return 'A part of the bench';
  const [naive, ceiling] = [ratioOf(rounds, 'spread', 'naive'), ratioOf(rounds, 'spread', 'ceiling')];
  return `${whole(rate)} orders/s to CONFIRMED: ${fixed(naive, 2)} × naive, ${fixed(ceiling, 2)} × ceiling`;
}

function ratesOf({ measurements }: Report): string {
  const rows = measurements.flatMap((measurement) => {
    const { arrangement, rounds } = measurement;
    const name = arrangementNames[arrangement];
    const [naive, ceiling] = [medianOf(rounds, (round) => round.naive), medianOf(rounds, (round) => round.ceiling)];
    const apart = medianOf(rounds, (round) => round.ceiling / round.naive);
    return [
      [`_naive_, beside ${name}`, whole(naive), '', '1.00', fixed(apart && 1 / apart, 2)],
      ...scenariosOf(measurement)
        .filter((scenario) => scenario !== 'flash')
        .map((scenario) => {
          const isCompared = compared.includes(scenario);
          const ratio = (to: 'naive' | 'ceiling'): string =>
            isCompared ? fixed(ratioOf(rounds, scenario, to), 2) : '';
          const rates = [rateOf(rounds, scenario), callsPerSecond(rounds, scenario)];
          return [`${name}: ${names[scenario]}`, ...rates.map(whole), ratio('naive'), ratio('ceiling')];
        }),
      [`_ceiling_, beside ${name}`, whole(ceiling), '', fixed(apart, 2), '1.00'],
    ];
  });
  return table(['', 'orders/s', 'calls/s', 'against naive', 'against ceiling'], rows);
}

function latenciesOf(measurements: readonly Measurement[]): string {
  const rows = measurements.flatMap((measurement) => {
    const { arrangement, rounds } = measurement;
    const commit = medianOf(rounds, ({ commitMs }) => commitMs);
    const ofRuns = scenariosOf(measurement).flatMap((scenario) => {
      const runs = rounds.flatMap((round) => round.runs[scenario] ?? []);
      const calls = [...new Set(runs.flatMap(({ window }) => Object.keys(window.calls)))];
      const isConfirmed = runs.some(({ toConfirmed }) => toConfirmed);
      const isCalled = runs.some(({ toTransition }) => toTransition);
      const seen = [...(isConfirmed ? [toConfirmedName] : []), ...(isCalled ? [toTransitionName] : [])];
      return [...calls, ...seen].map((call) => {
        const cell = (percentile: 'p50Ms' | 'p95Ms' | 'p99Ms' | 'maxMs'): string =>
          fixed(latencyOf(rounds, scenario, call, percentile), 1);
        const what = seen.includes(call) ? call : `\`${call}\``;
        return [
          `${arrangementNames[arrangement]}: ${names[scenario]}`,
          what,
          cell('p50Ms'),
          cell('p95Ms'),
          cell('p99Ms'),
          cell('maxMs'),
        ];
      });
    });
    return [...ofRuns, [`beside ${arrangementNames[arrangement]}`, 'single-row commit', fixed(commit, 3), '', '', '']];
  });
  return table(['', '', 'P50', 'P95', 'P99', 'slowest'], rows, 2);
}

function costsOf(measurements: readonly Measurement[]): string {
  const rows = measurements.flatMap((measurement) => {
    const { arrangement, rounds } = measurement;
    return scenariosOf(measurement)
      .filter((scenario) => scenario !== 'flash')
      .map((scenario) => {
        const perOrder = (amount: 'walBytes' | 'walSyncs') =>
          medianOf(rounds, ({ runs }) => {
            const run = runs[scenario];
            const value = run?.[amount];
            return run && value !== undefined ? value / shareOf(scenario, run) : undefined;
          });
        return [
          `${arrangementNames[arrangement]}: ${names[scenario]}${scenario === 'browse' ? ', each call' : ''}`,
          ...parts.map((part) => fixed(costOf(rounds, scenario, part), 0)),
          ...parts.map((part) => fixed(coresOf(rounds, scenario, part), 2)),
          whole(perOrder('walBytes')),
          fixed(perOrder('walSyncs'), 2),
          ...parts.map((part) => whole(medianOf(rounds, ({ runs }) => runs[scenario]?.rssMiB[part]))),
        ];
      });
  });
  const of = (what: string): string[] => parts.map((part) => `${partNames[part]}, ${what}`);
  return table(['', ...of('µs'), ...of('cores'), 'WAL, bytes', 'syncs of it', ...of('RSS MiB')], rows);
}

function batchesOf(measurements: readonly Measurement[]): string {
  const rows = measurements.flatMap(({ arrangement, rounds }) => {
    const services = [
      ...new Set(rounds.flatMap(({ runs }) => runs.spread?.batches.map(({ service }) => service) ?? [])),
    ];
    return services.map((service) => {
      const figure = (value: (one: { batches: number; items: number; p95: number }, seconds: number) => number) =>
        medianOf(rounds, ({ runs: { spread } }) => {
          const found = spread?.batches.find((one) => one.service === service);
          return found && spread ? value(found, spread.watchedSeconds) : undefined;
        });
      return [
        `${arrangementNames[arrangement]}: ${service}`,
        fixed(
          figure(({ items, batches }) => items / batches),
          1,
        ),
        whole(figure(({ p95 }) => p95)),
        fixed(
          figure(({ batches }, seconds) => batches / seconds),
          0,
        ),
      ];
    });
  });
  const text =
    'Requests and messages that a service brings together in one transaction, in `spread`; from its `/metrics`.';
  return `${text}\n\n${table(['', 'items, mean', '95 % of batches ≤', 'batches/s'], rows)}`;
}

function countedOf(measurements: readonly Measurement[]): string {
  const lines = measurements.map(({ arrangement, orders, audit }) => {
    const counts = Object.entries(orders).map(([status, count]) => `${whole(count)} ${status}`);
    const found = audit.violations.length === 0 ? 'no violation' : `${audit.violations.length} violations`;
    const checked = Object.entries(audit.checked).map(([what, count]) => `${whole(count)} ${what}`);
    return `- ${arrangementNames[arrangement]}: ${counts.join(', ')}. The audit (${audit.seconds.toFixed(1)} s) checked ${checked.join(', ')}: ${found}.`;
  });
  const late = measurements.flatMap(({ rounds }) => rounds.flatMap(({ runs }) => Object.values(runs)));
  const answeredLate = late.reduce((sum, { window }) => sum + window.late, 0);
  const text =
    'After each window the store has exactly the orders that the buyers know of, in the statuses they know. In the end:';
  return `${text}\n\n${lines.join('\n')}\n\nAnswers past the wait limit (202): ${whole(answeredLate)}.`;
}

function heldToOf(report: Report): string {
  const rows = targetsOf(report).map(({ what, target, measured, isMet }) => {
    return [what, target, measured, isMet === undefined ? '' : isMet ? 'ok' : '**not**'];
  });
  return table(['', 'target', 'measured', ''], rows, 4);
}

/** A Markdown table; the first columns are text, the others figures. */
function table(head: readonly string[], rows: readonly (readonly string[])[], texts = 1): string {
  const rule = head.map((_, index) => (index < texts ? '---' : '---:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function fixed(value: number | undefined, digits: number): string {
  return value === undefined ? '' : value.toFixed(digits);
}

function whole(value: number | undefined): string {
  return value === undefined ? '' : Math.round(value).toLocaleString('en');
}
