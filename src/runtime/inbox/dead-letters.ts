import type { Message } from '#contracts/message.ts';
import type { Instant } from '#kernel/clock.ts';
import type { Queries, Transaction } from '../database/database.ts';
import { rowsOf } from '../database/rows-of.ts';
import { type MessageRow, messageColumns, messageOf } from '../log/rows.ts';

export type DeadLetterStatus = 'RETRYING' | 'HELD' | 'PARKED' | 'RETRIED' | 'DISCARDED';

/** A message set aside: tried again with backoff, held behind an earlier one of its subject, or parked for a person. */
export interface DeadLetter {
  readonly id: string;
  readonly message: Message;
  readonly status: DeadLetterStatus;
  readonly attempts: number;
  readonly nextAttemptAt: Instant | null;
  readonly error: string | null;
}

/** A letter whose time has come. `attempts` tells whether it is still as it was then. */
export interface DueLetter {
  readonly id: string;
  readonly attempts: number;
  readonly setAsideAt: Instant;
  readonly message: Message;
}

const selectHeld = `
  select distinct source, key from dead_letters
  where key = any($1) and status in ('RETRYING', 'HELD', 'PARKED')
  union all
  select null, null where not exists (select from dead_letters where status in ('RETRYING', 'HELD', 'PARKED'))`;

/**
 * Only as they were when they became due: another instance may have tried them since, or a person begun anew. Whoever has one
 * locked is at it now; nobody waits for that, least of all a writer with a batch in hand.
 */
const lockLetters = `
  select id from dead_letters
  where (id, attempts) in (select * from unnest($1::text[], $2::int[])) and status = 'RETRYING' order by id
  for update skip locked`;

const writtenLetter = `id text, position bigint, type text, version smallint, key text, said_at timestamptz, traceparent text, cause text,
  data json, source text, status text, attempts int, next_attempt_at timestamptz, error text`;
/**
 * What was set aside before, by a cursor that was set back by hand since: an open letter stays as it is, a settled one is open
 * again.
 */
const insertLetters = `
  insert into dead_letters (id, ${messageColumns}, source, status, attempts, next_attempt_at, error, set_aside_at)
  select id, position, type, version, key, said_at, traceparent, cause, data, source, status, attempts, next_attempt_at, error, $1::timestamptz
  from ${rowsOf(writtenLetter, 2)} as aside
  on conflict (source, position) do update set status = excluded.status, attempts = excluded.attempts,
    next_attempt_at = excluded.next_attempt_at, error = excluded.error, set_aside_at = excluded.set_aside_at,
    settled_at = null, settled_by = null, settled_reason = null
  where dead_letters.status in ('RETRIED', 'DISCARDED')`;

const updateLetters = `
  update dead_letters as letter
  set status = c.status, attempts = c.attempts, next_attempt_at = c.next_attempt_at, error = c.error,
    settled_at = case when c.status = 'RETRIED' then $1::timestamptz end
  from ${rowsOf('id text, status text, attempts int, next_attempt_at timestamptz, error text', 2)} as c
  where letter.id = c.id`;

/**
 * The first of each subject that waits behind nothing any more is due at once. What somebody else has locked is theirs to
 * release: waiting for it here could be waiting in a circle.
 */
const releaseHeld = (which: string): string => `
  update dead_letters set status = 'RETRYING', next_attempt_at = $1::timestamptz
  where id in (
    select id from dead_letters as letter
    where status = 'HELD' and ${which} and not exists (
      select from dead_letters as earlier
      where earlier.source = letter.source and earlier.key = letter.key and earlier.position < letter.position
        and earlier.status in ('RETRYING', 'HELD', 'PARKED'))
    for update skip locked)`;
const releaseAll = releaseHeld('true');
const releaseOfKeys = releaseHeld('key = any($2)');

/** Those that another instance is at are left to it, so that several share the work. */
const selectDue = `
  select id, source, attempts, set_aside_at, ${messageColumns} from dead_letters
  where status = 'RETRYING' and next_attempt_at <= $1::timestamptz and id <> all ($3)
  order by next_attempt_at, source, position limit $2 for update skip locked`;

interface DueRow extends MessageRow {
  readonly id: string;
  readonly source: string;
  readonly attempts: number;
  readonly set_aside_at: number;
}

const subject = (source: string, key: string): string => `${source}\n${key}`;

