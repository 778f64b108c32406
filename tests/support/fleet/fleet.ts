import type { AnswerOf, Operation } from '../../../src/contracts/operation.ts';
import { systemClock } from '../../../src/runtime/seams/system-time.ts';
import type { CallInput } from '../../../src/runtime/service.ts';
import { freePort } from '../../proof/processes/ports.ts';
import { testBroker } from '../broker.ts';
import { type Environment, testEnvironment } from '../platform.ts';
import { dropDatabases } from '../postgres.ts';
import { removeQueues } from '../queues.ts';
import type { Layout, Work } from '../shop.ts';
import { ServiceProcess } from './process.ts';

const front = ['gateway', 'identity', 'catalog', 'notification'];
const back = ['ordering', 'inventory', 'payment', 'wallet', 'fulfillment'];

interface Processes {
  readonly fronts: readonly ServiceProcess[];
  readonly requests: ServiceProcess;
  readonly messages: ServiceProcess;
}

/**
 * Two processes of every service over RabbitMQ. Both of the front do all that there is to do. Of the back one is asked by the
 * front and hears no message, the other hears all messages and is asked by nobody: who answers a request never handles what
 * comes of it.
 */
export async function startFleet(environment: Environment = {}): Promise<Layout> {
  const brokerUrl = await testBroker();
  const whole = testEnvironment({ ...environment, AMQP_URL: brokerUrl });
  const prefix = whole.DATABASE_PREFIX;
  const clear = async (): Promise<void> => {
    await Promise.all([dropDatabases(prefix), removeQueues(brokerUrl, prefix)]);
  };
  const processes: Processes = {
    fronts: [ServiceProcess.take(), ServiceProcess.take()],
    requests: ServiceProcess.take(),
    messages: ServiceProcess.take(),
  };
  try {
    const urls = await startAll(processes, whole);
    return {
      ...{ prefix, urls, ...commandOf(processes), clear },
      examine: () => examine(processes),
      async stop() {
        await examine(processes);
        await inEach(processes, (process) => process.stop());
      },
    };
  } catch (error) {
    await inEach(processes, async (process) => process.kill());
    await clear();
    throw error;
  }
}

/** The back first, so that the front finds it. Resolves with where the gateways listen. */
async function startAll({ fronts, requests, messages }: Processes, environment: Environment): Promise<string[]> {
  const ports = {
    fronts: [await freePort(), await freePort()],
    requests: await freePort(),
    messages: await freePort(),
  };
  const common = { ...environment, ...addressesOf(front, ports.fronts), ...addressesOf(back, [ports.requests]) };
  await Promise.all([
    requests.start(back, { ...common, SERVICE_PORT: ports.requests, CONSUME: 'off' }),
    messages.start(back, { ...common, SERVICE_PORT: ports.messages }),
  ]);
  const urls = await Promise.all(
    fronts.map((process, index) => process.start(front, { ...common, SERVICE_PORT: ports.fronts[index] ?? '' })),
  );
  return urls.flatMap((url) => url ?? []);
}

/** @throws where one has done what is for the other: the flows would not have shown what they are there to show */
async function examine({ requests, messages }: Processes): Promise<void> {
  const [asked, hearing] = await Promise.all([requests.workDone(), messages.workDone()]);
  if (asked.heard === 0 && hearing.answered === 0) return;
  throw new Error(
    `who was to be asked heard ${asked.heard} messages, who was to hear was asked ${hearing.answered} times`,
  );
}

async function inEach<Result>(
  { fronts, requests, messages }: Processes,
  act: (process: ServiceProcess) => Promise<Result>,
): Promise<void> {
  await Promise.all([...fronts, requests, messages].map(act));
}

function commandOf(processes: Processes): Pick<Layout, 'now' | 'move' | 'askAs' | 'failOnce'> {
  let movedMs = 0;
  const doing = (service: string, work: Work): readonly ServiceProcess[] =>
    front.includes(service) ? processes.fronts : [processes[work]];
  return {
    now: () => systemClock.now() + movedMs,
    async move(byMs) {
      await inEach(processes, (process) => process.order({ kind: 'move', byMs }));
      movedMs += byMs;
    },
    async askAs<O extends Operation>(service: string, { name: operation }: O, input: CallInput<O>) {
      const [process] = doing(service, 'requests');
      return (await process?.order({ kind: 'ask', service, operation, input })) as AnswerOf<O>;
    },
    async failOnce(service, point, within) {
      await Promise.all(doing(service, within).map((process) => process.order({ kind: 'fail once', service, point })));
    },
  };
}

function addressesOf(services: readonly string[], ports: readonly string[]): Environment {
  const urls = ports.map((port) => `http://127.0.0.1:${port}`).join(',');
  return Object.fromEntries(services.map((service) => [`${service.toUpperCase()}_URL`, urls]));
}
