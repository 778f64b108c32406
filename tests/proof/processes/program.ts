import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { systemScheduler } from '../../../src/runtime/seams/scheduler.ts';

const entry = fileURLToPath(new URL('../../../bin/suanpan.mjs', import.meta.url));
const startMostMs = 60_000;
const readyPollMs = 25;
const scheduler = systemScheduler();

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `suanpan` as a process of its own, in a process group of its own as a terminal's foreground job is. */
export interface Program extends AsyncDisposable {
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

/** The program ended, or was given up, before it was up. */
export class NeverUp extends Error {
  readonly isKilledByItself: boolean;

  constructor(ended: Ended, isGivenUp: boolean, stderr: string) {
    super(`it did not come up: ${JSON.stringify(ended)} ${stderr}`);
    this.isKilledByItself = !isGivenUp && ended.signal === 'SIGKILL';
  }
}

/** `suanpan start` on the folder, up. @throws NeverUp */
export async function startProgram(
  dataDir: string,
  environment: Environment = {},
  node: string = process.execPath,
): Promise<Program & { readonly url: string }> {
  let url: string | undefined;
  const program = await launch(
    ['start'],
    { PORT: '0', INTERNAL_PORT: '0', DATA_DIR: dataDir, ...environment },
    node,
  )(async (stdout, signal) => {
    url = await readUrl(stdout, signal);
    return url !== undefined;
  });
  return { ...program, url: url ?? '' };
}

/** `suanpan` with these arguments, ready by the word of its INTERNAL_PORT. @throws NeverUp */
export function startReady(args: readonly string[], environment: Environment & { INTERNAL_PORT: string }) {
  return launch(
    args,
    environment,
    process.execPath,
  )((stdout, signal) => {
    stdout.resume();
    return untilReady(environment.INTERNAL_PORT, signal);
  });
}

/** So that starts cost a third of the time: what Node makes of the program's files, written when it ends in an orderly way. */
export async function fillCompileCache(folder: string): Promise<Environment> {
  const environment = { NODE_COMPILE_CACHE: folder };
  const child = spawn(process.execPath, [entry, '--version'], {
    env: { ...inherited(), ...environment },
    stdio: 'ignore',
  });
  await once(child, 'close');
  return environment;
}

/** Starts it; what is handed in tells when it is up, and gives up when the signal aborts or the process has ended. */
function launch(args: readonly string[], environment: Environment, node: string) {
  return async (isUp: (stdout: Readable, signal: AbortSignal) => Promise<boolean>): Promise<Program> => {
    const startedMs = performance.now();
    const child = spawn(node, [entry, ...args], {
      env: { ...inherited(), ...quiet, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const ended = once(child, 'close').then(([code, signal]): Ended => ({ code, signal }));
    const patience = AbortSignal.timeout(startMostMs);
    const exited = new AbortController();
    void ended.then(() => exited.abort());
    if (!(await isUp(child.stdout, AbortSignal.any([patience, exited.signal])))) {
      // Who ended by itself is not killed, so that its own end is told.
      if (patience.aborted) child.kill('SIGKILL');
      throw new NeverUp(await ended, patience.aborted, stderr);
    }
    const pid = child.pid ?? 0;
    return {
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
  };
}

const quiet = { DEMO: '1', RATE_LIMIT: 'off', AUDIT_BOUND: '500ms', LOG_LEVEL: 'warn' };

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

async function untilReady(port: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if (await isReady(port)) return true;
    await scheduler.wait(readyPollMs, signal);
  }
  return false;
}

export function isReady(port: string): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    async (reply) => {
      await reply.text();
      return reply.ok;
    },
    () => false,
  );
}
