import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type ConnectionOptions, connectionOptionsOf } from '../../src/runtime/database/database.ts';
import { startEmbedded } from '../../src/runtime/database/embedded/embedded.ts';
import { type BrokerOfThisRun, openCounter } from './broker-counter.ts';
import { databasesOf, dropDatabasesOf, uniqueName } from './postgres.ts';
import { removeQueues } from './queues.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The administrator's login to the cluster all test files of this run share. */
    cluster: ConnectionOptions;
    /** What the names of all its platforms begin with. */
    run: string;
    /** For `testBroker`; null where this machine can have none. */
    broker: BrokerOfThisRun | null;
  }
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What all test files of a run share: a PostgreSQL, and a RabbitMQ once the first of them asks for it. */
interface Shared {
  readonly name: string;
  readonly cluster: ConnectionOptions;
  readonly broker: BrokerOfThisRun | null;
  close(): Promise<void>;
}

/** Vitest sets up one project after the other, all in this one process, and loads this file anew for each. */
const run = globalThis as { suanpanTests?: { readonly shared: Promise<Shared>; users: number } };

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  run.suanpanTests ??= { shared: open(), users: 0 };
  const own = run.suanpanTests;
  own.users += 1;
  const { name, cluster, broker, close } = await own.shared;
  project.provide('run', name);
  project.provide('cluster', cluster);
  project.provide('broker', broker);
  return async () => {
    own.users -= 1;
    if (own.users > 0) return;
    delete run.suanpanTests;
    await close();
  };
}

async function open(): Promise<Shared> {
  const counter = await openCounter();
  try {
    const { cluster, close } = await openPostgres();
    const name = uniqueName('run');
    return {
      name,
      cluster,
      broker: counter?.broker ?? null,
      close: async () => {
        await clear(name, cluster);
        await Promise.all([close(), counter?.close()]);
      },
    };
  } catch (error) {
    await counter?.close();
    throw error;
  }
}

/** What the files had in common is there until now. Where PostgreSQL or RabbitMQ are our own they end with it. */
async function clear(name: string, cluster: ConnectionOptions): Promise<void> {
  const { TEST_DATABASE_URL, TEST_AMQP_URL } = process.env;
  if (!TEST_DATABASE_URL && !TEST_AMQP_URL) return;
  const names = await databasesOf(cluster, name);
  if (TEST_AMQP_URL) await Promise.all(names.map((prefix) => removeQueues(TEST_AMQP_URL, prefix)));
  for (const prefix of names) await dropDatabasesOf(cluster, prefix);
}

/** The real one, fsync on: the embedded one, or that of TEST_DATABASE_URL. */
async function openPostgres(): Promise<Pick<Shared, 'cluster' | 'close'>> {
  const url = process.env.TEST_DATABASE_URL;
  if (url) return { cluster: connectionOptionsOf(url), close: () => Promise.resolve() };
  const dataDir = await mkdtemp(join(tmpdir(), 'suanpan-test-'));
  const postgres = await startEmbedded({ dataDir, log: silent });
  return {
    cluster: postgres.admin,
    close: async () => {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
