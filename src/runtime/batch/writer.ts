import { type Message, nameOf } from '#contracts/message.ts';
import type { Clock, Instant } from '#kernel/clock.ts';
import { ProblemError, problem } from '#kernel/problem.ts';
import type { Database, DedicatedConnection } from '../database/database.ts';
import { CommitUnknown, classify, codeOf, type Failure, HEARD_BEFORE } from '../database/failure.ts';
import { backoffMs } from '../inbox/backoff.ts';
import { extendLog, isPastPartitions } from '../log/append.ts';
import type { Scheduler } from '../seams/scheduler.ts';
import { monotonicMs } from '../seams/system-time.ts';
import type { IdempotencyKey, Origin, Written } from '../service.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Decider } from './decider.ts';
import { Flush, type FlushMeans, leasesOf } from './flush.ts';
import type { CommandItem, Handled, Item, MessageItem, Outcome } from './item.ts';
import { Lanes } from './lanes.ts';
import type { Tables } from './workset.ts';

const batchItemsMost = 512;
/** Requests beyond this many waiting are refused at once rather than kept until their deadline; urgent ones are counted apart. */
const waitingMost = 8192;
const repeatsMost = 5;
const outage = { firstMs: 50, mostMs: 2_000 };

export interface WriterOptions extends FlushMeans {
  readonly database: Database;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly metrics: Metrics;
  /** After each commit that said something, with what; without it where that is not known. */
  readonly said: (messages?: readonly Message[]) => void;
}

