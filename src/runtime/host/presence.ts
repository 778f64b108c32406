import type { Database, DedicatedConnection } from '../database/database.ts';

const key = `hashtextextended('suanpan process ' || current_schema(), 0)`;
const tryLock = {
  'beside others': `select pg_try_advisory_lock_shared(${key}) as entered`,
  alone: `select pg_try_advisory_lock(${key}) as entered`,
};

/** How a process works on a store: as one of several, or with nobody else at it. */
export type Manner = keyof typeof tryLock;

/** Others are at work on the store, or one is there that must be alone. The message is for a person. */
export class StoreInUse extends Error {
  override readonly name = 'StoreInUse';
}

/** Keeps those apart who must not work on a store at the same time: by a lock of the session, which ends when its process does. */
export class Presence {
  readonly #service: string;
  readonly #session: DedicatedConnection;
  readonly #manner: Manner;

  constructor(service: string, database: Database, manner: Manner) {
    this.#service = service;
    this.#session = database.dedicated('presence');
    this.#manner = manner;
  }

  /** Enters, or sees that it is still in: the session may have been lost meanwhile. @throws StoreInUse */
  async assert(): Promise<void> {
    const { rows } = await this.#session.transaction((transaction) =>
      transaction.query<{ entered: boolean }>(tryLock[this.#manner]),
    );
    if (rows[0]?.entered) return;
    throw new StoreInUse(
      this.#manner === 'alone'
        ? `Other processes are at work on the store of ${this.#service}: end them first.`
        : `The store of ${this.#service} is being moved to another bus (suanpan bus drain): start again when that has ended.`,
    );
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
