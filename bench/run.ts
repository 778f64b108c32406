/**
 * `npm run bench`: how many orders a second go from POST /v1/orders to CONFIRMED, beside two yardsticks on the same
 * PostgreSQL in the same run. bench/README.md says what is measured, and what is not.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { obtainDebianPostgres, obtainRabbitmq } from '../scripts/requirements.ts';
import { Bench } from './bench.ts';
import { faultsOf } from './faults.ts';
import { Interruption } from './interruption.ts';
import type { Machine } from './machine.ts';
import { help, type Options, readOptions, UsageError } from './options.ts';
import { plannedSeconds } from './plan.ts';
import { Progress } from './progress.ts';
import { pageOf } from './report/page.ts';
import { save } from './report/save.ts';
import type { Measurement, Report } from './results.ts';

const loadBefore = loadavg()[0] ?? 0;

async function main(options: Options): Promise<void> {
  const interruption = new Interruption();
  const { stdout } = process;
  const screen = {
    isTerminal: stdout.isTTY === true,
    columns: stdout.columns || 120,
    write: (text: string) => void stdout.write(text),
  };
  const progress = new Progress(screen, plannedSeconds(options));
  const say = (line: string): void => progress.say(line);
  const debian = await obtainDebianPostgres(say);
  if (!debian) throw new Error('pgbench is missing; on Debian it comes with: apt-get install postgresql');
  const plan = options.plan.filter(({ arrangement }) => arrangement !== 'one-process');
  if (plan.length > 0 && !(await obtainRabbitmq(say)))
    throw new Error(
      'RabbitMQ is missing (apt-get install rabbitmq-server); or measure without: --arrangement one-process',
    );

  say(
    `load average ${loadBefore.toFixed(2)}${loadBefore > 0.5 ? ': others are at work here, and figures mean little' : ''}`,
  );
  const bench = new Bench({ options, progress, interruption, pgbench: `${debian}/bin/pgbench`, loadBefore });
  const parent = options.dataDir ?? fileURLToPath(new URL('../.data/', import.meta.url));
  const measurements: Measurement[] = [];
  let machine: Machine | undefined;
  for (const { arrangement, scenarios } of options.plan) {
    await interruption.guard(async (closings) => {
      mkdirSync(parent, { recursive: true });
      const dataDir = mkdtempSync(join(parent, 'bench-'));
      closings.add(() => rmSync(dataDir, { recursive: true, force: true }));
      const measured = await bench.measure(arrangement, scenarios, dataDir, closings);
      machine ??= measured.machine;
      measurements.push(measured.measurement);
    });
  }
  if (!machine) throw new Error('nothing was measured');
  conclude(options, machine, measurements, say);
}

function conclude(
  options: Options,
  machine: Machine,
  measurements: readonly Measurement[],
  say: (line: string) => void,
): void {
  const faults = measurements.flatMap(faultsOf);
  const { rounds, seconds, warmUpSeconds, connections, users, skus } = options;
  const report: Report = {
    at: new Date().toISOString(),
    machine,
    options: { rounds, seconds, warmUpSeconds, connections, users, skus },
    measurements,
    faults,
  };
  const folder = fileURLToPath(new URL('results/', import.meta.url));
  const path = save(report, folder, options.full && faults.length === 0 ? 'full' : 'last');
  say(`\n${pageOf(report)}\nWritten to ${path}, with a picture and all figures beside it.`);
  if (faults.length === 0) return;
  say('The run was not clean: its figures count for nothing (see above).');
  process.exitCode = 1;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(help);
  else await main(options);
} catch (error) {
  const isMistaken = error instanceof UsageError;
  process.stderr.write(`\nbench: ${error instanceof Error ? error.message : error}\n`);
  if (isMistaken) process.stderr.write('npm run bench -- --help tells what there is.\n');
  process.exitCode = isMistaken ? 2 : 1;
}
