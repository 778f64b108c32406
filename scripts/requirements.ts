/** Programs that npm does not bring: found where they are, installed where we may (root on Debian), else named as missing. */
import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { findRabbitmq } from '../src/runtime/bus/rabbitmq/own-broker-program.ts';

type Say = (line: string) => void;

const execute = promisify(execFile);
const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };

/**
 * The newest PostgreSQL that Debian's packages installed, with `bin/` inside: the bench needs its pgbench, and the tests a
 * server that is not the embedded one. Undefined where there is none and it cannot be installed.
 */
export async function obtainDebianPostgres(say: Say): Promise<string | undefined> {
  const found = findDebianPostgres();
  if (found || !canInstall()) return found;
  say('installing PostgreSQL from Debian (its programs only; no cluster is created or started)');
  await installPostgres().catch((error: unknown) => say(`it cannot be installed: ${error}`));
  return findDebianPostgres();
}

/**
 * RabbitMQ's program: the tests start brokers of their own with it. Undefined where there is none and it cannot be installed;
 * what needs it is skipped then, by name.
 */
export async function obtainRabbitmq(say: Say): Promise<string | undefined> {
  const found = findRabbitmq();
  if (found || !canInstall()) return found;
  say('installing RabbitMQ from Debian (its programs only; no broker is started, now or at the next boot)');
  await installRabbitmq().catch((error: unknown) => say(`it cannot be installed: ${error}`));
  return findRabbitmq();
}

const chromiums = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function findChromium(): string | undefined {
  return chromiums.find((path) => existsSync(path));
}

/**
 * A browser to look at the pages with, and a font that has Chinese. Undefined where there is none and it cannot be installed; what
 * needs it is skipped then, by name.
 */
export async function obtainChromium(say: Say): Promise<string | undefined> {
  const found = findChromium();
  if (found || !canInstall()) return found;
  say('installing Chromium and a Chinese font from Debian, to look at the pages with');
  await install('chromium', 'fonts-wqy-zenhei').catch((error: unknown) => say(`it cannot be installed: ${error}`));
  return findChromium();
}

function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

function findDebianPostgres(): string | undefined {
  const version = (folder: string): number => Number(folder.split('/').at(-1));
  return globSync('/usr/lib/postgresql/*')
    .filter((folder) => existsSync(`${folder}/bin/postgres`) && existsSync(`${folder}/bin/pgbench`))
    .sort((left, right) => version(left) - version(right))
    .at(-1);
}

/** Debian starts a server when it installs one, unless it is told not to while it does. */
async function installPostgres(): Promise<void> {
  const folder = '/etc/postgresql-common/createcluster.d';
  const noCluster = `${folder}/suanpan.conf`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(noCluster, 'create_main_cluster = false\n');
  try {
    await install('postgresql');
  } finally {
    rmSync(noCluster);
  }
}

/** RabbitMQ's package asks invoke-rc.d(8), and that asks this file. Containers mostly have one that says no already. */
async function installRabbitmq(): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await install('rabbitmq-server');
    await execute('update-rc.d', ['rabbitmq-server', 'disable'], { env });
  } finally {
    if (isOurs) rmSync(policy);
  }
}

let lists: Promise<unknown> | undefined;

async function install(...names: readonly string[]): Promise<void> {
  lists ??= execute('apt-get', ['update'], { env });
  await lists;
  await execute('apt-get', ['install', '-y', '--no-install-recommends', ...names], { env });
}
