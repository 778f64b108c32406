import type { DeadLetter } from '#contracts/http/runtime.ts';
import { type Instant, toTimestamp } from '#kernel/clock.ts';
import type { Database } from '../database/database.ts';
import { type MessageRow, messageColumns } from '../log/rows.ts';
import { releaseHeldLetters } from './dead-letters.ts';

interface LetterRow extends MessageRow {
  readonly id: string;
  readonly source: string;
  readonly status: DeadLetter['status'];
  readonly attempts: number;
  readonly next_attempt_at: number | null;
  readonly error: string | null;
  readonly set_aside_at: number;
  readonly settled_at: number | null;
  readonly settled_by: string | null;
  readonly settled_reason: string | null;
}

const columns = `id, source, status, attempts, next_attempt_at, error, set_aside_at, settled_at, settled_by, settled_reason, ${messageColumns}`;

const listLetters = `
  select ${columns} from dead_letters
  where ($1::text is null or type = $1) and ($2::text is null or status = $2) and ($3::text is null or id < $3)
    and ($4::text is null or id = $4)
  order by id desc limit $5`;
const showLetters = `select ${columns} from dead_letters where id = any($1)`;
const lettersOfKey = `select ${columns} from dead_letters where key = $1 order by source, position`;
const retryLetters = `
  update dead_letters set status = 'RETRYING', attempts = 0, next_attempt_at = $1::timestamptz
  where id = any($2) and status in ('PARKED', 'RETRYING') returning id`;
const discardLetter = `
  update dead_letters set status = 'DISCARDED', next_attempt_at = null, settled_at = $1::timestamptz, settled_by = $2, settled_reason = $3
  where id = $4 and status in ('PARKED', 'RETRYING', 'HELD') returning id`;
const recordAct = `
  insert into admin_trail (acted_at, actor, action, object, reason, cause)
  select $1::timestamptz, $2, $3, object, $4, $5 from unnest($6::text[]) as acted (object)`;

/** Who acts on dead letters, and from which request. */
export interface Act {
  readonly actor: string;
  readonly reason: string | undefined;
  readonly cause: string;
  readonly at: Instant;
}

/** Where a person reads and settles what was set aside; each act is on the audit trail. */
export class DeadLetterDesk {
  readonly #service: string;
  readonly #database: Database;

  constructor(service: string, database: Database) {
    this.#service = service;
    this.#database = database;
  }

  /** Newest first, after the given id. */
  async list(
    filter: { id?: string; type?: string; status?: string; before?: string },
    limit: number,
  ): Promise<DeadLetter[]> {
    const { id = null, type = null, status = null, before = null } = filter;
    return this.#read(listLetters, [type, status, before, id, limit]);
  }

  async show(id: string): Promise<DeadLetter | undefined> {
    const [letter] = await this.#read(showLetters, [[id]]);
    return letter;
  }

  ofSubject(key: string): Promise<DeadLetter[]> {
    return this.#read(lettersOfKey, [key]);
  }

  /** Makes the letters due now, with all their attempts before them; returns those that were not settled already. */
  async retry(ids: readonly string[], act: Act): Promise<string[]> {
    return this.#database.transaction(async (transaction) => {
      const { rows } = await transaction.query<{ id: string }>(retryLetters, [toTimestamp(act.at), ids]);
      const retried = rows.map(({ id }) => id);
      void transaction.query(recordAct, [
        toTimestamp(act.at),
        act.actor,
        'dead-letter.retry',
        act.reason ?? null,
        act.cause,
        retried,
      ]);
      return retried;
    });
  }

  /** Settles the letter without its effect, and frees what waited behind it; false where it was settled already. */
  async discard(id: string, act: Act): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      const at = toTimestamp(act.at);
      const { count } = await transaction.query(discardLetter, [at, act.actor, act.reason ?? null, id]);
      if (count === 0) return false;
      void transaction.query(recordAct, [at, act.actor, 'dead-letter.discard', act.reason ?? null, act.cause, [id]]);
      await releaseHeldLetters(transaction, act.at);
      return true;
    });
  }

  async #read(sql: string, values: readonly unknown[]): Promise<DeadLetter[]> {
    const { rows } = await this.#database.query<LetterRow>(sql, values);
    return rows.map((row) => this.#present(row));
  }

  #present(row: LetterRow): DeadLetter {
    return {
      id: row.id,
      service: this.#service,
      status: row.status,
      attempts: row.attempts,
      nextAttemptAt: time(row.next_attempt_at),
      error: row.error,
      setAsideAt: toTimestamp(row.set_aside_at),
      settledAt: time(row.settled_at),
      settledBy: row.settled_by,
      settledReason: row.settled_reason,
      message: {
        source: row.source,
        position: Number(row.position),
        type: row.type,
        version: row.version,
        key: row.key,
        time: toTimestamp(row.said_at),
        traceparent: row.traceparent,
        causationId: row.cause,
        data: row.data,
      },
    };
  }
}

function time(instant: number | null): string | null {
  return instant === null ? null : toTimestamp(instant);
}