/**
 * The one writer of a service in this process. Requests and messages that arrive while a transaction is in flight wait for
 * the next one; then all go through together. No timers: a batch leaves when the one before it is done.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #lanes = new Lanes();
  readonly #connection: DedicatedConnection;
  #running: Promise<void> | undefined;
  #outages = 0;
  #closing = false;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#connection = options.database.dedicated('writer');
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

  get waiting(): number {
    return this.#lanes.length;
  }

  /** Lets everything that was accepted finish. */
  async drain(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.drain();
    await this.#connection.close();
  }

  #push(item: Item): void {
    this.#lanes.push(item);
    // What arrives in the same turn of the event loop leaves in the same batch.
    this.#running ??= Promise.resolve().then(() => this.#run());
  }

  async #run(): Promise<void> {
    try {
      while (this.#lanes.length > 0) {
        const items = this.#lanes.take(batchItemsMost).filter((item) => this.#isWanted(item));
        const [first, then] = bySource(items);
        await this.#settle(first);
        await this.#settle(then.filter((item) => this.#isWanted(item)));
      }
    } finally {
      this.#running = undefined;
      if (this.#lanes.length > 0) this.#running = this.#run();
    }
  }

  #isWanted(item: Item): boolean {
    if (item.kind === 'message') {
      const { by } = item;
      const isLost = (by.kind === 'tail' && by.lease.lost) || (by.kind === 'broker' && by.delivery.lost);
      if (isLost) item.done('dropped');
      return !isLost;
    }
    if (item.origin.deadline > this.#options.clock.now()) return true;
    item.failed(unavailable('Nobody waits for this any more.'));
    return false;
  }

  /** Commits the items, or splits them until what is bad stands alone; never rejects. */
  async #settle(items: readonly Item[], repeats = 0): Promise<void> {
    if (items.length === 0) return;
    try {
      await this.#commit(items, new Map());
      this.#outages = 0;
    } catch (error) {
      await this.#recover(items, error, classify(error), repeats);
    }
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
        return this.#settle(items.filter((item) => this.#isWanted(item)));
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
    return this.#settle(
      items.filter((item) => this.#isWanted(item)),
      isProgress ? repeats : repeats + 1,
    );
  }

  async #split(items: readonly Item[], error: unknown): Promise<void> {
    const [only] = items;
    if (only && items.length === 1) return this.#isolate(only, error);
    const middle = Math.ceil(items.length / 2);
    await this.#settle(items.slice(0, middle));
    // The first half may have met an outage: what its leases delivered is not ours any more.
    await this.#settle(items.slice(middle).filter((item) => this.#isWanted(item)));
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
    await this.#settle(keyed.filter((item) => this.#isWanted(item)));
  }

  /** Broken infrastructure is nobody's attempt: requests are told to come again, messages stay where the cursor is. */
  async #pause(items: readonly Item[], error: unknown): Promise<void> {
    const { log, service } = this.#options;
    const pauseMs = this.#nextPauseMs();
    log.error({ err: error, service, items: items.length, pauseMs }, 'the database cannot be written to; trying again');
    for (const lease of leasesOf(items)) lease.lose(error, pauseMs);
    for (const item of [...items, ...this.#lanes.urgent.take(waitingMost), ...this.#lanes.requests.take(waitingMost)]) {
      if (item.kind === 'message') item.done('again');
      else item.failed(unavailable('The database is away.', error));
    }
    if (!this.#closing) await this.#options.scheduler.wait(pauseMs);
  }

  /** Longer with each outage in a row. */
  #nextPauseMs(): number {
    this.#outages += 1;
    return backoffMs(this.#outages, this.#options.random, outage);
  }

  async #commit(items: readonly Item[], faults: ReadonlyMap<Item, unknown>): Promise<void> {
    const { clock, failPoints, metrics, service } = this.#options;
    const startedMs = monotonicMs();
    const flush = new Flush(this.#options, items, faults, clock.now());
    const outcomes = await this.#connection.transaction((transaction) => flush.run(transaction));
    try {
      if (failPoints.armed) failPoints.reach(`${service}.after-commit`);
      for (const [lease, position] of flush.moves) lease.position = position;
      if (flush.said > 0) this.#options.said(await flush.appended);
      metrics.batchSize.observe({ service }, items.length);
      metrics.batchSeconds.observe({ service }, (monotonicMs() - startedMs) / 1000);
      this.#tell(items, outcomes);
    } catch (error) {
      // It is done and must not be done again: whoever has not been told yet is told by keys and cursors.
      throw new CommitUnknown(error);
    }
  }

  #tell(items: readonly Item[], outcomes: readonly Outcome[]): void {
    const now = this.#options.clock.now();
    for (const [index, item] of items.entries()) {
      const outcome = outcomes[index];
      if (!outcome) throw new Error('an item without an outcome');
      if (item.kind === 'message' && outcome.kind === 'handled') this.#tellMessage(item, outcome.as, now);
      else if (item.kind === 'message') throw new Error('a message was answered like a request');
      else if (outcome.kind === 'failed') item.failed(outcome.error);
      else if (outcome.kind === 'written') item.done(outcome.written);
    }
  }

  #tellMessage({ by, message, done }: MessageItem, as: Handled['as'], now: Instant): void {
    const { log, metrics, service } = this.#options;
    if (by.kind === 'tail') by.lease.pending -= 1;
    if (by.kind !== 'letter') {
      metrics.lag.observe({ service, source: message.source }, Math.max(0, now - message.timeMs) / 1000);
    } else if (as === 'stale') {
      // Whoever was quicker has it.
      done('dropped');
      return;
    } else {
      metrics.retries.inc({ service, what: 'message' });
      if (as === 'done')
        metrics.deadLetterSettled.observe({ service, outcome: 'retried' }, (now - by.letter.setAsideAt) / 1000);
    }
    metrics.handled.inc({ service, type: message.type, outcome: as });
    if (as === 'parked') logParked(log, service, message);
    done('settled');
  }
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

/** Another process inserted the row or the key first: decided anew, it is there. */
function isOvertaken(error: unknown): boolean {
  return codeOf(error) === '23505';
}

function logParked(log: Log, service: string, message: Message): void {
  log.error(
    { service, message: nameOf(message), type: message.type, key: message.key, traceparent: message.traceparent },
    'a message was parked after its last attempt; read it in the dead letters, then retry or discard it',
  );
}

function unavailable(detail: string, cause?: unknown): ProblemError {
  return new ProblemError({ ...problem('unavailable', detail), retryAfterSeconds: 1 }, { cause });
}
