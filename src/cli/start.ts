import { Command } from 'commander';
import { startAllInOne } from '#apps/all-in-one.ts';
import { platformSettings } from '#apps/settings.ts';
import { readSettings } from '#runtime/settings/settings.ts';
import { endOnSignals } from './signals.ts';
import { buildWebIfStale, hasPages } from './web-build.ts';
import { welcome } from './welcome.ts';

/** Everything in this process, until it is told to end. */
export async function runAllInOne(): Promise<void> {
  await buildWebIfStale();
  const environment = { DEMO: '1', DEMO_PAYMENTS: '1', ...process.env };
  const starting = startAllInOne(environment);
  endOnSignals(starting);
  const { url, internalUrl, phones } = await starting;
  const { demo: isDemo } = readSettings({ demo: platformSettings.demo }, environment);
  const hasOwnAdministrator = process.env.ADMIN_EMAIL !== undefined;
  process.stdout.write(welcome({ url, internalUrl, phones, isDemo, hasOwnAdministrator, hasPages: hasPages() }));
}

export const startCommand = new Command('start')
  .description('Run everything in this process: embedded PostgreSQL (or DATABASE_URL), all services, the API.')
  .action(runAllInOne);
