import { inject } from 'vitest';
import { testBroker } from './broker.ts';
import { startFleet } from './fleet/fleet.ts';
import { type Environment, startTestPlatform } from './platform.ts';
import { removeQueues } from './queues.ts';
import type { TestShop } from './shop.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** How the flows of this project are laid out over processes (vitest.config.ts). */
    arrangement: Arrangement;
  }
}

export type Arrangement = 'one process' | 'one process over RabbitMQ' | 'two processes of each over RabbitMQ';

const starts: Readonly<Record<Arrangement, (environment: Environment) => Promise<TestShop>>> = {
  'one process': startTestPlatform,
  'one process over RabbitMQ': startOverRabbitmq,
  // Beside a fleet one more process is enough.
  'two processes of each over RabbitMQ': (environment) =>
    environment.DATABASE_PREFIX === undefined ? startFleet(environment) : startOverRabbitmq(environment),
};

/**
 * The whole platform with the demo shop open, in the arrangement of the project that the test runs in. With a DATABASE_PREFIX of
 * another one it runs beside that one or after it, on the same databases and queues, and leaves them there.
 */
export function startTestShop(environment: Environment = {}): Promise<TestShop> {
  return starts[inject('arrangement')](environment);
}

async function startOverRabbitmq(environment: Environment): Promise<TestShop> {
  const shop = await startTestPlatform({ ...environment, AMQP_URL: await testBroker() });
  return {
    ...shop,
    async [Symbol.asyncDispose]() {
      await shop[Symbol.asyncDispose]();
      if (environment.DATABASE_PREFIX === undefined) await removeQueues(shop.prefix);
    },
  };
}
