import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Database } from '#runtime/database/database.ts';
import { forget } from '#runtime/database/forgetting.ts';
import { type FreshDatabase, freshDatabase } from '../../../tests/support/postgres.ts';
import { deleteNotices } from './retention.ts';

let fresh: FreshDatabase;
let database: Database;

beforeAll(async () => {
  fresh = await freshDatabase([
    { scope: 'runtime', folder: new URL('../../runtime/migrations/', import.meta.url) },
    { scope: 'notification', folder: new URL('./migrations/', import.meta.url) },
  ]);
  database = connect(fresh.connection);
});

afterAll(async () => {
  await database?.close();
  await fresh?.drop();
});

test('old notices are forgotten, so many at a time, and mail only once nobody tries to send it any more', async () => {
  await database.query(
    `insert into notifications (id, user_id, type, channel, title, body, language, status, created_at, cause, recipient)
     select 'ntf_' || status || day, 'usr_1', 'x', case when status = 'SENT' then 'in_app' else 'email' end, '', '', 'en',
       status, timestamptz '2026-01-01Z' + day * interval '1 day', 'ordering/1', 'lin@example.com'
     from generate_series(0, 1) as day, unnest(array['SENT', 'WAITING', 'QUEUED', 'SENDING', 'FAILED', 'KEPT']) as status`,
  );
  await forget(database, deleteNotices, Date.UTC(2026, 0, 2), 2);
  const { rows } = await database.query<{ id: string }>(`select id from notifications where id like '%0' order by id`);
  expect(rows.map(({ id }) => id)).toEqual(['ntf_QUEUED0', 'ntf_SENDING0', 'ntf_WAITING0']);
  const { rows: young } = await database.query(`select id from notifications where id like '%1'`);
  expect(young).toHaveLength(6);
});
