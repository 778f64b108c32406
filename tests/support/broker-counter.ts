import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OwnBroker, startOwnBroker } from '../../src/runtime/bus/rabbitmq/own-broker.ts';
import { findRabbitmq } from '../../src/runtime/bus/rabbitmq/own-broker-program.ts';

/** Where the test files of a run learn of its broker: by its URL, or at a port whose answer is the URL. */
export type BrokerOfThisRun = { readonly url: string } | { readonly port: number };

interface Counter {
  readonly broker: BrokerOfThisRun;
  close(): Promise<void>;
}

/**
 * TEST_AMQP_URL, or a RabbitMQ of our own for this run: it is started when somebody first asks at the counter, for most of the
 * files a developer tries alone need none. Undefined where it is not installed.
 */
export async function openCounter(): Promise<Counter | undefined> {
  const url = process.env.TEST_AMQP_URL;
  if (url) return { broker: { url }, close: () => Promise.resolve() };
  if (findRabbitmq() === undefined) return undefined;
  let folder: string | undefined;
  const start = async (): Promise<OwnBroker> => {
    folder = await mkdtemp(join(tmpdir(), 'suanpan-broker-'));
    return startOwnBroker({ folder });
  };
  let starting: Promise<OwnBroker> | undefined;
  const server = createServer((socket) => {
    starting ??= start();
    starting.then(
      (broker) => socket.end(broker.url),
      (error: Error) => socket.end(error.message),
    );
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    broker: { port: typeof address === 'object' && address !== null ? address.port : 0 },
    close: async () => {
      server.close();
      const broker = await starting?.catch(() => undefined);
      // Nobody needs its data any more: no need for it to take its leave.
      await broker?.kill();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
