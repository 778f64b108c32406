import type { AnswerOf, Operation } from '../../../src/contracts/operation.ts';
import { systemClock } from '../../../src/runtime/seams/system-time.ts';
import type { CallInput } from '../../../src/runtime/service.ts';
import { freePort } from '../../proof/processes/ports.ts';
import { testBroker } from '../broker.ts';
import { type Environment, testEnvironment } from '../platform.ts';
import { dropDatabases } from '../postgres.ts';
import { removeQueues } from '../queues.ts';
import { type Layout, shopOver, type TestShop, type Work } from '../shop.ts';
import type { Order } from './orders.ts';
import { ServiceProcess } from './process.ts';

const front = ['gateway', 'identity', 'catalog', 'notification'];
const back = ['ordering', 'inventory', 'payment', 'wallet'];

/**
 * Two processes of every service over RabbitMQ. Both of the front do all that there is to do. Of the back one is asked by the
 * front and hears no message, the other hears all messages and is asked by nobody: who answers a request never handles what
 * comes of it.
 */
export async function startFleet(environment: Environment = {}): Promise<TestShop> {
  const whole = testEnvironment({ ...environment, AMQP_URL: await testBroker() });
  const prefix = whole.DATABASE_PREFIX;
  const [one, other, asked, hearing] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const addresses = { ...addressesOf(front, [one, other]), ...addressesOf(back, [asked]) };
  const started = (run: readonly string[], port: string, own: Environment = {}) =>
    new ServiceProcess({ run }, { ...whole, ...addresses, SERVICE_PORT: port, ...own });
  const processes = {
    front: [started(front, one), started(front, other)],
    requests: started(back, asked, { CONSUME: 'off' }),
    messages: started(back, hearing),
  } as const;
  const all = [...processes.front, processes.requests, processes.messages];
  const stop = async (): Promise<void> => {
    await Promise.all(all.map((process) => process.stop()));
  };
  const clear = async (): Promise<void> => {
    if (environment.DATABASE_PREFIX !== undefined) return;
    await Promise.all([dropDatabases(prefix), removeQueues(prefix)]);
  };
  try {
    const urls = (await Promise.all(all.map((process) => process.up()))).filter((url) => url !== undefined);
    return shopOver({ urls, prefix, ...layoutOf(all, processes), stop, clear });
  } catch (error) {
    await stop().catch(() => undefined);
    await clear();
    throw error;
  }
}

function layoutOf(
  all: readonly ServiceProcess[],
  {
    front: fronts,
    requests,
    messages,
  }: {
    readonly front: readonly ServiceProcess[];
    readonly requests: ServiceProcess;
    readonly messages: ServiceProcess;
  },
): Pick<Layout, 'now' | 'move' | 'askAs' | 'failOnce'> {
  let movedMs = 0;
  const everywhere = (processes: readonly ServiceProcess[], order: Order) =>
    Promise.all(processes.map((process) => process.order(order)));
  const processesOf = (service: string, work: Work): readonly ServiceProcess[] => {
    if (front.includes(service)) return fronts;
    return work === 'requests' ? [requests] : [messages];
  };
  return {
    now: () => systemClock.now() + movedMs,
    async move(byMs) {
      await everywhere(all, { kind: 'move', byMs });
      movedMs += byMs;
    },
    async askAs<O extends Operation>(service: string, { name }: O, input: CallInput<O>) {
      const [process] = processesOf(service, 'requests');
      if (!process) throw new Error(`${service} runs nowhere`);
      return (await process.order({ kind: 'ask', service, operation: name, input })) as AnswerOf<O>;
    },
    async failOnce(service, point, within) {
      await everywhere(processesOf(service, within), { kind: 'fail once', service, point });
    },
  };
}

function addressesOf(services: readonly string[], ports: readonly string[]): Environment {
  const urls = ports.map((port) => `http://127.0.0.1:${port}`).join(',');
  return Object.fromEntries(services.map((service) => [`${service.toUpperCase()}_URL`, urls]));
}
