import { forget } from '#runtime/database/forgetting.ts';
import type { Job } from '#runtime/service.ts';
import type { notificationSettings } from './settings.ts';

/** Mail that is still to be sent stays, however old; rows that the writer holds are left for the next time. */
export const deleteNotices = `
  delete from notifications where (user_id, id) in (
    select user_id, id from notifications
    where created_at < $1::timestamptz and status in ('SENT', 'FAILED', 'KEPT') limit $2 for update skip locked)`;

export const forgetNotices: Job<typeof notificationSettings> = {
  name: 'forget-notices',
  everyMs: 600_000,
  on: 'one',
  run: ({ clock, database, settings }) =>
    forget(database, deleteNotices, clock.now() - settings.notificationRetentionMs),
};
