import { copyFile, link, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for the program's data; disposing of it ends a PostgreSQL that still serves it. */
export interface DataDir extends AsyncDisposable {
  readonly path: string;
  /** Around it, for what goes with it. */
  readonly folder: string;
}

export async function makeDataDir(): Promise<DataDir> {
  const folder = await mkdtemp(join(tmpdir(), 'suanpan-crash-'));
  const path = join(folder, 'data');
  return {
    path,
    folder,
    async [Symbol.asyncDispose]() {
      const pid = await postgresOf(path);
      if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGKILL');
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/** Another Node than the project's own: it only stands in for the program, as an old one on the PATH does. */
export async function copyOfNode(folder: string): Promise<string> {
  const copy = join(folder, 'node');
  await link(process.execPath, copy).catch(() => copyFile(process.execPath, copy));
  return copy;
}

/** The process id of the PostgreSQL that serves the folder. */
export async function postgresOf(dataDir: string): Promise<number | undefined> {
  const file = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(file, 10);
  return pid > 0 ? pid : undefined;
}

/** A killed child that nobody has waited for yet is not alive. */
export async function isRunning(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/^\d+ \(.*\) Z/.test(stat);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
