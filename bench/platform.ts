import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ConnectionOptions } from '../src/runtime/database/database.ts';

export const administrator = { email: 'bench@example.com', password: 'an administrator for the bench' };

/** Where a platform is. */
interface Place {
  readonly port: number;
  /** Of each of its processes. */
  readonly internalPorts: readonly number[];
}

export interface Platform extends Place {
  /** What was started; the rest of the platform descends from it. */
  readonly pid: number;
  stop(): Promise<void>;
}

export interface PlatformOptions {
  /** A RabbitMQ that carries the messages. */
  readonly amqpUrl?: string;
  /** Each service in a process of its own. */
  readonly isSplit?: boolean;
  /** Further settings. */
  readonly environment?: Readonly<Record<string, string>>;
}

const startMostMs = 120_000;
const root = fileURLToPath(new URL('..', import.meta.url));

/** What `npm start` gives to Node before the program. */
export function flagsOfNode(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: { start: string } };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

/**
 * The platform takes ports as it listens: one that was free before may be taken by then, even by a connection of its own. The
 * processes of a split one are told theirs beforehand: from here on, below what a kernel gives to connections by itself.
 */
const ports = {
  one: { PORT: '0', INTERNAL_PORT: '0' },
  split: { PORT: '0', INTERNAL_PORT: '20000', SERVICE_PORT: '20000' },
} as const;

/**
 * Starts Suanpan as `npm start` or `suanpan up --split` does, on an empty database of the given PostgreSQL, and waits until it is
 * ready. Without rate limits, and otherwise as it is by default.
 */
export async function startPlatform(
  database: string,
  dataDir: string,
  { amqpUrl, isSplit = false, environment = {} }: PlatformOptions = {},
): Promise<Platform> {
  const program = `${root}bin/suanpan.mjs`;
  const argv = isSplit ? [program, 'up', '--split'] : [...flagsOfNode(), program, 'start'];
  const child = spawn(process.execPath, argv, {
    env: {
      ...process.env,
      DATABASE_URL: database,
      DATA_DIR: dataDir,
      ...(isSplit ? ports.split : ports.one),
      ...(amqpUrl !== undefined && { AMQP_URL: amqpUrl }),
      DEMO: '0',
      RATE_LIMIT: 'off',
      ADMIN_EMAIL: administrator.email,
      ADMIN_PASSWORD: administrator.password,
      ...environment,
    },
    // By the channel it sees us die. In a group of its own: a Ctrl-C in the terminal is ours to pass on, in order.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  const output = outputOf(child);
  const untilMs = performance.now() + startMostMs;
  let place: Place | undefined;
  while (!place || !(await isReady(place))) {
    if (child.exitCode !== null || performance.now() > untilMs) {
      child.kill('SIGKILL');
      throw new Error(`the platform did not become ready:\n${output()}`);
    }
    await pause(50);
    place ??= placeIn(output());
  }
  return {
    ...place,
    pid: child.pid ?? 0,
    async stop() {
      if (child.exitCode !== null) throw new Error(`the platform ended by itself:\n${output()}`);
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Where a platform says that it is, once it is up; a split one has a table: process, pid, port and that of its health. */
export function placeIn(output: string): Place | undefined {
  const [, port] = /^ +API +http:\/\/localhost:(\d+)$/m.exec(output) ?? [];
  const [, health] = /^ +health +http:\/\/localhost:(\d+)\/readyz$/m.exec(output) ?? [];
  if (!port || !health || !output.includes('Ctrl-C ends it.')) return undefined;
  const table = [...output.matchAll(/^ +[a-z-]+(?:-\d+)? +\d+ +\d+ +(\d+)$/gm)].map(([, internal]) => internal);
  return { port: Number(port), internalPorts: (table.length > 0 ? table : [health]).map(Number) };
}

async function isReady({ internalPorts }: Place): Promise<boolean> {
  const answers = internalPorts.map((port) => fetch(`http://127.0.0.1:${port}/readyz`));
  return Promise.all(answers).then(
    (told) => told.every(({ ok }) => ok),
    () => false,
  );
}

/** The last of what a program said, for when it fails. */
function outputOf(child: ChildProcess): () => string {
  let kept = '';
  const keep = (chunk: Buffer): void => {
    kept = (kept + chunk.toString()).slice(-8_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => kept;
}

export function urlOf({ host, port, role, password, database }: ConnectionOptions): string {
  const login = `${encodeURIComponent(role)}:${encodeURIComponent(password)}`;
  if (!host.startsWith('/')) return `postgres://${login}@${host}:${port}/${database}`;
  return `postgres://${login}@/${database}?host=${encodeURIComponent(host)}&port=${port}`;
}
