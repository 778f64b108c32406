import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { clusterArgument, type Layout, plainFailure, serverEnvironment } from './data-directory.ts';
import { EmbeddedPostgresError, type Log } from './log.ts';
import type { Owner } from './owner.ts';
import { executableOf, isAlive, pause, processesServing, servesDirectory, signal, until } from './processes.ts';
import { type Listening, LOOPBACK, serverArguments } from './server-settings.ts';

/** How a server process came to its end. */
export interface Ending {
  readonly pid: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running PostgreSQL: a child of ours, or one that an earlier process left behind. */
export interface Postmaster {
  readonly pid: number;
  readonly listening: Listening;
  readonly adopted: boolean;
  readonly ended: Promise<Ending>;
  stop(): Promise<void>;
}

export interface Launch {
  readonly layout: Layout;
  readonly binaries: Binaries;
  readonly owner: Owner | undefined;
  readonly log: Log;
}

const RECOVERY_TIMEOUT_MS = 10 * 60_000;
const RECOVERY_NOTICE_MS = 5_000;
const FAST_STOP_MS = 30_000;
const IMMEDIATE_STOP_MS = 5_000;
interface PidFile {
  readonly pid: number;
  readonly port: number;
  readonly socket: boolean;
  readonly address: string;
  readonly ready: boolean;
}

function pidFilePath({ cluster }: Layout): string {
  return join(cluster, 'postmaster.pid');
}

/** Lines of postmaster.pid: pid, data directory, start, port, socket folder, address, shared memory, status. */
function readPidFile(layout: Layout): PidFile | undefined {
  try {
    const lines = readFileSync(pidFilePath(layout), 'utf8').split('\n');
    return {
      pid: Math.abs(Number.parseInt(lines[0] ?? '', 10)),
      port: Number.parseInt(lines[3] ?? '', 10),
      socket: lines[4] !== '',
      address: lines[5]?.trim() ?? '',
      ready: lines[7]?.trim() === 'ready',
    };
  } catch {
    return undefined;
  }
}

function socketPaths({ cluster }: Layout): string[] {
  return readdirSync(cluster).flatMap((name) => (/^\.s\.PGSQL\.\d+$/.test(name) ? [join(cluster, name)] : []));
}

/** A server that serves this data already, if it runs the very programs we would start and is ready. */
export function findRunning({ layout, binaries }: Launch): Postmaster | undefined {
  const file = readPidFile(layout);
  if (!file?.ready || file.address !== LOOPBACK || !servesDirectory(file.pid, layout.cluster)) return undefined;
  if (process.platform === 'linux' && executableOf(file.pid) !== binaries.postgres) return undefined;
  const { pid } = file;
  const { promise: ended, resolve: end } = Promise.withResolvers<Ending>();
  const ending: Ending = { pid, code: null, signal: null };
  // Not our child, so nobody tells us: look now and then.
  void watch(pid).then(() => end(ending));
  return {
    pid,
    listening: { port: file.port, socket: file.socket },
    adopted: true,
    ended,
    stop: async () => {
      await stopProcess(pid);
      end(ending);
    },
  };
}

async function watch(pid: number): Promise<void> {
  while (isAlive(pid)) await pause(250);
}

/**
 * Ends whatever still works on the data: a server that cannot be adopted, or the orphans of one that was killed,
 * which hold its memory until they notice. Then removes lock files that name nobody who could still do harm.
 */
export async function clearLeftovers({ layout, log }: Launch): Promise<void> {
  const file = readPidFile(layout);
  if (file !== undefined && servesDirectory(file.pid, layout.cluster)) {
    log.warn(`Stopping a PostgreSQL (process ${file.pid}) that an earlier start left on ${layout.cluster}`);
    await stopProcess(file.pid);
  }
  const gone = () => processesServing(layout.cluster).length === 0;
  if (!(await until(gone, 2_000))) {
    for (const name of ['SIGQUIT', 'SIGKILL'] as const) {
      for (const pid of processesServing(layout.cluster)) signal(pid, name);
      if (await until(gone, 3_000)) break;
    }
  }
  const sockets = socketPaths(layout);
  for (const path of sockets) {
    if (!(await someoneAnswers(path))) continue;
    throw new EmbeddedPostgresError(
      `A PostgreSQL that is not visible from here (in another container?) serves ${layout.cluster}. Stop it first.`,
    );
  }
  // PostgreSQL itself would take a zombie, or a stranger with the same number, for its predecessor.
  if (process.platform !== 'linux' || !gone()) return;
  for (const path of [pidFilePath(layout), ...sockets.flatMap((socket) => [`${socket}.lock`, socket])]) {
    rmSync(path, { force: true });
  }
}

function someoneAnswers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Starts a server and waits until it accepts connections, its recovery after a crash included. */
export async function launch(how: Launch, listening: Listening): Promise<Postmaster> {
  const { layout, binaries, owner, log } = how;
  const argument = clusterArgument(layout.cluster, owner);
  if (argument !== layout.cluster) {
    log.info(`PostgreSQL's user (${owner?.uid}) may not enter ${layout.cluster} by its path: started from inside it`);
  }
  const output = openSync(layout.startupLog, 'w', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(
      binaries.postgres,
      ['-D', argument, ...serverArguments(listening)],
      // A session of its own: Ctrl-C in the terminal is for us to handle, not for PostgreSQL.
      { cwd: layout.cluster, env: serverEnvironment(), stdio: ['ignore', output, output], detached: true, ...owner },
    );
  } finally {
    closeSync(output);
  }
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, name) => resolve({ pid: child.pid ?? 0, code, signal: name }));
  });
  await becomeReady(how, child, ended);
  const pid = child.pid ?? 0;
  return {
    pid,
    listening,
    adopted: false,
    ended,
    stop: async () => {
      await stopProcess(pid);
      await ended;
    },
  };
}

