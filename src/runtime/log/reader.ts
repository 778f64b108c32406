import type { Message } from '#contracts/message.ts';
import type { Database } from '../database/database.ts';
import type { Scheduler } from '../seams/scheduler.ts';
import { monotonicMs } from '../seams/system-time.ts';
import type { Log } from '../telemetry/log.ts';
import { type MessageRow, messageColumns, messageOf } from './rows.ts';

const readAfter = `select ${messageColumns} from log where position > $1 order by position limit $2`;
const readKey = `select ${messageColumns} from log where key = $1 order by position limit 10000`;
const readHead = 'select coalesce(max(position), 0) as position from log';

const standardSizes = { window: 512, fetch: 1024 };

/**
 * The port through which a service's log is read; no role reads another's tables. At the head all followers of the process share
 * what it has just committed itself, and one query for what others did; each message is parsed once.
 */
export interface LogReader {
  readonly source: string;
  /** The position of the newest message read; what followers can be behind of. */
  readonly head: number;
  /** The same while nothing is known to come behind it; undefined until that is read, and where the log was not looked at of late. */
  readonly settledHead: number | undefined;
  /** Messages after the position, oldest first; empty when there is none yet. */
  after(position: number, limit: number): Promise<readonly Message[]>;
  /** Resolves when there may be something after the position, or when the signal aborts. */
  more(position: number, signal: AbortSignal): Promise<void>;
  /** Everything said of one subject, oldest first. */
  history(key: string): Promise<readonly Message[]>;
  /** Calls `heard` for each message of the subject from now on, until the returned function is called. */
  listen(key: string, heard: (message: Message) => void): () => void;
  /** This process committed something: what follows the head is taken as it is, anything else is read at once. */
  signal(committed?: readonly Message[]): void;
  /** This process will commit this, behind what it will have committed before: companions may go on with it (ADR 20). */
  foresee(messages: readonly Message[]): void;
  /** What was foreseen and not committed yet will not come so. */
  retract(): void;
  /** What is foreseen after a position up to which all was read; empty where something stands between that is not read yet. */
  foreseenAfter(position: number): readonly Message[];
  /** Whose own work is committed together with what is foreseen, or after it. */
  accompany(companion: Companion): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface Companion {
  foreseen(): void;
  retracted(): void;
}

export function makeLogReader(options: {
  readonly source: string;
  readonly database: Database;
  readonly scheduler: Scheduler;
  readonly log: Log;
  /** How often to look without having been signalled: commits of other processes. */
  readonly pollMs: number;
  /**
   * Messages kept in memory at the head (up to twice as many), for all that follow it: who is further behind reads from the
   * database. And how many are read at once.
   */
  readonly sizes?: { readonly window: number; readonly fetch: number };
}): LogReader {
  return new HeadReader(options);
}

class HeadReader implements LogReader {
  readonly source: string;
  readonly #options: Parameters<typeof makeLogReader>[0];
  readonly #sizes: typeof standardSizes;
  readonly #listeners = new Map<string, Set<(message: Message) => void>>();
  #waiting = new Set<() => void>();
  #window: Message[] = [];
  /** The window holds every message after this position up to the head. */
  #windowStart = 0;
  #head = 0;
  /** In order and without a gap, all after the head. */
  #foreseen: Message[] = [];
  readonly #companions: Companion[] = [];
  #wake: () => void = () => undefined;
  /** How often it was signalled that there is more than is known. */
  #signals = 0;
  /** When the end of the log was last reached by reading, and what had been signalled before. */
  #reached = { ms: Number.NEGATIVE_INFINITY, signals: 0 };
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(options: Parameters<typeof makeLogReader>[0]) {
    this.#options = options;
    this.#sizes = options.sizes ?? standardSizes;
    this.source = options.source;
  }

  get head(): number {
    return this.#head;
  }

  get settledHead(): number | undefined {
    const isOfLate = monotonicMs() - this.#reached.ms < 2 * this.#options.pollMs;
    return isOfLate && this.#reached.signals === this.#signals ? this.#head : undefined;
  }

  async start(): Promise<void> {
    const { rows } = await this.#options.database.query<{ position: bigint }>(readHead);
    this.#head = Number(rows[0]?.position ?? 0);
    this.#windowStart = this.#head;
    this.#running = this.#follow();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#running;
  }

