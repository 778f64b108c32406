import { runtimeOperations } from '#contracts/http/runtime.ts';
import { type Queues, rabbitmqQueues } from '#runtime/bus/rabbitmq/queues.ts';
import { type Host, startHost } from '#runtime/host/host.ts';
import { StoreInUse } from '#runtime/host/presence.ts';
import type { Means } from '#runtime/host/service-node.ts';
import { readSettings } from '#runtime/settings/settings.ts';
import { makeLog } from '#runtime/telemetry/log.ts';
import { Closings } from './closings.ts';
import { findDatabases } from './databases.ts';
import { hasOwnBroker, keepOwnBroker } from './footing.ts';
import { makeMeans } from './means.ts';
import { makeBus } from './neighbours.ts';
import { compose, services } from './services.ts';
import { type Environment, type PlatformSettings, platformSettings } from './settings.ts';

const lookEveryMs = 500;
/** The sessions of processes that were killed are not gone at once. */
const inUseRetries = 4;
const inUseRetryMs = 1_000;
const countLetters = `select count(*) as letters from dead_letters where status in ('RETRYING', 'HELD', 'PARKED')`;

export interface DrainProgress {
  /** Messages that their consumers have not heard. */
  readonly unheard: number;
  /** Messages in the broker's queues; undefined where it does not say. */
  readonly queued: number | undefined;
  /** Why it does not go on. */
  readonly trouble: string | undefined;
}

export interface Drained {
  readonly bus: 'RabbitMQ' | 'in-process';
  /** Set aside, to be retried or read by a person; they stay with the store, whatever bus it is on. */
  readonly setAside: number;
}

interface Draining {
  readonly environment: Environment;
  /** Gives it up; the store is left as it is then, and may be used again. */
  readonly signal: AbortSignal;
  progress(progress: DrainProgress): void;
}

/**
 * Lets everything that was said be heard over the bus that the store is on, with nobody else at work on it; then takes down what
 * it had with the broker. After that it may go on over any bus. Undefined where it was given up.
 * @throws StoreInUse, SettingsError
 */
export async function drainBus(draining: Draining): Promise<Drained | undefined> {
  const closings = new Closings();
  try {
    return await drain(draining, closings);
  } finally {
    await closings.run();
  }
}

async function drain(draining: Draining, closings: Closings): Promise<Drained | undefined> {
  const { environment } = draining;
  const given = readSettings(platformSettings, environment);
  const log = makeLog({ level: given.logLevel });
  const composition = compose({ available: services, enabled: given.enabled });
  const databases = await findDatabases(composition, { settings: given, environment, log }, closings);
  const ofProcess = { settings: given, environment, log, time: undefined, clockOf: databases.clock };
  const means = await makeMeans(ofProcess, closings);
  const settings = await withOwnBroker(given, means, closings);
  const host = await startAlone(draining, means, () =>
    startHost({
      services: composition.here,
      elsewhere: [],
      adminOf: databases.adminOf,
      databasePrefix: settings.databasePrefix,
      bus: makeBus(settings, means),
      checkAnswers: false,
      isClearing: true,
      means,
    }),
  );
  if (!host) return undefined;
  const { amqpUrl: url, databasePrefix } = settings;
  const queues = url === undefined ? undefined : rabbitmqQueues(url, databasePrefix, host.interests);
  let isHeard = false;
  let setAside = 0;
  try {
    isHeard = await untilHeard(draining, means, host, queues);
    setAside = await countSetAside(host);
  } finally {
    await host.stop({ forgetPublications: isHeard });
  }
  if (!isHeard) return undefined;
  await queues?.remove();
  return { bus: queues ? 'RabbitMQ' : 'in-process', setAside };
}

/** A store under DATA_DIR that was run by `up --split` may be on the RabbitMQ beside it. */
async function withOwnBroker(settings: PlatformSettings, means: Means, closings: Closings): Promise<PlatformSettings> {
  const isOwn = settings.amqpUrl === undefined && settings.databaseUrl === undefined && hasOwnBroker(settings);
  return isOwn ? { ...settings, amqpUrl: await keepOwnBroker(settings, means, closings) } : settings;
}

/** Undefined where it was given up. */
async function startAlone(
  { signal }: Draining,
  { scheduler }: Means,
  start: () => Promise<Host>,
): Promise<Host | undefined> {
  for (let refusals = 1; !signal.aborted; refusals += 1) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof StoreInUse) || refusals === inUseRetries) throw error;
      await scheduler.wait(inUseRetryMs, signal);
    }
  }
  return undefined;
}

/** False where it was given up. */
async function untilHeard(
  { signal, progress }: Draining,
  { scheduler }: Means,
  host: Host,
  queues: Queues | undefined,
): Promise<boolean> {
  let before = '';
  while (!signal.aborted) {
    const { unheard, heads } = await lookAtLogs(host);
    const queued = queues ? await queues.messages().catch(() => undefined) : 0;
    const trouble = host.bus.trouble();
    // Looked at one after the other: only where no log grew between two looks was it so for all of them at once.
    if (unheard === 0 && queued === 0 && trouble === undefined && heads === before) return true;
    progress({ unheard, queued, trouble });
    before = heads;
    await scheduler.wait(lookEveryMs, signal);
    for (const { presence } of host.nodes.values()) await presence.assert();
  }
  return false;
}

/** How many messages are still to be heard, and where the logs end. */
async function lookAtLogs(host: Host): Promise<{ readonly unheard: number; readonly heads: string }> {
  const looks = host.interests.map(async ({ consumer, source, types }) => {
    const node = host.nodes.get(consumer);
    if (!node) throw new Error(`${consumer} does not run here`);
    const body = { position: await node.inbox.heard(source), types: [...types] };
    const { context } = node;
    return (await context.call(runtimeOperations(source).unheard, { body }, context.timer('drain'))).body;
  });
  const found = await Promise.all(looks);
  const unheard = found.reduce((sum, { messages }) => sum + messages, 0);
  return { unheard, heads: found.map(({ head }) => head).join() };
}

async function countSetAside({ nodes }: Host): Promise<number> {
  let count = 0;
  for (const { database } of nodes.values()) {
    const { rows } = await database.query<{ letters: bigint }>(countLetters);
    count += Number(rows[0]?.letters ?? 0n);
  }
  return count;
}
