import type { Database, DedicatedConnection } from '../database/database.ts';
import { monotonicMs } from '../seams/system-time.ts';
import type { IdempotencyKey, Origin, Written } from '../service.ts';
import { conclude } from './conclude.ts';
import type { Decider } from './decider.ts';
import { Flush, leasesOf } from './flush.ts';
import type { CommandItem, Item, MessageItem } from './item.ts';
import { type Findings, find, type Knowledge } from './knowledge.ts';
import { Lanes } from './lanes.ts';
import { Settling, type SettlingOptions, unavailable } from './settling.ts';
import { Turn } from './turn.ts';
import type { Tables } from './workset.ts';

const batchItemsMost = 512;
/** Requests beyond this many waiting are refused at once rather than kept until their deadline; urgent ones are counted apart. */
const waitingMost = 8192;

export interface WriterOptions extends SettlingOptions {
  readonly database: Database;
}

/**
 * The one writer of a service in this process. Requests and messages that arrive while a transaction is in flight are decided at
 * once, over rows as that transaction will leave them, and leave together as soon as it is committed: no timers. Rows that are not
 * known are read meanwhile. Where that does not do (the first batch, other writers, dead letters, trouble) a batch takes the turn
 * and does everything in its own transaction, in `Settling`.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #lanes = new Lanes();
  readonly #connection: DedicatedConnection;
  readonly #reader: DedicatedConnection;
  readonly #turn: Turn;
  readonly #settling: Settling;
  #knowledge: Knowledge | undefined;
  /** Decided, waiting for the transaction before it. */
  #open: Flush | undefined;
  #flying: Flush | undefined;
  #flight: Promise<void> | undefined;
  #running: Promise<void> | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#connection = options.database.dedicated('writer');
    this.#reader = options.database.dedicated('reader');
    this.#turn = new Turn(this.#connection);
    this.#settling = new Settling(options, this.#connection, this.#turn, this.#lanes);
  }

  /** Resolves when the command's batch is committed; rejects with a ProblemError for refusals and for what could not be done. */
  write<T extends Tables, Command, Answer>(
    decider: Decider<T, Command, Answer>,
    command: Command,
    origin: Origin & { readonly idempotencyKey?: IdempotencyKey },
    urgent: boolean,
  ): Promise<Written<Answer>> {
    const lane = urgent ? this.#lanes.urgent : this.#lanes.requests;
    if (lane.length >= waitingMost) return Promise.reject(unavailable('Too much is waiting.'));
    return new Promise((done, failed) => {
      this.#push({
        kind: 'command',
        decider: decider as unknown as CommandItem['decider'],
        command,
        origin,
        urgent,
        idempotencyKey: origin.idempotencyKey,
        done: done as CommandItem['done'],
        failed,
      });
    });
  }

  /** Queues a message; its effect, or its being set aside, commits together with the cursor or the dead letter. */
  deliver(item: Omit<MessageItem, 'kind'>): void {
    this.#push({ kind: 'message', ...item });
  }

  /** What is known while nobody else writes; undefined after others did, or after trouble. */
  get knowledge(): Knowledge | undefined {
    return this.#knowledge;
  }

  get waiting(): number {
    return this.#lanes.length;
  }

  /** Lets everything that was accepted finish. */
  async drain(): Promise<void> {
    while (this.#running ?? this.#flight) await (this.#running ?? this.#flight);
  }

  async close(): Promise<void> {
    this.#settling.isClosing = true;
    await this.drain();
    await Promise.all([this.#connection.close(), this.#reader.close()]);
  }

  #push(item: Item): void {
    this.#lanes.push(item);
    // What arrives in the same turn of the event loop leaves in the same batch.
    this.#running ??= Promise.resolve().then(() => this.#run());
  }

  async #run(): Promise<void> {
    try {
      while (this.#lanes.length > 0) await this.#next();
    } finally {
      this.#running = undefined;
      if (this.#lanes.length > 0) this.#running = this.#run();
    }
  }

  /** Decides what waits, or as much of it as there is room for. */
  async #next(): Promise<void> {
    const size = this.#open?.items.length ?? 0;
    if (size >= batchItemsMost || this.#open?.holdsUp || this.#flying?.holdsUp) return this.#flight;
    const items = this.#lanes.take(batchItemsMost - size).filter((item) => this.#settling.isWanted(item));
    if (items.length === 0) return;
    const knowledge = this.#knowledge;
    if (!knowledge || isApart(items)) return this.#settle(items);
    const findings = await this.#find(knowledge, items);
    if (!findings || knowledge !== this.#knowledge) return this.#settle(items);
    this.#open ??= new Flush(this.#options, knowledge, this.#options.clock.now());
    try {
      this.#open.decide(items, findings);
    } catch {
      // Some of a decision's rows may be known already: all that is decided and not on its way is decided anew.
      const decided = this.#open.items;
      this.#open = undefined;
      return this.#settle([...decided, ...items.filter((item) => !decided.includes(item))]);
    }
    this.#flight ??= this.#fly();
  }

  /** Undefined where it failed: in a transaction of its own it will again, and there it is dealt with. */
  async #find(knowledge: Knowledge, items: readonly Item[]): Promise<Findings | undefined> {
    knowledge.makeRoom();
    try {
      return await find(this.#reader, knowledge, items);
    } catch {
      return undefined;
    }
  }

  /** Once nothing is in flight any more, in transactions of their own. */
  async #settle(items: readonly Item[]): Promise<void> {
    await this.#flight;
    this.#knowledge = undefined;
    const [first, then] = bySource(items);
    await this.#settling.settle(first);
    await this.#settling.settle(then);
    this.#knowledge = this.#settling.knowledge;
  }

  /** One transaction after the other, for as long as something is decided. */
  async #fly(): Promise<void> {
    while (this.#open) {
      const flush = this.#open;
      this.#flying = flush;
      this.#open = undefined;
      await this.#commit(flush).catch((error: unknown) =>
        this.#anew(flush, (items) => this.#settling.recover(items, error)),
      );
    }
    this.#flying = undefined;
    this.#flight = undefined;
  }

  async #commit(flush: Flush): Promise<void> {
    // What nobody waits for any more is not done: the others are decided without it.
    if (flush.deadline <= this.#options.clock.now()) return this.#anew(flush, (items) => this.#settling.settle(items));
    const startedMs = monotonicMs();
    await this.#connection.transaction((transaction) => {
      this.#turn.keep(transaction);
      flush.save(transaction);
    });
    this.#turn.kept();
    await conclude(this.#options, flush, startedMs);
  }

  /** What was decided upon it meanwhile falls with it, and comes after it again. */
  async #anew(flush: Flush, settle: (items: readonly Item[]) => Promise<void>): Promise<void> {
    const upon = this.#open?.items ?? [];
    this.#open = undefined;
    this.#knowledge = undefined;
    await settle(flush.items);
    await this.#settling.settle(upon);
    this.#knowledge = this.#settling.knowledge;
  }
}

/** A dead letter has to be locked before it is tried again; what two ways bring of one source goes in two transactions. */
function isApart(items: readonly Item[]): boolean {
  return items.some((item) => item.kind === 'message' && item.by.kind === 'letter') || bySource(items)[1].length > 0;
}

/**
 * A store that changes from one bus to the other may have a tail and a broker bring the same messages. What the tail brings moves
 * the cursor over them, and only the next transaction sees that they were heard.
 */
function bySource(items: readonly Item[]): [first: readonly Item[], then: readonly Item[]] {
  const isBrought = (item: Item): item is MessageItem => item.kind === 'message' && item.by.kind === 'broker';
  if (!items.some(isBrought)) return [items, []];
  const followed = new Set([...leasesOf(items)].map(({ source }) => source));
  const isAfter = (item: Item): boolean => isBrought(item) && followed.has(item.message.source);
  return [items.filter((item) => !isAfter(item)), items.filter(isAfter)];
}
