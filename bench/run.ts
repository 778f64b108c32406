/**
 * `npm run bench`: how many orders a second go from POST /v1/orders to CONFIRMED, beside two yardsticks on the same
 * PostgreSQL in the same run. bench/README.md says what is measured, and what is not.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { obtainDebianPostgres } from '../scripts/requirements.ts';
import { type EmbeddedPostgres, startEmbedded } from '../src/runtime/database/embedded/embedded.ts';
import { describeMachine, processorSeconds } from './machine.ts';
import { administrator, type Load, type Platform, startLoad, startPlatform, urlOf } from './platform.ts';
import { ordersPerSecond, pageOf, type Round, save } from './report.ts';
import { checkpoint, makeYardsticks, measureCeiling, measureNaive, serverVersion } from './yardsticks/yardsticks.ts';

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    hot: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    connections: { type: 'string', default: '256' },
    users: { type: 'string' },
    'data-dir': { type: 'string' },
  },
});
const options = {
  rounds: Number(given.rounds ?? (given.quick ? 1 : 3)),
  seconds: Number(given.seconds ?? (given.quick ? 5 : 15)),
  warmUpSeconds: given.quick ? 3 : 10,
  connections: Number(given.connections),
  users: Number(given.users ?? (given.quick ? 300 : 2_000)),
  skus: 10_000,
  hot: given.hot,
};

const loadBefore = loadavg()[0] ?? 0;
const parent = given['data-dir'] ?? fileURLToPath(new URL('../.data/', import.meta.url));

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What went wrong comes out of `main`; what was started is ended on the way. */
async function main(): Promise<void> {
  const debian = await obtainDebianPostgres(say);
  if (!debian) throw new Error('pgbench is missing; on Debian it comes with: apt-get install postgresql');
  mkdirSync(parent, { recursive: true });
  const dataDir = mkdtempSync(join(parent, 'bench-'));
  const postgres = await startEmbedded({ dataDir, log: { info: () => undefined, warn: say, error: say } });
  try {
    await measure(postgres, `${debian}/bin/pgbench`, dataDir);
  } finally {
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measure(postgres: EmbeddedPostgres, pgbench: string, dataDir: string): Promise<void> {
  const machine = describeMachine(dataDir, await serverVersion(postgres.admin), loadBefore);
  say(
    `${machine.processor}, ${machine.cores} cores; PostgreSQL ${machine.postgres}; load average ${loadBefore.toFixed(2)}`,
  );
  await makeYardsticks(postgres.admin);
  const platform = await startPlatform(urlOf(postgres.admin), dataDir);
  const load = startLoad((line) => say(`  ${line}`));
  const rounds: Round[] = [];
  try {
    await load.prepare({ ...options, host: '127.0.0.1', port: platform.port, admin: administrator });
    say(`warming up for ${options.warmUpSeconds} s`);
    await load.window(options.warmUpSeconds);
    for (let number = 1; number <= options.rounds; number += 1) {
      say(`round ${number} of ${options.rounds}`);
      rounds.push(await round(postgres, platform, load, pgbench));
    }
  } finally {
    await load.end();
    await platform.stop();
  }
  const report = { at: new Date().toISOString(), machine, options, rounds };
  const path = save(report, fileURLToPath(new URL('results/', import.meta.url)));
  say(`\n${pageOf(report)}\nWritten to ${path}`);
}

async function round(postgres: EmbeddedPostgres, platform: Platform, load: Load, pgbench: string): Promise<Round> {
  const { admin } = postgres;
  const naive = await measureNaive(admin, pgbench, options.seconds);
  say(`  naive: ${naive.toFixed(0)} orders/s`);

  await checkpoint(admin);
  const before = { platform: processorSeconds(platform.pid), postgres: processorSeconds(postgres.pid) };
  const startedMs = performance.now();
  const suanpan = await load.window(options.seconds);
  const seconds = (performance.now() - startedMs) / 1_000;
  const cores = (now: number | undefined, then: number | undefined): number | undefined =>
    now === undefined || then === undefined ? undefined : (now - then) / seconds;
  const platformCores = cores(processorSeconds(platform.pid), before.platform);
  const postgresCores = cores(processorSeconds(postgres.pid), before.postgres);
  say(
    `  Suanpan: ${ordersPerSecond(suanpan).toFixed(0)} orders/s; ${await load.verify()} orders looked at, all CONFIRMED`,
  );

  const ceiling = await measureCeiling(admin, options.seconds);
  say(`  ceiling: ${ceiling.toFixed(0)} orders/s`);
  return {
    naive,
    ceiling,
    suanpan,
    ...(platformCores === undefined ? {} : { platformCores }),
    ...(postgresCores === undefined ? {} : { postgresCores }),
  };
}

await main();
