import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/runtime/database/database.ts';
import { classify } from '../../src/runtime/database/failure.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';

let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await freshDatabase();
});

afterAll(() => fresh.drop());

describe('prepared statements', () => {
  test('are planned anew as they come to be sent more often, for tables that have grown meanwhile', async () => {
    const single = connect({ ...fresh.owner, poolSize: 1 });
    await single.query('CREATE TABLE grown (id text PRIMARY KEY) WITH (autovacuum_enabled = off)');
    const grow = (to: number) =>
      single.query(`INSERT INTO grown SELECT i::text FROM generate_series(1, ${to}) AS i ON CONFLICT DO NOTHING`);
    const look = async (times: number) => {
      for (let time = 0; time < times; time += 1)
        await single.query('SELECT * FROM grown WHERE id = ANY($1)', [['3', '7']]);
    };
    const scans = async () => {
      await single.query('SELECT pg_stat_force_next_flush()');
      const { rows } = await single.query<{ whole: bigint }>(
        "SELECT seq_scan AS whole FROM pg_stat_user_tables WHERE relname = 'grown'",
      );
      return rows[0]?.whole;
    };

    await grow(10);
    await single.query('ANALYZE grown');
    await look(9);
    const whileSmall = await scans();
    expect(whileSmall).toBeGreaterThanOrEqual(9n);
    await grow(20_000);
    await look(20);
    expect(await scans()).toBe(whileSmall);
    await single.close();
  });

  test('one text twice in flight on a new connection is parsed once', async () => {
    const single = connect({ ...fresh.owner, poolSize: 1 });
    const text = 'SELECT $1::int AS n';
    const results = await single.transaction((transaction) =>
      Promise.all([transaction.query(text, [1]), transaction.query(text, [2])]),
    );
    expect(results.map(({ rows }) => rows)).toEqual([[{ n: 1 }], [{ n: 2 }]]);
    const prepared = await single.query('SELECT count(*) AS count FROM pg_prepared_statements WHERE statement = $1', [
      text,
    ]);
    expect(prepared.rows).toEqual([{ count: 1n }]);
    await single.close();
  });

  test('a text that cannot be parsed fails each time for its own reason, until it can', async () => {
    const single = connect({ ...fresh.owner, poolSize: 1 });
    const text = 'SELECT leaves FROM caddy';
    for (let round = 0; round < 2; round += 1) {
      const attempt = single.transaction((transaction) => {
        transaction.query(text);
        transaction.query(text);
      });
      await expect(attempt).rejects.toMatchObject({ code: '42P01' });
    }
    await single.query('CREATE TABLE caddy (leaves int)');
    expect(await single.query(text)).toEqual({ rows: [], count: 0 });
    await single.close();
  });

  test('a statement whose columns were migrated away asks for repetition, and the repetition works', async () => {
    const [single, other] = [connect({ ...fresh.owner, poolSize: 1 }), connect({ ...fresh.owner, poolSize: 1 })];
    await other.query('CREATE TABLE cup (id int)');
    await single.query('SELECT * FROM cup');
    await other.query('ALTER TABLE cup ADD COLUMN size int');
    const error = await single.query('SELECT * FROM cup').catch((caught: unknown) => caught);
    expect(classify(error)).toBe('repeat');
    await single.query('SELECT * FROM cup');
    await Promise.all([single.close(), other.close()]);
  });
});
