import { codeOf } from '#runtime/database/failure.ts';
import { type Host, startHost } from '#runtime/host/host.ts';
import type { Means } from '#runtime/host/service-node.ts';
import { startInternalServer } from '#runtime/http/internal-server.ts';
import { makeHttpRemote } from '#runtime/http/remote/http-remote.ts';
import { startServiceServer } from '#runtime/http/remote/service-server.ts';
import type { MovableTime } from '#runtime/seams/scheduler.ts';
import type { Service } from '#runtime/service.ts';
import { readSettings, SettingsError } from '#runtime/settings/settings.ts';
import { type Log, makeLog } from '#runtime/telemetry/log.ts';
import { startEdge } from '#services/gateway/service.ts';
import { Closings } from './closings.ts';
import { findDatabases } from './databases.ts';
import type { Phone } from './demo-providers.ts';
import { keepDemoShop } from './demo-shop.ts';
import { makeMeans } from './means.ts';
import { findNeighbours, makeBus, type Neighbours } from './neighbours.ts';
import { type Composition, compose, gatewayName, services as standardServices } from './services.ts';
import { type Environment, type PlatformSettings, platformSettings } from './settings.ts';
import { projectRoot, webApplications } from './web.ts';

const version = '0.1.0';

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
  /** Where people pay at the providers that the demo plays. */
  readonly phones: readonly Phone[];
  readonly host: Host;
  readonly log: Log;
  /** Drains: nothing new is accepted, what is in flight finishes, then all is closed. */
  stop(): Promise<void>;
}

/** Where the process is in its life, as /readyz tells it. */
interface Life {
  stage: 'starting' | 'ready' | 'ending';
  host?: Host;
  /** What it is still at though it is ready. */
  unfinished?: string;
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

/** A process on its way up: what its parts have in common. */
interface Rising {
  readonly settings: PlatformSettings;
  readonly composition: Composition;
  readonly means: Means;
  readonly life: Life;
  readonly closings: Closings;
}

/** Requests come in by it; all are closed at the same time. */
type Door = { readonly port: number; close(): Promise<void> };

async function start(options: PlatformOptions, closings: Closings): Promise<Platform> {
  const { environment: given, services: available = standardServices, run, time } = options;
  const settings = readSettings(platformSettings, given);
  const { environment, phones } = await withPlayedProviders(settings, options, closings);
  const composition = compose({ available, enabled: settings.enabled, run });
  const whole = makeLog({ level: settings.logLevel });
  // Of several processes each says which it is.
  const log = run ? whole.child({ process: run.join(',') }) : whole;
  const neighbours = findNeighbours(composition, settings, environment);
  const databases = await findDatabases(composition, { settings, environment, log }, closings);
  const own = await makeMeans({ settings, environment, log, time, clockOf: databases.clock }, closings);
  const bus = makeBus(settings, own);
  const means: Means = { ...own, isShared: bus.reaches === 'other processes' };
  const life: Life = { stage: 'starting' };
  const rising: Rising = { settings, composition, means, life, closings };
  const internalUrl = await openInternal(rising);

  const remote = neighbours && makeHttpRemote({ ...means, ...neighbours });
  if (remote) closings.add(() => remote.close());
  const host = await startHost({
    services: composition.here,
    elsewhere: composition.elsewhere,
    ...(remote && { remote }),
    adminOf: databases.adminOf,
    databasePrefix: settings.databasePrefix,
    bus,
    checkAnswers: settings.demo || time !== undefined,
    version,
    settings: platformSettings,
    means,
  });
  closings.add(() => host.stop());
  life.host = host;
  const doors: Door[] = [];
  closings.add(async () => {
    await Promise.all(doors.map((door) => door.close()));
  });
  const serviceUrl = await openToNeighbours(rising, host, neighbours, doors);
  const url = await openEdge(rising, host, doors);
  await keepDemoShop(rising, host);
  closings.add(async () => {
    life.stage = 'ending';
    if (settings.drainDelayMs > 0) await means.scheduler.wait(settings.drainDelayMs);
  });
  life.stage = 'ready';
  const stop = (): Promise<void> => closings.run();
  return { ...(url && { url }), ...(serviceUrl && { serviceUrl }), internalUrl, phones, host, log, stop };
}

/** The simulators are loaded where they are wanted, and nowhere else. */
async function withPlayedProviders(
  { demo, demoPayments, port }: PlatformSettings,
  { environment, run }: PlatformOptions,
  closings: Closings,
): Promise<{ readonly environment: Environment; readonly phones: readonly Phone[] }> {
  if (!demo || !demoPayments || run !== undefined) return { environment, phones: [] };
  const { playProviders } = await import('./demo-providers.ts');
  const played = await playProviders(`http://127.0.0.1:${port}`, environment, closings);
  return { environment: { ...environment, ...played.environment }, phones: played.phones };
}

async function openInternal({ settings, composition, means, life, closings }: Rising): Promise<string> {
  const { internalPort: port } = settings;
  const opening = startInternalServer({
    ...means,
    port,
    probes: probesOf(composition, life),
    degraded() {
      const trouble = life.host?.bus.trouble();
      return { ...(trouble && { bus: trouble }), ...(life.unfinished && { demo: life.unfinished }) };
    },
  });
  const internal = await orTaken(opening, platformSettings.internalPort.name, port);
  closings.add(() => internal.close());
  return `http://localhost:${internal.port}`;
}

/** For the services that other processes may ask; of a gateway alone nobody asks anything. */
async function openToNeighbours(
  { settings, composition, means, life }: Rising,
  { dispatcher }: Host,
  neighbours: Neighbours | undefined,
  doors: Door[],
): Promise<string | undefined> {
  if (!neighbours || composition.here.every(({ name }) => name === gatewayName)) return undefined;
  const { servicePort: port } = settings;
  const opening = startServiceServer({
    ...means,
    dispatcher,
    port,
    secret: neighbours.secret,
    drainMs: settings.drainMs,
    ready: () => life.stage !== 'starting',
  });
  const server = await orTaken(opening, platformSettings.servicePort.name, port);
  doors.push(server);
  return `http://localhost:${server.port}`;
}

async function openEdge(
  { settings, composition, means, life }: Rising,
  host: Host,
  doors: Door[],
): Promise<string | undefined> {
  const gateway = host.nodes.get(gatewayName);
  if (!gateway) return undefined;
  const opening = startEdge({
    ...means,
    dispatcher: host.dispatcher,
    settings,
    ready: () => life.stage !== 'starting',
    messages: composition.all.flatMap(({ says }) => says),
    version,
    timer: gateway.context.timer,
    web: webApplications(projectRoot),
  });
  const edge = await orTaken(opening, platformSettings.port.name, settings.port);
  doors.push(edge);
  return `http://localhost:${edge.port}`;
}

/** Says which setting to change where somebody else listens there. */
async function orTaken<Server>(opening: Promise<Server>, setting: string, port: number): Promise<Server> {
  try {
    return await opening;
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error;
    throw new SettingsError(`Port ${port} is taken: set ${setting} to another one, or to 0 for any.`);
  }
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
