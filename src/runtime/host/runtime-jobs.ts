import { forget } from '../database/forgetting.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { Job } from '../service.ts';

const retriesMost = 256;
const keyRetentionMs = 48 * 3_600_000;
const callRetentionMs = 14 * 24 * 3_600_000;

const countLetters = `
  select status, count(*) as letters, extract(epoch from $1::timestamptz - min(set_aside_at))::float8 as oldest_seconds
  from dead_letters where status in ('RETRYING', 'HELD', 'PARKED') group by status`;

/** The oldest first. */
const forgetting = (table: string, age: string): string => `
  delete from ${table} where ctid = any (array(select ctid from ${table} where ${age} < $1::timestamptz order by ${age} limit $2))`;
const forgetKeys = forgetting('idempotency_keys', 'created_at');
const forgetCalls = forgetting('calls', 'started_at');

/** What the runtime does for every service by itself. */
export function runtimeJobs(inbox: Inbox): readonly Job[] {
  return [
    {
      name: 'retry-dead-letters',
      everyMs: 1_000,
      on: 'each',
      async run() {
        // What succeeds makes the next of its subject due, so a subject is caught up with in one run.
        while ((await inbox.retryDue(retriesMost)) > 0);
      },
    },
    {
      name: 'release-held',
      everyMs: 10_000,
      on: 'one',
      run: () => inbox.releaseHeld(),
    },
    {
      name: 'count-dead-letters',
      everyMs: 5_000,
      on: 'each',
      async run({ clock, database, metrics, service }) {
        const { rows } = await database.query<{ status: string; letters: bigint; oldest_seconds: number }>(
          countLetters,
          [clock.now()],
        );
        for (const status of ['RETRYING', 'HELD', 'PARKED']) {
          const row = rows.find((candidate) => candidate.status === status);
          metrics.deadLetters.set({ service, status }, Number(row?.letters ?? 0n));
          metrics.deadLetterAge.set({ service, status }, Math.max(0, row?.oldest_seconds ?? 0));
        }
      },
    },
    {
      name: 'extend-log',
      everyMs: 60_000,
      on: 'one',
      async run({ database }) {
        await database.query('select extend_log()');
      },
    },
    {
      name: 'forget',
      everyMs: 600_000,
      on: 'one',
      async run({ clock, database }) {
        await forget(database, forgetKeys, clock.now() - keyRetentionMs);
        await forget(database, forgetCalls, clock.now() - callRetentionMs);
      },
    },
  ];
}
