import type { Summary } from '../load/latencies.ts';
import type { Scenario } from '../load/protocol.ts';
import type { Arrangement } from '../options.ts';
import {
  type ByPart,
  type Measurement,
  medianOf,
  ordersPerSecond,
  type Report,
  type Round,
  type Run,
  shareOf,
} from '../results.ts';

export const parts = ['node', 'postgres', 'broker', 'load'] as const;

export const partNames: Readonly<Record<(typeof parts)[number], string>> = {
  node: 'Node',
  postgres: 'PostgreSQL',
  broker: 'RabbitMQ',
  load: 'load',
};

export const arrangementNames: Readonly<Record<Arrangement, string>> = {
  'one-process': 'one process',
  rabbitmq: 'one process over RabbitMQ',
  split: 'a process per service over RabbitMQ',
};

export const toConfirmedName = 'payment to CONFIRMED';
export const toTransitionName = 'provider to payment’s transition';

export function measurementOf({ measurements }: Report, arrangement: Arrangement): Measurement | undefined {
  return measurements.find((one) => one.arrangement === arrangement);
}

/** The scenarios that any round has, in the order of a round. */
export function scenariosOf({ rounds }: Measurement): Scenario[] {
  return [...new Set(rounds.flatMap(({ runs }) => Object.keys(runs) as Scenario[]))];
}

export function rateOf(rounds: readonly Round[], scenario: Scenario): number | undefined {
  return medianOf(rounds, ({ runs }) => runs[scenario] && ordersPerSecond(runs[scenario].window));
}

/** Orders per second of a scenario against those of a yardstick, each within its round. */
export function ratioOf(rounds: readonly Round[], scenario: Scenario, to: 'naive' | 'ceiling'): number | undefined {
  return medianOf(rounds, (round) => {
    const run = round.runs[scenario];
    return run && ordersPerSecond(run.window) / round[to];
  });
}

type Percentile = Exclude<keyof Summary, 'count'>;

/** Of a call, or of what comes after payment. */
export function summaryOf(run: Run | undefined, call: string): Summary | undefined {
  if (call === toTransitionName) return run?.toTransition;
  return call === toConfirmedName ? run?.toConfirmed : run?.window.calls[call];
}

/** The median of a percentile over the rounds; of the slowest, the slowest. */
export function latencyOf(
  rounds: readonly Round[],
  scenario: Scenario,
  call: string,
  percentile: Percentile,
): number | undefined {
  const value = (round: Round): number | undefined => summaryOf(round.runs[scenario], call)?.[percentile];
  if (percentile !== 'maxMs') return medianOf(rounds, value);
  const all = rounds.map(value).filter((one) => one !== undefined);
  return all.length === 0 ? undefined : Math.max(...all);
}

export function callsPerSecond(rounds: readonly Round[], scenario: Scenario): number | undefined {
  return medianOf(rounds, ({ runs }) => {
    const { seconds, calls } = runs[scenario]?.window ?? { seconds: 1, calls: {} };
    return Object.values(calls).reduce((sum, { count }) => sum + count, 0) / seconds;
  });
}

/** Microseconds of processor time per order, or per call where most do not order. */
export function costOf(rounds: readonly Round[], scenario: Scenario, part: keyof ByPart): number | undefined {
  return medianOf(rounds, ({ runs }) => {
    const run = runs[scenario];
    const seconds = run?.processorSeconds[part];
    return run && seconds !== undefined ? (seconds / shareOf(scenario, run)) * 1e6 : undefined;
  });
}

export function coresOf(rounds: readonly Round[], scenario: Scenario, part: keyof ByPart): number | undefined {
  return medianOf(rounds, ({ runs }) => {
    const run = runs[scenario];
    if (part === 'load') return run?.window.cores;
    const seconds = run?.processorSeconds[part];
    return run && seconds !== undefined ? seconds / run.watchedSeconds : undefined;
  });
}
