import type { Backlog, Interest, Publishing } from '../bus.ts';
import type { Bodies } from './bodies.ts';
import { Bookmark, type Place } from './bookmark.ts';
import type { KeptConnection, Link } from './connection.ts';
import { Healing } from './healing.ts';
import type { RabbitmqMeans } from './means.ts';
import { inTime } from './patience.ts';
import { persist } from './persist.ts';
import { type Refusal, Refused, Sending } from './sending.ts';
import { deadQueueOf, lookInto, queueOf, type Topology } from './topology.ts';

const readMost = 512;
const leaseRetryMs = 1_000;
const stopTimeoutMs = 5_000;
const outstandingTimeoutMs = 2_000;
/** How often a consumer that stands still is seen to, before it counts as one that will never hear. */
const sightings = 2;

const advice: Readonly<Record<Refusal, string>> = {
  unroutable:
    'the queue of an enabled service is gone; it is declared anew and the message published again: if this repeats, find out who deletes it',
  rejected:
    'the queue is full; its messages wait in the log and are published again: see why the consumer does not keep up',
  unconfirmed:
    'the broker confirms nothing; the connection is made anew and the message published again: see whether it hangs',
};

export interface PublisherOptions {
  readonly means: RabbitmqMeans;
  readonly connection: KeptConnection;
  readonly topology: Topology;
  readonly publishing: Publishing;
  readonly interest: Interest;
  readonly bodies: Bodies;
}

/** One stretch of publishing on one channel, from the right to publish until something ends it. */
interface Run extends Place {
  readonly sending: Sending;
  readonly bookmark: Bookmark;
  /** Aborts when it has ended, or is to. */
  readonly signal: AbortSignal;
  /** Ends it; the next begins at what was saved. */
  readonly release: () => void;
  readonly well: () => void;
  /** Read up to here; what lies before was sent, or is of no interest to the consumer. */
  position: number;
  /** The newest message sent. */
  last: number;
}

