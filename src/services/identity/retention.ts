import type { Instant } from '#kernel/clock.ts';
import type { Queries } from '#runtime/database/database.ts';
import { forget } from '#runtime/database/forgetting.ts';
import type { Job } from '#runtime/service.ts';
import { knownForMs } from './domain/throttle.ts';
import type { identitySettings } from './settings.ts';

/** A session that has ended stays so long for whoever looks into what happened. */
const sessionsKeptMs = 7 * 86_400_000;

/** Rows that the writer holds are left for the next time. */
const deleting = (table: string, column: string, key: string): string => `
  delete from ${table} where ${key} in (
    select ${key} from ${table} where ${column} < $1::timestamptz limit $2 for update skip locked)`;
const deleteTokens = deleting('refresh_tokens', 'expires_at', 'hash');
const deleteSessions = deleting('sessions', 'expires_at', 'id');
const deleteAttempts = deleting('login_attempts', 'changed_at', 'scope');
const deleteKeys = deleting('signing_keys', 'retire_at', 'generation');

/** Deletes what decides nothing any more: what has expired or was retired before then, and attempts older than that. */
export async function deleteStale(
  database: Queries,
  before: { readonly expired: Instant; readonly attempts: Instant; readonly keys: Instant },
): Promise<void> {
  await forget(database, deleteTokens, before.expired);
  await forget(database, deleteSessions, before.expired);
  await forget(database, deleteAttempts, before.attempts);
  await forget(database, deleteKeys, before.keys);
}

export const forgetStale: Job<typeof identitySettings> = {
  name: 'forget-stale',
  everyMs: 600_000,
  on: 'one',
  run({ clock, database }) {
    const now = clock.now();
    return deleteStale(database, { expired: now - sessionsKeptMs, attempts: now - knownForMs, keys: now });
  },
};
