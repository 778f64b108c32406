import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Summary } from './load/latencies.ts';
import type { Window } from './load/protocol.ts';
import type { Machine } from './machine.ts';

export interface Round {
  readonly naive: number;
  readonly ceiling: number;
  readonly suanpan: Window;
  /** Cores taken in the window by the platform's process and by PostgreSQL; undefined where the system does not say. */
  readonly platformCores?: number;
  readonly postgresCores?: number;
}

export interface Report {
  readonly at: string;
  readonly machine: Machine;
  readonly options: Readonly<Record<string, string | number | boolean>>;
  readonly rounds: readonly Round[];
}

export function ordersPerSecond({ confirmed, seconds }: Window): number {
  return confirmed / seconds;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

/** Medians over the rounds, as a Markdown page. */
export function pageOf({ at, machine, options, rounds }: Report): string {
  const rate = median(rounds.map(({ suanpan }) => ordersPerSecond(suanpan)));
  const naive = median(rounds.map((round) => round.naive));
  const ceiling = median(rounds.map((round) => round.ceiling));
  const cores = (of: (round: Round) => number | undefined): string => {
    const known = rounds.map(of).filter((value) => value !== undefined);
    return known.length === 0 ? 'unknown' : median(known).toFixed(2);
  };
  const unexpected = rounds.flatMap(({ suanpan }) => Object.entries(suanpan.unexpected));
  const late = rounds.reduce((sum, { suanpan }) => sum + suanpan.late, 0);
  return `# ${count(rate)} orders/s to CONFIRMED

${at}, median of ${rounds.length} round${rounds.length === 1 ? '' : 's'}: each runs the three one after the other on the same PostgreSQL.

| | orders/s | against naive | against ceiling |
|---|---:|---:|---:|
| naive: the same rows, one order at a time (pgbench, 32 connections) | ${count(naive)} | 1.00 | ${ratio(naive, ceiling)} |
| **Suanpan, over HTTP** | **${count(rate)}** | **${ratio(rate, naive)}** | **${ratio(rate, ceiling)}** |
| ceiling: the same rows in batches, no platform around them | ${count(ceiling)} | ${ratio(ceiling, naive)} | 1.00 |

| latency, ms | P50 | P95 | P99 | slowest |
|---|---:|---:|---:|---:|
| \`POST /v1/orders\` to 201 | ${latencies(rounds.map(({ suanpan }) => suanpan.orders))} |
| \`POST /v1/payments\` to 201 | ${latencies(rounds.map(({ suanpan }) => suanpan.payments))} |

Processor, in cores: Suanpan ${cores((round) => round.platformCores)}, PostgreSQL ${cores((round) => round.postgresCores)}, load ${cores(({ suanpan }) => suanpan.cores)}.
Answers past the wait limit (202): ${late}. Unexpected answers: ${unexpected.length === 0 ? 'none' : unexpected.map(([what, times]) => `${times} × ${what}`).join(', ')}.

Machine: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; Node ${machine.node}, PostgreSQL ${machine.postgres}; a synced write of 8 KiB takes ${machine.syncMs} ms; load average before the start ${machine.loadBefore.toFixed(2)}.
Options: ${Object.entries(options)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')}.
`;
}

/** Writes the report as JSON with every round, and as the page; returns the page's path. */
export function save(report: Report, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, report.at.replace(/[:.]/g, '-'));
  writeFileSync(`${path}.json`, `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(`${path}.md`, pageOf(report));
  return `${path}.md`;
}

function latencies(of: readonly Summary[]): string {
  const middle = (pick: (summary: Summary) => number): string => median(of.map(pick)).toFixed(1);
  return [
    middle(({ p50Ms }) => p50Ms),
    middle(({ p95Ms }) => p95Ms),
    middle(({ p99Ms }) => p99Ms),
    Math.max(...of.map(({ maxMs }) => maxMs)).toFixed(1),
  ].join(' | ');
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function ratio(value: number, to: number): string {
  return (value / to).toFixed(2);
}
