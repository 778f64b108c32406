import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type ConnectionOptions, connect, type Database } from '../../src/runtime/database/database.ts';
import { type EmbeddedPostgres, startEmbedded } from '../../src/runtime/database/embedded/embedded.ts';
import { classify } from '../../src/runtime/database/failure.ts';

/** These tests share a folder, as the starts of one shop do: what one leaves behind, the next one finds. */
const home = mkdtempSync(join(tmpdir(), 'suanpan-embedded-'));
const dataDir = join(home, 'data');
const said: string[] = [];
const log = {
  info: (message: string) => said.push(message),
  warn: (message: string) => said.push(message),
  error: (message: string) => said.push(message),
};
const running = new Set<EmbeddedPostgres>();
const children = new Set<ChildProcess>();

async function start(directory = dataDir): Promise<EmbeddedPostgres> {
  const postgres = await startEmbedded({ dataDir: directory, log });
  running.add(postgres);
  return postgres;
}

interface Report {
  readonly admin: ConnectionOptions;
  readonly pid: number;
  readonly adopted: boolean;
  readonly refused?: string;
}

async function startInAnotherProcess(): Promise<{ child: ChildProcess; report: Report }> {
  const script = fileURLToPath(new URL('./embedded-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  for await (const line of createInterface({ input: child.stdout })) return { child, report: JSON.parse(line) };
  throw new Error('The other process said nothing');
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

async function using<T>(admin: ConnectionOptions, work: (database: Database) => Promise<T>): Promise<T> {
  const database = connect(admin);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function answering(database: Database): Promise<void> {
  for (;;) {
    const error = await database.ping().catch((caught: unknown) => caught);
    if (error === undefined) return;
    expect(classify(error)).toBe('infrastructure');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Kills the server and waits until another one is there. A backend of the old one may answer for moments more. */
async function killed(postgres: EmbeddedPostgres): Promise<void> {
  const { pid } = postgres;
  const exit = new Promise<number>((tell) => postgres.onExit((ending) => tell(ending.pid)));
  process.kill(pid, 'SIGKILL');
  expect(await exit).toBe(pid);
  while (postgres.pid === pid) await new Promise((resolve) => setImmediate(resolve));
}

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  for (const postgres of running) await postgres.stop();
  running.clear();
  said.length = 0;
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('the embedded PostgreSQL', () => {
  test('starts on a folder that was not there, and keeps what was committed over a stop', async () => {
    const first = await start();
    await using(first.admin, async (database) => {
      await database.query('CREATE TABLE kept (id int)');
      await database.query('INSERT INTO kept VALUES (1)');
      const { rows } = await database.query(
        `SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS pages,
          current_setting('synchronous_commit') AS commits, current_setting('data_checksums') AS checksums`,
      );
      expect(rows).toEqual([{ fsync: 'on', pages: 'on', commits: 'on', checksums: 'on' }]);
    });
    await first.stop();
    expect(existsSync(join(dataDir, 'postgres/postmaster.pid'))).toBe(false);
    const second = await start();
    expect(second.adopted).toBe(false);
    await using(second.admin, async (database) => {
      expect(await database.query('SELECT id FROM kept')).toEqual({ rows: [{ id: 1 }], count: 1 });
    });
  });

  test('lets nobody in without the password, which only its user can read', async () => {
    const { admin } = await start();
    expect(statSync(join(dataDir, 'postgres.password')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'postgres')).mode & 0o777).toBe(0o700);
    await using({ ...admin, password: 'guess' }, async (database) => {
      await expect(database.ping()).rejects.toMatchObject({ code: '28P01' });
    });
  });

  test('refuses a second start on the same data in this process and in another, naming who has it and where', async () => {
    await start();
    const words = `The data in ${dataDir} is in use by another Suanpan (process ${process.pid}).`;
    await expect(start()).rejects.toThrow(words);
    const { report, child } = await startInAnotherProcess();
    expect(report.refused).toContain(words);
    if (child.exitCode === null) await ended(child);
    expect(child.exitCode).toBe(0);
  });

  test('refuses a second start while another process has the data, and is free once that has stopped', async () => {
    const { child } = await startInAnotherProcess();
    await expect(start()).rejects.toThrow(`(process ${child.pid})`);
    child.kill('SIGTERM');
    await ended(child);
    expect((await start()).adopted).toBe(false);
  });

  test('comes back by itself after kill -9, with every acknowledged row, and pools find it again', async () => {
    const postgres = await start();
    await using(postgres.admin, async (database) => {
      await database.query('CREATE TABLE acknowledged (id int PRIMARY KEY)');
      const acknowledged: number[] = [];
      const { promise: enough, resolve } = Promise.withResolvers<void>();
      let alive = true;
      const writing = Promise.all(
        [0, 1, 2, 3].map(async (lane) => {
          for (let id = lane; alive; id += 4) {
            const insert = (): Promise<void> =>
              database.transaction((transaction) => {
                transaction.query('INSERT INTO acknowledged VALUES ($1)', [id]);
              });
            const error = await insert().catch((caught: unknown) => caught);
            if (error !== undefined) return classify(error);
            acknowledged.push(id);
            if (acknowledged.length === 200) resolve();
          }
          return 'unharmed';
        }),
      );
      await enough;
      await killed(postgres);
      await answering(database);
      alive = false;
      for (const outcome of await writing) expect(['infrastructure', 'unknown-commit', 'unharmed']).toContain(outcome);
      const { rows } = await database.query<{ id: number }>('SELECT id FROM acknowledged');
      const found = new Set(rows.map(({ id }) => id));
      expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
    });
    expect(said.filter((message) => /ended by itself \(SIGKILL\); starting it again/.test(message))).toHaveLength(1);
    expect(said.at(-1)).toMatch(/PostgreSQL is back \(process \d+\)/);
  });

  test('outlives a kill -9 of its parent, and the next start takes it over', async () => {
    const { child, report } = await startInAnotherProcess();
    await using(report.admin, async (database) => {
      await database.query('CREATE TABLE handed_over AS SELECT 7 AS id');
    });
    child.kill('SIGKILL');
    await ended(child);
    const postgres = await start();
    expect({ pid: postgres.pid, adopted: postgres.adopted }).toEqual({ pid: report.pid, adopted: true });
    await using(postgres.admin, async (database) => {
      expect((await database.query('SELECT id FROM handed_over')).rows).toEqual([{ id: 7 }]);
    });
    await postgres.stop();
    expect(existsSync(join(dataDir, 'postgres/postmaster.pid'))).toBe(false);
  });

  test('that was taken over comes back after kill -9 like any other', async () => {
    const { child } = await startInAnotherProcess();
    child.kill('SIGKILL');
    await ended(child);
    const postgres = await start();
    expect(postgres.adopted).toBe(true);
    await killed(postgres);
    await using(postgres.admin, answering);
  });

  test('recovers when it was killed together with its parent', async () => {
    const { child, report } = await startInAnotherProcess();
    await using(report.admin, (database) => database.query('CREATE TABLE survivor AS SELECT 1 AS id'));
    child.kill('SIGKILL');
    process.kill(report.pid, 'SIGKILL');
    await ended(child);
    const postgres = await start();
    expect(postgres.adopted).toBe(false);
    await using(postgres.admin, async (database) => {
      expect((await database.query('SELECT id FROM survivor')).count).toBe(1);
    });
  });

  test('is not fooled by a lock file and a pid file whose numbers now belong to somebody else', async () => {
    await (await start()).stop();
    writeFileSync(join(dataDir, 'suanpan.lock'), JSON.stringify({ pid: process.pid, identity: 'another boot/1' }));
    writeFileSync(join(dataDir, 'postgres/postmaster.pid'), `${process.pid}\n${dataDir}\n1\n5432\n.\n\n\nready\n`);
    const postgres = await start();
    expect(postgres.adopted).toBe(false);
    await using(postgres.admin, answering);
  });

  test('starts after a first start that was killed in the middle of creating the cluster', async () => {
    const directory = join(home, 'half');
    mkdirSync(join(directory, 'postgres.1.new/base'), { recursive: true });
    writeFileSync(join(directory, 'postgres.password'), 'from-the-first-try\n', { mode: 0o600 });
    const postgres = await start(directory);
    expect(postgres.admin.password).toBe('from-the-first-try');
    expect(existsSync(join(directory, 'postgres.1.new'))).toBe(false);
  });

  test('stops one that an earlier version left, which listened on its socket only', async () => {
    const { child, report } = await startInAnotherProcess();
    child.kill('SIGKILL');
    await ended(child);
    const pidFile = join(dataDir, 'postgres/postmaster.pid');
    writeFileSync(pidFile, readFileSync(pidFile, 'utf8').replace('127.0.0.1', ''));
    const postgres = await start();
    expect(postgres.adopted).toBe(false);
    expect(postgres.pid).not.toBe(report.pid);
    await using(postgres.admin, answering);
  });

  test('listens on the loopback interface, on a port that the system gives to nobody else', async () => {
    const { admin } = await start();
    await using(admin, async (database) => {
      expect(await settingOf(database, 'listen_addresses')).toBe('127.0.0.1');
      expect(await settingOf(database, 'unix_socket_directories')).toBe('.');
    });
    expect(admin.port).toBeLessThan(32_768);
  });

  test('has no socket where the folder’s path is too long for one', async () => {
    const { admin } = await start(join(home, 'deep'.repeat(30)));
    await using(admin, async (database) => expect(await settingOf(database, 'unix_socket_directories')).toBe(''));
  });
});

async function settingOf(database: Database, name: string): Promise<string | undefined> {
  const { rows } = await database.query<{ value: string }>('SELECT current_setting($1) AS value', [name]);
  return rows[0]?.value;
}

describe('a folder it cannot use', () => {
  test('of another major version is refused, and left alone', async () => {
    const versionFile = join(dataDir, 'postgres/PG_VERSION');
    const version = readFileSync(versionFile, 'utf8');
    writeFileSync(versionFile, '17\n');
    await expect(start()).rejects.toThrow(/was written by PostgreSQL 17, and this Suanpan brings 18\.\d+/);
    writeFileSync(versionFile, version);
    await start();
  });

  test('that is a file is refused', async () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    await expect(start(file)).rejects.toThrow(`The data cannot be kept in ${file}: it is a file`);
    await expect(start(join(file, 'data'))).rejects.toThrow('a part of its path is a file');
  });

  test('without its password file is refused with what to do', async () => {
    const passwordFile = join(dataDir, 'postgres.password');
    const password = readFileSync(passwordFile);
    rmSync(passwordFile);
    await expect(start()).rejects.toThrow(`${passwordFile} is missing or empty`);
    writeFileSync(passwordFile, password, { mode: 0o600 });
    await start();
  });

  test('with a broken cluster is refused with PostgreSQL’s own reason', async () => {
    const control = join(dataDir, 'postgres/global/pg_control');
    const content = readFileSync(control);
    writeFileSync(control, content.subarray(0, 100));
    await expect(start()).rejects.toThrow(/PostgreSQL cannot start on .*pg_control/);
    writeFileSync(control, content);
    await start();
  });
});

describe.runIf(process.getuid?.() === 0)('started as root', () => {
  test('works on a folder that only root can enter', async () => {
    const secluded = join(home, 'secluded');
    mkdirSync(secluded, { mode: 0o700 });
    chmodSync(secluded, 0o700);
    const directory = join(secluded, 'data');
    const postgres = await start(directory);
    expect(said.join()).toContain('may not enter');
    expect(statSync(join(directory, 'postgres')).uid).not.toBe(0);
    await using(postgres.admin, async (database) => {
      await database.query('CREATE TABLE kept AS SELECT 1 AS id');
      await database.query('CREATE DATABASE another');
      await killed(postgres);
      await answering(database);
      expect((await database.query('SELECT id FROM kept')).count).toBe(1);
    });
  });
});
