import { uuidv7Ids } from '#kernel/ids.ts';
import { inProcessBus } from '#runtime/bus/in-process.ts';
import { type ConnectionOptions, connect, connectionOptionsOf } from '#runtime/database/database.ts';
import { startEmbedded } from '#runtime/database/embedded/embedded.ts';
import { type Host, startHost } from '#runtime/host/host.ts';
import { startInternalServer } from '#runtime/http/internal-server.ts';
import { makeTraces } from '#runtime/http/trace.ts';
import { databaseClock } from '#runtime/seams/database-clock.ts';
import { failPointsFrom } from '#runtime/seams/fail-points.ts';
import { systemRandom } from '#runtime/seams/random.ts';
import { type MovableTime, systemScheduler } from '#runtime/seams/scheduler.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import type { Service } from '#runtime/service.ts';
import { readSettings, type SettingsOf } from '#runtime/settings/settings.ts';
import { type Log, makeLog } from '#runtime/telemetry/log.ts';
import { makeMetrics } from '#runtime/telemetry/metrics.ts';
import { gatewayOver, startEdge } from '#services/gateway/service.ts';
import { platformSettings } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface PlatformOptions {
  readonly services: readonly Service[];
  readonly environment: Environment;
  /** Moves by the test's hand instead of following the database. */
  readonly time?: MovableTime;
}

/** A platform at work: its API, and how to end it. */
export interface Platform {
  readonly url: string;
  readonly internalUrl: string;
  readonly host: Host;
  readonly log: Log;
  /** Drains: nothing new is accepted, what is in flight finishes, then all is closed. */
  stop(): Promise<void>;
}

type Closing = () => Promise<void> | void;

/** Starts the given services and the gateway in this process. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const closings: Closing[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closings.splice(0).reverse()) await close();
  };
  try {
    return await start(options, closings, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  { services, environment, time }: PlatformOptions,
  closings: Closing[],
  stop: () => Promise<void>,
): Promise<Platform> {
  const settings = readSettings(platformSettings, environment);
  const log = makeLog({ level: settings.logLevel });
  const admin = await findDatabase(settings, log, closings);
  const scheduler = time ?? systemScheduler();
  const clock = time ?? (await followDatabase(admin, closings));
  const random = systemRandom();
  const ids = uuidv7Ids(
    () => clock.now(),
    (target) => random.bytes(target),
  );
  const metrics = makeMetrics();
  const ratePerSecond = settings.demo ? Number.POSITIVE_INFINITY : settings.traceRate;
  const traces = makeTraces({ randomBytes: (target) => random.bytes(target), clock, ratePerSecond });
  const failPoints = failPointsFrom(settings.failPoint, () => process.kill(process.pid, 'SIGKILL'));
  const retry = { attemptsMost: settings.retryAttempts, firstMs: settings.retryFirstMs, mostMs: settings.retryMostMs };
  const { poolSize, pollMs, databasePrefix } = settings;

  const gateway = gatewayOver(services.map(({ name }) => name));
  const host = await startHost({
    services: [gateway, ...services],
    elsewhere: [],
    adminOf: () => admin,
    databasePrefix,
    bus: inProcessBus({ scheduler, random, log }),
    checkAnswers: settings.demo || time !== undefined,
    means: { clock, scheduler, ids, random, failPoints, traces, log, metrics, environment, retry, pollMs, poolSize },
  });
  closings.push(() => host.stop());

  let isReady = false;
  let isEnding = false;
  const internal = await startInternalServer({
    port: settings.internalPort,
    metrics,
    scheduler,
    log,
    probes: probesOf(host, () => isReady && !isEnding),
  });
  closings.push(() => internal.close());
  const edge = await startEdge({
    ...{ dispatcher: host.dispatcher, traces, clock, scheduler, ids, log, metrics, settings },
    ready: () => isReady,
    messages: services.flatMap(({ says }) => says),
    version: '0.1.0',
    timer: (name) => contextOfGateway(host).timer(name),
  });
  closings.push(() => edge.close());
  // Whoever balances load hears of the end before requests are turned away.
  closings.push(() => {
    isEnding = true;
  });
  isReady = true;
  return { url: `http://localhost:${edge.port}`, internalUrl: `http://localhost:${internal.port}`, host, log, stop };
}

async function findDatabase(
  settings: SettingsOf<typeof platformSettings>,
  log: Log,
  closings: Closing[],
): Promise<ConnectionOptions> {
  if (settings.databaseUrl !== undefined) return connectionOptionsOf(settings.databaseUrl);
  const embedded = await startEmbedded({ dataDir: settings.dataDir, log });
  closings.push(() => embedded.stop());
  return embedded.admin;
}

async function followDatabase(admin: ConnectionOptions, closings: Closing[]) {
  const database = connect({ ...admin, poolSize: 1, applicationName: 'suanpan clock' });
  closings.push(() => database.close());
  const clock = await databaseClock(database, systemClock, systemScheduler());
  closings.push(() => clock.stop());
  return clock;
}

function probesOf(host: Host, isReady: () => boolean) {
  const started = { platform: async () => (isReady() ? undefined : 'starting or ending') };
  const databases = [...host.probes].map(([name, probe]) => [name, () => probe().then(() => undefined)]);
  return { ...started, ...Object.fromEntries(databases) };
}

function contextOfGateway(host: Host) {
  const node = host.nodes.get('gateway');
  if (!node) throw new Error('the gateway does not run here');
  return node.context;
}
