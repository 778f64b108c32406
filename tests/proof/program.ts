import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, link, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../bin/suanpan.mjs', import.meta.url));
const startMostMs = 60_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `suanpan start` as a process of its own, in a process group of its own as a terminal's foreground job is. */
export interface Program extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** From the launch to the answer that it is up. */
  readonly startMs: number;
  readonly ended: Promise<Ended>;
  /** What it wrote to stderr so far. */
  log(): string;
  kill(signal: NodeJS.Signals): void;
  /** As Ctrl-C in a terminal does: to every process of the group. */
  interrupt(): void;
}

export type Environment = Readonly<Record<string, string>>;

/** The program ended, or was given up, before it said where it listens. */
export class NeverUp extends Error {
  readonly isKilledByItself: boolean;

  constructor(ended: Ended, isGivenUp: boolean, stderr: string) {
    super(`it did not come up: ${JSON.stringify(ended)} ${stderr}`);
    this.isKilledByItself = !isGivenUp && ended.signal === 'SIGKILL';
  }
}

/** Starts it on the folder and waits until it is up. @throws where it ends before that. */
export async function startProgram(
  dataDir: string,
  environment: Environment = {},
  node: string = process.execPath,
): Promise<Program> {
  const startedMs = performance.now();
  const child = spawn(node, [entry, 'start'], {
    env: { ...inherited(), ...quiet, DATA_DIR: dataDir, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code, signal]): Ended => ({ code, signal }));
  const patience = AbortSignal.timeout(startMostMs);
  const url = await readUrl(child.stdout, patience);
  if (url === undefined) {
    // Who ended by itself is not killed, so that its own end is told.
    if (patience.aborted) child.kill('SIGKILL');
    throw new NeverUp(await ended, patience.aborted, stderr);
  }
  const pid = child.pid ?? 0;
  return {
    url,
    pid,
    startMs: performance.now() - startedMs,
    ended,
    log: () => stderr,
    kill: (signal) => void child.kill(signal),
    interrupt: () => void process.kill(-pid, 'SIGINT'),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}

const quiet = { PORT: '0', INTERNAL_PORT: '0', DEMO: '1', RATE_LIMIT: 'off', AUDIT_BOUND: '500ms', LOG_LEVEL: 'warn' };

/** Without what the shell that runs the tests may have set for a platform of its own. */
function inherited(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, XDG_CACHE_HOME } = process.env;
  return { PATH, HOME, TMPDIR, XDG_CACHE_HOME };
}

/** The address that it prints once it is up; undefined where its output ends before, or the signal comes. */
function readUrl(stdout: Readable, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    let url: string | undefined;
    const lines = createInterface({ input: stdout });
    lines.on('line', (line) => {
      url ??= /^\s+API\s+(http:\S+)/.exec(line)?.[1];
      if (line.includes('Ctrl-C')) resolve(url);
    });
    lines.on('close', () => resolve(undefined));
    signal.addEventListener('abort', () => resolve(undefined));
  });
}

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
