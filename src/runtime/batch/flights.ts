import type { Clock } from '#kernel/clock.ts';
import type { DedicatedConnection, Transaction } from '../database/database.ts';
import type { Scheduler } from '../seams/scheduler.ts';
import { monotonicMs } from '../seams/system-time.ts';
import type { Flush } from './flush.ts';
import type { Carrier, Steps } from './steps.ts';

/** A writer as the flights see it that its batches go with. */
export interface Passenger {
  readonly service: string;
  /** It is at decisions that may still come along. */
  readonly isDeciding: boolean;
  /** Among those are messages, which are decided at once unless rows have to be read. */
  readonly isHearing: boolean;
  /** A flight has left or landed: more may be decided. */
  wake(): void;
  /** Takes the turn on condition, and queues what was decided. */
  save(transaction: Transaction, flush: Flush): void;
  /** It is committed: what follows is built upon it. */
  committed(flush: Flush): void;
  /** Tells everybody who waits for it. Rejects where that breaks off. */
  landed(flush: Flush, startedMs: number): Promise<void>;
  /** Nothing of its flushes holds any more: from now on it decides nothing upon them. */
  retract(): void;
  /** What was in them is done again, by itself, after `after` and before all that it begins from then on. */
  again(failed: Failed): Promise<void>;
}

export interface Failed {
  /** What was on its way when it failed, and with what error; absent where it had not left yet. */
  readonly flown?: { readonly flush: Flush; readonly error: unknown };
  /** What was decided upon it. */
  readonly upon?: Flush;
  readonly after?: Promise<void>;
}

/** It is committed, and those who wait for it are still to be told. */
interface Landed {
  readonly tell: () => Promise<void>;
}

/** Nobody is waited for longer than this, whatever its rows are locked by. */
const patienceMs = 50;

/** What several writers have decided, in one transaction. */
class Flight {
  readonly flushes = new Map<Passenger, Flush>();
  readonly over: Promise<void>;
  end: () => void = () => undefined;

  constructor() {
    this.over = new Promise((resolve) => {
      this.end = resolve;
    });
  }
}

/**
 * The transactions of all services of this process that keep their stores in one database: what they decide while one is committed
 * leaves together with the next, whole chains of messages and their effects at once (ADR 20). Nothing is shared but BEGIN and
 * COMMIT: each service writes its own tables, under its own role, with its own turn, log and cursors.
 */
export class Flights implements Carrier {
  readonly #connection: DedicatedConnection;
  readonly #roleOf: ((service: string) => string) | undefined;
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #passengers: Passenger[] = [];
  /** Decided, waiting for the one before it. */
  #open: Flight | undefined;
  #flying: Flight | undefined;
  #running: Promise<void> | undefined;
  #isLastCall = false;
  /** Whose next step is about to come. */
  readonly #expected = new Set<Steps>();
  #quiet: () => void = () => undefined;

  /** `roleOf`: whom the connection becomes for a service's statements; it is that role itself where this is absent. */
  constructor(options: {
    readonly connection: DedicatedConnection;
    readonly clock: Clock;
    readonly scheduler: Scheduler;
    readonly roleOf?: (service: string) => string;
  }) {
    this.#connection = options.connection;
    this.#roleOf = options.roleOf;
    this.#clock = options.clock;
    this.#scheduler = options.scheduler;
  }

  get connection(): DedicatedConnection {
    return this.#connection;
  }

  /** Whether the next one waits for no more than messages: new requests go with the one after it. */
  get isLastCall(): boolean {
    return this.#isLastCall;
  }

  join(passenger: Passenger): void {
    this.#passengers.push(passenger);
    // All processes lock services in one order.
    this.#passengers.sort((one, other) => (one.service < other.service ? -1 : 1));
  }

  openOf(passenger: Passenger): Flush | undefined {
    return this.#open?.flushes.get(passenger);
  }

  flyingOf(passenger: Passenger): Flush | undefined {
    return this.#flying?.flushes.get(passenger);
  }

  /** What the passenger's next decisions go into. It leaves as soon as nobody is deciding. */
  board(passenger: Passenger, begin: () => Flush): Flush {
    this.#open ??= new Flight();
    let flush = this.#open.flushes.get(passenger);
    if (!flush) {
      flush = begin();
      this.#open.flushes.set(passenger, flush);
    }
    this.#running ??= this.#fly();
    return flush;
  }

  /** A passenger has stopped deciding. */
  quieter(): void {
    this.#quiet();
  }

  expect(steps: Steps): void {
    this.#expected.add(steps);
  }

  expectNot(steps: Steps): void {
    this.#expected.delete(steps);
  }

