import type { Message } from '#contracts/message.ts';
import { backoffMs } from '../inbox/backoff.ts';
import type { Lease } from '../inbox/lease.ts';
import type { LogReader } from '../log/reader.ts';
import type { Random } from '../seams/random.ts';
import type { Scheduler } from '../seams/scheduler.ts';
import type { Log } from '../telemetry/log.ts';
import type { Backlog, Bus, Subscription } from './bus.ts';

const readLength = 512;
const leaseRetryMs = 1_000;
const idleMs = 2_000;
/** How much of no interest may be read again after a crash, however busy the source is. */
const unsavedMost = 10_000;
const outage = { firstMs: 50, mostMs: 5_000 };

export interface InProcessBusOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly log: Log;
}

/** Each subscription is a tail of its own on the source's log: nothing stands between the two but the cursor. */
export function inProcessBus(options: InProcessBusOptions): Bus {
  const logs = new Map<string, LogReader>();
  const subscriptions: Subscription[] = [];
  let tails: Tail[] = [];
  return {
    reaches: 'this process',
    publish: ({ log }) => void logs.set(log.source, log),
    subscribe: (subscription) => void subscriptions.push(subscription),
    async start() {
      tails = subscriptions.map((subscription) => {
        const log = logs.get(subscription.source);
        if (!log)
          throw new Error(`${subscription.consumer} listens to ${subscription.source}, which is not running here`);
        return new Tail(subscription, log, options);
      });
      for (const tail of tails) tail.start();
    },
    async stop() {
      await Promise.all(tails.map((tail) => tail.stop()));
    },
    close: () => Promise.resolve(),
    trouble: () => undefined,
    backlog: () => tails.flatMap((tail) => tail.backlog ?? []),
  };
}

/** How long a tail waits before it saves where it has read to, and where that was when it began to. */
interface Patience {
  readonly isOver: AbortSignal;
  readonly read: number;
}

/** Follows one log from one cursor, in batches. */
class Tail {
  readonly #subscription: Subscription;
  readonly #source: LogReader;
  readonly #options: InProcessBusOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #lease: Lease | undefined;
  #patience: Patience | undefined;
  #failures = 0;
  /** Has read all that is committed, and waits. */
  #isAtHead = false;

  constructor(subscription: Subscription, source: LogReader, options: InProcessBusOptions) {
    this.#subscription = subscription;
    this.#source = source;
    this.#options = options;
  }

  get backlog(): Backlog | undefined {
    const { consumer, source } = this.#subscription;
    const lease = this.#lease;
    if (!lease || lease.lost) return undefined;
    const settled = lease.pending === 0 ? lease.read : lease.position;
    return { consumer, source, positions: Math.max(0, this.#source.head - settled) };
  }

  start(): void {
    if (this.#subscription.goesAlong)
      this.#source.accompany({ foreseen: () => this.#goAlong(), retracted: () => this.#goBack() });
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { scheduler, random, log } = this.#options;
    const { consumer, source } = this.#subscription;
    while (!this.#stopping.signal.aborted) {
      try {
        const pauseMs = await this.#follow();
        await scheduler.wait(pauseMs, this.#stopping.signal);
      } catch (error) {
        if (this.#lease) this.#lease.lost = true;
        this.#failures += 1;
        const pauseMs = backoffMs(this.#failures, random, outage);
        log.warn({ err: error, consumer, source, pauseMs }, 'a subscription cannot go on; trying again');
        await scheduler.wait(pauseMs, this.#stopping.signal);
      }
    }
    if (this.#lease) this.#lease.lost = true;
  }

  /** From acquiring a lease to losing it; resolves with how long to wait before the next. */
  async #follow(): Promise<number> {
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, this.#stopping.signal]);
    let pauseMs = 0;
    const lose: Lease['lose'] = (_reason, afterMs) => {
      if (!lease || lease.lost) return;
      lease.lost = true;
      pauseMs = afterMs;
      ended.abort();
    };
    const committed = (): number => this.#source.head;
    const lease = await this.#subscription.inbox.acquire(this.#subscription.source, { lose, committed });
    if (!lease) return leaseRetryMs;
    this.#lease = lease;
    this.#patience = undefined;
    this.#failures = 0;
    while (!signal.aborted) await this.#advance(lease, signal);
    return pauseMs;
  }

  async #advance(lease: Lease, signal: AbortSignal): Promise<void> {
    const { inbox } = this.#subscription;
    await inbox.room(lease, signal);
    if (lease.read - lease.position >= unsavedMost) await inbox.catchUp(lease);
    const messages = await this.#source.after(lease.read, readLength);
    if (signal.aborted) return;
    if (this.#deliver(lease, messages) || this.#deliver(lease, this.#foreseenAfter(lease))) return;
    this.#isAtHead = true;
    await this.#idle(lease, signal);
    this.#isAtHead = false;
  }

  #deliver(lease: Lease, messages: readonly Message[]): boolean {
    const { inbox, types } = this.#subscription;
    const last = messages.at(-1);
    if (!last) return false;
    for (const message of messages) if (types.has(message.type)) inbox.deliver(lease, message);
    lease.read = last.position;
    return true;
  }

  /** Who has heard all goes on at once with what is only decided yet: its effect is committed together with it, or after it. */
  #goAlong(): void {
    const lease = this.#lease;
    if (!this.#isAtHead || !lease || lease.lost || !this.#subscription.inbox.hasRoom(lease)) return;
    this.#deliver(lease, this.#foreseenAfter(lease));
  }

  #foreseenAfter({ read }: Lease): readonly Message[] {
    return this.#subscription.goesAlong ? this.#source.foreseenAfter(read) : [];
  }

  /** What was read and did not come: from the cursor again. */
  #goBack(): void {
    const lease = this.#lease;
    if (lease && !lease.lost && lease.read > this.#source.head) lease.lose('what was foreseen was not committed', 0);
  }

  /** Waits for more; when nothing came for a while, lets the cursor catch up with what was read. */
  async #idle(lease: Lease, signal: AbortSignal): Promise<void> {
    if (lease.read === lease.position) return this.#source.more(lease.read, signal);
    // One timer for as long as it takes, not one each time that something comes.
    this.#patience ??= this.#wait(lease.read, signal);
    const { isOver, read } = this.#patience;
    await this.#source.more(lease.read, isOver);
    if (!isOver.aborted) return;
    this.#patience = undefined;
    if (read === lease.read && !signal.aborted) await this.#subscription.inbox.catchUp(lease);
  }

  #wait(read: number, signal: AbortSignal): Patience {
    const over = new AbortController();
    const cancel = this.#options.scheduler.after(idleMs, () => over.abort());
    signal.addEventListener('abort', cancel, { once: true, signal: over.signal });
    return { isOver: AbortSignal.any([signal, over.signal]), read };
  }
}
