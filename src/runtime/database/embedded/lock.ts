import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { secretBytes } from '../scram.ts';
import { EmbeddedPostgresError } from './log.ts';
import { identityOf, pause } from './processes.ts';

interface Holder {
  readonly pid: number;
  readonly identity: string;
}

export interface DirectoryLock {
  release(): void;
}

/**
 * Makes this process the only Suanpan on a folder, for as long as it lives and no longer. On Linux the kernel keeps
 * the lock (a socket in the abstract namespace, unix(7), gone with the process); the file beside it names the holder
 * to whoever comes second, and is the lock where there is no such namespace, or another one.
 *
 * @throws EmbeddedPostgresError naming the process that has it
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const path = join(directory, 'suanpan.lock');
  const guard = await bindGuard(directory);
  if (guard === 'taken') {
    // Whoever bound it a moment ago may not have written its name yet.
    for (let tries = 0; tries < 20 && liveHolder(path) === undefined; tries += 1) await pause(10);
    throw inUse(directory, liveHolder(path));
  }
  try {
    takeFile(directory, path);
  } catch (error) {
    guard?.close();
    throw error;
  }
  return {
    release: () => {
      if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true });
      guard?.close();
    },
  };
}

function takeFile(directory: string, path: string): void {
  const mine = `${path}.${secretBytes(6).toString('hex')}`;
  const holder: Holder = { pid: process.pid, identity: identityOf(process.pid) ?? '' };
  writeFileSync(mine, `${JSON.stringify(holder)}\n`, { mode: 0o644 });
  try {
    for (;;) {
      try {
        linkSync(mine, path);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const other = liveHolder(path);
      if (other !== undefined) throw inUse(directory, other);
      // Its process is gone. Moved away, not removed: of two that see it, only one moves it.
      const stale = `${mine}.stale`;
      try {
        renameSync(path, stale);
        rmSync(stale);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function bindGuard(directory: string): Promise<Server | 'taken' | undefined> {
  if (process.platform !== 'linux') return Promise.resolve(undefined);
  const { dev, ino } = statSync(directory);
  const server = createServer((socket) => socket.destroy());
  server.unref();
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE' ? 'taken' : undefined));
    server.listen(`\0suanpan/${dev}/${ino}`, () => resolve(server));
  });
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function liveHolder(path: string): Holder | undefined {
  const holder = readHolder(path);
  return holder !== undefined && identityOf(holder.pid) === holder.identity ? holder : undefined;
}

function inUse(directory: string, holder: Holder | undefined): EmbeddedPostgresError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid}`;
  return new EmbeddedPostgresError(
    `The data in ${directory} is in use by another Suanpan (${who}). Stop that one first, or choose another DATA_DIR.`,
  );
}
