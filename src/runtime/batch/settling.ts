import { nameOf } from '#contracts/message.ts';
import type { Clock } from '#kernel/clock.ts';
import { ProblemError, problem } from '#kernel/problem.ts';
import type { DedicatedConnection } from '../database/database.ts';
import { classify, codeOf, type Failure, HEARD_BEFORE } from '../database/failure.ts';
import { backoffMs } from '../inbox/backoff.ts';
import { extendLog, isPastPartitions } from '../log/append.ts';
import type { Scheduler } from '../seams/scheduler.ts';
import { monotonicMs } from '../seams/system-time.ts';
import { type Conclusion, conclude, moveOn } from './conclude.ts';
import { Flush, type FlushMeans, leasesOf } from './flush.ts';
import type { Item } from './item.ts';
import { find, Knowledge } from './knowledge.ts';
import type { Lanes } from './lanes.ts';
import type { Minted } from './minted.ts';
import { Fallen } from './steps.ts';
import { type Turn, takeTurn } from './turn.ts';

const repeatsMost = 5;
const outage = { firstMs: 50, mostMs: 2_000 };

export interface SettlingOptions extends FlushMeans, Conclusion {
  readonly clock: Clock;
  readonly ids: Minted;
  readonly scheduler: Scheduler;
}

/**
 * Gets items into the store whatever it takes: each transaction takes the turn, reads, decides and writes by itself; what fails is
 * done again, split until what is bad stands alone, or kept until the database is back.
 */
export class Settling {
  readonly #options: SettlingOptions;
  readonly #connection: DedicatedConnection;
  readonly #turn: Turn;
  readonly #lanes: Lanes;
  #knowledge: Knowledge | undefined;
  #outages = 0;
  isClosing = false;

  constructor(options: SettlingOptions, connection: DedicatedConnection, turn: Turn, lanes: Lanes) {
    this.#options = options;
    this.#connection = connection;
    this.#turn = turn;
    this.#lanes = lanes;
  }

  /** What the last transaction leaves known; undefined where it failed, or while others write too. */
  get knowledge(): Knowledge | undefined {
    return this.#knowledge;
  }

  /** What is known from before does not hold any more. */
  forget(): void {
    this.#knowledge = undefined;
  }

  /** Whether somebody waits for it still: a request until its deadline, a message until its subscription is another's. */
  isWanted(item: Item): boolean {
    if (item.kind === 'message') {
      const { by } = item;
      const isLost = (by.kind === 'tail' && by.lease.lost) || (by.kind === 'broker' && by.delivery.lost);
      if (isLost) item.done('dropped');
      return !isLost;
    }
    if (item.step?.isBound) {
      item.failed(new Fallen());
      return false;
    }
    if (item.origin.deadline > this.#options.clock.now()) return true;
    item.failed(unavailable('Nobody waits for this any more.'));
    return false;
  }

  /** Commits the items, or splits them until what is bad stands alone; never rejects. */
  async settle(items: readonly Item[], repeats = 0): Promise<void> {
    const wanted = items.filter((item) => this.isWanted(item));
    if (wanted.length === 0) return;
    try {
      await this.#commit(wanted, new Map());
      this.#outages = 0;
    } catch (error) {
      await this.#recover(wanted, error, classify(error), repeats);
    }
  }

  /** Goes on with items whose transaction failed. */
  recover(items: readonly Item[], error: unknown): Promise<void> {
    this.#knowledge = undefined;
    return this.#recover(items, error, classify(error), 0);
  }

  async #recover(items: readonly Item[], error: unknown, failure: Failure, repeats: number): Promise<void> {
    if (isPastPartitions(error)) return this.#extendLog(items, error, repeats);
    switch (failure) {
      case 'repeat':
        return this.#repeat(items, error, repeats);
      case 'item':
        if (repeats === 0 && isOvertaken(error)) return this.#repeat(items, error, repeats);
        return this.#split(items, error);
      case 'bug':
        return this.#split(items, error);
      case 'fenced':
        for (const lease of leasesOf(items)) lease.lose(error, 0);
        return this.settle(items);
      case 'unknown-commit':
        return this.#find(items, error);
      case 'infrastructure':
        return this.#pause(items, error);
    }
  }

  async #extendLog(items: readonly Item[], error: unknown, repeats: number): Promise<void> {
    try {
      await extendLog(this.#connection);
    } catch (failure) {
      return this.#pause(items, failure);
    }
    return this.#repeat(items, error, repeats);
  }

