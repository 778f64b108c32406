import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly postgres: string;
  /** Median of writing and syncing 8 KiB where the store lies: what a commit costs at least. */
  readonly syncMs: number;
  /** Load average of the last minute before the bench; figures of a busy machine mean little. */
  readonly loadBefore: number;
}

export function describeMachine(folder: string, postgres: string, loadBefore: number): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release().split('-')[0]}`,
    node: process.version,
    postgres,
    syncMs: measureSyncMs(folder),
    loadBefore,
  };
}

function measureSyncMs(folder: string): number {
  const path = join(folder, 'sync.tmp');
  const block = Buffer.alloc(8_192, 1);
  const file = openSync(path, 'w');
  const tookMs = Array.from({ length: 100 }, () => {
    const startedMs = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    return performance.now() - startedMs;
  }).sort((left, right) => left - right);
  closeSync(file);
  rmSync(path);
  return Number((tookMs[50] ?? 0).toFixed(3));
}
