import { closeSync, fdatasyncSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
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

/** Seconds of processor time that a process and all its children, also those that ended, have taken; undefined off Linux. */
export function processorSeconds(pid: number): number | undefined {
  try {
    const ticks = ticksOf(pid).own + ticksOf(pid).ended;
    const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
    return (ticks + children.reduce((sum, child) => sum + ticksOf(Number(child)).own, 0)) / 100;
  } catch {
    return undefined;
  }
}

/** Fields of proc_pid_stat(5) behind the command's name, which may itself hold blanks and brackets. */
function statOf(pid: number | string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function parentOf(pid: string): number {
  return Number(statOf(pid)[1]);
}

function ticksOf(pid: number): { own: number; ended: number } {
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = statOf(pid).slice(11, 15).map(Number);
  return { own: user + system, ended: endedUser + endedSystem };
}
