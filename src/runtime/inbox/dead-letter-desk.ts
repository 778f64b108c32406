import type { ChosenLetters, DeadLetter, ShownDeadLetter } from '#contracts/http/runtime.ts';
import { fromTimestamp, type Instant } from '#kernel/clock.ts';
import { refuse } from '#kernel/problem.ts';
import type { Database, Transaction } from '../database/database.ts';
import { type LetterRow, letterColumns, presentLetter } from './dead-letter-rows.ts';
import { releaseHeldOf } from './dead-letters.ts';
import {
  chosenBy,
  countChosen,
  discardChosen,
  type LetterFilter,
  makeDueInTurn,
  type Pace,
  valuesOf,
} from './dead-letters-by-filter.ts';

const idsMost = 100;

const open = `status in ('RETRYING', 'HELD', 'PARKED')`;

const listLetters = `
  select ${letterColumns} from dead_letters
  where ${chosenBy} and ($5::bool is null or $5 <> (${open})) and ($6::text is null or id < $6)
  order by id desc limit $7`;
const showLetter = `select ${letterColumns} from dead_letters where id = $1`;
const lettersOfKey = `select ${letterColumns} from dead_letters where key = $1 order by source, position`;
const firstOpenBefore = `
  select id from dead_letters where source = $1 and key = $2 and position < $3 and ${open} order by position limit 1`;
const heldBehind = `
  select count(*) as letters, coalesce((array_agg(id order by position))[1:${idsMost}], '{}') as ids from dead_letters
  where source = $1 and key = $2 and position > $3 and status = 'HELD'`;

const lockLetter = `${showLetter} for update`;
const makeDue = `
  update dead_letters
  set status = 'RETRYING', attempts = 0, next_attempt_at = $2::timestamptz, retried_at = $2::timestamptz, retried_by = $3
  where id = $1 returning ${letterColumns}`;
const discardLetter = `
  update dead_letters
  set status = 'DISCARDED', next_attempt_at = null, settled_at = $2::timestamptz, settled_by = $3, settled_reason = $4
  where id = $1 returning ${letterColumns}`;

const lockAct = `select pg_advisory_xact_lock(hashtextextended('suanpan act ' || $1, 0))`;
const findAct = 'select details from admin_trail where cause = $1 and action = $2 and object = $3';
const recordAct = `
  insert into admin_trail (acted_at, actor, action, object, reason, cause, details)
  values ($1::timestamptz, $2, $3, $4, $5, $6, $7::json)`;

/** Who acts on dead letters, why, and by which request: a repeat of the same request is answered as the first time. */
export interface Act {
  readonly actor: string;
  readonly reason: string | undefined;
  readonly cause: string;
  readonly at: Instant;
}

/** The letter as the person saw it who acts. */
export type Seen = Pick<DeadLetter, 'retriedAt'>;

export interface LetterList extends LetterFilter {
  readonly settled?: boolean;
  /** An id: those before it. */
  readonly before?: string;
}

export interface Acted {
  readonly letter: DeadLetter;
  /** It was done before, by the same request. */
  readonly repeated: boolean;
}

export interface ActedOnMany {
  readonly letters: ChosenLetters;
  /** Since when each of them waited; none where the same request did it before. */
  readonly setAsideAt: readonly Instant[];
}

/** Where a person reads and settles what was set aside; each act is on the audit trail. */
export class DeadLetterDesk {
  readonly #service: string;
  readonly #database: Database;

  constructor(service: string, database: Database) {
    this.#service = service;
    this.#database = database;
  }

  /** Newest first. */
  list({ settled, before, ...filter }: LetterList, limit: number): Promise<DeadLetter[]> {
    return this.#read(listLetters, [...valuesOf(filter), settled ?? null, before ?? null, limit]);
  }

  async show(id: string): Promise<ShownDeadLetter | undefined> {
    const [letter] = await this.#read(showLetter, [id]);
    if (!letter) return undefined;
    const { source, key, position } = letter.message;
    const subject = [source, key, position];
    const [first, behind] = await Promise.all([
      letter.status === 'HELD' ? this.#database.query<{ id: string }>(firstOpenBefore, subject) : undefined,
      this.#database.query<{ letters: bigint; ids: string[] }>(heldBehind, subject),
    ]);
    const [holding] = behind.rows;
    return {
      ...letter,
      heldBehind: first?.rows[0]?.id ?? null,
      holding: { count: Number(holding?.letters ?? 0n), ids: holding?.ids ?? [] },
    };
  }

  ofSubject(key: string): Promise<DeadLetter[]> {
    return this.#read(lettersOfKey, [key]);
  }

