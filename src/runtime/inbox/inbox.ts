import type { Message } from '#contracts/message.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Decider } from '../batch/decider.ts';
import type { Tables } from '../batch/workset.ts';
import type { Writer } from '../batch/writer.ts';
import type { Database, DedicatedConnection } from '../database/database.ts';
import type { Handling } from '../service.ts';
import { dueLetters, releaseHeldLetters } from './dead-letters.ts';
import type { Lease } from './lease.ts';

/** Delivered and not yet committed messages of one subscription: enough to fill batches, little enough to forget. */
const pendingMost = 2048;

const tryLock = `select pg_try_advisory_lock(hashtextextended('suanpan cursor ' || $1, 0)) as held`;
const takeCursor = `
  insert into cursors (source) values ($1)
  on conflict (source) do update set epoch = cursors.epoch + 1, moved_at = now()
  returning position, epoch`;
const advanceIdle = 'select advance_cursor($1, $2, $3, $4)';

/** The consumer's side of its subscriptions: leases, delivery into the writer, retries of dead letters. */
export class Inbox {
  readonly #service: string;
  readonly #database: Database;
  readonly #leases: DedicatedConnection;
  readonly #writer: Writer;
  readonly #clock: Clock;
  readonly #deciders: ReadonlyMap<string, Decider<Tables, Message>>;
  readonly #room = new Set<() => void>();
  readonly #retrying = new Set<string>();

  constructor(options: {
    readonly service: string;
    readonly database: Database;
    readonly writer: Writer;
    readonly clock: Clock;
    readonly hears: readonly Handling[];
  }) {
    this.#service = options.service;
    this.#database = options.database;
    this.#leases = options.database.dedicated('leases');
    this.#writer = options.writer;
    this.#clock = options.clock;
    this.#deciders = new Map(options.hears.map(({ contract, decider }) => [contract.type, decider]));
  }

  get types(): ReadonlySet<string> {
    return new Set(this.#deciders.keys());
  }

  /**
   * Takes the lease of a subscription, or undefined while another process has it. The session lock names the holder; the
   * epoch fences off one that lost its session without noticing.
   */
  async acquire(source: string, lose: Lease['lose']): Promise<Lease | undefined> {
    return this.#leases.transaction(async (transaction) => {
      const { rows } = await transaction.query<{ held: boolean }>(tryLock, [source]);
      if (!rows[0]?.held) return undefined;
      const taken = await transaction.query<{ position: bigint; epoch: bigint }>(takeCursor, [source]);
      const [cursor] = taken.rows;
      if (!cursor) throw new Error('the cursor was neither made nor taken');
      const position = Number(cursor.position);
      return {
        consumer: this.#service,
        source,
        epoch: Number(cursor.epoch),
        position,
        read: position,
        pending: 0,
        lost: false,
        lose,
      };
    });
  }

  /** Hands a message to the writer. A type that the service does not hear is not delivered. */
  deliver(lease: Lease, message: Message): void {
    const decider = this.#deciders.get(message.type);
    if (!decider) throw new Error(`${this.#service} does not hear ${message.type}`);
    lease.pending += 1;
    this.#writer.deliver({
      decider: decider as Decider<Tables, unknown, unknown>,
      message,
      lease,
      letter: undefined,
      done: () => this.#freed(),
    });
  }

  /** Resolves when the subscription may deliver more, or when the signal aborts. */
  async room(lease: Lease, signal: AbortSignal): Promise<void> {
    while (lease.pending >= pendingMost && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#room.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.#room.add(done);
        signal.addEventListener('abort', done, { once: true });
      });
    }
  }

  /** Moves an idle cursor past what was read and is of no interest. */
  async catchUp(lease: Lease): Promise<void> {
    if (lease.lost || lease.pending > 0 || lease.read === lease.position) return;
    const { read, position } = lease;
    await this.#leases.transaction((transaction) => {
      void transaction.query(advanceIdle, [lease.source, lease.epoch, position, read]);
    });
    if (lease.position === position) lease.position = read;
  }

  /** Gives dead letters whose time has come to the writer; resolves when they are settled again. */
  async retryDue(most: number): Promise<number> {
    const now = this.#clock.now();
    const due = (await dueLetters(this.#database, now, most)).filter(({ id }) => !this.#retrying.has(id));
    await Promise.all(due.map((letter) => this.#retry(letter.id, letter.attempts, letter.message)));
    return due.length;
  }

  /** Frees what waits behind nothing any more, should a release have been missed. */
  async releaseHeld(): Promise<void> {
    await releaseHeldLetters(this.#database, this.#clock.now());
  }

  close(): Promise<void> {
    return this.#leases.close();
  }

  #retry(id: string, attempts: number, message: Message): Promise<void> {
    const decider = this.#deciders.get(message.type) ?? unheard(message.type);
    this.#retrying.add(id);
    return new Promise((resolve) => {
      this.#writer.deliver({
        decider: decider as Decider<Tables, unknown, unknown>,
        message,
        lease: undefined,
        letter: { id, attempts },
        done: () => {
          this.#retrying.delete(id);
          resolve();
        },
      });
    });
  }

  #freed(): void {
    for (const done of [...this.#room]) done();
  }
}

/** A letter of a type that this version does not know is parked for a person, not lost. */
function unheard(type: string): Decider<Tables, Message> {
  return {
    name: type,
    needs: () => ({}),
    decide: () => ({ setAside: { as: 'parked', reason: `no handler for ${type} in this version` } }),
  };
}
