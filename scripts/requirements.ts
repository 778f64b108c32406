/** Programs that npm does not bring: found where they are, installed where we may (root on Debian), else named as missing. */
import { execFile } from 'node:child_process';
import { accessSync, constants, globSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const cache = fileURLToPath(new URL('../.cache/', import.meta.url));

/** The path of pgbench, or why there is none. */
export async function obtainPgbench(say: (line: string) => void): Promise<string> {
  const found = findPgbench();
  if (found) return found;
  if (process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get')) {
    throw new Error('pgbench is not installed; on Debian it is in the package postgresql (apt-get install postgresql)');
  }
  say('pgbench is missing: fetching it from Debian');
  await unpackPgbench();
  const unpacked = findPgbench();
  if (!unpacked) throw new Error('pgbench was not in the package that Debian names as PostgreSQL');
  return unpacked;
}

function findPgbench(): string | undefined {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...globSync('/usr/lib/postgresql/*/bin'),
    ...globSync(`${cache}pgbench/usr/lib/postgresql/*/bin`),
  ];
  return folders.map((folder) => join(folder, 'pgbench')).find(isExecutable);
}

/** Unpacked and not installed: the package is a whole server, which Debian would start. */
async function unpackPgbench(): Promise<void> {
  const folder = join(cache, 'pgbench');
  mkdirSync(folder, { recursive: true });
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await execute('apt-get', ['update'], { env });
  const { stdout } = await execute('apt-cache', ['depends', 'postgresql'], { env });
  const server = /Depends: (postgresql-\d+)/.exec(stdout)?.[1];
  if (!server) throw new Error('Debian names no package for PostgreSQL');
  await execute('apt-get', ['install', '-y', '--no-install-recommends', 'libpq5'], { env });
  await execute('apt-get', ['download', server], { env, cwd: folder });
  const [archive = ''] = globSync(`${folder}/${server}_*.deb`);
  await execute('dpkg-deb', ['--extract', archive, folder]);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
