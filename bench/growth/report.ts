import type { Machine } from '../machine.ts';
import { median } from '../results.ts';
import type { AuditTime, Cost, Memory } from './measure.ts';
import type { TableSize } from './store.ts';

export interface GrowthReport {
  readonly at: string;
  readonly machine: Machine;
  readonly options: Readonly<Record<string, number>>;
  readonly costs: readonly { readonly empty: Cost; readonly large: Cost }[];
  readonly sizes: readonly TableSize[];
  readonly audit: AuditTime;
  readonly memory: readonly Memory[];
}

const rows: readonly (readonly [keyof Cost, string])[] = [
  ['ordersPerSecond', 'orders/s to CONFIRMED'],
  ['nodeMicroseconds', 'Node, µs of processor per order'],
  ['postgresMicroseconds', 'PostgreSQL, µs of processor per order'],
  ['walBytes', 'WAL, bytes per order'],
  ['p50Ms', '`POST /v1/orders`, P50 in ms'],
  ['p99Ms', '`POST /v1/orders`, P99 in ms'],
];

const rounded = (value: number): string => (Number.isInteger(value) ? `${value}` : value.toFixed(1));

/** As a Markdown page; medians over the rounds. */
export function pageOf({ at, machine, options, costs, sizes, audit, memory }: GrowthReport): string {
  const of = (which: 'empty' | 'large', name: keyof Cost): number => median(costs.map((cost) => cost[which][name]));
  // A store that is used again has more than were made for it.
  const orders = sizes.find(({ table }) => table === 'ordering.orders')?.rows ?? options.orders ?? 1;
  const perOrder = (bytes: number): string => `${Math.round(bytes / orders)}`;
  const total = sizes.reduce((sum, { tableBytes, indexBytes }) => sum + tableBytes + indexBytes, 0);
  const ratioOf = (name: keyof Cost): string =>
    median(costs.map(({ empty, large }) => large[name] / empty[name])).toFixed(2);
  const [first, last] = [memory[0], memory.at(-1)];
  return `# With ${orders.toLocaleString('en')} orders stored: ${ratioOf('ordersPerSecond')} of the speed on an empty store

${at}, medians of ${costs.length} rounds in alternation, each ratio taken within its round.

| | empty | large | ratio |
|---|---:|---:|---:|
${rows.map(([name, title]) => `| ${title} | ${rounded(of('empty', name))} | ${rounded(of('large', name))} | ${ratioOf(name)} |`).join('\n')}

Audit of the large store: ${audit.error ? `broke off after ${audit.seconds.toFixed(1)} s: ${audit.error}` : `${audit.seconds.toFixed(1)} s, ${audit.violations} violations`}.
${first && last ? `\nMemory of Node: ${first.rssMiB} MiB after ${first.orders} orders, ${last.rssMiB} MiB after ${last.orders}: ${(last.rssMiB / first.rssMiB).toFixed(2)}.\n` : ''}
| bytes per order | rows | table | indexes |
|---|---:|---:|---:|
${sizes.map(({ table, rows: count, tableBytes, indexBytes }) => `| ${table} | ${count} | ${perOrder(tableBytes)} | ${perOrder(indexBytes)} |`).join('\n')}
| together | | ${perOrder(total)} | |

Machine: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; Node ${machine.node}; a synced write of 8 KiB takes ${machine.syncMs} ms; load average before the start ${machine.loadBefore.toFixed(2)}.
Options: ${Object.entries(options)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')}.
`;
}
