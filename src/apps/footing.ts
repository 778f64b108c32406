import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startOwnBroker } from '#runtime/bus/rabbitmq/own-broker.ts';
import { databaseUrlOf } from '#runtime/database/database.ts';
import { startEmbedded } from '#runtime/database/embedded/embedded.ts';
import type { Scheduler } from '#runtime/seams/scheduler.ts';
import type { Log } from '#runtime/telemetry/log.ts';
import type { Closings } from './closings.ts';
import type { PlatformSettings } from './settings.ts';

const lookEveryMs = 1_000;

/** What the processes of a platform on one machine stand on, as settings for each of them. */
export interface Footing {
  readonly DATABASE_URL: string;
  readonly AMQP_URL: string;
}

type Means = { readonly settings: PlatformSettings; readonly log: Log; readonly scheduler: Scheduler };

/** DATABASE_URL and AMQP_URL, or a PostgreSQL and a RabbitMQ of our own under DATA_DIR, which run until `closings` do. */
export async function findFooting({ settings, log, scheduler }: Means, closings: Closings): Promise<Footing> {
  const database = settings.databaseUrl ?? (await startOwnPostgres(settings, log, closings));
  const broker = settings.amqpUrl ?? (await keepOwnBroker(settings, { log, scheduler }, closings));
  return { DATABASE_URL: database, AMQP_URL: broker };
}

/** Whether a store under DATA_DIR has had a RabbitMQ of its own. */
export function hasOwnBroker({ dataDir }: PlatformSettings): boolean {
  return existsSync(brokerFolder(dataDir));
}

function brokerFolder(dataDir: string): string {
  return join(dataDir, 'rabbitmq');
}

async function startOwnPostgres({ dataDir }: PlatformSettings, log: Log, closings: Closings): Promise<string> {
  const embedded = await startEmbedded({ dataDir, log });
  closings.add(() => embedded.stop());
  return databaseUrlOf(embedded.admin);
}

/** A broker that dies is started again; messages wait in the logs meanwhile. */
export async function keepOwnBroker(
  { dataDir }: PlatformSettings,
  { log, scheduler }: { readonly log: Log; readonly scheduler: Scheduler },
  closings: Closings,
): Promise<string> {
  const broker = await startOwnBroker({ folder: brokerFolder(dataDir), log });
  const stopping = new AbortController();
  const keep = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await scheduler.wait(lookEveryMs, stopping.signal);
      if (stopping.signal.aborted || broker.running) continue;
      log.warn('RabbitMQ ended by itself; starting it again');
      await broker.start().catch((error: unknown) => log.error({ err: error }, 'RabbitMQ does not start'));
    }
  };
  const keeping = keep();
  closings.add(async () => {
    stopping.abort();
    await keeping;
    await broker.stop();
  });
  return broker.url;
}
