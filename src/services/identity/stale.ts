import type { Context } from '#runtime/service.ts';
import { knownForMs } from './domain/throttle.ts';
import { deleteStale } from './store.ts';

/** A session that has ended stays so long for whoever looks into what happened. */
const sessionsKeptMs = 7 * 86_400_000;

export function forgetStale({ clock, database }: Pick<Context, 'clock' | 'database'>): Promise<void> {
  const now = clock.now();
  return deleteStale(database, { expired: now - sessionsKeptMs, attempts: now - knownForMs, keys: now });
}
