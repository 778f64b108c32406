import type { ConnectionOptions as TlsOptions } from 'node:tls';

/** A statement's answer. `count` is the number of rows returned, or affected where none are returned. */
export interface Rows<Row> {
  readonly rows: readonly Row[];
  readonly count: number;
}

/**
 * Sends SQL. Values go in as: null or undefined → NULL, bigint, number, boolean, string, Uint8Array (bytea), an array of these → a
 * PostgreSQL array, any other object → JSON. An instant (milliseconds since the epoch) goes in where the statement casts its
 * parameter, `$1::timestamptz` or `$1::timestamptz[]`; a Date anywhere. They come out as: int8 → bigint, numeric → string,
 * timestamptz → milliseconds since the epoch, date → string, json → the parsed value.
 *
 * @throws StatementError what the server said, with its SQLSTATE
 * @throws ConnectionError when the server cannot be reached or went away; see `classify`
 */
export interface Queries {
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Rows<Row>>;
}

/**
 * A transaction whose statements are pipelined: `query` sends at once, and nobody needs to await the one before.
 * A statement's promise may be left alone: its failure fails the transaction, and is never an unhandled rejection.
 */
export interface Transaction extends Queries {
  /**
   * Statements sent by what it returns run as a role of which the session's own is a member (SET LOCAL ROLE). Names are then
   * looked for in the schemas that this role may use, so such statements are prepared apart from those of other roles.
   */
  as(role: string): Transaction;
}

export interface TransactionOptions {
  /** Default: read committed. */
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
  /** Called when COMMIT is on its way to the server. */
  readonly sent?: () => void;
}

export type Work<T> = (transaction: Transaction) => Promise<T> | T;

export interface Transactions {
  /**
   * Runs `work` between BEGIN and COMMIT. COMMIT is sent right behind the last statement as soon as `work` returns,
   * without waiting for answers, and the promise resolves once the server has answered COMMIT. If a statement failed,
   * or `work` threw, all is rolled back and the first cause is thrown.
   *
   * @throws StatementError, ConnectionError nothing was committed
   * @throws CommitUnknown the connection was lost after COMMIT had been sent: it may or may not have happened
   */
  transaction<T>(work: Work<T>, options?: TransactionOptions): Promise<T>;
}

/**
 * One session of its own, for a writer: transactions run one after the other, in the order they were asked for. Single statements
 * are sent at once; a connection is used for the one or for the other.
 */
export interface DedicatedConnection extends Queries, Transactions {
  /** How many sessions there have been: another number is another session. */
  readonly opened: number;
  /** Sees to it that there is one. @throws ConnectionError */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Where a server listens. A `host` beginning with a slash is the folder of its Unix socket. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly ssl?: boolean | TlsOptions;
}

/** Everything needed to log in to one database. */
export interface ConnectionOptions extends Endpoint {
  readonly role: string;
  readonly password: string;
  readonly database: string;
  /** Where names without a schema are looked for, in this order; the server's own setting where it is absent. */
  readonly schemas?: readonly string[];
}
