import type { Options, Replies } from 'amqplib/callback_api';
import type { Interest } from '../bus.ts';
import { ask, onChannel } from './channel.ts';
import type { Link } from './connection.ts';
import type { RabbitmqMeans } from './means.ts';
import { inTime } from './patience.ts';

/** AMQP 0-9-1 `precondition-failed`: the queue is there, with other arguments. */
const otherArguments = 406;
const notFound = 404;

/** More than a message is ever delivered, on brokers that would set a limit of their own (RabbitMQ 4: 20). */
const withoutDeliveryLimit = 1_000_000_000;

const othersTimeoutMs = 5_000;

export type QueueName = string;
type QueueArguments = Readonly<Record<string, string | number>>;

/** One queue per subscription: one that is full or gone delays this consumer alone. */
export function queueOf(namespace: string, { consumer, source }: Pick<Interest, 'consumer' | 'source'>): QueueName {
  return `${namespace}.${consumer}.${source}`;
}

/** Where the broker puts what it delivered too often to a consumer that died each time. */
export function deadQueueOf(namespace: string, consumer: string): QueueName {
  return `${namespace}.${consumer}.dead`;
}

/** Declares what publishers and consumers need, both with the same arguments. */
export class Topology {
  readonly #means: RabbitmqMeans;
  readonly #underWay = new Map<QueueName, Promise<void>>();

  constructor(means: RabbitmqMeans) {
    this.#means = means;
  }

  /** The subscription's queue and the one behind it. */
  async subscription(link: Link, interest: Pick<Interest, 'consumer' | 'source'>): Promise<void> {
    const { namespace, settings } = this.#means;
    await this.dead(link, interest.consumer);
    await this.#declare(link, queueOf(namespace, interest), {
      'x-queue-type': 'quorum',
      'x-delivery-limit': settings.deliveryLimit,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': deadQueueOf(namespace, interest.consumer),
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
      'x-max-length': settings.queueLengthMost,
    });
  }

  dead(link: Link, consumer: string): Promise<void> {
    return this.#declare(link, deadQueueOf(this.#means.namespace, consumer), {
      'x-queue-type': 'quorum',
      'x-delivery-limit': withoutDeliveryLimit,
    });
  }

  /** One after the other: to whoever declares a queue that is just being made the broker says that it is there, but it is not. */
  async #declare(link: Link, queue: QueueName, args: QueueArguments): Promise<void> {
    for (let other = this.#underWay.get(queue); other; other = this.#underWay.get(queue)) {
      if (!(await inTime(othersTimeoutMs, this.#means.scheduler, other))) break;
    }
    const declaring = declare(link, this.#means, queue, args);
    const ended = declaring
      .catch(() => undefined)
      .then(() => {
        if (this.#underWay.get(queue) === ended) this.#underWay.delete(queue);
      });
    this.#underWay.set(queue, ended);
    await declaring;
  }
}

async function declare(
  { connection }: Link,
  { log }: RabbitmqMeans,
  queue: QueueName,
  args: QueueArguments,
): Promise<void> {
  const options: Options.AssertQueue = { durable: true, arguments: args };
  try {
    await onChannel(connection, (channel) => ask((done) => channel.assertQueue(queue, options, done)));
  } catch (error) {
    if (!isAnswer(error, otherArguments)) throw error;
    await onChannel(connection, (channel) => ask((done) => channel.checkQueue(queue, done)));
    log.error(
      { err: error, queue, wanted: args },
      'a queue was declared with other arguments before and is used as it is; delete it while it is empty to have it made anew',
    );
  }
}

/** What waits to be delivered, and who would get it; undefined where there is no such queue. */
export async function lookInto(
  { connection }: Pick<Link, 'connection'>,
  queue: QueueName,
): Promise<{ readonly messages: number; readonly consumers: number } | undefined> {
  try {
    const { messageCount, consumerCount } = await onChannel(connection, (channel) =>
      ask<Replies.AssertQueue>((done) => channel.checkQueue(queue, done)),
    );
    return { messages: messageCount, consumers: consumerCount };
  } catch (error) {
    if (isAnswer(error, notFound)) return undefined;
    throw error;
  }
}

/** With all that is in it; one that is not there is no error. */
export async function deleteQueue({ connection }: Pick<Link, 'connection'>, queue: QueueName): Promise<void> {
  await onChannel(connection, (channel) => ask((done) => channel.deleteQueue(queue, {}, done)));
}

function isAnswer(error: unknown, code: number): boolean {
  return error instanceof Error && (error as { readonly code?: unknown }).code === code;
}
