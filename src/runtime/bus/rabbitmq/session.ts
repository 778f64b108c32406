import type { Channel, ConsumeMessage, Message as Delivered } from 'amqplib/callback_api';
import type { Message } from '#contracts/message.ts';
import { backoffMs } from '../../inbox/backoff.ts';
import type { Delivery } from '../../inbox/delivery.ts';
import { ask, closeChannel, type OpenChannel } from './channel.ts';
import type { Link } from './connection.ts';
import { InHand } from './in-hand.ts';
import type { RabbitmqMeans } from './means.ts';
import { type Read, readDelivery } from './reading.ts';
import type { QueueName } from './topology.ts';

const outage = { firstMs: 100, mostMs: 5_000 };

/** A queue, and the inbox to which it leads. */
export interface Feed {
  readonly consumer: string;
  readonly queue: QueueName;
  /** Whose messages it may hold. */
  readonly sources: ReadonlySet<string>;
  declare(link: Link): Promise<void>;
  receive(message: Message, delivery: Delivery): void;
  /** Parks what is no message; resolves when that is committed. */
  park(bytes: Uint8Array, type: string, reason: string): Promise<void>;
}

type Unreadable = Extract<Read, { kind: 'unreadable' }> & { readonly place: number };

/** One channel's deliveries, from the queue into the inbox, until each is acknowledged or the channel ends. */
export class Session {
  readonly #feed: Feed;
  readonly #means: RabbitmqMeans;
  readonly #open: OpenChannel<Channel>;
  readonly #stopping: AbortSignal;
  readonly #inHand = new InHand<Handed | Unreadable>();
  readonly #over = new AbortController();
  #parking: Promise<void> = Promise.resolve();
  #consumerTag: string | undefined;
  #generation = 0;
  #isSettling = false;
  #isRenewed = false;
  #delivered = 0;

  /** When `stopping` aborts, nothing more goes to the inbox; what is there may still be settled. */
  constructor(feed: Feed, means: RabbitmqMeans, open: OpenChannel, stopping: AbortSignal) {
    this.#feed = feed;
    this.#means = means;
    this.#open = open;
    this.#stopping = stopping;
    const end = (): void => this.#end(open.ended.reason);
    open.ended.addEventListener('abort', end, { once: true });
    if (open.ended.aborted) end();
  }

  /** Aborts with the reason once nothing can be acknowledged any more: what is in hand is the broker's again. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** How many messages. */
  get inHand(): number {
    return this.#over.signal.aborted ? 0 : this.#inHand.size;
  }

  /** Whether the broker waits for acknowledgements before it delivers more. */
  get isFull(): boolean {
    return !this.#over.signal.aborted && this.#inHand.bundles >= this.#means.settings.prefetch;
  }

