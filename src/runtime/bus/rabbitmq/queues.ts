import { type Connection, connect } from 'amqplib/callback_api';
import type { Interest } from '../bus.ts';
import { deadQueueOf, deleteQueue, lookInto, queueOf } from './topology.ts';

const connectTimeoutMs = 5_000;

/** The queues of a store, looked at from outside while nothing need run. */
export interface Queues {
  /** Messages that wait to be delivered; what consumers have in hand is not among them. 0 where there is no queue. */
  messages(): Promise<number>;
  /** Deletes the queues with all that is in them. */
  remove(): Promise<void>;
}

/** Each call connects and takes its leave again. @throws Error where the broker cannot be reached */
export function rabbitmqQueues(
  url: string,
  namespace: string,
  interests: readonly Pick<Interest, 'consumer' | 'source'>[],
): Queues {
  const names = new Set([
    ...interests.map((interest) => queueOf(namespace, interest)),
    ...interests.map(({ consumer }) => deadQueueOf(namespace, consumer)),
  ]);
  return {
    messages: () =>
      connected(url, async (connection) => {
        let messages = 0;
        for (const name of names) messages += (await lookInto({ connection }, name))?.messages ?? 0;
        return messages;
      }),
    remove: () =>
      connected(url, async (connection) => {
        for (const name of names) await deleteQueue({ connection }, name);
      }),
  };
}

async function connected<Result>(url: string, use: (connection: Connection) => Promise<Result>): Promise<Result> {
  const connection = await new Promise<Connection>((resolve, reject) => {
    connect(url, { noDelay: true, timeout: connectTimeoutMs }, (error: Error | null, opened) => {
      if (error) return reject(error);
      // Whoever waits for an answer is told, too.
      opened.on('error', () => undefined);
      resolve(opened);
    });
  });
  try {
    return await use(connection);
  } finally {
    try {
      connection.close();
    } catch {
      // It has ended already.
    }
  }
}
