import type { Database, DedicatedConnection } from '../database/database.ts';

const tryLock = `select pg_try_advisory_lock(hashtextextended('suanpan publication ' || current_schema() || ' ' || $1, 0)) as held`;
const selectPublication = 'select position, last from publications where consumer = $1';
const savePublication = `
  insert into publications (consumer, position, last) values ($1, $2, $3)
  on conflict (consumer) do update set position = excluded.position, last = excluded.last, moved_at = now()`;
const forget = 'delete from publications';

/** How far a log was handed to the broker for one consumer, and confirmed. */
export interface Publication {
  readonly consumer: string;
  readonly position: number;
  /** The newest message up to there that the consumer gets: the `previous` of the next one. */
  readonly last: number;
}

/**
 * The source's side of a broker: one reader of the log per consumer hands messages over, whichever process it runs in. Handing
 * them over twice is harmless, so where it stands is saved now and then, and no transaction depends on it.
 */
export class Publications {
  readonly #database: Database;
  readonly #leases: DedicatedConnection;

  constructor(database: Database) {
    this.#database = database;
    this.#leases = database.dedicated('publications');
  }

  /** Takes the right to publish for the consumer, or tells that this process still has it; false while another one does. */
  async acquire(consumer: string): Promise<boolean> {
    return this.#leases.transaction(async (transaction) => {
      const { rows } = await transaction.query<{ held: boolean }>(tryLock, [consumer]);
      return rows[0]?.held === true;
    });
  }

  /** Where it was left; undefined where nothing was ever published for the consumer. */
  async find(consumer: string): Promise<Publication | undefined> {
    const { rows } = await this.#database.query<{ position: bigint; last: bigint }>(selectPublication, [consumer]);
    const [row] = rows;
    return row && { consumer, position: Number(row.position), last: Number(row.last) };
  }

  /** Saves where it stands. False where the right has passed to another process, which saves from now on. */
  async save({ consumer, position, last }: Publication): Promise<boolean> {
    return this.#leases.transaction(async (transaction) => {
      const { rows } = await transaction.query<{ held: boolean }>(tryLock, [consumer]);
      if (!rows[0]?.held) return false;
      void transaction.query(savePublication, [consumer, position, last]);
      return true;
    });
  }

  /** For a store that leaves the broker: the next one asks the consumers where to begin. */
  async forget(): Promise<void> {
    await this.#database.query(forget);
  }

  close(): Promise<void> {
    return this.#leases.close();
  }
}