/** Follows one log for one consumer and hands what that is to hear to the broker. */
export class PublisherTail {
  readonly #options: PublisherOptions;
  readonly #queue: string;
  readonly #healing: Healing;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #run: Run | undefined;
  #isHeld = false;
  #place: Place | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
    const { means, interest, publishing } = options;
    this.#queue = queueOf(means.namespace, interest);
    this.#healing = new Healing({
      heard: () => publishing.heard(interest.consumer),
      isEmpty: () => this.#isEmpty(),
      sightings,
    });
  }

  /** Undefined where another process publishes for the consumer. */
  get backlog(): Backlog | undefined {
    const { interest, publishing } = this.#options;
    const place = this.#run ? confirmed(this.#run) : this.#place;
    if (!this.#isHeld || !place) return undefined;
    return {
      consumer: interest.consumer,
      source: interest.source,
      positions: Math.max(0, publishing.log.head - place.position),
    };
  }

  start(): void {
    this.#running = persist(
      this.#stopping.signal,
      this.#options.means,
      (well) => this.#follow(well),
      (error, pauseMs) => this.#failed(error, pauseMs),
    );
  }

  /** Sends nothing more; waits a little for what is not confirmed yet, and saves how far it came. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await inTime(stopTimeoutMs, this.#options.means.scheduler, this.#running);
  }

  #failed(error: unknown, pauseMs: number): void {
    const { means, interest } = this.#options;
    const { consumer, source } = interest;
    if (!(error instanceof Refused)) {
      means.log.warn({ err: error, consumer, source, pauseMs }, 'publishing for a consumer broke off; trying again');
      return;
    }
    const { refusal, messageName } = error;
    means.metrics.refused.inc({ service: source, consumer, reason: refusal });
    means.log.error({ consumer, source, queue: this.#queue, message: messageName, refusal, pauseMs }, advice[refusal]);
  }

  /** From the right to publish to its end, or that of the channel; resolves with how long to wait before the next. */
  async #follow(well: () => void): Promise<number> {
    const { connection, topology, publishing, interest } = this.#options;
    const { publications } = publishing;
    const link = await connection.link(this.#stopping.signal);
    if (!link) return 0;
    this.#isHeld = await publications.acquire(interest.consumer);
    if (!this.#isHeld) return leaseRetryMs;
    const saved = await publications.find(interest.consumer);
    this.#place = saved ?? (await this.#ask());
    await topology.subscription(link, interest);
    const run = await this.#open(link, this.#place, saved, well);
    this.#run = run;
    const stopWatching = this.#watch(run, link);
    try {
      while (!run.signal.aborted) await this.#advance(run);
      if (run.sending.over.aborted) throw run.sending.over.reason;
      if (this.#isHeld) await run.sending.settled(outstandingTimeoutMs);
      return this.#isHeld ? 0 : leaseRetryMs;
    } finally {
      stopWatching();
      this.#place = confirmed(run);
      this.#run = undefined;
      run.sending.close();
      await run.bookmark.close();
    }
  }

  async #open(link: Link, { position, last }: Place, saved: Place | undefined, well: () => void): Promise<Run> {
    const { means, connection, publishing, interest, bodies } = this.#options;
    const { consumer, source } = interest;
    const { scheduler, log } = means;
    const released = new AbortController();
    const sending = await Sending.open({
      means,
      connection,
      link,
      source,
      queue: this.#queue,
      bodies,
      confirmed: () => {
        well();
        bookmark.moved();
      },
    });
    const signal = AbortSignal.any([this.#stopping.signal, sending.over, released.signal]);
    signal.addEventListener('abort', () => sending.nudge(), { once: true });
    const lost = (): void => {
      this.#isHeld = false;
      released.abort();
    };
    const place = (): Place => confirmed(run);
    const { publications } = publishing;
    const bookmark = new Bookmark({ publications, consumer, scheduler, log, place, saved, lost });
    bookmark.moved();
    const run: Run = { sending, bookmark, signal, release: () => released.abort(), well, position, last };
    return run;
  }

  /** Hands over the next messages, or waits for some. */
  async #advance(run: Run): Promise<void> {
    const { publishing, interest, means } = this.#options;
    const { sending, signal } = run;
    const count = Math.min(readMost, means.settings.unconfirmedMost);
    await sending.room(count, signal);
    if (signal.aborted) return;
    const messages = await publishing.log.after(run.position, count);
    if (signal.aborted) return;
    if (messages.length === 0) {
      if (!sending.oldest) run.well();
      return publishing.log.more(run.position, signal);
    }
    const wanted = messages.filter(({ type }) => interest.types.has(type));
    sending.send(wanted, run.last);
    run.last = wanted.at(-1)?.position ?? run.last;
    run.position = messages.at(-1)?.position ?? run.position;
    run.bookmark.moved();
  }

  /** Where nobody knows how far it came: what the consumer has heard it need not get again. */
  async #ask(): Promise<Place> {
    const { publishing, interest } = this.#options;
    const heard = publishing.heard(interest.consumer);
    const { promise: stopped, reject } = Promise.withResolvers<never>();
    const stop = (): void => reject(new Error('the publisher stopped'));
    this.#stopping.signal.addEventListener('abort', stop, { once: true });
    try {
      const position = await Promise.race([heard, stopped]);
      return { position, last: position };
    } finally {
      this.#stopping.signal.removeEventListener('abort', stop);
    }
  }

  /** Now and then, while nothing is under way, makes sure that the consumer hears what was published for it. */
  #watch(run: Run, link: Link): () => void {
    const { means, interest } = this.#options;
    const { scheduler, log, settings } = means;
    const look = async (): Promise<void> => {
      const { last } = run;
      if (!this.#isAtRest(run)) return;
      const from = await this.#healing.check(last);
      if (from === undefined || !this.#isAtRest(run) || run.last !== last || link.ended.aborted) return;
      const { consumer, source } = interest;
      log.warn(
        { consumer, source, queue: this.#queue, from, last },
        'the broker lost messages that it had confirmed; they are published again',
      );
      run.position = from;
      run.last = from;
      run.release();
    };
    const again = (): void => {
      cancel = scheduler.after(settings.healAfterMs / sightings, () => {
        look()
          .catch((error: unknown) => log.debug({ err: error, ...interest }, 'what a consumer has heard is not known'))
          .finally(() => {
            if (this.#run === run) again();
          });
      });
    };
    let cancel = (): void => undefined;
    again();
    return () => cancel();
  }

  #isAtRest(run: Run): boolean {
    return this.#run === run && !run.sending.oldest && run.position >= this.#options.publishing.log.head;
  }

  async #isEmpty(): Promise<boolean> {
    const { connection, means, interest } = this.#options;
    const link = await connection.link(this.#stopping.signal);
    if (!link) return false;
    const dead = deadQueueOf(means.namespace, interest.consumer);
    const found = await Promise.all([lookInto(link, this.#queue), lookInto(link, dead)]);
    return found.every((queue) => !queue?.messages);
  }
}

/** All before the first bundle that is not confirmed; where there is none, all that was read. */
function confirmed({ sending, position, last }: Run): Place {
  const { oldest } = sending;
  return oldest ? { position: oldest.position - 1, last: oldest.previous } : { position, last };
}
