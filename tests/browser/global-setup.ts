import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findChromium } from '../../scripts/requirements.ts';
import { freePort } from '../proof/processes/ports.ts';
import { type Demo, startDemo } from './demo.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The shop as a user starts it; undefined where there is no browser to look at it with. */
    demo: Omit<Demo, 'stop'> | undefined;
    chromium: string | undefined;
  }
}

/** One platform for all files, started as a user starts it. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const chromium = findChromium();
  project.provide('chromium', chromium);
  if (chromium === undefined) {
    project.provide('demo', undefined);
    return undefined;
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'suanpan-browser-'));
  const demo = await startDemo({
    DATA_DIR: dataDir,
    PORT: await freePort(),
    INTERNAL_PORT: await freePort(),
    RATE_LIMIT: 'off',
    // So that what went wrong is seen, and what went well is not.
    LOG_LEVEL: 'error',
  });
  const { stop, ...shown } = demo;
  project.provide('demo', shown);
  return async () => {
    await stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
