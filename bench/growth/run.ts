import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from '../machine.ts';
import { type AuditTime, type Cost, type Memory, measure, runThrough, timeAudit } from './measure.ts';
import { type GrowthReport, pageOf } from './report.ts';
import { makeStore, openStore, removeStore, type StoreOptions, sizesOf } from './store.ts';

const { values: given } = parseArgs({
  options: {
    orders: { type: 'string', default: '1000000' },
    skus: { type: 'string', default: '100000' },
    'empty-skus': { type: 'string', default: '10000' },
    users: { type: 'string', default: '1000' },
    days: { type: 'string', default: '90' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '256' },
    /** Folders where the two stores are kept and found again; else they are made in folders of their own and removed. */
    store: { type: 'string' },
    'empty-store': { type: 'string' },
    'data-dir': { type: 'string', default: fileURLToPath(new URL('../../.data/', import.meta.url)) },
    /** Only makes the store. */
    'make-only': { type: 'boolean', default: false },
    /** Memory is looked at after a fifth of these orders and after all of them; 0: not at all. */
    endurance: { type: 'string', default: '0' },
  },
});
const number = (name: 'orders' | 'skus' | 'empty-skus' | 'users' | 'days' | 'rounds' | 'seconds' | 'connections') =>
  Number(given[name]);
const [rounds, seconds, endurance] = [number('rounds'), number('seconds'), Number(given.endurance)];

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
  // Buyers of a store that is used again are signed in still.
  process.env.ACCESS_TOKEN_LIFETIME = '90d';
  const loadBefore = loadavg()[0] ?? 0;
  mkdirSync(given['data-dir'], { recursive: true });
  const temporary = (name: string): string => mkdtempSync(join(given['data-dir'], `growth-${name}-`));
  const shop = { users: number('users'), days: number('days'), connections: number('connections') };
  const large = { ...shop, folder: given.store ?? temporary('large'), orders: number('orders'), skus: number('skus') };
  const empty = { ...shop, folder: given['empty-store'] ?? temporary('empty'), orders: 0, skus: number('empty-skus') };
  try {
    say(`the large store: ${large.orders} orders, ${large.skus} SKUs`);
    await makeStore(large, say);
    if (given['make-only']) return;
    say('the empty store');
    await makeStore(empty, say);
    write(await compare(empty, large, loadBefore));
  } finally {
    if (given['empty-store'] === undefined) removeStore(empty.folder);
    if (given.store === undefined) removeStore(large.folder);
  }
}

async function compare(empty: StoreOptions, large: StoreOptions, loadBefore: number): Promise<GrowthReport> {
  const small = await openStore(empty, say);
  const grown = await openStore(large, say);
  try {
    const sizes = await sizesOf(grown.postgres.admin);
    const machine = describeMachine(empty.folder, 'the embedded one', loadBefore);
    const costs: { empty: Cost; large: Cost }[] = [];
    await measure(small, seconds / 2);
    await measure(grown, seconds / 2);
    for (let round = 1; round <= rounds; round += 1) {
      // By turns, also of who is first: a machine that gets quieter shall favour neither.
      const first = round % 2 === 1 ? small : grown;
      const one = await measure(first, seconds);
      const other = await measure(first === small ? grown : small, seconds);
      const cost = first === small ? { empty: one, large: other } : { empty: other, large: one };
      say(`round ${round}: ${JSON.stringify(cost)}`);
      costs.push(cost);
    }
    const audited: AuditTime = await timeAudit(grown);
    say(`audit of the large store: ${JSON.stringify(audited)}`);
    const marks = endurance > 0 ? [endurance / 5, endurance] : [];
    const memory: readonly Memory[] = await runThrough(small, marks, seconds, say);
    const options = { orders: large.orders, skus: large.skus, rounds, seconds, connections: large.connections };
    return { at: new Date().toISOString(), machine, options, costs, sizes, audit: audited, memory };
  } finally {
    await small.close();
    await grown.close();
  }
}

function write(report: GrowthReport): void {
  const folder = fileURLToPath(new URL('../results/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `growth-${report.at.replace(/[:.]/g, '-')}`);
  writeFileSync(`${path}.json`, `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(`${path}.md`, pageOf(report));
  say(`\n${pageOf(report)}\nWritten to ${path}.md`);
}

await main();