  /** Until all that is decided by now is committed, or has been seen to otherwise. */
  async landing(): Promise<void> {
    await (this.#open ?? this.#flying)?.over;
  }

  /** Half a decision stands in what the passenger has boarded: all that is decided and not on its way is decided anew. */
  dissolve(): Promise<void> {
    const flight = this.#open;
    this.#open = undefined;
    if (!flight) return Promise.resolve();
    const after = this.#flying?.over ?? Promise.resolve();
    const done = this.#again([...flight.flushes].map(([passenger, upon]) => [passenger, { upon, after }]));
    void after.then(flight.end);
    return done;
  }

  /** One after the other, for as long as something is decided. */
  async #fly(): Promise<void> {
    await Promise.resolve();
    this.#isLastCall = true;
    await this.#quieted(() => this.#expected.size > 0 || this.#passengers.some(({ isDeciding }) => isDeciding));
    this.#isLastCall = false;
    let landed: Landed | undefined;
    while (this.#open) {
      landed = await this.#send(landed);
      await this.#quieted(() => this.#passengers.some(({ isHearing }) => isHearing));
    }
    this.#running = undefined;
    await landed?.tell();
    this.#wakeAll();
  }

  /**
   * A chain of messages leaves as a whole: whoever hears of them may come along. Requests do so only where nothing is on its
   * way: else nobody waits for the rows that they have to have read.
   */
  async #quieted(isBusy: () => boolean): Promise<void> {
    if (!isBusy()) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#scheduler.after(patienceMs, resolve);
      const quiet = (): void => {
        if (isBusy()) return;
        cancel();
        resolve();
      };
      this.#quiet = quiet;
    });
  }

  /** While it is on its way, those who wait for the one before are told. */
  async #send(before: Landed | undefined): Promise<Landed | undefined> {
    let startedMs = 0;
    let told: Promise<void> | undefined;
    const tell = (): void => {
      told ??= before?.tell();
    };
    try {
      await this.#connection.transaction(
        (transaction) => {
          startedMs = monotonicMs();
          this.#depart(transaction);
        },
        { sent: tell },
      );
    } catch (error) {
      tell();
      await told;
      this.#fail(error);
      return undefined;
    }
    const flight = this.#flying;
    this.#flying = undefined;
    for (const [passenger, flush] of flight?.flushes ?? []) passenger.committed(flush);
    await told;
    return flight && this.#landed(flight, startedMs);
  }

  /**
   * By itself: made among what is known of the flight before, it would keep that, and that the one before it, as far back as
   * they go.
   */
  #landed(flight: Flight, startedMs: number): Landed {
    return { tell: () => this.#tell(flight, startedMs) };
  }

  async #tell(flight: Flight, startedMs: number): Promise<void> {
    for (const [passenger, flush] of flight.flushes) {
      await passenger.landed(flush, startedMs).catch((error: unknown) => this.#breakOff(passenger, flush, error));
    }
    flight.end();
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const passenger of this.#passengers) passenger.wake();
  }

  #depart(transaction: Transaction): void {
    const flight = this.#open;
    this.#open = undefined;
    this.#flying = flight;
    if (!flight) return;
    const now = this.#clock.now();
    for (const { deadline } of flight.flushes.values()) if (deadline <= now) throw new Overdue();
    for (const passenger of this.#passengers) {
      const flush = flight.flushes.get(passenger);
      if (flush) passenger.save(this.#roleOf ? transaction.as(this.#roleOf(passenger.service)) : transaction, flush);
    }
    this.#wakeAll();
  }

  /**
   * What was decided upon it meanwhile falls with it, and comes after it again: by each alone, and nobody waits for the others.
   */
  #fail(error: unknown): void {
    const [flown, upon] = this.#flying ? [this.#flying, this.#open] : [this.#open, undefined];
    this.#open = undefined;
    this.#flying = undefined;
    const passengers = new Set([...(flown?.flushes.keys() ?? []), ...(upon?.flushes.keys() ?? [])]);
    const failed = [...passengers].map((passenger) => {
      const [flush, after] = [flown?.flushes.get(passenger), upon?.flushes.get(passenger)];
      return [passenger, { ...(flush && { flown: { flush, error } }), ...(after && { upon: after }) }] as const;
    });
    void this.#again(failed);
    flown?.end();
    upon?.end();
    this.#wakeAll();
  }

  /** It is done, and must not be done again: whoever has not been told yet is told by keys and cursors. */
  #breakOff(passenger: Passenger, flush: Flush, error: unknown): void {
    passenger.retract();
    void this.dissolve();
    void passenger.again({ flown: { flush, error } });
  }

  async #again(failed: readonly (readonly [Passenger, Failed])[]): Promise<void> {
    for (const [passenger] of failed) passenger.retract();
    await Promise.all(failed.map(([passenger, what]) => passenger.again(what)));
  }
}

/** Somebody in it is not waited for any more: the others are decided without. */
export class Overdue extends Error {
  override readonly name = 'Overdue';

  constructor() {
    super('The deadline of a request passed before its batch could leave');
  }
}
