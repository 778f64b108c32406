import { createHash } from 'node:crypto';
import { unreadableSource } from '#contracts/http/runtime.ts';
import type { Message } from '#contracts/message.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Ids } from '#kernel/ids.ts';
import type { Decider } from '../batch/decider.ts';
import type { Tables } from '../batch/workset.ts';
import type { Writer } from '../batch/writer.ts';
import type { Database, DedicatedConnection } from '../database/database.ts';
import type { Handling } from '../service.ts';
import { type DueLetter, dueLetters, releaseHeldLetters } from './dead-letters.ts';
import type { Delivery } from './delivery.ts';
import { type Lease, skippedUpTo } from './lease.ts';
import { misfitOf } from './misfit.ts';

/** Delivered and not yet committed messages of one subscription: enough to fill batches, little enough to forget. */
const pendingMost = 2048;

/** So much is kept of what is no message: enough to see what it is. */
const unreadableBytesMost = 256 * 1024;

const tryLock = `select pg_try_advisory_lock(hashtextextended('suanpan cursor ' || current_schema() || ' ' || $1, 0)) as held`;
const takeCursor = `
  insert into cursors (source) values ($1)
  on conflict (source) do update set epoch = cursors.epoch + 1, moved_at = now()
  returning position, epoch`;
const advanceIdle = 'select advance_cursor($1, $2, $3, $4, $5::bigint[])';
const selectAhead = 'select position from inbox where source = $1 and position > $2';
const selectCursor = 'select position from cursors where source = $1';
const insertUnreadable = `
  insert into dead_letters (id, source, position, type, version, key, said_at, traceparent, cause, data, status, attempts,
    error, set_aside_at)
  values ($1, '${unreadableSource}', $2, $3, 0, $4, $5::timestamptz, '', '', $6::json, 'PARKED', 1, $7, $5::timestamptz)
  on conflict (source, position) do nothing`;

/** The consumer's side of its subscriptions: leases, delivery into the writer, retries of dead letters. */
export class Inbox {
  readonly #service: string;
  readonly #database: Database;
  readonly #leases: DedicatedConnection;
  readonly #writer: Writer;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #handlings: ReadonlyMap<string, Handling>;
  readonly #room = new Set<() => void>();
  readonly #retrying = new Set<string>();

  constructor(options: {
    readonly service: string;
    readonly database: Database;
    readonly writer: Writer;
    readonly clock: Clock;
    readonly ids: Ids;
    readonly hears: readonly Handling[];
  }) {
    this.#service = options.service;
    this.#database = options.database;
    this.#leases = options.database.dedicated('leases');
    this.#writer = options.writer;
    this.#clock = options.clock;
    this.#ids = options.ids;
    this.#handlings = new Map(options.hears.map((handling) => [handling.contract.type, handling]));
  }