  /** How many messages there are in a bundle, going by those in hand. */
  get messagesPerBundle(): number {
    return Math.max(1, this.#inHand.size / Math.max(1, this.#inHand.bundles));
  }

  /** How many bundles, ever. */
  get delivered(): number {
    return this.#delivered;
  }

  /** It was closed for another to take its place. */
  get isRenewed(): boolean {
    return this.#isRenewed;
  }

  /** Makes room for another session: what the broker holds for this one comes again. */
  renew(): Promise<void> {
    this.#isRenewed = true;
    return this.close();
  }

  get generation(): number {
    return this.#over.signal.aborted ? -1 : this.#generation;
  }

  /** The broker has said that it delivers. */
  get isConsuming(): boolean {
    return this.#consumerTag !== undefined;
  }

  async consume(): Promise<void> {
    const { channel } = this.#open;
    await ask((done) => channel.prefetch(this.#means.settings.prefetch, false, done));
    const take = (delivered: ConsumeMessage | null): void => this.#take(delivered);
    const { consumerTag } = await ask<{ consumerTag: string }>((done) =>
      channel.consume(this.#feed.queue, take, {}, done),
    );
    this.#consumerTag = consumerTag;
    if (this.#stopping.aborted) this.cancel();
  }

  /** Asks the broker to deliver nothing more. */
  cancel(): void {
    if (this.#over.signal.aborted || this.#consumerTag === undefined) return;
    try {
      this.#open.channel.cancel(this.#consumerTag);
    } catch (error) {
      this.#end(error);
    }
  }

  /** Acknowledges what is settled, and closes the channel: the rest is the broker's again. */
  async close(): Promise<void> {
    this.#acknowledge();
    const closed = closeChannel(this.#open);
    this.#end(new Error('the consumer stopped'));
    await closed;
  }

  /** @internal Of a delivery. */
  settle(place: number): void {
    this.#inHand.settle(place);
    if (this.#isSettling || this.#over.signal.aborted) return;
    this.#isSettling = true;
    // A batch settles all its messages in one go: they are acknowledged together.
    queueMicrotask(() => this.#acknowledge());
  }

  /**
   * @internal Of a delivery. All that is in hand goes to the inbox once more, or what came after it would overtake it; what the
   * writer still has of it, it drops.
   */
  again(generation: number): void {
    if (generation !== this.generation) return;
    this.#generation += 1;
    if (!this.#stopping.aborted) queueMicrotask(() => this.#handAgain());
  }

  #take(delivered: ConsumeMessage | null): void {
    if (delivered === null) {
      this.#end(new Error('the broker ended the consumer; the queue may have been deleted'));
      return;
    }
    if (this.#stopping.aborted || this.#over.signal.aborted) return;
    this.#delivered += 1;
    const { properties, fields } = delivered;
    const type = typeof properties.type === 'string' ? properties.type : '';
    try {
      const first = this.#inHand.next;
      const entries = readDelivery(delivered, this.#feed.sources).map((read, index) =>
        read.kind === 'message'
          ? new Handed(this, first + index, read.message, read.previous)
          : { ...read, place: first + index },
      );
      this.#inHand.add(fields.deliveryTag, entries);
      for (const entry of entries) {
        if (entry.kind === 'handed') this.#feed.receive(entry.message, entry);
        else this.#parking = this.#parking.then(() => this.#park(entry, type));
      }
    } catch (error) {
      this.#end(error);
    }
  }

  #handAgain(): void {
    for (const entry of this.#inHand.unsettled()) {
      if (this.#over.signal.aborted) return;
      if (entry.kind === 'unreadable') continue;
      const handed = new Handed(this, entry.place, entry.message, entry.previous);
      this.#inHand.replace(handed);
      this.#feed.receive(handed.message, handed);
    }
  }

  async #park({ bytes, reason, place }: Unreadable, type: string): Promise<void> {
    const { log, metrics, random, scheduler } = this.#means;
    const { consumer, queue } = this.#feed;
    const signal = AbortSignal.any([this.#stopping, this.#over.signal]);
    for (let attempts = 1; !signal.aborted; attempts += 1) {
      try {
        await this.#feed.park(bytes, type, reason);
        log.error({ consumer, queue, type, reason }, 'what came is no message; it was parked: see the dead letters');
        metrics.handled.inc({ service: consumer, type: 'unreadable', outcome: 'parked' });
        return this.settle(place);
      } catch (error) {
        const pauseMs = backoffMs(attempts, random, outage);
        log.warn({ err: error, consumer, queue, pauseMs }, 'what is no message could not be parked; trying again');
        await scheduler.wait(pauseMs, signal);
      }
    }
  }

  #acknowledge(): void {
    this.#isSettling = false;
    if (this.#over.signal.aborted) return;
    const tag = this.#inHand.acknowledge();
    if (tag === undefined) return;
    const { failPoints } = this.#means;
    try {
      if (failPoints.armed) failPoints.reach(`${this.#feed.consumer}.before-acknowledge`);
      this.#open.channel.ack({ fields: { deliveryTag: tag } } as Delivered, true);
      if (failPoints.armed) this.#reachAfterAcknowledge();
    } catch (error) {
      this.#end(error);
      void closeChannel(this.#open);
    }
  }

  /** Acknowledgements are not answered: what is asked after one is answered after it. */
  #reachAfterAcknowledge(): void {
    const { failPoints, settings } = this.#means;
    this.#open.channel.prefetch(settings.prefetch, false, () => {
      try {
        failPoints.reach(`${this.#feed.consumer}.after-acknowledge`);
      } catch (error) {
        this.#end(error);
      }
    });
  }

  #end(reason: unknown): void {
    if (!this.#over.signal.aborted) this.#over.abort(reason);
  }
}

/** A delivery as the inbox has it. When it is handed there once more, it is another. */
class Handed implements Delivery {
  readonly kind = 'handed';
  readonly place: number;
  readonly message: Message;
  readonly previous: number;
  readonly #session: Session;
  readonly #generation: number;

  constructor(session: Session, place: number, message: Message, previous: number) {
    this.#session = session;
    this.#generation = session.generation;
    this.place = place;
    this.message = message;
    this.previous = previous;
  }

  get lost(): boolean {
    return this.#generation !== this.#session.generation;
  }

  settled(): void {
    this.#session.settle(this.place);
  }

  again(): void {
    this.#session.again(this.#generation);
  }
}
