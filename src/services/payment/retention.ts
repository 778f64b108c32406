import { type Instant, toTimestamp } from '#kernel/clock.ts';
import type { Queries } from '#runtime/database/database.ts';
import type { Context, Job } from '#runtime/service.ts';
import type { paymentSettings } from './settings.ts';

/** Few enough for short transactions. */
const batchMost = 5_000;
/** What is left after so many comes next time. */
const batchesMost = 100;

/** Deletes what providers told so long ago that nobody asks for it any more; what came of it is in attempts and in the ledger. */
export const forgetCallbacks: Job<typeof paymentSettings> = {
  name: 'forget-callbacks',
  everyMs: 600_000,
  on: 'one',
  async run({ clock, database, settings }: Context<typeof paymentSettings>) {
    const before = clock.now() - settings.callbackRetentionMs;
    for (let batch = 0; batch < batchesMost; batch += 1) {
      if ((await deleteCallbacks(database, before, batchMost)) < batchMost) return;
    }
  },
};

/** Says how many. Rows that the writer holds are left for the next time. */
export async function deleteCallbacks(database: Queries, before: Instant, most: number): Promise<number> {
  const { rows } = await database.query<{ count: bigint }>(
    `with deleted as (
       delete from callbacks where id in (
         select id from callbacks where received_at < $1::timestamptz limit $2 for update skip locked)
       returning 1)
     select count(*) as count from deleted`,
    [toTimestamp(before), most],
  );
  return Number(rows[0]?.count ?? 0n);
}
