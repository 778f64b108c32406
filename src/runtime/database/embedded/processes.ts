import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { systemScheduler } from '../../seams/scheduler.ts';
import { monotonicMs } from '../../seams/system-time.ts';

// Processes of the operating system live in real time, whatever clock the application runs by.
export const pause = systemScheduler().wait;

/**
 * Something that tells a process from a later one with the same number: on Linux the boot and its start in clock
 * ticks (proc_pid_stat(5), field 22). Undefined if there is none, or only its zombie is left.
 */
export function identityOf(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (process.platform !== 'linux') return identityByPs(pid);
  const stat = tryRead(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field is the command in parentheses, and may itself hold blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  if (state === 'Z' || state === 'X') return undefined;
  return `${tryRead('/proc/sys/kernel/random/boot_id')?.trim()}/${fields[19]}`;
}

function identityByPs(pid: number): string | undefined {
  try {
    const answer = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' });
    const [state = '', ...started] = answer.trim().split(/\s+/);
    return state === '' || state.startsWith('Z') ? undefined : started.join(' ');
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  return identityOf(pid) !== undefined;
}

/** True if the process is a PostgreSQL that works on this data directory. */
export function servesDirectory(pid: number, directory: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') {
    return tryReadLink(`/proc/${pid}/cwd`) === directory && basename(executableOf(pid) ?? '') === 'postgres';
  }
  try {
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' });
    return command.includes('postgres') && command.includes(directory);
  } catch {
    return false;
  }
}

/** The file a process runs; a file that was replaced since has another name here. Only on Linux. */
export function executableOf(pid: number): string | undefined {
  return tryReadLink(`/proc/${pid}/exe`)?.replace(/ \(deleted\)$/, '');
}

/** All PostgreSQL processes of a data directory, the postmaster's orphans included. Only on Linux. */
export function processesServing(directory: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => servesDirectory(pid, directory));
}

/** @returns false if there is no such process any more */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** Waits until `condition` holds. @returns false when the time is up */
export async function until(condition: () => boolean, timeoutMs: number, intervalMs = 10): Promise<boolean> {
  const deadline = monotonicMs() + timeoutMs;
  while (!condition()) {
    if (monotonicMs() > deadline) return false;
    await pause(intervalMs);
  }
  return true;
}

function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function tryReadLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