  signal(committed: readonly Message[] = []): void {
    if (committed[0]?.position === this.#head + 1) {
      this.#take(committed);
      return;
    }
    this.#signals += 1;
    this.#wake();
  }

  foresee(messages: readonly Message[]): void {
    if (this.#companions.length === 0) return;
    const isNext = messages[0]?.position === (this.#foreseen.at(-1)?.position ?? Number.NaN) + 1;
    if (isNext) this.#foreseen.push(...messages);
    else this.#foreseen = [...messages];
    for (const companion of this.#companions) companion.foreseen();
  }

  retract(): void {
    this.#foreseen = [];
    for (const companion of this.#companions) companion.retracted();
  }

  foreseenAfter(position: number): readonly Message[] {
    const first = this.#foreseen[0]?.position ?? Number.POSITIVE_INFINITY;
    return position >= first - 1 ? this.#foreseen.slice(firstAfter(this.#foreseen, position)) : [];
  }

  accompany(companion: Companion): void {
    this.#companions.push(companion);
  }

  async after(position: number, limit: number): Promise<readonly Message[]> {
    if (position >= this.#head) return [];
    if (position >= this.#windowStart) {
      const from = firstAfter(this.#window, position);
      return this.#window.slice(from, from + limit);
    }
    return this.#fetch(position, limit);
  }

  more(position: number, signal: AbortSignal): Promise<void> {
    if (position < this.#head || signal.aborted || this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  async history(key: string): Promise<readonly Message[]> {
    const { rows } = await this.#options.database.query<MessageRow>(readKey, [key]);
    return rows.map((row) => messageOf(this.source, row));
  }

  listen(key: string, heard: (message: Message) => void): () => void {
    const listeners = this.#listeners.get(key) ?? new Set();
    listeners.add(heard);
    this.#listeners.set(key, listeners);
    return () => {
      listeners.delete(heard);
      if (listeners.size === 0 && this.#listeners.get(key) === listeners) this.#listeners.delete(key);
    };
  }

  async #follow(): Promise<void> {
    while (!this.#stopped) {
      let fetched = 0;
      const begun = { ms: monotonicMs(), signals: this.#signals };
      try {
        const messages = await this.#fetch(this.#head, this.#sizes.fetch);
        fetched = messages.length;
        // Meanwhile this process may have committed some of them, and been taken at its word.
        this.#take(messages.filter(({ position }) => position > this.#head));
        if (fetched < this.#sizes.fetch) this.#reached = begun;
      } catch (error) {
        this.#options.log.warn({ err: error, source: this.source }, 'the log cannot be read; trying again');
      }
      if (fetched < this.#sizes.fetch && begun.signals === this.#signals) await this.#pause(this.#options.pollMs);
    }
    for (const done of [...this.#waiting]) done();
  }

  /** Until signalled, stopped, or the time is over. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.scheduler.after(ms, resolve);
      const wake = (): void => {
        cancel();
        resolve();
      };
      this.#wake = wake;
      if (this.#stopped) this.#wake();
    });
  }

  #take(messages: readonly Message[]): void {
    const last = messages.at(-1);
    if (!last) return;
    this.#window.push(...messages);
    this.#head = last.position;
    if (this.#foreseen.length > 0) this.#foreseen = this.#foreseen.slice(firstAfter(this.#foreseen, last.position));
    const { window } = this.#sizes;
    if (this.#window.length > 2 * window) {
      const dropped = this.#window.splice(0, this.#window.length - window);
      this.#windowStart = dropped.at(-1)?.position ?? this.#windowStart;
    }
    for (const message of messages) {
      const listeners = this.#listeners.get(message.key);
      if (listeners) for (const heard of [...listeners]) heard(message);
    }
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const done of waiting) done();
  }

  async #fetch(position: number, limit: number): Promise<readonly Message[]> {
    const { rows } = await this.#options.database.query<MessageRow>(readAfter, [position, limit]);
    return rows.map((row) => messageOf(this.source, row));
  }
}

/** Index of the first message after the position (binary search). */
function firstAfter(messages: readonly Message[], position: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((messages[middle]?.position ?? 0) <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
