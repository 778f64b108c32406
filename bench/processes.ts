import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of proc_pid_stat(5) in a second: 100 on every Linux that is in use. */
const ticksPerSecond = 100;

export interface Taken {
  /** Processor time, that of descendants that ended included. */
  readonly seconds: number;
  /** Resident; memory that several of them share is counted once where the system says so (`smaps_rollup`). */
  readonly rssMiB: number;
}

/** What processes and all their descendants have taken so far; undefined off Linux. */
export function takenBy(pids: readonly number[]): Taken | undefined {
  const tree = descendants(pids);
  if (tree.length === 0) return undefined;
  let seconds = 0;
  let rssMiB = 0;
  for (const { pid, ticks } of tree) {
    seconds += ticks / ticksPerSecond;
    rssMiB += residentMiB(pid);
  }
  return { seconds, rssMiB };
}

/** Seconds of processor time that a process and all its descendants, also those that ended, have taken; undefined off Linux. */
export function processorSeconds(pid: number): number | undefined {
  return takenBy([pid])?.seconds;
}

interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

function descendants(pids: readonly number[]): Running[] {
  const all = listed().flatMap((pid) => statOf(pid));
  const found = new Map(all.filter(({ pid }) => pids.includes(pid)).map((one) => [one.pid, one]));
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const one of all) if (found.has(one.parent)) found.set(one.pid, one);
  }
  return [...found.values()];
}

function listed(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** Nothing where the process has ended. The fields stand behind the command's name, which may itself hold blanks and brackets. */
function statOf(pid: number): readonly Running[] {
  const text = readText(`/proc/${pid}/stat`);
  if (text === '') return [];
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return [{ pid, parent: Number(fields[1]), ticks }];
}

function residentMiB(pid: number): number {
  const shared = /^Pss: +(\d+) kB/m.exec(readText(`/proc/${pid}/smaps_rollup`))?.[1];
  const own = shared ?? /^VmRSS:\s+(\d+) kB/m.exec(readText(`/proc/${pid}/status`))?.[1];
  return Number(own ?? 0) / 1_024;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
