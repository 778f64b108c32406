import { inProcessBus } from '#runtime/bus/in-process.ts';
import { type Host, startHost } from '#runtime/host/host.ts';
import type { Means } from '#runtime/host/service-node.ts';
import { startInternalServer } from '#runtime/http/internal-server.ts';
import type { MovableTime } from '#runtime/seams/scheduler.ts';
import type { Service } from '#runtime/service.ts';
import { readSettings } from '#runtime/settings/settings.ts';
import { type Log, makeLog } from '#runtime/telemetry/log.ts';
import { startEdge } from '#services/gateway/service.ts';
import { Closings } from './closings.ts';
import { findDatabases } from './databases.ts';
import { keepDemoShop } from './demo-shop.ts';
import { makeMeans } from './means.ts';
import { type Composition, compose, gatewayName, services as standardServices } from './services.ts';
import { type Environment, type PlatformSettings, platformSettings } from './settings.ts';

export interface PlatformOptions {
  readonly environment: Environment;
  /** Names of the services that run in this process, the gateway among them or not; by default the whole platform does. */
  readonly run?: readonly string[];
  /** Other services than the standard ones; the gateway looks over whatever there is. */
  readonly services?: readonly Service[];
  /** Moves by the test's hand instead of following the database. */
  readonly time?: MovableTime;
}

/** A process of the platform at work, and how to end it. */
export interface Platform {
  /** The API; where the gateway runs in this process. */
  readonly url?: string;
  /** Where other processes ask the services that run here; where there are other processes. */
  readonly serviceUrl?: string;
  readonly internalUrl: string;
  readonly host: Host;
  readonly log: Log;
  /** Drains: nothing new is accepted, what is in flight finishes, then all is closed. */
  stop(): Promise<void>;
}

/** Where the process is in its life, as /readyz tells it. */
interface Life {
  stage: 'starting' | 'ready' | 'ending';
  host?: Host;
}

/** Starts the platform, or the part of it that `run` names, in this process. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const closings = new Closings();
  try {
    return await start(options, closings);
  } catch (error) {
    await closings.run().catch(() => undefined);
    throw error;
  }
}

async function start(options: PlatformOptions, closings: Closings): Promise<Platform> {
  const { environment, services: available = standardServices, run, time } = options;
  const settings = readSettings(platformSettings, environment);
  const composition = compose({ available, enabled: settings.enabled, run });
  const log = makeLog({ level: settings.logLevel });
  const databases = await findDatabases(composition, { settings, environment, log }, closings);
  const means = await makeMeans({ settings, environment, log, time, clockOf: databases.clock }, closings);
  const { scheduler, metrics } = means;

  const life: Life = { stage: 'starting' };
  const probes = probesOf(composition, life);
  const degraded = (): Readonly<Record<string, string>> => {
    const trouble = life.host?.bus.trouble();
    return trouble === undefined ? {} : { bus: trouble };
  };
  const port = settings.internalPort;
  const internal = await startInternalServer({ port, metrics, scheduler, log, probes, degraded });
  closings.add(() => internal.close());

  const host = await startHost({
    services: composition.here,
    elsewhere: composition.elsewhere,
    adminOf: databases.adminOf,
    databasePrefix: settings.databasePrefix,
    bus: inProcessBus(means),
    checkAnswers: settings.demo || time !== undefined,
    means,
  });
  closings.add(() => host.stop());
  life.host = host;
  const url = composition.isGatewayHere
    ? await openEdge({ host, means, settings, composition, life }, closings)
    : undefined;
  await keepDemoShop({ host, means, settings, composition }, closings);
  closings.add(async () => {
    life.stage = 'ending';
    if (settings.drainDelayMs > 0) await scheduler.wait(settings.drainDelayMs);
  });
  life.stage = 'ready';
  const internalUrl = `http://localhost:${internal.port}`;
  return { ...(url && { url }), internalUrl, host, log, stop: () => closings.run() };
}

async function openEdge(
  {
    host,
    means,
    settings,
    composition,
    life,
  }: {
    readonly host: Host;
    readonly means: Means;
    readonly settings: PlatformSettings;
    readonly composition: Composition;
    readonly life: Life;
  },
  closings: Closings,
): Promise<string> {
  const { traces, clock, scheduler, ids, log, metrics } = means;
  const gateway = host.nodes.get(gatewayName);
  if (!gateway) throw new Error('the gateway does not run here');
  const edge = await startEdge({
    ...{ dispatcher: host.dispatcher, traces, clock, scheduler, ids, log, metrics, settings },
    ready: () => life.stage !== 'starting',
    messages: composition.all.flatMap(({ says }) => says),
    version: '0.1.0',
    timer: gateway.context.timer,
  });
  closings.add(() => edge.close());
  return `http://localhost:${edge.port}`;
}

/**
 * What must answer before requests are sent here: the databases of the services that run here. Neither the broker nor services in
 * other processes: while they are away all instances would be unready at once, and a balancer left with nobody. Orders are
 * accepted without the broker (202, and their messages go out when it is back), a request that needs a service that is away is
 * answered 503 by itself, and all others need not be refused. So /readyz only tells that the broker is away.
 */
function probesOf({ here }: Composition, life: Life) {
  const databases = here.map(({ name }) => [
    name,
    async () => {
      const probe = life.host?.probes.get(name);
      if (!probe) return 'starting';
      await probe();
      return undefined;
    },
  ]);
  return { platform: async () => (life.stage === 'ready' ? undefined : life.stage), ...Object.fromEntries(databases) };
}