  async #repeat(items: readonly Item[], error: unknown, repeats: number): Promise<void> {
    this.#options.metrics.retries.inc({ service: this.#options.service, what: 'batch' });
    // Each time another process has heard more of the same messages: that comes to an end by itself.
    const isProgress = codeOf(error) === HEARD_BEFORE;
    if (repeats >= repeatsMost && !isProgress) return this.#pause(items, error);
    // Waiting for locks may have taken as long as somebody was ready to wait.
    return this.settle(items, isProgress ? repeats : repeats + 1);
  }

  async #split(items: readonly Item[], error: unknown): Promise<void> {
    const [only] = items;
    if (only && items.length === 1) return this.#isolate(only, error);
    const middle = Math.ceil(items.length / 2);
    await this.settle(items.slice(0, middle));
    // The first half may have met an outage: what its leases delivered is not ours any more.
    await this.settle(items.slice(middle));
  }

  /** The item alone makes its batch fail: a request is told so, a message is set aside. */
  async #isolate(item: Item, error: unknown): Promise<void> {
    const { log, service } = this.#options;
    if (item.kind === 'command') {
      log.error(
        { err: error, service, command: item.decider.name, traceparent: item.origin.traceparent },
        'a command failed',
      );
      item.failed(error);
      return;
    }
    const { type, key } = item.message;
    log.error(
      { err: error, service, message: nameOf(item.message), type, key },
      'a message failed and was set aside; see the dead letters',
    );
    try {
      await this.#commit([item], new Map([[item, error]]));
    } catch (again) {
      const failure = classify(again);
      // What cannot even be set aside stays before all that follows it.
      if (failure === 'item' || failure === 'bug') await this.#pause([item], again);
      else await this.#recover([item], again, failure, 0);
    }
  }

  /** COMMIT was sent and its answer lost. Keys and cursors tell what happened: what has neither is answered "unknown". */
  async #find(items: readonly Item[], error: unknown): Promise<void> {
    const { log, service } = this.#options;
    log.warn(
      { err: error, service, items: items.length },
      'the outcome of a commit is unknown; reading it from the database',
    );
    for (const lease of leasesOf(items)) lease.lose(error, 0);
    // If it did happen, there may be something in the log that nobody was told of.
    this.#options.said();
    const keyed = items.filter((item) => item.kind === 'command' && item.idempotencyKey !== undefined);
    for (const item of items) {
      if (item.kind === 'message') item.done('again');
      else if (!item.idempotencyKey) item.failed(error);
    }
    if (keyed.length === 0) return;
    await this.#options.scheduler.wait(this.#nextPauseMs());
    await this.settle(keyed);
  }

  /** Broken infrastructure is nobody's attempt: requests are told to come again, messages stay where the cursor is. */
  async #pause(items: readonly Item[], error: unknown): Promise<void> {
    const { log, service } = this.#options;
    const pauseMs = this.#nextPauseMs();
    log.error({ err: error, service, items: items.length, pauseMs }, 'the database cannot be written to; trying again');
    for (const lease of leasesOf(items)) lease.lose(error, pauseMs);
    for (const item of [...items, ...this.#lanes.takeRequests()]) {
      if (item.kind === 'message') item.done('again');
      else item.failed(unavailable('The database is away.', error));
    }
    if (!this.isClosing) await this.#options.scheduler.wait(pauseMs);
  }

  /** Longer with each outage in a row. */
  #nextPauseMs(): number {
    this.#outages += 1;
    return backoffMs(this.#outages, this.#options.random, outage);
  }

  async #commit(items: readonly Item[], faults: ReadonlyMap<Item, unknown>): Promise<void> {
    this.#knowledge = undefined;
    const startedMs = monotonicMs();
    const knowledge = new Knowledge(this.#options.tables, this.#options.ids);
    const flush = new Flush(this.#options, knowledge, this.#options.clock.now());
    const begun = await this.#turn.begin();
    const { turn, head } = await this.#connection.transaction(async (transaction) => {
      const taken = takeTurn(transaction);
      flush.decide(items, await find(transaction, knowledge, items, faults), faults);
      flush.save(transaction);
      return taken;
    });
    const appended = await flush.appended;
    // Positions with a gap among them are read from the log, and so is where it ends.
    const end = flush.said === appended.length ? (appended.at(-1)?.position ?? head) : undefined;
    if (this.#turn.taken(turn, begun) && end !== undefined) this.#knowledge = knowledge.keep(end);
    moveOn(flush);
    await conclude(this.#options, flush, startedMs);
  }
}

/** Another process inserted the row or the key first: decided anew, it is there. */
function isOvertaken(error: unknown): boolean {
  return codeOf(error) === '23505';
}

export function unavailable(detail: string, cause?: unknown): ProblemError {
  return new ProblemError({ ...problem('unavailable', detail), retryAfterSeconds: 1 }, { cause });
}