  get types(): ReadonlySet<string> {
    return new Set(this.#handlings.keys());
  }

  /**
   * Takes the lease of a subscription, or undefined while another process has it. The session lock names the holder; the
   * epoch fences off one that lost its session without noticing.
   */
  async acquire(source: string, { lose, committed }: Pick<Lease, 'lose' | 'committed'>): Promise<Lease | undefined> {
    return this.#leases.transaction(async (transaction) => {
      const { rows } = await transaction.query<{ held: boolean }>(tryLock, [source]);
      if (!rows[0]?.held) return undefined;
      const taken = await transaction.query<{ position: bigint; epoch: bigint }>(takeCursor, [source]);
      const [cursor] = taken.rows;
      if (!cursor) throw new Error('the cursor was neither made nor taken');
      const position = Number(cursor.position);
      const ahead = await transaction.query<{ position: bigint }>(selectAhead, [source, position]);
      return {
        consumer: this.#service,
        source,
        epoch: Number(cursor.epoch),
        position,
        read: position,
        committed,
        pending: 0,
        lost: false,
        lose,
        heardAhead: new Set(ahead.rows.map((row) => Number(row.position))),
      };
    });
  }

  /** Hands a message to the writer; a type or version that is not known here is parked. */
  deliver(lease: Lease, message: Message): void {
    if (lease.heardAhead.has(message.position)) return;
    lease.pending += 1;
    this.#writer.deliver({
      decider: this.#deciderOf(message),
      message,
      by: { kind: 'tail', lease },
      done: () => this.#freed(),
    });
  }

  /** Hands a message that a broker delivered to the writer; what is not as its contract says is parked. */
  receive(message: Message, delivery: Delivery): void {
    this.#receive(this.#deciderOfBrought(message), message, delivery);
  }

  /** What the broker gave up, having delivered it too often to consumers that died: no fault of the message, so it is retried. */
  receiveGivenUp(message: Message, delivery: Delivery): void {
    this.#receive(givenUp as Decider<Tables, unknown, unknown>, message, delivery);
  }

  /** Parks what is no message at all, once however often it comes; resolves when that is committed. */
  async parkUnreadable(bytes: Uint8Array, type: string, reason: string): Promise<void> {
    const digest = createHash('sha256').update(bytes).digest();
    const kept = Buffer.from(bytes.subarray(0, unreadableBytesMost));
    const error = storable(reason);
    const data = JSON.stringify({ base64: kept.toString('base64'), bytes: bytes.length, error });
    const now = this.#clock.now();
    const position = digest.readUIntBE(0, 6) + 1;
    const values = [
      this.#ids.next('deadLetter'),
      position,
      storable(type.slice(0, 100)) || unreadableSource,
      digest.toString('hex'),
      now,
      data,
      error,
    ];
    await this.#database.query(insertUnreadable, values);
  }

  /** Up to here the service has heard all of the source that it is to hear. */
  async heard(source: string): Promise<number> {
    const { rows } = await this.#database.query<{ position: bigint }>(selectCursor, [source]);
    return Number(rows[0]?.position ?? 0n);
  }

  hasRoom(lease: Lease): boolean {
    return lease.pending < pendingMost;
  }

  /** Resolves when the subscription may deliver more, or when the signal aborts. */
  async room(lease: Lease, signal: AbortSignal): Promise<void> {
    while (!this.hasRoom(lease) && !signal.aborted) {
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
    const { position } = lease;
    const read = Math.min(lease.read, lease.committed());
    if (lease.lost || lease.pending > 0 || read <= position) return;
    await this.#leases.transaction((transaction) => {
      void transaction.query(advanceIdle, [lease.source, lease.epoch, position, read, skippedUpTo(lease, read)]);
    });
    if (lease.position === position) lease.position = read;
  }

  /** Tries dead letters whose time has come once more; resolves with how many it has tried and committed what came of it. */
  async retryDue(most: number): Promise<number> {
    const due = await dueLetters(this.#database, this.#clock.now(), most, [...this.#retrying]);
    const free = due.filter(({ id }) => !this.#retrying.has(id));
    const tried = await Promise.all(free.map((letter) => this.#retry(letter)));
    return tried.filter((isTried) => isTried).length;
  }

  /** Frees what waits behind nothing any more, should a release have been missed. */
  async releaseHeld(): Promise<void> {
    await releaseHeldLetters(this.#database, this.#clock.now());
  }

  close(): Promise<void> {
    return this.#leases.close();
  }

  #retry({ message, ...letter }: DueLetter): Promise<boolean> {
    this.#retrying.add(letter.id);
    return new Promise((resolve) => {
      this.#writer.deliver({
        decider: this.#deciderOfBrought(message),
        message,
        by: { kind: 'letter', letter },
        done: (outcome) => {
          this.#retrying.delete(letter.id);
          resolve(outcome === 'settled');
        },
      });
    });
  }

  #deciderOf(message: Message): Decider<Tables, unknown, unknown> {
    if (message.source === unreadableSource) return noMessage as Decider<Tables, unknown, unknown>;
    const handling = this.#handlings.get(message.type);
    const isKnown = handling?.contract.version === message.version;
    return (isKnown ? handling.decider : unheard(message)) as Decider<Tables, unknown, unknown>;
  }

  /** What comes from another process was written by another version, or by a stranger; a letter may have come so too. */
  #deciderOfBrought(message: Message): Decider<Tables, unknown, unknown> {
    const handling = this.#handlings.get(message.type);
    const misfit = handling?.contract.version === message.version ? misfitOf(handling.contract, message) : undefined;
    return misfit === undefined ? this.#deciderOf(message) : (parkedFor(message, misfit) as Decider<Tables, unknown>);
  }

  #receive(decider: Decider<Tables, unknown, unknown>, message: Message, delivery: Delivery): void {
    this.#writer.deliver({
      decider,
      message,
      by: { kind: 'broker', delivery },
      done: (outcome) => {
        if (outcome === 'settled') delivery.settled();
        else if (outcome === 'again') delivery.again();
      },
    });
  }

  #freed(): void {
    for (const done of [...this.#room]) done();
  }
}

/** A letter of a type that this version does not know is parked for a person, not lost. */
function unheard(message: Message): Decider<Tables, Message> {
  return parkedFor(message, `no handler for ${message.type} v${message.version} in this version`);
}

function parkedFor({ type }: Message, reason: string): Decider<Tables, Message> {
  return { name: type, needs: () => ({}), decide: () => ({ setAside: { as: 'parked', reason } }) };
}

/** Tried again, they are what they were. */
const noMessage: Decider<Tables, Message> = {
  name: unreadableSource,
  needs: () => ({}),
  decide: (_state, { data }) => ({ setAside: { as: 'parked', reason: (data as { error: string }).error } }),
};

/** What strangers wrote may hold what no text in the database may. */
function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

const givenUp: Decider<Tables, Message> = {
  name: 'given-up',
  needs: () => ({}),
  decide: () => ({ setAside: { as: 'retry', reason: 'the broker gave it up after too many deliveries' } }),
};