  /**
   * Makes the letter due now, with all its attempts before it.
   *
   * @throws ProblemError not_found, dead_letter_closed, dead_letter_held
   */
  retry(id: string, seen: Seen, act: Act): Promise<Acted> {
    return this.#act('dead-letter.retry', id, act, async (transaction, row) => {
      refuseChanged(row, seen);
      if (row.status === 'HELD') await refuseHeld(transaction, row);
      return transaction.query<LetterRow>(makeDue, [id, act.at, act.actor]);
    });
  }

  /**
   * Settles the letter without its effect, and frees what waited behind it.
   *
   * @throws ProblemError not_found, dead_letter_closed
   */
  discard(id: string, seen: Seen, act: Act): Promise<Acted> {
    return this.#act('dead-letter.discard', id, act, async (transaction, row) => {
      refuseChanged(row, seen);
      const done = await transaction.query<LetterRow>(discardLetter, [id, act.at, act.actor, act.reason ?? null]);
      await releaseHeldOf(transaction, [row.key], act.at);
      return done;
    });
  }

  /** What a run with this filter would retry or discard. */
  chosen(filter: LetterFilter): Promise<ChosenLetters> {
    return countChosen(this.#database, filter);
  }

  /** Makes all that the filter chooses due in turn, the oldest first, with all their attempts before them. */
  retryMany(filter: LetterFilter, pace: Pace, act: Act): Promise<ChosenLetters> {
    return this.#actOnMany('dead-letters.retry', act, { filter, ...pace }, (transaction) =>
      makeDueInTurn(transaction, filter, pace, act),
    );
  }

  /** Settles all that the filter chooses without their effect, and frees what waited behind them. */
  async discardMany(filter: LetterFilter, act: Act): Promise<ActedOnMany> {
    let setAsideAt: readonly Instant[] = [];
    const letters = await this.#actOnMany('dead-letters.discard', act, { filter }, async (transaction) => {
      const done = await discardChosen(transaction, filter, act);
      setAsideAt = done.setAsideAt;
      return done.letters;
    });
    return { letters, setAsideAt };
  }

  #actOnMany(
    action: string,
    act: Act,
    details: object,
    work: (transaction: Transaction) => Promise<ChosenLetters>,
  ): Promise<ChosenLetters> {
    const object = 'dead-letters';
    return this.#database.transaction(async (transaction) => {
      // A repeat that comes while the first is under way waits for it.
      await transaction.query(lockAct, [act.cause]);
      const before = await transaction.query<{ details: { letters: ChosenLetters } }>(findAct, [
        act.cause,
        action,
        object,
      ]);
      if (before.rows[0]) return before.rows[0].details.letters;
      const letters = await work(transaction);
      if (letters.ids.length > 0) await record(transaction, action, object, act, { ...details, letters });
      return letters;
    });
  }

  #act(
    action: string,
    id: string,
    act: Act,
    work: (transaction: Transaction, row: LetterRow) => Promise<{ readonly rows: readonly LetterRow[] }>,
  ): Promise<Acted> {
    return this.#database.transaction(async (transaction) => {
      const [row] = (await transaction.query<LetterRow>(lockLetter, [id])).rows;
      if (!row) return refuse('not_found', 'There is no such dead letter.');
      const before = await transaction.query(findAct, [act.cause, action, id]);
      if (before.count > 0) return { letter: presentLetter(this.#service, row), repeated: true };
      const [after] = (await work(transaction, row)).rows;
      await record(transaction, action, id, act, null);
      return { letter: presentLetter(this.#service, after ?? row), repeated: false };
    });
  }

  async #read(sql: string, values: readonly unknown[]): Promise<DeadLetter[]> {
    const { rows } = await this.#database.query<LetterRow>(sql, values);
    return rows.map((row) => presentLetter(this.#service, row));
  }
}

/** Two people who act on what both of them saw do not both have their way. */
function refuseChanged({ status, retried_at, retried_by }: LetterRow, seen: Seen): void {
  if (status === 'RETRIED' || status === 'DISCARDED') refuse('dead_letter_closed', `It is ${status} already.`);
  const seenAt = seen.retriedAt === null ? null : fromTimestamp(seen.retriedAt);
  if (retried_at !== seenAt) refuse('dead_letter_closed', `It was retried by ${retried_by} at the same time.`);
}

async function refuseHeld(transaction: Transaction, { source, key, position }: LetterRow): Promise<void> {
  const { rows } = await transaction.query<{ id: string }>(firstOpenBefore, [source, key, position]);
  const first = rows[0]?.id;
  // Nothing is before it any more: it is about to be released, and may be tried at once.
  if (first) refuse('dead_letter_held', `It is tried after ${first} of the same subject.`, [{ heldBehind: first }]);
}

async function record(transaction: Transaction, action: string, object: string, act: Act, details: unknown) {
  await transaction.query(recordAct, [
    act.at,
    act.actor,
    action,
    object,
    act.reason ?? null,
    act.cause,
    details === null ? null : JSON.stringify(details),
  ]);
}
