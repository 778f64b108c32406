import { type ConfirmChannel, connect, type GetMessage } from 'amqplib';
import { expect } from 'vitest';
import type { RabbitmqSettings } from '../../src/runtime/bus/rabbitmq/means.ts';
import { rabbitmqQueues } from '../../src/runtime/bus/rabbitmq/queues.ts';
import { rabbitmqBus } from '../../src/runtime/bus/rabbitmq/rabbitmq.ts';
import { deadQueueOf, queueOf } from '../../src/runtime/bus/rabbitmq/topology.ts';
import type { Service } from '../../src/runtime/service.ts';
import { makeMetrics } from '../../src/runtime/telemetry/metrics.ts';
import { eventually } from '../support/eventually.ts';
import { startTestHost, type TestHost } from '../support/host.ts';
import { dropDatabases, uniqueName } from '../support/postgres.ts';
import { post } from './office.ts';
import { receiverWith, type Send, type Stumbles, sender } from './post-office.ts';

export interface StoreHost extends TestHost {
  /** Messages handled here with that outcome. */
  handled(outcome: string, receiver?: string): Promise<number>;
  /** How often the broker did not take what is for the consumer, for that reason. */
  refused(reason: string, consumer?: string): Promise<number>;
}

interface HostOptions {
  readonly stumbles?: Partial<Stumbles>;
  readonly settings?: Partial<RabbitmqSettings>;
  readonly bus?: 'rabbitmq' | 'in-process';
  /** By way of a proxy, for instance. */
  readonly url?: string;
  readonly services?: readonly Service[];
}

const interest = { consumer: 'receiver', source: 'sender' };
const interests = [interest, { consumer: 'archive', source: 'sender' }];

/** The databases and queues of one post office; any number of hosts work on them, one after the other or side by side. */
export class Store implements AsyncDisposable {
  readonly prefix = uniqueName('office');
  readonly queue = queueOf(this.prefix, interest);
  readonly deadQueue = deadQueueOf(this.prefix, 'receiver');
  readonly #url: string;
  readonly #hosts: TestHost[] = [];

  constructor(url: string) {
    this.#url = url;
  }

  async open(options: HostOptions = {}): Promise<StoreHost> {
    const { stumbles, settings = {}, bus = 'rabbitmq', url = this.#url } = options;
    const receiver = receiverWith({ throwsAt: new Set(), ...stumbles });
    const metrics = makeMetrics();
    const host = await startTestHost(options.services ?? [sender, receiver], {
      prefix: this.prefix,
      means: { metrics },
      ...(bus === 'rabbitmq' && {
        bus: (means, namespace) => rabbitmqBus({ url, namespace, settings, ...means }),
      }),
    });
    this.#hosts.push(host);
    return {
      ...host,
      handled: (outcome, service = 'receiver') =>
        sum(metrics.handled, (labels) => labels.outcome === outcome && labels.service === service),
      refused: (reason, consumer = 'receiver') =>
        sum(metrics.refused, (labels) => labels.reason === reason && labels.consumer === consumer),
    };
  }

  /** Waits until so many messages of the broker's wait in the queues. */
  async holds(messages: number): Promise<void> {
    const queues = rabbitmqQueues(this.#url, this.prefix, interests);
    await eventually(async () => expect(await queues.messages()).toBe(messages));
  }

  /** As somebody else who uses the broker. */
  async stranger<Result>(use: (channel: ConfirmChannel) => Promise<Result>): Promise<Result> {
    const connection = await connect(this.#url);
    try {
      const channel = await connection.createConfirmChannel();
      // Whoever waits for an answer is told, too.
      channel.on('error', () => undefined);
      return await use(channel);
    } finally {
      await connection.close();
    }
  }

  /** What the broker has to hold of these letters, as the sender publishes it in bundles of so many; the queue is empty then. */
  async published(sent: readonly Send[], bundleMost = 1): Promise<GetMessage[]> {
    const publisher = await this.open({ settings: { consumes: false, bundleMost } });
    await post(publisher, sent);
    await this.holds(Math.ceil(sent.length / bundleMost));
    await publisher.stop();
    const copies = await this.take();
    expect(copies).toHaveLength(Math.ceil(sent.length / bundleMost));
    return copies;
  }

  /** Takes all messages out of the queue. */
  take(): Promise<GetMessage[]> {
    return this.stranger(async (channel) => {
      const taken: GetMessage[] = [];
      for (;;) {
        const message = await channel.get(this.queue, { noAck: true });
        if (message === false) return taken;
        taken.push(message);
      }
    });
  }

  /** Puts copies of messages into the queue. */
  put(copies: readonly GetMessage[]): Promise<void> {
    return this.stranger(async (channel) => {
      for (const { content, properties } of copies) channel.sendToQueue(this.queue, content, properties);
      await channel.waitForConfirms();
    });
  }

  /** As a consumer that is killed with so many messages in hand. */
  async dieWith(messages: number, url: string, kill: () => void): Promise<void> {
    const connection = await connect(url);
    const ended = new Promise((resolve) => connection.on('close', resolve));
    connection.on('error', () => undefined);
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    await channel.prefetch(messages);
    let inHand = 0;
    await channel.consume(this.queue, () => {
      inHand += 1;
      if (inHand === messages) kill();
    });
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.stop()));
    await dropDatabases(this.prefix);
    await rabbitmqQueues(this.#url, this.prefix, interests).remove();
  }
}

export function shuffled<Item>(items: readonly Item[], random: { fraction(): number }): Item[] {
  return items
    .map((item) => ({ item, at: random.fraction() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

interface Counted {
  get(): Promise<{ readonly values: readonly { readonly value: number; readonly labels: Labels }[] }>;
}

type Labels = Readonly<Partial<Record<string, string | number>>>;

async function sum(counter: Counted, counts: (labels: Labels) => boolean): Promise<number> {
  const { values } = await counter.get();
  return values.filter(({ labels }) => counts(labels)).reduce((all, { value }) => all + value, 0);
}
