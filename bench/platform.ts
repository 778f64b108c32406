import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ConnectionOptions } from '../src/runtime/database/database.ts';

export const administrator = { email: 'bench@example.com', password: 'an administrator for the bench' };

export interface Platform {
  readonly port: number;
  /** What was started; the rest of the platform descends from it. */
  readonly pid: number;
  /** Of each of its processes. */
  readonly internalPorts: readonly number[];
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

/**
 * Starts Suanpan as `npm start` or `suanpan up --split` does, on an empty database of the given PostgreSQL, and waits until it is
 * ready. Without rate limits, and otherwise as it is by default.
 */
export async function startPlatform(
  database: string,
  dataDir: string,
  { amqpUrl, isSplit = false, environment = {} }: PlatformOptions = {},
): Promise<Platform> {
  const [port, internalPort] = [await freePort(), await freePort()];
  const program = fileURLToPath(new URL('../bin/suanpan.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, ...(isSplit ? ['up', '--split'] : ['start'])], {
    env: {
      ...process.env,
      DATABASE_URL: database,
      DATA_DIR: dataDir,
      PORT: `${port}`,
      INTERNAL_PORT: isSplit ? '0' : `${internalPort}`,
      ...(isSplit && { SERVICE_PORT: '0' }),
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
  while (!(isSplit ? output().includes('Ctrl-C ends it.') : await isReady(internalPort))) {
    if (child.exitCode !== null || performance.now() > untilMs) {
      child.kill('SIGKILL');
      throw new Error(`the platform did not become ready:\n${output()}`);
    }
    await pause(50);
  }
  return {
    port,
    pid: child.pid ?? 0,
    internalPorts: isSplit ? internalPortsIn(output()) : [internalPort],
    async stop() {
      if (child.exitCode !== null) throw new Error(`the platform ended by itself:\n${output()}`);
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** From the table that `suanpan up --split` prints: process, pid, port and that of its health. */
export function internalPortsIn(output: string): number[] {
  return [...output.matchAll(/^ +[a-z-]+(?:-\d+)? +\d+ +\d+ +(\d+)$/gm)].map(([, port]) => Number(port));
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
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
