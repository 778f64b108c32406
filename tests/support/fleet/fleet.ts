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

interface Processes {
  readonly all: readonly ServiceProcess[];
  readonly urls: readonly string[];
  /** Those that do the work of this kind for the service. */
  doing(service: string, work: Work): readonly ServiceProcess[];
}

/**
 * Two processes of every service over RabbitMQ. Both of the front do all that there is to do. Of the back one is asked by the
 * front and hears no message, the other hears all messages and is asked by nobody: who answers a request never handles what
 * comes of it.
 */
export async function startFleet(environment: Environment = {}): Promise<TestShop> {
  const whole = testEnvironment({ ...environment, AMQP_URL: await testBroker() });
  const prefix = whole.DATABASE_PREFIX;
  const clear = async (): Promise<void> => {
    await Promise.all([dropDatabases(prefix), removeQueues(prefix)]);
  };
  try {
    const processes = await startProcesses(whole);
    const stop = () => stopAll(processes.all);
    return shopOver({ prefix, urls: processes.urls, ...commandOf(processes), stop, clear });
  } catch (error) {
    await clear();
    throw error;
  }
}

async function startProcesses(environment: Environment): Promise<Processes> {
  const [one, other, asked, hearing] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const addresses = { ...addressesOf(front, [one, other]), ...addressesOf(back, [asked]) };
  const start = (run: readonly string[], port: string, own: Environment = {}) =>
    ServiceProcess.start(run, { ...environment, ...addresses, SERVICE_PORT: port, ...own });
  const starting = [
    start(front, one),
    start(front, other),
    start(back, asked, { CONSUME: 'off' }),
    start(back, hearing),
  ] as const;
  try {
    const [frontOne, frontOther, requests, messages] = await Promise.all(starting);
    const fronts = [frontOne.process, frontOther.process];
    return {
      all: [...fronts, requests.process, messages.process],
      urls: [frontOne, frontOther].flatMap(({ url }) => url ?? []),
      doing(service, work) {
        if (front.includes(service)) return fronts;
        return [work === 'requests' ? requests.process : messages.process];
      },
    };
  } catch (error) {
    const settled = await Promise.allSettled(starting);
    const started = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value.process] : []));
    await stopAll(started).catch(() => undefined);
    throw error;
  }
}

async function stopAll(processes: readonly ServiceProcess[]): Promise<void> {
  await Promise.all(processes.map((process) => process.stop()));
}

function commandOf({ all, doing }: Processes): Pick<Layout, 'now' | 'move' | 'askAs' | 'failOnce'> {
  let movedMs = 0;
  const order = (processes: readonly ServiceProcess[], one: Order) =>
    Promise.all(processes.map((process) => process.order(one)));
  return {
    now: () => systemClock.now() + movedMs,
    async move(byMs) {
      await order(all, { kind: 'move', byMs });
      movedMs += byMs;
    },
    async askAs<O extends Operation>(service: string, { name }: O, input: CallInput<O>) {
      const [answer] = await order(doing(service, 'requests').slice(0, 1), {
        kind: 'ask',
        ...{ service, operation: name, input },
      });
      return answer as AnswerOf<O>;
    },
    async failOnce(service, point, within) {
      await order(doing(service, within), { kind: 'fail once', service, point });
    },
  };
}

function addressesOf(services: readonly string[], ports: readonly string[]): Environment {
  const urls = ports.map((port) => `http://127.0.0.1:${port}`).join(',');
  return Object.fromEntries(services.map((service) => [`${service.toUpperCase()}_URL`, urls]));
}
