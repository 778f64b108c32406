import type { AuditFound } from './audit.ts';
import type { Summary } from './load/latencies.ts';
import type { Scenario, Window } from './load/protocol.ts';
import type { Machine } from './machine.ts';
import type { Batches } from './metrics.ts';
import type { Arrangement } from './options.ts';
import type { Allotment } from './store.ts';

/** Whose processes; a part that the arrangement has not, or the system does not tell of, is absent. */
export interface ByPart {
  readonly node?: number;
  readonly postgres?: number;
  readonly broker?: number;
  readonly load?: number;
}

/** One window of one scenario. */
export interface Run {
  readonly window: Window;
  /** What the store has of it, by status. */
  readonly stored: Readonly<Record<string, number>>;
  readonly processorSeconds: ByPart;
  /** While the processor was watched: the window, and the little around it. */
  readonly watchedSeconds: number;
  readonly rssMiB: ByPart;
  readonly walBytes: number;
  readonly walSyncs?: number;
  /** From payment's decision that an order is paid until it is seen as CONFIRMED. */
  readonly toConfirmed?: Summary;
  /** From when the provider's call was due until payment's decision that the order is paid; with the mean. */
  readonly toTransition?: Summary & { readonly meanMs: number };
  readonly batches: readonly Batches[];
  /** Arrivals of the open loop. */
  readonly perSecond?: number;
  readonly allotment?: Allotment;
}

export interface Round {
  readonly naive: number;
  readonly ceiling: number;
  /** A single row and its commit, P50. */
  readonly commitMs: number;
  readonly runs: Readonly<Partial<Record<Scenario, Run>>>;
}

/** Everything that was measured in one arrangement, and what its store looked like in the end. */
export interface Measurement {
  readonly arrangement: Arrangement;
  readonly rounds: readonly Round[];
  readonly orders: Readonly<Record<string, number>>;
  readonly audit: AuditFound;
}

export interface Report {
  readonly at: string;
  readonly machine: Machine;
  readonly options: Readonly<Record<string, string | number | boolean>>;
  readonly measurements: readonly Measurement[];
  /** What makes the figures worthless; none in a report to be kept. */
  readonly faults: readonly string[];
}

export function ordersPerSecond({ done, seconds }: Window): number {
  return done / seconds;
}

/** What the cost of a window is divided by: its orders, or all calls where most do not order. */
export function shareOf(scenario: Scenario, { window }: Run): number {
  if (scenario !== 'browse') return window.done;
  return Object.values(window.calls).reduce((sum, { count }) => sum + count, 0);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

/** The median over the rounds that have it; undefined where none does. A ratio is taken within a round. */
export function medianOf(rounds: readonly Round[], value: (round: Round) => number | undefined): number | undefined {
  const known = rounds.map(value).filter((one) => one !== undefined && Number.isFinite(one)) as number[];
  return known.length === 0 ? undefined : median(known);
}
