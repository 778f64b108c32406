import { spawn } from 'node:child_process';
import { chmod, chown, mkdir, open, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { secretBytes } from '../scram.ts';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError, type Log } from './log.ts';
import { canReach, type Owner } from './owner.ts';

export const SUPERUSER = 'postgres';

/** Where things are in DATA_DIR. */
export interface Layout {
  /** DATA_DIR itself, without symbolic links. */
  readonly root: string;
  /** PostgreSQL's data directory: owned by its user, mode 0700. */
  readonly cluster: string;
  /** The superuser's password, mode 0600. Roles' passwords derive from it. */
  readonly passwordFile: string;
  /** What PostgreSQL says before it has a log file. */
  readonly startupLog: string;
}

export async function layOut(dataDir: string): Promise<Layout> {
  // Others may pass through, so that PostgreSQL's user can; everything inside has its own, narrower mode.
  const created = await mkdir(dataDir, { recursive: true });
  const root = await realpath(dataDir);
  if (created !== undefined) await chmod(root, 0o711);
  return {
    root,
    cluster: join(root, 'postgres'),
    passwordFile: join(root, 'postgres.password'),
    startupLog: join(root, 'postgres-startup.log'),
  };
}

/**
 * How PostgreSQL is told where its data is. A user who may not enter a folder on the way (a DATA_DIR under /root)
 * still works in it when started there: its working directory is set before the user is changed, and is named through
 * proc_pid_cwd(5), which asks for no rights along the path.
 */
export function clusterArgument(cluster: string, owner: Owner | undefined): string {
  if (owner === undefined || canReach(owner, cluster)) return cluster;
  if (process.platform !== 'linux') {
    throw new EmbeddedPostgresError(`User ${owner.uid}, as whom PostgreSQL runs, cannot enter ${cluster}`);
  }
  return '/proc/self/cwd';
}

/** Creates the cluster if there is none. It appears under its name complete or not at all. */
export async function ensureCluster(
  layout: Layout,
  binaries: Binaries,
  owner: Owner | undefined,
  log: Log,
): Promise<{ password: string }> {
  const version = await readFile(join(layout.cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) {
    const password = await createPassword(layout.passwordFile);
    await initialise(layout, binaries, owner, log);
    return { password };
  }
  if (Number.parseInt(version, 10) !== binaries.majorVersion) {
    throw new EmbeddedPostgresError(
      `The data in ${layout.cluster} was written by PostgreSQL ${version.trim()}, and this Suanpan brings ` +
        `${binaries.version}. Dump it with the old version and load it into a new DATA_DIR; nothing was changed.`,
    );
  }
  const password = await readPassword(layout.passwordFile);
  if (password === undefined) {
    throw new EmbeddedPostgresError(
      `${layout.passwordFile} is missing or empty. It belongs to the data in ${layout.cluster}: put it back.`,
    );
  }
  return { password };
}

async function readPassword(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.trim() || undefined;
}

async function createPassword(path: string): Promise<string> {
  const existing = await readPassword(path);
  if (existing !== undefined) return existing; // from a start that was killed before its cluster was complete
  const password = secretBytes(32).toString('base64url');
  const unfinished = `${path}.new`;
  await writeFile(unfinished, `${password}\n`, { mode: 0o600, flush: true });
  await rename(unfinished, path);
  return password;
}

async function initialise(layout: Layout, binaries: Binaries, owner: Owner | undefined, log: Log): Promise<void> {
  for (const name of await readdir(layout.root)) {
    if (/^postgres\.\d+\.new$/.test(name)) await rm(join(layout.root, name), { recursive: true, force: true });
  }
  const unfinished = join(layout.root, `postgres.${process.pid}.new`);
  await mkdir(unfinished, { mode: 0o700 });
  if (owner) await chown(unfinished, owner.uid, owner.gid);
  log.info(`Creating a PostgreSQL ${binaries.version} database cluster in ${layout.cluster}`);
  try {
    await runInitdb(layout, unfinished, binaries, owner);
    await rename(unfinished, layout.cluster);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  const root = await open(layout.root);
  await root.sync();
  await root.close();
}

async function runInitdb(layout: Layout, cluster: string, binaries: Binaries, owner: Owner | undefined): Promise<void> {
  // Handed over as an open file: initdb's user can neither enter our folders nor read our files.
  const handover = `${layout.passwordFile}.initdb`;
  await rm(handover, { force: true });
  await writeFile(handover, await readFile(layout.passwordFile), { mode: 0o600 });
  if (owner) await chown(handover, owner.uid, owner.gid);
  const file = await open(handover);
  try {
    const argument = clusterArgument(cluster, owner);
    const child = spawn(
      binaries.initdb,
      [
        '--pgdata',
        argument,
        '--username',
        SUPERUSER,
        '--pwfile',
        '/dev/fd/3',
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C.UTF-8',
        '--data-checksums',
        '--no-instructions',
      ],
      { cwd: cluster, env: serverEnvironment(), stdio: ['ignore', 'pipe', 'pipe', file.fd], detached: true, ...owner },
    );
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    const code = await new Promise<number | string | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status, signal) => resolve(status ?? signal));
    });
    if (code !== 0) throw new EmbeddedPostgresError(plainFailure(output, layout, `initdb ended with ${code}`));
  } finally {
    await file.close();
    await rm(handover, { force: true });
  }
}

/**
 * A session keeps what it has freed (glibc's mallopt(3)): by default it gives the end of its memory back after each statement,
 * and is given it again, page by page and emptied, for the next one. A fifth of what small transactions cost.
 */
const keepingMemory = {
  MALLOC_TRIM_THRESHOLD_: `${64 * 1024 * 1024}`,
  MALLOC_TOP_PAD_: `${1024 * 1024}`,
  MALLOC_MMAP_THRESHOLD_: `${32 * 1024 * 1024}`,
};

/** Nothing of our own environment, which may hold secrets, goes to PostgreSQL. */
export function serverEnvironment(): Record<string, string> {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC', ...keepingMemory };
}

/** Says in one sentence why PostgreSQL did not start, from what it printed. */
export function plainFailure(output: string, layout: Layout, otherwise: string): string {
  if (/No space left on device|Check free disk space|Disk quota exceeded/.test(output)) {
    return `The disk that holds ${layout.root} is full: PostgreSQL cannot start. Make room and start again.`;
  }
  if (/Read-only file system/.test(output)) return `${layout.root} is on a read-only file system`;
  const complaints = output.split('\n').filter((line) => /FATAL|PANIC|error:|ERROR/.test(line));
  const reason = complaints.at(-1) ?? output.trim().split('\n').at(-1) ?? '';
  return `PostgreSQL cannot start on ${layout.cluster}: ${reason.replace(/^.*?(?:FATAL|PANIC|ERROR|error): */, '') || otherwise}`;
}
