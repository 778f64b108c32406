import { ConnectionError } from './failure.ts';
import type { DedicatedConnection, Rows, TransactionOptions, Work } from './queries.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';
import type { StatementNames } from './statement-names.ts';

/**
 * A session that belongs to one writer. It is opened with the first transaction, kept, and opened again by the next
 * transaction after it was lost; pausing between attempts is the writer's business, which knows how patient it may be.
 */
export class DedicatedSession implements DedicatedConnection {
  readonly #options: SessionOptions;
  readonly #names: StatementNames;
  #session: Session | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;
  #opened = 0;

  constructor(options: SessionOptions, names: StatementNames) {
    this.#options = options;
    this.#names = names;
  }

  get opened(): number {
    return this.#opened;
  }

  async query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Rows<Row>> {
    const session = this.#session?.usable ? this.#session : await this.#inTurn(() => this.#usableSession());
    return session.query<Row>(text, values);
  }

  async open(): Promise<void> {
    if (!this.#session?.usable) await this.#inTurn(() => this.#usableSession());
  }

  transaction<T>(work: Work<T>, options?: TransactionOptions): Promise<T> {
    return this.#inTurn(async () => {
      const session = await this.#usableSession();
      return session.transaction(work, options);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#inTurn(async () => {
      await this.#session?.close();
      this.#session = undefined;
    });
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #usableSession(): Promise<Session> {
    if (this.#closed) throw new ConnectionError('The dedicated connection is closed');
    if (this.#session?.usable) return this.#session;
    const old = this.#session;
    this.#session = undefined;
    old?.close().catch(() => undefined);
    this.#session = await openSession(this.#options, this.#names);
    this.#opened += 1;
    return this.#session;
  }
}
