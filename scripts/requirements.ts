/** Programs that npm does not bring: found where they are, installed where we may (root on Debian), else named as missing. */
import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };

/**
 * The newest PostgreSQL that Debian's packages installed, with `bin/` inside: the bench needs its pgbench, and the tests a
 * server that is not the embedded one. Undefined where there is none and it cannot be installed.
 */
export async function obtainDebianPostgres(say: (line: string) => void): Promise<string | undefined> {
  const found = findDebianPostgres();
  if (found || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return found;
  say('installing PostgreSQL from Debian (its programs only; no cluster is created or started)');
  await installDebianPostgres().catch((error: unknown) => say(`it cannot be installed: ${error}`));
  return findDebianPostgres();
}

function findDebianPostgres(): string | undefined {
  const version = (folder: string): number => Number(folder.split('/').at(-1));
  return globSync('/usr/lib/postgresql/*')
    .filter((folder) => existsSync(`${folder}/bin/postgres`) && existsSync(`${folder}/bin/pgbench`))
    .sort((left, right) => version(left) - version(right))
    .at(-1);
}

/** Debian starts a server when it installs one, unless it is told not to while it does. */
async function installDebianPostgres(): Promise<void> {
  const folder = '/etc/postgresql-common/createcluster.d';
  const noCluster = `${folder}/suanpan.conf`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(noCluster, 'create_main_cluster = false\n');
  try {
    await execute('apt-get', ['update'], { env });
    await execute('apt-get', ['install', '-y', '--no-install-recommends', 'postgresql'], { env });
  } finally {
    rmSync(noCluster);
  }
}
