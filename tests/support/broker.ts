import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';
import { type OwnBroker, startOwnBroker } from '../../src/runtime/bus/rabbitmq/own-broker.ts';
import { findRabbitmq } from '../../src/runtime/bus/rabbitmq/own-broker-program.ts';

/** For `describe.skipIf`: this machine can have no RabbitMQ (`apt install rabbitmq-server`), and none was named. */
export const lacksBroker = inject('broker') === null;

/** For `describe.skipIf`: it has none that a test may kill, whatever TEST_AMQP_URL names. */
export const lacksOwnBroker = findRabbitmq() === undefined;

/**
 * The URL of the RabbitMQ of this run, started for the first who asks. All test files share it, so each has names of its own
 * (`uniqueName`), deletes its queues, and leaves those of others and the broker itself alone.
 */
export async function testBroker(): Promise<string> {
  const broker = inject('broker');
  if (broker === null) throw new Error('there is no RabbitMQ here: the test is to skip itself by lacksBroker');
  if ('url' in broker) return broker.url;
  const answer = await text(createConnection(broker.port, '127.0.0.1'));
  if (!answer.startsWith('amqp')) throw new Error(answer);
  return answer;
}

export type PrivateBroker = OwnBroker & AsyncDisposable;

/**
 * A RabbitMQ that a test may kill, hang and starve. RabbitMQ writes down which queue has which log only half a second after it
 * made the queue (`ra_directory`): killed before, it comes back with the queue, but empty and without a leader for ever. What a
 * test shows by `kill` is what comes after that half second.
 */
export async function privateBroker(settings: Readonly<Record<string, string>> = {}): Promise<PrivateBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'suanpan-broker-'));
  const broker = await startOwnBroker({ folder, settings });
  const kill = broker.kill.bind(broker);
  return Object.assign(broker, {
    async kill() {
      await broker.evaluate('[dets:sync(Table) || Table <- dets:all()]');
      await kill();
    },
    async [Symbol.asyncDispose]() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  });
}
