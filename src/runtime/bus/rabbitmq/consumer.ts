import type { Cancel } from '../../seams/scheduler.ts';
import { openChannel, within } from './channel.ts';
import type { KeptConnection, Link } from './connection.ts';
import type { RabbitmqMeans } from './means.ts';
import { persist } from './persist.ts';
import { type Feed, Session } from './session.ts';
import { readyIn } from './topology.ts';

const countEveryMs = 5_000;
const closeTimeoutMs = 2_000;

/** Consumes one queue, on one channel after the other. */
export class QueueConsumer {
  readonly #feed: Feed;
  readonly #means: RabbitmqMeans;
  readonly #connection: KeptConnection;
  readonly #stopping = new AbortController();
  #session: Session | undefined;
  #ready = 0;

  constructor(feed: Feed, means: RabbitmqMeans, connection: KeptConnection) {
    this.#feed = feed;
    this.#means = means;
    this.#connection = connection;
  }

  /** What is in hand, and what waits in the queue because the hand is full; undefined while it is not consumed. */
  get backlog(): number | undefined {
    const session = this.#session;
    if (!session || session.over.aborted) return undefined;
    return session.inHand + (this.#isFull(session) ? this.#ready : 0);
  }

  start(): void {
    const { log } = this.#means;
    const { consumer, queue } = this.#feed;
    void persist(
      this.#stopping.signal,
      this.#means,
      (well) => this.#follow(well),
      (error, pauseMs) => log.warn({ err: error, consumer, queue, pauseMs }, 'a consumer broke off; trying again'),
    );
  }

  /** Nothing more goes to the inbox; what is there may be settled until it is closed. */
  stop(): void {
    this.#stopping.abort();
    this.#session?.cancel();
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    const session = this.#session;
    this.#session = undefined;
    if (session) await within(closeTimeoutMs, this.#means.scheduler, session.close());
  }

  async #follow(well: () => void): Promise<number> {
    const { signal } = this.#stopping;
    const link = await this.#connection.link(signal);
    if (!link) return 0;
    await this.#feed.declare(link);
    const open = await openChannel(link.connection);
    if (signal.aborted) return 0;
    const session = new Session(this.#feed, this.#means, open, signal);
    this.#session = session;
    const stopCounting = this.#count(link, session);
    try {
      await session.consume();
      well();
      const ended = AbortSignal.any([session.over, signal]);
      if (!ended.aborted) await new Promise((resolve) => ended.addEventListener('abort', resolve, { once: true }));
    } finally {
      stopCounting();
      // When it is to stop, the session stays until all that it delivered is settled.
      if (!signal.aborted) void session.close();
    }
    if (session.over.aborted) throw session.over.reason;
    return 0;
  }

  #isFull(session: Session): boolean {
    return session.inHand >= this.#means.settings.prefetch;
  }

  /** The broker delivers as long as there is room: only what has none is to be asked for. */
  #count(link: Link, session: Session): Cancel {
    const { scheduler, log } = this.#means;
    const { queue } = this.#feed;
    const look = async (): Promise<void> => {
      this.#ready = this.#isFull(session) ? ((await readyIn(link, queue)) ?? 0) : 0;
    };
    const again = (): void => {
      cancel = scheduler.after(countEveryMs, () => {
        look()
          .catch((error: unknown) => log.debug({ err: error, queue }, 'the messages of a queue could not be counted'))
          .finally(() => {
            if (!session.over.aborted && !this.#stopping.signal.aborted) again();
          });
      });
    };
    let cancel: Cancel = () => undefined;
    again();
    return () => cancel();
  }
}
