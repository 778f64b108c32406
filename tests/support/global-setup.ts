import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type ConnectionOptions, connectionOptionsOf } from '../../src/runtime/database/database.ts';
import { startEmbedded } from '../../src/runtime/database/embedded/embedded.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The administrator's login to the cluster all test files of this run share. */
    cluster: ConnectionOptions;
  }
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** One real PostgreSQL for the whole run, fsync on: the embedded one, or that of TEST_DATABASE_URL. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env.TEST_DATABASE_URL;
  if (url) {
    project.provide('cluster', connectionOptionsOf(url));
    return () => Promise.resolve();
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'suanpan-test-'));
  const postgres = await startEmbedded({ dataDir, log: silent });
  project.provide('cluster', postgres.admin);
  return async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
