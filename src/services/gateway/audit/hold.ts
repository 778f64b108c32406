import type { Database, DedicatedConnection } from '#runtime/database/database.ts';

const lock = `select pg_advisory_lock(hashtextextended('suanpan audit ' || $1, 0))`;
const unlock = `select pg_advisory_unlock(hashtextextended('suanpan audit ' || $1, 0))`;
const tryLock = `pg_try_advisory_xact_lock(hashtextextended('suanpan audit ' || id, 0))`;
const selectAbandoned = `select id from audits where finished_at is null and ${tryLock}`;

/** One session per process, which ends when the process does. */
const sessions = new WeakMap<Database, DedicatedConnection>();

/** Lets the other instances see that this process is at it, until what is returned is called. */
export async function holdAudit(database: Database, id: string): Promise<() => Promise<void>> {
  const session = sessions.get(database) ?? database.dedicated('audits');
  sessions.set(database, session);
  await session.transaction((transaction) => void transaction.query(lock, [id]));
  return () => session.transaction((transaction) => void transaction.query(unlock, [id])).catch(() => undefined);
}

/** Audits that a process began and did not live to finish. */
export async function abandonedAudits(database: Database): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(selectAbandoned);
  return rows.map(({ id }) => id);
}
