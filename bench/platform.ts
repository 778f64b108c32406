import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ConnectionOptions } from '../src/runtime/database/database.ts';
import type { Ask, LoadOptions, Said, Window } from './load/protocol.ts';

export const administrator = { email: 'bench@example.com', password: 'an administrator for the bench' };

export interface Platform {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts Suanpan as `npm start` does, on an empty database of the given PostgreSQL, and waits until it is ready. */
export async function startPlatform(database: string, dataDir: string): Promise<Platform> {
  const [port, internalPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [fileURLToPath(new URL('../bin/suanpan.mjs', import.meta.url)), 'start'], {
    env: {
      ...process.env,
      DATABASE_URL: database,
      DATA_DIR: dataDir,
      PORT: `${port}`,
      INTERNAL_PORT: `${internalPort}`,
      DEMO: '0',
      RATE_LIMIT: 'off',
      ADMIN_EMAIL: administrator.email,
      ADMIN_PASSWORD: administrator.password,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = outputOf(child);
  const until = performance.now() + 60_000;
  while (!(await isReady(internalPort))) {
    if (child.exitCode !== null || performance.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`the platform did not become ready:\n${output()}`);
    }
    await pause(50);
  }
  return {
    port,
    pid: child.pid ?? 0,
    async stop() {
      if (child.exitCode !== null) throw new Error(`the platform ended by itself:\n${output()}`);
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
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
    kept = (kept + chunk.toString()).slice(-4_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => kept;
}

export interface Load {
  prepare(options: LoadOptions): Promise<void>;
  window(seconds: number): Promise<Window>;
  /** Looks at every order of the windows before: how many were found CONFIRMED, which must be all. */
  verify(): Promise<number>;
  end(): Promise<void>;
}

/** The buyers, in a process of their own. */
export function startLoad(progress: (line: string) => void): Load {
  const child = fork(fileURLToPath(new URL('./load.ts', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const request = <Kind extends Said['said']>(ask: Ask, wanted: Kind): Promise<Extract<Said, { said: Kind }>> =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the load ended with ${code}`));
      const hear = (said: Said): void => {
        if (said.said === 'progress') {
          progress(said.line);
          return;
        }
        child.off('message', hear).off('exit', ended);
        if (said.said === wanted) resolve(said as Extract<Said, { said: Kind }>);
        else reject(new Error(said.said === 'failed' ? said.reason : `the load said ${said.said}`));
      };
      child.on('message', hear).on('exit', ended);
      child.send(ask);
    });
  return {
    prepare: async (options) => void (await request({ ask: 'prepare', options }, 'prepared')),
    window: async (seconds) => (await request({ ask: 'run', seconds }, 'window')).window,
    verify: async () => (await request({ ask: 'verify' }, 'verified')).orders,
    async end() {
      const ended = once(child, 'exit');
      child.send({ ask: 'end' } satisfies Ask);
      await ended;
    },
  };
}

export function urlOf({ host, port, role, password, database }: ConnectionOptions): string {
  const login = `${encodeURIComponent(role)}:${encodeURIComponent(password)}`;
  if (!host.startsWith('/')) return `postgres://${login}@${host}:${port}/${database}`;
  return `postgres://${login}@/${database}?host=${encodeURIComponent(host)}&port=${port}`;
}
