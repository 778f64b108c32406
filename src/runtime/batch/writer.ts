import type { Message } from '#contracts/message.ts';
import type { Database, DedicatedConnection, Transaction } from '../database/database.ts';
import { classify } from '../database/failure.ts';
import type { IdempotencyKey, Origin, Written } from '../service.ts';
import { conclude, moveOn } from './conclude.ts';
import type { Decider } from './decider.ts';
import type { Failed, Flights, Passenger } from './flights.ts';
import { Flush, leasesOf } from './flush.ts';
import type { CommandItem, Item, MessageItem, Outcome } from './item.ts';
import { type Findings, find, type Knowledge } from './knowledge.ts';
import { Lanes, type Track } from './lanes.ts';
import { Settling, type SettlingOptions, unavailable } from './settling.ts';
import { Fallen, type Steps } from './steps.ts';
import { Turn } from './turn.ts';
import type { Tables } from './workset.ts';

/** Of either kind. */
const batchItemsMost = 384;
/** Requests beyond this many waiting are refused at once rather than kept until their deadline; urgent ones are counted apart. */
const waitingMost = 8192;

export interface WriterOptions extends SettlingOptions {
  readonly database: Database;
  readonly flights: Flights;
  /** At once, what is decided and on its way to the log: who keeps to the same flights may go on with it. */
  readonly foreseen: (messages: readonly Message[]) => void;
  /** What was foreseen and not committed will not come, or not as it was. */
  readonly retracted: () => void;
}

/**
 * The one writer of a service in this process. Requests and messages that arrive while a transaction is in flight are decided at
 * once, over rows as that transaction will leave them, and leave with the next flight: no timers. Rows that are not known are read
 * meanwhile. Where that does not do (the first batch, other writers, dead letters, trouble) a batch takes the turn and does
 * everything in its own transaction, in `Settling`.
 */
