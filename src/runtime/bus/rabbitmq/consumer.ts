import type { Cancel } from '../../seams/scheduler.ts';
import { openChannel } from './channel.ts';
import type { KeptConnection, Link } from './connection.ts';
import type { RabbitmqMeans } from './means.ts';
import { inTime } from './patience.ts';
import { persist } from './persist.ts';
import { type Feed, Session } from './session.ts';
import { deleteQueue, lookInto } from './topology.ts';

const countEveryMs = 5_000;
/**
 * A queue that is deleted and declared again within a moment may take its old consumer along without that being told: RabbitMQ
 * then delivers to a channel on which nothing arrives. It cannot be told from a quiet time, so a quiet consumer begins anew.
 */
const renewQuietAfterMs = 60_000;
const closeTimeoutMs = 2_000;
const unansweredHeartbeats = 2;

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

  /** What is in hand, and about how much waits in the queue because the hand is full; undefined while it is not consumed. */
  get backlog(): number | undefined {
    const session = this.#session;
    if (!session || session.over.aborted) return undefined;
    return session.inHand + (session.isFull ? Math.round(this.#ready * session.messagesPerBundle) : 0);
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
    if (session) await inTime(closeTimeoutMs, this.#means.scheduler, session.close());
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
      await this.#consume(link, session);
      well();
      const ended = AbortSignal.any([session.over, signal]);
      if (!ended.aborted) await new Promise((resolve) => ended.addEventListener('abort', resolve, { once: true }));
    } finally {
      stopCounting();
      // When it is to stop, the session stays until all that it delivered is settled.
      if (!signal.aborted) void session.close();
    }
    if (session.over.aborted && !session.isRenewed) throw session.over.reason;
    return 0;
  }

  /**
   * Begins to consume, which a broker answers at once. RabbitMQ that is killed within a second of having made a queue may not know
   * after its restart who leads it: it names the queue when asked, and does nothing else with it for ever. What was in it is
   * in the log of its source, from where it is published again; so the queue can be made anew.
   */
  async #consume(link: Link, session: Session): Promise<void> {
    const { scheduler, settings, log } = this.#means;
    const { consumer, queue } = this.#feed;
    const timeMs = unansweredHeartbeats * settings.heartbeatSeconds * 1_000;
    if (await inTime(timeMs, scheduler, session.consume())) return;
    const found = await lookInto(link, queue);
    if (session.isConsuming) return;
    if (found && found.messages + found.consumers === 0 && !this.#stopping.signal.aborted) {
      log.error(
        { consumer, queue },
        'a queue has no leader; it is deleted and made anew, and its messages published again',
      );
      await deleteQueue(link, queue);
    }
    throw new Error('the broker does not let the queue be consumed');
  }

  /** The broker delivers as long as there is room: only what has none is to be asked for. */
  #count(link: Link, session: Session): Cancel {
    const { scheduler, log } = this.#means;
    const { queue } = this.#feed;
    let seen = 0;
    let quietMs = 0;
    const look = async (): Promise<void> => {
      quietMs = session.inHand > 0 || session.delivered > seen ? 0 : quietMs + countEveryMs;
      seen = session.delivered;
      if (quietMs >= renewQuietAfterMs) return session.renew();
      this.#ready = session.isFull ? ((await lookInto(link, queue))?.messages ?? 0) : 0;
    };
    const again = (): void => {
      cancel = scheduler.after(countEveryMs, () => {
        look()
          .catch((error: unknown) => log.debug({ err: error, queue }, 'a queue could not be looked after'))
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
