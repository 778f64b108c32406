import { type Instant, toTimestamp } from '#kernel/clock.ts';
import type { Queries } from '#runtime/database/database.ts';
import type { Context, Job } from '#runtime/service.ts';
import type { notificationSettings } from './settings.ts';

/** Few enough for short transactions. */
const batchMost = 5_000;
/** What is left after so many comes next time. */
const batchesMost = 100;

/** Deletes old notices. Mail that is still to be sent stays, however old. */
export const forgetNotices: Job<typeof notificationSettings> = {
  name: 'forget-notices',
  everyMs: 600_000,
  on: 'one',
  async run({ clock, database, settings }: Context<typeof notificationSettings>) {
    const before = clock.now() - settings.notificationRetentionMs;
    for (let batch = 0; batch < batchesMost; batch += 1) {
      if ((await deleteNotices(database, before, batchMost)) < batchMost) return;
    }
  },
};

/** Says how many. Rows that the writer holds are left for the next time. */
export async function deleteNotices(database: Queries, before: Instant, most: number): Promise<number> {
  const { rows } = await database.query<{ count: bigint }>(
    `with deleted as (
       delete from notifications where (user_id, id) in (
         select user_id, id from notifications
         where created_at < $1::timestamptz and status in ('SENT', 'FAILED', 'KEPT') limit $2 for update skip locked)
       returning 1)
     select count(*) as count from deleted`,
    [toTimestamp(before), most],
  );
  return Number(rows[0]?.count ?? 0n);
}