export class Writer implements Passenger {
  readonly #options: WriterOptions;
  readonly #lanes = new Lanes();
  readonly #connection: DedicatedConnection;
  readonly #reader: DedicatedConnection;
  readonly #turn: Turn;
  readonly #settling: Settling;
  #knowledge: Knowledge | undefined;
  readonly #running: Record<Track, Promise<void> | undefined> = { requests: undefined, messages: undefined };
  /** Rows are being read: none of those that are known must be forgotten. */
  #finding = 0;
  /** Some of what had been decided when room was made last is not committed yet. */
  #isMakingRoom = false;
  /** What is being done by itself. */
  readonly #apart = new Set<Promise<void>>();
  #line: Promise<void> = Promise.resolve();

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#connection = options.database.dedicated('writer');
    this.#reader = options.database.dedicated('reader');
    this.#turn = new Turn(this.#connection, options.flights.connection);
    this.#settling = new Settling(options, this.#connection, this.#turn, this.#lanes);
    options.flights.join(this);
  }

  get service(): string {
    return this.#options.service;
  }

  /**
   * Resolves when the command's batch is committed, and as a step among others when it is decided; rejects with a ProblemError for
   * refusals and for what could not be done.
   */
  write<T extends Tables, Command, Answer>(
    decider: Decider<T, Command, Answer>,
    command: Command,
    origin: Origin & { readonly idempotencyKey?: IdempotencyKey; readonly upon?: Steps },
    urgent: boolean,
  ): Promise<Written<Answer>> {
    const lane = urgent ? this.#lanes.urgent : this.#lanes.requests;
    if (lane.length >= waitingMost) return Promise.reject(unavailable('Too much is waiting.'));
    const { idempotencyKey, upon } = origin;
    if (upon?.isFallen) return Promise.reject(new Fallen());
    return new Promise((resolve, failed) => {
      const done = resolve as CommandItem['done'];
      const item = { kind: 'command', decider: decider as unknown as CommandItem['decider'], command } as const;
      this.#push({
        ...item,
        origin,
        urgent,
        idempotencyKey,
        ...(upon ? asStep(upon, done, failed) : { done, failed }),
      });
      if (upon) this.#options.flights.quieter();
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
    return this.#lanes.waiting('requests') + this.#lanes.waiting('messages');
  }

  get isHearing(): boolean {
    return this.#running.messages !== undefined && this.#apart.size === 0;
  }

  get isDeciding(): boolean {
    return (this.#running.requests ?? this.#running.messages) !== undefined && this.#apart.size === 0;
  }

  /** Lets everything that was accepted finish. */
  async drain(): Promise<void> {
    const { flights } = this.#options;
    for (;;) {
      const [apart] = this.#apart;
      const running = this.#running.requests ?? this.#running.messages ?? apart;
      if (!(running ?? flights.openOf(this) ?? flights.flyingOf(this))) return;
      await (running ?? flights.landing());
      this.wake();
    }
  }

  async close(): Promise<void> {
    this.#settling.isClosing = true;
    await this.drain();
    await Promise.all([this.#connection.close(), this.#reader.close()]);
  }

  wake(): void {
    this.#wake('messages');
    this.#wake('requests');
  }

  save(transaction: Transaction, flush: Flush): void {
    this.#turn.keep(transaction);
    flush.save(transaction);
  }

  committed(flush: Flush): void {
    this.#turn.kept();
    moveOn(flush);
  }

  landed(flush: Flush, startedMs: number): Promise<void> {
    return conclude(this.#options, flush, startedMs);
  }

  retract(): void {
    this.#turn.lost();
    this.#forget();
    this.#options.retracted();
  }

  again({ flown, upon, after }: Failed): Promise<void> {
    // At once, before anything else is decided upon them.
    for (const item of [...(flown?.flush.items ?? []), ...(upon?.items ?? [])])
      if (item.kind === 'command' && isBound(item)) item.failed(new Fallen());
    return this.#byItself(after, async () => {
      if (flown) await this.#refly(flown.flush.items, flown.error);
      if (upon) await this.#settling.settle(upon.items);
    });
  }

  /** What happened to a commit, or to the database, is the same for all; whose fault else it was shows when each does it alone. */
  #refly(items: readonly Item[], error: unknown): Promise<void> {
    const isCommon = ['unknown-commit', 'infrastructure', 'repeat'].includes(classify(error));
    return isCommon ? this.#settling.recover(items, error) : this.#settling.settle(items);
  }

  #push(item: Item): void {
    this.#lanes.push(item);
    this.#wake(item.kind === 'message' ? 'messages' : 'requests');
  }

  #wake(track: Track): void {
    if (this.#running[track] || !this.#hasWork(track)) return;
    // What arrives in the same turn of the event loop leaves in the same batch.
    this.#running[track] = Promise.resolve().then(() => this.#run(track));
  }

  #hasWork(track: Track): boolean {
    const { flights } = this.#options;
    if (this.#lanes.waiting(track) === 0 || this.#room(track) === 0 || this.#isHeldUp) return false;
    return track === 'messages' || !flights.isLastCall || this.#lanes.steps.length > 0;
  }

  get #isHeldUp(): boolean {
    const { flights } = this.#options;
    return flights.openOf(this)?.holdsUp === true || flights.flyingOf(this)?.holdsUp === true;
  }

  #room(track: Track): number {
    return Math.max(0, batchItemsMost - (this.#options.flights.openOf(this)?.count(track) ?? 0));
  }

  async #run(track: Track): Promise<void> {
    try {
      while (this.#hasWork(track)) await this.#next(track);
    } finally {
      this.#running[track] = undefined;
      this.#wake(track);
      this.#options.flights.quieter();
    }
  }

  /** Decides what waits, or as much of it as there is room for. */
  async #next(track: Track): Promise<void> {
    const { flights, clock } = this.#options;
    const room = this.#room(track);
    const isForSteps = track === 'requests' && flights.isLastCall;
    const taken = isForSteps ? this.#lanes.steps.take(room) : this.#lanes.take(track, room);
    const items = taken.filter((item) => this.#settling.isWanted(item));
    if (items.length === 0) return;
    const knowledge = this.#knowledge;
    if (!knowledge || isApart(items)) return this.#settleApart(items);
    const findings = await this.#find(knowledge, items);
    if (!findings || knowledge !== this.#knowledge || items.some(isBound)) return this.#settleApart(items);
    const flush = flights.board(this, () => new Flush(this.#options, knowledge, clock.now()));
    const said = flush.placed.length;
    try {
      flush.decide(items, findings);
    } catch {
      // Some of a decision's rows may be known already.
      const decided = flush.items;
      const dissolved = flights.dissolve();
      await this.#settleApart(items.filter((item) => !decided.includes(item)));
      return dissolved;
    }
    tellAhead(items, flush.outcomes);
    if (flush.placed.length > said) this.#options.foreseen(flush.placed.slice(said));
  }

  /** Undefined where it failed: in a transaction of its own it will again, and there it is dealt with. */
  async #find(knowledge: Knowledge, items: readonly Item[]): Promise<Findings | undefined> {
    this.#makeRoom(knowledge);
    this.#finding += 1;
    try {
      return await find(this.#reader, knowledge, items);
    } catch {
      return undefined;
    } finally {
      this.#finding -= 1;
    }
  }

  /**
   * What is forgotten now was put before room was made last. It is read again from the store, and must have got there: a row that
   * was decided and is not committed yet must not be read as it was before.
   */
  #makeRoom(knowledge: Knowledge): void {
    if (this.#finding > 0 || this.#isMakingRoom || !knowledge.makeRoom()) return;
    this.#isMakingRoom = true;
    void this.#options.flights.landing().then(() => {
      this.#isMakingRoom = false;
    });
  }

  /** Once all that was decided before has landed, in transactions of their own. */
  #settleApart(items: readonly Item[]): Promise<void> {
    const landing = this.#options.flights.landing();
    this.#forget();
    return this.#byItself(landing, async () => {
      const [first, then] = bySource(items);
      await this.#settling.settle(first);
      await this.#settling.settle(then);
    });
  }

  #forget(): void {
    this.#knowledge = undefined;
    this.#settling.forget();
  }

  /**
   * One after the other: what failed on its way comes before what was to follow it, so whoever waits for a landing gets in line
   * behind it. Nothing is decided for a flight meanwhile, and no flight waits for it.
   */
  async #byItself(after: Promise<void> | undefined, work: () => Promise<void>): Promise<void> {
    const own = after ? after.then(() => this.#inLine(work)) : this.#inLine(work);
    this.#apart.add(own);
    this.#options.flights.quieter();
    try {
      await own;
    } finally {
      this.#apart.delete(own);
    }
    if (this.#apart.size > 0) return;
    this.#knowledge = this.#settling.knowledge;
    this.wake();
  }

  #inLine(work: () => Promise<void>): Promise<void> {
    const own = this.#line.then(work);
    this.#line = own.catch(() => undefined);
    return own;
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

function isBound(item: Item): boolean {
  return item.kind === 'command' && item.step?.isBound === true;
}

/**
 * Those who go on with what was decided last. What was written is all they go on with; after a refusal, or an answer from
 * before, there is more to be read from the store.
 */
function tellAhead(items: readonly Item[], outcomes: readonly Outcome[]): void {
  const before = outcomes.length - items.length;
  for (const [index, item] of items.entries()) {
    const outcome = outcomes[before + index];
    if (item.kind !== 'command' || outcome?.kind !== 'written' || outcome.written.replayed) continue;
    item.step?.tell(outcome.written);
  }
}

/** Whoever asks hears of it when it is decided, and its steps of what becomes of it. */
function asStep(steps: Steps, done: CommandItem['done'], failed: CommandItem['failed']) {
  const step = steps.begin((written) => done(written as Written<unknown>));
  return {
    step,
    done: (written: Written<unknown>): void => {
      done(written);
      step.committed();
    },
    failed: (error: unknown): void => {
      failed(error);
      step.failed();
    },
  };
}
