import type { DedicatedConnection, Transaction } from '../database/database.ts';
import { StatementError, TURN_LOST } from '../database/failure.ts';

/** Evaluated first, and once: a subquery with an OFFSET stays one. */
const locked = `(select pg_advisory_xact_lock(hashtext('suanpan log')), set_config('suanpan.turn', 'taken', true) offset 0)`;
const take = `select nextval('turns') as turn from ${locked} as locked`;
const keep = `select lose_turn() from ${locked} as locked where nextval('turns') <> $1::bigint + 1`;

/** So many turns in a row without anybody in between, and the writer takes it that it is alone again. */
const aloneAfter = 16;

/**
 * The right to write, one transaction of a service at a time, and in its number the proof that nobody else had it since (ADR 18).
 * The first statement of every transaction that writes: positions of the log are drawn in the order of commits, so that a reader
 * that has seen one has seen all before it.
 */
export class Turn {
  readonly #connection: DedicatedConnection;
  #last: bigint | undefined;
  /** Numbers say nothing about another session: the server may be another, with a shorter history. */
  #session = 0;
  #aloneFor = 0;

  constructor(connection: DedicatedConnection) {
    this.#connection = connection;
  }

  /** After the commit. Whether what was read and decided may be built upon without being read again. */
  taken(number: bigint): boolean {
    const { opened } = this.#connection;
    const isNext = this.#session === opened && this.#last !== undefined && number === this.#last + 1n;
    if (this.#last === undefined) this.#aloneFor = aloneAfter;
    else this.#aloneFor = isNext ? this.#aloneFor + 1 : 0;
    this.#last = number;
    this.#session = opened;
    return this.#aloneFor >= aloneAfter;
  }

  /** Takes the turn on condition that nobody had it since the last time; else the transaction fails with TURN_LOST. */
  keep(transaction: Transaction): void {
    if (this.#last === undefined || this.#session !== this.#connection.opened) throw lost();
    void transaction.query(keep, [this.#last]);
  }

  /** After the commit of a transaction that kept the turn. */
  kept(): void {
    if (this.#last !== undefined) this.#last += 1n;
  }
}

/** Takes the turn, whoever had it before. What is read in the transaction is as the one before left it. */
export function takeTurn(transaction: Transaction): Promise<bigint> {
  const turn = transaction.query<{ turn: bigint }>(take).then(({ rows }) => rows[0]?.turn ?? 0n);
  // Where it fails the transaction does, and nobody may have come to wait for the number.
  turn.catch(() => undefined);
  return turn;
}

function lost(): StatementError {
  return new StatementError({ message: 'The session is a new one', code: TURN_LOST, statement: keep });
}