/** Subjects of which an earlier message waits. */
export interface Held {
  readonly subjects: ReadonlySet<string>;
  /** No message of any subject waits. */
  readonly isNothing: boolean;
}

export const nothingHeld: Held = { subjects: new Set(), isNothing: true };

export async function readHeld(queries: Queries, messages: readonly Message[]): Promise<Held> {
  const keys = [...new Set(messages.map(({ key }) => key))];
  const { rows } = await queries.query<{ source: string | null; key: string | null }>(selectHeld, [keys]);
  const isNothing = rows.some(({ source }) => source === null);
  return { subjects: new Set(rows.map(({ source, key }) => subject(source ?? '', key ?? ''))), isNothing };
}

/** Which of the letters are still to be retried: a person or another instance may have settled them meanwhile. */
export async function lockRetried(
  queries: Queries,
  letters: readonly { readonly id: string; readonly attempts: number }[],
): Promise<ReadonlySet<string>> {
  if (letters.length === 0) return new Set();
  const { rows } = await queries.query<{ id: string }>(lockLetters, [
    letters.map(({ id }) => id),
    letters.map(({ attempts }) => attempts),
  ]);
  return new Set(rows.map(({ id }) => id));
}

/** The dead letters of one batch: what is set aside, what is settled. */
export class LettersOfBatch {
  readonly #held = new Set<string>();
  readonly #inserted: DeadLetter[] = [];
  readonly #updated: DeadLetter[] = [];

  get length(): number {
    return this.#inserted.length + this.#updated.length;
  }

  /** Whether an earlier message of the same subject waits, so that this one has to wait behind it. */
  holds(message: Message, before: Held): boolean {
    const name = subject(message.source, message.key);
    return before.subjects.has(name) || this.#held.has(name);
  }

  setAside(letter: DeadLetter): void {
    this.#inserted.push(letter);
    this.#held.add(subject(letter.message.source, letter.message.key));
  }

  update(letter: DeadLetter): void {
    this.#updated.push(letter);
  }

  save(transaction: Transaction, now: Instant): void {
    const inserted = this.#inserted;
    if (inserted.length > 0) {
      const messages = inserted.map(({ message }) => message);
      void transaction.query(insertLetters, [
        now,
        inserted.map(({ id }) => id),
        messages.map(({ position }) => position),
        messages.map(({ type }) => type),
        messages.map(({ version }) => version),
        messages.map(({ key }) => key),
        messages.map(({ timeMs }) => timeMs),
        messages.map(({ traceparent }) => traceparent),
        messages.map(({ causationId }) => causationId),
        messages.map(({ data }) => JSON.stringify(data)),
        messages.map(({ source }) => source),
        ...statusColumns(inserted),
      ]);
    }
    const updated = this.#updated;
    if (updated.length === 0) return;
    void transaction.query(updateLetters, [now, updated.map(({ id }) => id), ...statusColumns(updated)]);
    const settled = updated.filter(({ status }) => status === 'RETRIED').map(({ message }) => message.key);
    if (settled.length > 0) void transaction.query(releaseOfKeys, [now, [...new Set(settled)]]);
  }
}

function statusColumns(letters: readonly DeadLetter[]): unknown[] {
  return [
    letters.map(({ status }) => status),
    letters.map(({ attempts }) => attempts),
    letters.map(({ nextAttemptAt }) => nextAttemptAt),
    letters.map(({ error }) => error),
  ];
}

/** Letters whose time has come, oldest first, but for those that are in hand already, here or in another instance. */
export async function dueLetters(
  queries: Queries,
  now: Instant,
  most: number,
  inHand: readonly string[],
): Promise<readonly DueLetter[]> {
  const { rows } = await queries.query<DueRow>(selectDue, [now, most, inHand]);
  return rows.map((row) => ({
    id: row.id,
    attempts: row.attempts,
    setAsideAt: row.set_aside_at,
    message: messageOf(row.source, row),
  }));
}

/** Makes due what waits behind no open letter of its subject any more. */
export async function releaseHeldLetters(queries: Queries, now: Instant): Promise<void> {
  await queries.query(releaseAll, [now]);
}

/** The same for these subjects only. */
export async function releaseHeldOf(queries: Queries, keys: readonly string[], now: Instant): Promise<void> {
  await queries.query(releaseOfKeys, [now, keys]);
}
