import type { ConfirmChannel, Message as Returned } from 'amqplib/callback_api';
import { type Message, nameOf } from '#contracts/message.ts';
import type { Cancel } from '../../seams/scheduler.ts';
import type { Bodies } from './bodies.ts';
import { type Bundle, bundlesOf } from './bundles.ts';
import { closeChannel, type OpenChannel, openConfirmChannel } from './channel.ts';
import type { KeptConnection, Link } from './connection.ts';
import type { RabbitmqMeans } from './means.ts';
import { afterRealTime, inTime } from './patience.ts';
import { previousHeader } from './reading.ts';
import type { QueueName } from './topology.ts';
import { type Sent, Unconfirmed } from './unconfirmed.ts';

/** Frames that wait for the socket before the log is read on. */
const highWaterMark = 2_048;
/** In how many heartbeats the broker must have confirmed something. */
const silentMost = 2;

const refusals = {
  unroutable: 'was returned: it has no queue',
  rejected: 'was rejected: its queue is full',
  unconfirmed: 'was not confirmed',
} as const;

export type Refusal = keyof typeof refusals;

/** The broker did not take a bundle, named by its first message: no queue, no room in it, or no word at all. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: Refusal;
  readonly messageName: string;

  constructor(refusal: Refusal, messageName: string) {
    super(
      `${messageName} was ${refusal === 'unroutable' ? 'returned: it has no queue' : 'rejected: its queue is full'}`,
    );
    this.refusal = refusal;
    this.messageName = messageName;
  }
}

export interface SendingOptions {
  readonly means: RabbitmqMeans;
  readonly connection: KeptConnection;
  readonly link: Link;
  readonly source: string;
  readonly queue: QueueName;
  readonly bodies: Bodies;
  /** After each confirm. */
  readonly confirmed: () => void;
}

/** One channel on which one queue's messages are handed to the broker, which confirms each or ends it. */
export class Sending {
  readonly #options: SendingOptions;
  readonly #open: OpenChannel<ConfirmChannel>;
  readonly #unconfirmed = new Unconfirmed();
  readonly #over = new AbortController();
  #isFull = false;
  #confirms = 0;
  #stopWatching: Cancel | undefined;
  #wake: () => void = () => undefined;

  static async open(options: SendingOptions): Promise<Sending> {
    return new Sending(options, await openConfirmChannel(options.link.connection, { highWaterMark }));
  }

  private constructor(options: SendingOptions, open: OpenChannel<ConfirmChannel>) {
    this.#options = options;
    this.#open = open;
    const { channel, ended } = open;
    channel.on('ack', ({ deliveryTag, multiple }) => this.#confirm(deliveryTag, multiple));
    channel.on('nack', ({ deliveryTag }) => this.#refuse('rejected', this.#nameOf(this.#unconfirmed.at(deliveryTag))));
    channel.on('return', ({ properties }: Returned) => this.#refuse('unroutable', String(properties.messageId)));
    channel.on('drain', () => {
      this.#isFull = false;
      this.#wake();
    });
    const end = (): void => this.#end(ended.reason);
    ended.addEventListener('abort', end, { once: true });
    if (ended.aborted) end();
  }

  /** Aborts with the reason once nothing more can be sent; what is unconfirmed then stays so. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** The first bundle that is not confirmed, if there is one. */
  get oldest(): Sent | undefined {
    return this.#unconfirmed.oldest;
  }

  /** In as few bundles as may be; `previous` is the position of the message before them. */
  send(messages: readonly Message[], previous: number): void {
    const { bodies, means } = this.#options;
    let before = previous;
    for (const bundle of bundlesOf(messages, bodies, means.settings.bundleMost)) {
      this.#publish(bundle, before);
      before = bundle.last.position;
    }
  }

  /**
   * Resolves when so many more messages may be sent, or when the signal aborts (and the caller {@link nudge}s). What is said
   * while the broker is busy with what it has leaves together afterwards: bundles grow with the load, and nothing waits for a
   * timer.
   */
  async room(count: number, signal: AbortSignal): Promise<void> {
    const { unconfirmedMost, bundlesUnconfirmedMost } = this.#options.means.settings;
    const most = Math.max(0, unconfirmedMost - count);
    const isFull = (): boolean =>
      this.#isFull || this.#unconfirmed.messages > most || this.#unconfirmed.bundles >= bundlesUnconfirmedMost;
    while (!signal.aborted && isFull()) await this.#woken();
  }

  /** Resolves when all is confirmed, when it is over, or when the time is. */
  async settled(timeMs: number): Promise<void> {
    const done = async (): Promise<void> => {
      while (this.oldest && !this.#over.signal.aborted) await this.#woken();
    };
    if (!this.#options.connection.blocked) await inTime(timeMs, this.#options.means.scheduler, done());
  }

  nudge(): void {
    this.#wake();
  }

  close(): void {
    this.#end(new Error('the publisher stopped'));
    void closeChannel(this.#open);
  }

  #publish({ content, properties, first, count }: Bundle, previous: number): void {
    if (this.#over.signal.aborted) throw this.#over.signal.reason;
    const { queue, source, means } = this.#options;
    if (means.failPoints.armed) means.failPoints.reach(`${source}.before-publish`);
    const headers = { [previousHeader]: previous };
    const goesOn = this.#open.channel.publish('', queue, content, {
      ...properties,
      persistent: true,
      mandatory: true,
      headers,
    });
    this.#unconfirmed.add({ position: first.position, previous, count });
    if (!goesOn) this.#isFull = true;
    this.#stopWatching ??= this.#watch(this.#confirms, 0);
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #confirm(tag: number, multiple: boolean): void {
    if (this.#over.signal.aborted) return;
    const { source, means, confirmed } = this.#options;
    this.#unconfirmed.confirm(tag, multiple);
    this.#confirms += 1;
    try {
      if (means.failPoints.armed) means.failPoints.reach(`${source}.after-publish`);
    } catch (error) {
      this.#end(error);
      return;
    }
    confirmed();
    this.#wake();
  }

  #refuse(refusal: Refusal, messageName: string): void {
    // What was returned is confirmed all the same: from here on no confirm is believed.
    this.#end(new Refused(refusal, messageName));
  }

  #nameOf(sent: Sent | undefined): string {
    return nameOf({ source: this.#options.source, position: sent?.position ?? 0 });
  }

  #end(reason: unknown): void {
    if (this.#over.signal.aborted) return;
    this.#stopWatching?.();
    this.#over.abort(reason);
    this.#wake();
  }

  /** While something is unconfirmed, looks once per heartbeat whether confirms come; a broker that blocks publishers owes none. */
  #watch(confirmsBefore: number, silent: number): Cancel {
    const { connection, link, means } = this.#options;
    return afterRealTime(means.settings.heartbeatSeconds * 1_000, means.scheduler, () => {
      this.#stopWatching = undefined;
      if (!this.oldest || this.#over.signal.aborted) return;
      const owesOne = this.#confirms === confirmsBefore && !connection.blocked;
      const now = owesOne ? silent + 1 : 0;
      if (now < silentMost) {
        this.#stopWatching = this.#watch(this.#confirms, now);
        return;
      }
      this.#refuse('unconfirmed', this.#nameOf(this.oldest));
      link.cut(new Error(`the broker has confirmed nothing in ${now} heartbeats`));
    });
  }
}
