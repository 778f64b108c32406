import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Database } from '#runtime/database/database.ts';
import { forget } from '#runtime/database/forgetting.ts';
import { type FreshDatabase, freshDatabase } from '../../../tests/support/postgres.ts';
import { deleteCallbacks } from './retention.ts';

let fresh: FreshDatabase;
let database: Database;

beforeAll(async () => {
  fresh = await freshDatabase([
    { scope: 'runtime', folder: new URL('../../runtime/migrations/', import.meta.url) },
    { scope: 'payment', folder: new URL('./migrations/', import.meta.url) },
  ]);
  database = connect(fresh.connection);
});

afterAll(async () => {
  await database?.close();
  await fresh?.drop();
});

test('what providers told before that moment is forgotten, so many at a time', async () => {
  await database.query(
    `insert into callbacks (id, provider, received_at, status, headers, body, cause)
     select 'clb_' || day, 'wechat', timestamptz '2026-01-01Z' + day * interval '1 day', 'TAKEN', '{}', '', 'request/1'
     from generate_series(0, 9) as day`,
  );
  await forget(database, deleteCallbacks, Date.UTC(2026, 0, 6), 4);
  const { rows } = await database.query<{ id: string }>('select id from callbacks order by id');
  expect(rows.map(({ id }) => id)).toEqual(['clb_5', 'clb_6', 'clb_7', 'clb_8', 'clb_9']);
});
