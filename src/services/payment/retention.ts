import { forget } from '#runtime/database/forgetting.ts';
import type { Job } from '#runtime/service.ts';
import type { paymentSettings } from './settings.ts';

/** Rows that the writer holds are left for the next time. */
export const deleteCallbacks = `
  delete from callbacks where id in (
    select id from callbacks where received_at < $1::timestamptz limit $2 for update skip locked)`;

/** What providers told so long ago that nobody asks for it any more; what came of it is in attempts and in the ledger. */
export const forgetCallbacks: Job<typeof paymentSettings> = {
  name: 'forget-callbacks',
  everyMs: 600_000,
  on: 'one',
  run: ({ clock, database, settings }) => forget(database, deleteCallbacks, clock.now() - settings.callbackRetentionMs),
};
