import type { Options } from 'amqplib/callback_api';
import type { Interest } from '../bus.ts';
import { ask, onChannel } from './channel.ts';
import type { Link } from './connection.ts';
import type { RabbitmqMeans } from './means.ts';

/** AMQP 0-9-1 `precondition-failed`: the queue is there, with other arguments. */
const otherArguments = 406;
const notFound = 404;

/** More than a message is ever delivered, on brokers that would set a limit of their own (RabbitMQ 4: 20). */
const withoutDeliveryLimit = 1_000_000_000;

export type QueueName = string;

/** One queue per subscription: one that is full or gone delays this consumer alone. */
export function queueOf(namespace: string, { consumer, source }: Pick<Interest, 'consumer' | 'source'>): QueueName {
  return `${namespace}.${consumer}.${source}`;
}

/** Where the broker puts what it delivered too often to a consumer that died each time. */
export function deadQueueOf(namespace: string, consumer: string): QueueName {
  return `${namespace}.${consumer}.dead`;
}

/** Declares the subscription's queue and the one behind it. Publisher and consumer do, with the same arguments. */
export async function declareSubscription(
  link: Link,
  means: RabbitmqMeans,
  interest: Pick<Interest, 'consumer' | 'source'>,
): Promise<void> {
  const { namespace, settings } = means;
  await declareDeadQueue(link, means, interest.consumer);
  await declare(link, means, queueOf(namespace, interest), {
    'x-queue-type': 'quorum',
    'x-delivery-limit': settings.deliveryLimit,
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': deadQueueOf(namespace, interest.consumer),
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
    'x-max-length': settings.queueLengthMost,
  });
}

export function declareDeadQueue(link: Link, means: RabbitmqMeans, consumer: string): Promise<void> {
  return declare(link, means, deadQueueOf(means.namespace, consumer), {
    'x-queue-type': 'quorum',
    'x-delivery-limit': withoutDeliveryLimit,
  });
}

async function declare(
  { connection }: Link,
  { log }: RabbitmqMeans,
  queue: QueueName,
  argumentsOf: Readonly<Record<string, string | number>>,
): Promise<void> {
  const options: Options.AssertQueue = { durable: true, arguments: argumentsOf };
  try {
    await onChannel(connection, (channel) => ask((done) => channel.assertQueue(queue, options, done)));
  } catch (error) {
    if (!isAnswer(error, otherArguments)) throw error;
    await onChannel(connection, (channel) => ask((done) => channel.checkQueue(queue, done)));
    log.error(
      { err: error, queue, wanted: argumentsOf },
      'a queue was declared with other arguments before and is used as it is; delete it while it is empty to have it made anew',
    );
  }
}

/** How many messages of the queue wait to be delivered; undefined where there is no such queue. */
export async function readyIn({ connection }: Pick<Link, 'connection'>, queue: QueueName): Promise<number | undefined> {
  try {
    const { messageCount } = await onChannel(connection, (channel) =>
      ask<{ messageCount: number }>((done) => channel.checkQueue(queue, done)),
    );
    return messageCount;
  } catch (error) {
    if (isAnswer(error, notFound)) return undefined;
    throw error;
  }
}

function isAnswer(error: unknown, code: number): boolean {
  return error instanceof Error && (error as { readonly code?: unknown }).code === code;
}
