import type { EmbeddedPostgres } from '../src/runtime/database/embedded/embedded.ts';
import type { Load } from './buying.ts';
import type { Scenario } from './load/protocol.ts';
import { type BatchHistograms, batchesBetween, scrapeBatches } from './metrics.ts';
import type { Platform } from './platform.ts';
import { type Taken, takenBy } from './processes.ts';
import type { ByPart, Run } from './results.ts';
import type { Store } from './store.ts';
import { checkpoint } from './yardsticks/yardsticks.ts';

/** All that a window is measured on. */
export interface Scene {
  readonly postgres: EmbeddedPostgres;
  readonly platform: Platform;
  readonly brokerPid: number | undefined;
  readonly load: Load;
  readonly store: Store;
}

type Look = {
  readonly atMs: number;
  readonly taken: Readonly<Record<'node' | 'postgres' | 'broker', Taken | undefined>>;
};

/** `leadInSeconds` of the same come before the window, and are not measured. */
export interface Course {
  readonly seconds: number;
  readonly leadInSeconds: number;
  readonly perSecond: number;
}

/** Runs one window and looks at everything around it; then at the store, once it is at rest. */
export async function measureRun(scene: Scene, scenario: Scenario, course: Course): Promise<Run> {
  const { seconds, leadInSeconds, perSecond } = course;
  const { postgres, platform, load, store } = scene;
  await load.getReady(scenario, { perSecond, seconds });
  await checkpoint(postgres.admin);
  if (leadInSeconds > 0) await load.window(leadInSeconds, scenario, perSecond);
  const mark = await store.mark();
  const batchesBefore = await scrapeBatches(platform.internalPorts);
  const confirmations = store.watch();
  const before = look(scene);
  const { sentMs, ...window } = await load.window(seconds, scenario, perSecond);
  const after = look(scene);
  const { walBytes, walSyncs } = await store.writtenSince(mark);
  const batchesAfter: BatchHistograms = await scrapeBatches(platform.internalPorts);
  const stored = await store.ordersSince(mark, window.expected);
  await confirmations.end();
  return {
    window,
    stored,
    ...takenBetween(before, after, window.cores * window.seconds, window.rssMiB),
    walBytes,
    ...(walSyncs !== undefined && { walSyncs }),
    ...(stored.CONFIRMED !== undefined && { toConfirmed: await store.confirmedAfter(mark, confirmations) }),
    batches: batchesBetween(batchesBefore, batchesAfter),
    ...(['open', 'callbacks'].includes(scenario) && { perSecond }),
    ...(sentMs && { toTransition: await store.transitionsAfter(mark, sentMs) }),
    ...(scenario === 'flash' && { allotment: await store.allotmentSince(mark) }),
  };
}

function look({ postgres, platform, brokerPid }: Scene): Look {
  return {
    atMs: performance.now(),
    taken: {
      node: takenBy([platform.pid]),
      postgres: takenBy([postgres.pid]),
      broker: brokerPid === undefined ? undefined : takenBy([brokerPid]),
    },
  };
}

function takenBetween(
  before: Look,
  after: Look,
  loadSeconds: number,
  loadMiB: number,
): Pick<Run, 'processorSeconds' | 'watchedSeconds' | 'rssMiB'> {
  const processorSeconds: { -readonly [Part in keyof ByPart]: number } = { load: loadSeconds };
  const rssMiB: { -readonly [Part in keyof ByPart]: number } = { load: loadMiB };
  for (const part of ['node', 'postgres', 'broker'] as const) {
    const [earlier, later] = [before.taken[part], after.taken[part]];
    if (!earlier || !later) continue;
    processorSeconds[part] = later.seconds - earlier.seconds;
    rssMiB[part] = later.rssMiB;
  }
  return { processorSeconds, rssMiB, watchedSeconds: (after.atMs - before.atMs) / 1_000 };
}