async function becomeReady({ layout, log }: Launch, child: ChildProcess, ended: Promise<Ending>): Promise<void> {
  const end: { ending?: Ending; error?: Error } = {};
  ended.then(
    (ending) => {
      end.ending = ending;
    },
    (error: Error) => {
      end.error = error;
    },
  );
  const settled = () => {
    if (end.ending !== undefined || end.error !== undefined) return true;
    const file = readPidFile(layout);
    return file?.ready === true && file.pid === child.pid;
  };
  if (!(await until(settled, RECOVERY_NOTICE_MS, 5))) {
    log.info('PostgreSQL is still starting: it is recovering what was committed before it was last stopped');
    await until(settled, RECOVERY_TIMEOUT_MS, 50);
  }
  if (end.error !== undefined) throw new EmbeddedPostgresError(`PostgreSQL cannot be run: ${end.error.message}`);
  if (end.ending !== undefined) {
    throw new EmbeddedPostgresError(plainFailure(lastWords(layout), layout, `it ended with ${end.ending.code}`));
  }
  if (!settled()) throw new EmbeddedPostgresError(`PostgreSQL is not ready after ${RECOVERY_TIMEOUT_MS / 60_000} min`);
}

/** What the server last said: on its way up, and in the newest of its log files. */
function lastWords(layout: Layout): string {
  const directory = join(layout.cluster, 'log');
  const read = (path: string) => {
    try {
      return readFileSync(path, 'utf8').slice(-4_000);
    } catch {
      return '';
    }
  };
  let newest = '';
  try {
    const age = (name: string) => statSync(join(directory, name)).mtimeMs;
    newest = readdirSync(directory).toSorted((a, b) => age(b) - age(a))[0] ?? '';
  } catch {
    // It never came so far.
  }
  return `${newest === '' ? '' : read(join(directory, newest))}\n${read(layout.startupLog)}`;
}

/** Fast shutdown (open transactions are rolled back), then an immediate one, then none at all. */
async function stopProcess(pid: number): Promise<void> {
  const gone = () => !isAlive(pid);
  signal(pid, 'SIGINT');
  signal(pid, 'SIGCONT');
  if (await until(gone, FAST_STOP_MS)) return;
  signal(pid, 'SIGQUIT');
  if (await until(gone, IMMEDIATE_STOP_MS)) return;
  signal(pid, 'SIGKILL');
  await until(gone, IMMEDIATE_STOP_MS);
}
