import { inject } from 'vitest';
import { getHealth } from '../../src/contracts/http/operator.ts';
import { testBroker } from './broker.ts';
import { eventually } from './eventually.ts';
import { startFleet } from './fleet/fleet.ts';
import { type Environment, startInThisProcess } from './platform.ts';
import { removeQueues } from './queues.ts';
import { type Layout, shopOver, type TestShop } from './shop.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** How the flows of this project are laid out over processes (vitest.config.ts). */
    arrangement: Arrangement;
  }
}

export type Arrangement = 'one process' | 'one process over RabbitMQ' | 'two processes of each over RabbitMQ';

const starts: Readonly<Record<Arrangement, (environment: Environment) => Promise<Layout>>> = {
  'one process': async (environment) => (await startInThisProcess(environment)).layout,
  'one process over RabbitMQ': startOverRabbitmq,
  // Beside a fleet one more process is enough.
  'two processes of each over RabbitMQ': (environment) =>
    environment.DATABASE_PREFIX === undefined ? startFleet(environment) : startOverRabbitmq(environment),
};

/**
 * The whole platform with the demo shop open, in the arrangement of the project that the test runs in. With a DATABASE_PREFIX of
 * another one it runs beside that one or after it, on the same databases and queues, and leaves them there.
 */
export async function startTestShop(environment: Environment = {}): Promise<TestShop> {
  return shopOver(await starts[inject('arrangement')](environment));
}

/** The one that the files of this process have in common, while none of them has it. */
let common: Promise<Layout> | undefined;

/**
 * The same, from where the file before left it: its time has moved on, and others' orders, goods and dead letters are there. It
 * ends with the process that the tests run in, and what it has written with the run. For those who look at what is their own,
 * and set up nothing: they need not wait for a platform.
 */
export async function commonTestShop(): Promise<TestShop> {
  const isFresh = common === undefined;
  // A buyer's token outlasts whatever time the file moves.
  const layout = await (common ?? starts[inject('arrangement')]({ ACCESS_TOKEN_LIFETIME: '90d' }));
  common = undefined;
  const giveBack = async (): Promise<void> => {
    await layout.examine?.();
    common = Promise.resolve(layout);
  };
  const shop = shopOver({ ...layout, stop: giveBack, clear: () => Promise.resolve() });
  if (!isFresh && shop.clients.length > 1) await untilWell(shop);
  return shop;
}

/** When time is moved, calls that are under way are late, and those that they were to are left alone for a second. */
async function untilWell(shop: TestShop): Promise<void> {
  const { token } = await shop.operator();
  for (const client of shop.clients)
    await eventually(async () => {
      const { body } = await client.request(getHealth, {}, { token });
      if (!('processes' in body) || body.data.some(({ ready }) => !ready)) throw new Error(JSON.stringify(body));
    });
}

async function startOverRabbitmq(environment: Environment): Promise<Layout> {
  const url = await testBroker();
  const { layout } = await startInThisProcess({ ...environment, AMQP_URL: url });
  return {
    ...layout,
    async clear() {
      await layout.clear();
      if (environment.DATABASE_PREFIX === undefined) await removeQueues(url, layout.prefix);
    },
  };
}
