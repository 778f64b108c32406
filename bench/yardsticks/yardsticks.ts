import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import type { ConnectionOptions } from '../../src/runtime/database/database.ts';
import { measureCommitMs } from './commit.ts';

const run = promisify(execFile);
const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const database = 'yardstick';

/** As libpq wants it, for pgbench and for `pg`. */
function environmentOf({ host, port, role, password }: ConnectionOptions): Record<string, string> {
  return { PGHOST: host, PGPORT: `${port}`, PGUSER: role, PGPASSWORD: password, PGDATABASE: database };
}

/** Milliseconds until one row is stored for good: see commit.ts. */
export function measureCommit(admin: ConnectionOptions, seconds: number): Promise<number> {
  const { host, port, role, password } = admin;
  return measureCommitMs({ host, port, user: role, password, database }, seconds);
}

function clientOf({ host, port, role, password }: ConnectionOptions, name: string): pg.Client {
  return new pg.Client({ host, port, user: role, password, database: name });
}

export async function makeYardsticks(admin: ConnectionOptions): Promise<void> {
  const client = clientOf(admin, 'postgres');
  await client.connect();
  await client.query(`drop database if exists ${database}`);
  await client.query(`create database ${database}`);
  await client.end();
}

/** Empty tables, and a checkpoint behind us: nobody pays for what another one wrote. */
async function reset(admin: ConnectionOptions): Promise<void> {
  const client = clientOf(admin, database);
  await client.connect();
  await client.query(readFileSync(pathOf('schema.sql'), 'utf8'));
  await client.query('checkpoint');
  await client.end();
}

/** Orders per second of `naive.sql`, one order at a time in each of 32 connections. */
export async function measureNaive(
  admin: ConnectionOptions,
  pgbench: string,
  seconds: number,
  signal?: AbortSignal,
): Promise<number> {
  await reset(admin);
  const script = ['-n', '-M', 'prepared', '-c', '32', '-j', '2', '-T', `${seconds}`, '-f', pathOf('naive.sql')];
  const { stdout } = await run(pgbench, script, {
    env: { ...process.env, ...environmentOf(admin) },
    ...(signal && { signal }),
  });
  return ordersPerSecondIn(stdout);
}

/** One transaction of pgbench's script is one order, however often it commits. */
export function ordersPerSecondIn(report: string): number {
  const rate = /^tps = ([\d.]+)/m.exec(report)?.[1];
  const failed = Number(/^number of failed transactions: (\d+)/m.exec(report)?.[1] ?? 0);
  if (rate === undefined || failed > 0) throw new Error(`pgbench did not measure:\n${report}`);
  return Number(rate);
}

/** Orders per second of `ceiling.ts`. */
export async function measureCeiling(admin: ConnectionOptions, seconds: number, signal?: AbortSignal): Promise<number> {
  await reset(admin);
  const { stdout } = await run(process.execPath, [pathOf('ceiling.ts'), `${seconds}`], {
    env: { ...process.env, ...environmentOf(admin) },
    ...(signal && { signal }),
  });
  return (JSON.parse(stdout) as { ordersPerSecond: number }).ordersPerSecond;
}

export async function checkpoint(admin: ConnectionOptions): Promise<void> {
  const client = clientOf(admin, 'postgres');
  await client.connect();
  await client.query('checkpoint');
  await client.end();
}

export async function serverVersion(admin: ConnectionOptions): Promise<string> {
  const client = clientOf(admin, 'postgres');
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>('show server_version');
  await client.end();
  return rows[0]?.server_version ?? 'unknown';
}
