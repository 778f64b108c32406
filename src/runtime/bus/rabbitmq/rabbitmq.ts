import type { Backlog, Bus, Publishing, Subscription } from '../bus.ts';
import { Bodies } from './bodies.ts';
import { KeptConnection } from './connection.ts';
import { QueueConsumer } from './consumer.ts';
import { type RabbitmqMeans, type RabbitmqSettings, standardSettings } from './means.ts';
import { PublisherTail } from './publisher.ts';
import type { Feed } from './session.ts';
import { deadQueueOf, queueOf, Topology } from './topology.ts';

export interface RabbitmqBusOptions extends Omit<RabbitmqMeans, 'settings'> {
  /** `amqp://` or `amqps://` with user, password and virtual host (RabbitMQ's URI specification). */
  readonly url: string;
  readonly settings?: Partial<RabbitmqSettings>;
}

/**
 * Each subscription is a quorum queue of its own. The source's process follows its log from a publication and hands over what
 * the consumer is to hear; the consumer acknowledges what its inbox has committed. The broker may be away at any time: what it
 * has not confirmed waits in the log, and what was not acknowledged it delivers again.
 * @throws Error where the URL is none
 */
export function rabbitmqBus(options: RabbitmqBusOptions): Bus {
  const { url, namespace, scheduler, random, log, metrics, failPoints } = options;
  const settings = { ...standardSettings, ...options.settings };
  const means: RabbitmqMeans = { namespace, settings, scheduler, random, log, metrics, failPoints };
  // A broker that blocks publishers reads nothing more from their connection, acknowledgements neither.
  const publishing = new KeptConnection(url, 'publishing', means);
  const consuming = new KeptConnection(url, 'consuming', means);
  const topology = new Topology(means);
  const tails: PublisherTail[] = [];
  const subscriptions: Subscription[] = [];
  let consumers: readonly { readonly source?: string; readonly consumer: string; readonly queue: QueueConsumer }[] = [];
  const connections = (): KeptConnection[] => [
    ...(tails.length > 0 ? [publishing] : []),
    ...(consumers.length > 0 ? [consuming] : []),
  ];
  return {
    reaches: 'other processes',
    publish(one: Publishing) {
      const bodies = new Bodies();
      for (const interest of one.audience) {
        tails.push(new PublisherTail({ means, connection: publishing, topology, publishing: one, interest, bodies }));
      }
    },
    subscribe: (subscription) => void subscriptions.push(subscription),
    start() {
      if (settings.consumes) {
        consumers = feedsOf(subscriptions, namespace, topology).map(({ source, ...feed }) => ({
          ...(source && { source }),
          consumer: feed.consumer,
          queue: new QueueConsumer(feed, means, consuming),
        }));
      }
      for (const connection of connections()) connection.start();
      for (const tail of tails) tail.start();
      for (const { queue } of consumers) queue.start();
      return Promise.resolve();
    },
    async stop() {
      for (const { queue } of consumers) queue.stop();
      await Promise.all(tails.map((tail) => tail.stop()));
    },
    async close() {
      await Promise.all(consumers.map(({ queue }) => queue.close()));
      await Promise.all([publishing.close(), consuming.close()]);
    },
    backlog() {
      const published = tails.flatMap((tail) => tail.backlog ?? []);
      const delivered = consumers.flatMap(({ consumer, source, queue }) => {
        const positions = queue.backlog;
        return source === undefined || positions === undefined ? [] : [{ consumer, source, positions }];
      });
      return added([...published, ...delivered]);
    },
    trouble() {
      const trouble = connections().find((connection) => connection.trouble)?.trouble;
      return trouble && `broker: ${trouble}`;
    },
  };
}

/** A queue for each subscription, and for each consumer the one with what the broker gave up. */
function feedsOf(
  subscriptions: readonly Subscription[],
  namespace: string,
  topology: Topology,
): (Feed & { readonly source?: string })[] {
  const feeds: (Feed & { readonly source?: string })[] = [];
  const byConsumer = Map.groupBy(subscriptions, ({ consumer }) => consumer);
  for (const [consumer, own] of byConsumer) {
    for (const { source, inbox } of own) {
      feeds.push({
        consumer,
        source,
        queue: queueOf(namespace, { consumer, source }),
        sources: new Set([source]),
        declare: (link) => topology.subscription(link, { consumer, source }),
        receive: (message, delivery) => inbox.receive(message, delivery),
        park: (bytes, type, reason) => inbox.parkUnreadable(bytes, type, reason),
      });
    }
    const inbox = own[0]?.inbox;
    if (!inbox) continue;
    feeds.push({
      consumer,
      queue: deadQueueOf(namespace, consumer),
      sources: new Set(own.map(({ source }) => source)),
      declare: (link) => topology.dead(link, consumer),
      receive: (message, delivery) => inbox.receiveGivenUp(message, delivery),
      park: (bytes, type, reason) => inbox.parkUnreadable(bytes, type, reason),
    });
  }
  return feeds;
}

/** What is on its way to the broker and what is on its way from it, per subscription. */
function added(backlogs: readonly Backlog[]): Backlog[] {
  const sums = new Map<string, Backlog>();
  for (const backlog of backlogs) {
    const name = `${backlog.consumer} ${backlog.source}`;
    sums.set(name, { ...backlog, positions: backlog.positions + (sums.get(name)?.positions ?? 0) });
  }
  return [...sums.values()];
}
