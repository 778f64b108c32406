import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { classify } from '../../src/runtime/database/failure.ts';
import { CuttingProxy } from '../support/cutting-proxy.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';

let fresh: FreshDatabase;
let direct: Database;
let proxy: CuttingProxy;
let port: number;
let database: Database;

beforeAll(async () => {
  fresh = await freshDatabase();
  direct = connect(fresh.owner);
  await direct.query('CREATE TABLE entries (id int PRIMARY KEY)');
  proxy = new CuttingProxy(fresh.owner);
  port = await proxy.listen();
  database = connect({ ...fresh.owner, host: '127.0.0.1', port });
});

afterAll(async () => {
  await database.close();
  await proxy.close();
  await direct.close();
  await fresh.drop();
});

async function isThere(id: number): Promise<boolean> {
  const { count } = await direct.query('SELECT 1 FROM entries WHERE id = $1', [id]);
  return count === 1;
}

describe('a transaction', () => {
  test('whose statements are not awaited sends COMMIT before anything was answered', async () => {
    await database.ping();
    proxy.mute = true;
    await database.transaction((transaction) => {
      transaction.query('INSERT INTO entries VALUES ($1)', [10]);
      transaction.query('INSERT INTO entries VALUES ($1)', [11]);
    });
    expect(proxy.mute).toBe(false);
    expect(await isThere(11)).toBe(true);
  });
});

describe('a connection that is lost', () => {
  test('after COMMIT was sent leaves the commit unknown: it happened', async () => {
    proxy.cut = 'before the client hears of it';
    const attempt = database.transaction((transaction) => {
      transaction.query('INSERT INTO entries VALUES (1)');
    });
    expect(classify(await attempt.catch((caught: unknown) => caught))).toBe('unknown-commit');
    expect(await isThere(1)).toBe(true);
  });

  test('after COMMIT was sent leaves the commit unknown: it did not happen', async () => {
    proxy.cut = 'before the server hears COMMIT';
    const attempt = database.transaction(async (transaction) => {
      await transaction.query('INSERT INTO entries VALUES (2)');
    });
    expect(classify(await attempt.catch((caught: unknown) => caught))).toBe('unknown-commit');
    expect(await isThere(2)).toBe(false);
  });

  test('while the work was still asking is known not to have committed', async () => {
    proxy.cut = 'with the first insert';
    const attempt = database.transaction(async (transaction) => {
      await transaction.query('SELECT 1');
      await transaction.query('INSERT INTO entries VALUES (3)');
    });
    expect(classify(await attempt.catch((caught: unknown) => caught))).toBe('infrastructure');
    expect(await isThere(3)).toBe(false);
  });

  test('when the server had refused a statement before COMMIT is known not to have committed', async () => {
    proxy.cut = 'before the server hears COMMIT';
    const attempt = database.transaction(async (transaction) => {
      await transaction.query('INSERT INTO entries VALUES (1)').catch(() => undefined);
    });
    expect(await attempt.catch((caught: unknown) => caught)).toMatchObject({ code: '23505' });
  });

  test('is replaced: the next transaction works', async () => {
    proxy.cut = undefined;
    await database.transaction((transaction) => {
      transaction.query('INSERT INTO entries VALUES (4)');
    });
    expect(await isThere(4)).toBe(true);
  });

  test('on a dedicated connection is told the same way, and replaced', async () => {
    const writer = database.dedicated('writer');
    await writer.transaction((transaction) => transaction.query('SELECT 1'));
    proxy.cut = 'before the client hears of it';
    const attempt = writer.transaction((transaction) => {
      transaction.query('INSERT INTO entries VALUES (5)');
    });
    expect(classify(await attempt.catch((caught: unknown) => caught))).toBe('unknown-commit');
    proxy.cut = undefined;
    expect(await isThere(5)).toBe(true);
    await writer.transaction((transaction) => {
      transaction.query('INSERT INTO entries VALUES (6)');
    });
    expect(await isThere(6)).toBe(true);
  });

  test('is one on which the server says nothing any more, though nobody closed it', async () => {
    const impatient = connect({
      ...fresh.owner,
      host: '127.0.0.1',
      port,
      statementTimeoutMs: 100,
      answerGraceMs: 200,
    });
    await impatient.ping();
    // That nothing is said where nothing is asked is well, however long.
    await direct.query('SELECT pg_sleep(0.5)');
    proxy.mute = true;
    const attempt = await impatient.query('SELECT 1').catch((caught: unknown) => caught);
    proxy.mute = false;
    expect(classify(attempt)).toBe('infrastructure');
    expect(String(attempt)).toContain('said nothing for 300 ms');
    // Another connection takes its place.
    await impatient.ping();
    await impatient.close();
  });

  test('to nowhere is nobody’s fault, for statements, transactions and the ping', async () => {
    const nowhere = connect({ ...fresh.owner, host: '127.0.0.1', port: 1 });
    for (const attempt of [
      () => nowhere.query('SELECT 1'),
      () => nowhere.transaction(() => 1),
      () => nowhere.dedicated('writer').transaction(() => 1),
      () => nowhere.ping(),
    ]) {
      expect(classify(await attempt().catch((caught: unknown) => caught))).toBe('infrastructure');
    }
    await nowhere.close();
  });
});
