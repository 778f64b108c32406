import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Database } from '#runtime/database/database.ts';
import { type FreshDatabase, freshDatabase } from '../../../tests/support/postgres.ts';
import { selectExecutions } from './idempotency.ts';

let fresh: FreshDatabase;
let owner: Database;
let database: Database;

beforeAll(async () => {
  fresh = await freshDatabase([{ scope: 'runtime', folder: new URL('../migrations/', import.meta.url) }]);
  owner = connect(fresh.owner);
  database = connect(fresh.connection);
});

afterAll(async () => {
  await database?.close();
  await owner?.close();
  await fresh?.drop();
});

test('keys are looked up one by one, also by a plan that was made while there were none', async () => {
  await owner.query('vacuum (analyze) idempotency_keys');
  const reader = database.dedicated('reader');
  await reader.query(`prepare look (text[], text[]) as ${selectExecutions}`);
  const { rows } = await reader.query<{ 'QUERY PLAN': string }>(`explain execute look ('{}', '{}')`);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toMatch(/Index Cond: .*scope = .*key = /);
});
