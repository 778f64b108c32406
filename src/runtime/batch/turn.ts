import type { DedicatedConnection, Transaction } from '../database/database.ts';
import { StatementError, TURN_LOST } from '../database/failure.ts';

/** Evaluated first, and once: a subquery with an OFFSET stays one. The key is that of `take_turn()`. */
const locked = `(
  select pg_advisory_xact_lock(hashtext('suanpan log ' || current_schema())), set_config('suanpan.turn', 'taken', true) offset 0)`;
const take = `
  select nextval('turns') as turn, case when head.is_called then head.last_value else 0 end as head
  from ${locked} as locked, log_position as head`;
const keep = `
  select lose_turn() from ${locked} as locked where nextval('turns') <> $1::bigint + 1`;

/** So many turns in a row without anybody in between, and the writer takes it that it is alone again. */
const aloneAfter = 16;

/** The number of the turn, and where the log ended when it was taken. */
export interface Taken {
  readonly turn: bigint;
  readonly head: number;
}

/**
 * The right to write, one transaction of a service at a time, and in its number the proof that nobody else had it since (ADR 18).
 * The first statement of every transaction that writes: positions of the log are drawn in the order of commits, so that a reader
 * that has seen one has seen all before it.
 */
export class Turn {
  readonly #own: DedicatedConnection;
  readonly #shared: DedicatedConnection;
  #last: bigint | undefined;
  /** Numbers say nothing about other sessions: the server may be another, with a shorter history. */
  #sessions = '';
  #aloneFor = 0;
  /** Turns that were kept in vain: their numbers are drawn, and say nothing of others. */
  #inVain = 0n;

  /** `own` is where turns are taken, `shared` where they are kept. */
  constructor(own: DedicatedConnection, shared: DedicatedConnection) {
    this.#own = own;
    this.#shared = shared;
  }

  /** Before a transaction that takes the turn: the session that may keep it afterwards is there already. */
  async begin(): Promise<string> {
    await Promise.all([this.#own.open(), this.#shared.open()]);
    return this.#sessionsNow();
  }

  /** After the commit. Whether what was read and decided may be built upon without being read again. */
  taken(number: bigint, begun: string): boolean {
    const sessions = this.#sessionsNow();
    const isSame = this.#sessions === sessions && begun === sessions;
    const isNext = isSame && this.#last !== undefined && number <= this.#last + 1n + this.#inVain;
    if (this.#last === undefined) this.#aloneFor = aloneAfter;
    else this.#aloneFor = isNext ? this.#aloneFor + 1 : 0;
    this.#last = number;
    this.#inVain = 0n;
    this.#sessions = sessions;
    return this.#aloneFor >= aloneAfter && begun === sessions;
  }

  /** Takes the turn on condition that nobody had it since the last time; else the transaction fails with TURN_LOST. */
  keep(transaction: Transaction): void {
    if (this.#last === undefined || this.#sessions !== this.#sessionsNow()) throw lost();
    void transaction.query(keep, [this.#last]);
  }

  /** After the commit of a transaction that kept the turn. */
  kept(): void {
    if (this.#last !== undefined) this.#last += 1n;
  }

  /** A transaction that kept the turn failed. */
  lost(): void {
    this.#inVain += 1n;
  }

  #sessionsNow(): string {
    return `${this.#own.opened}/${this.#shared.opened}`;
  }
}

/** Takes the turn, whoever had it before. What is read in the transaction is as the one before left it. */
export function takeTurn(transaction: Transaction): Promise<Taken> {
  const taken = transaction
    .query<{ turn: bigint; head: bigint }>(take)
    .then(({ rows }) => ({ turn: rows[0]?.turn ?? 0n, head: Number(rows[0]?.head ?? 0n) }));
  // Where it fails the transaction does, and nobody may have come to wait for the number.
  taken.catch(() => undefined);
  return taken;
}

function lost(): StatementError {
  return new StatementError({ message: 'The session is a new one', code: TURN_LOST, statement: 'keep the turn' });
}
