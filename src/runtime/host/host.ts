import { runtimeOperations } from '#contracts/http/runtime.ts';
import { Minted } from '../batch/minted.ts';
import type { Bus, Interest } from '../bus/bus.ts';
import type { ConnectionOptions } from '../database/database.ts';
import { provision } from '../database/provision.ts';
import { Dispatcher } from '../http/dispatch.ts';
import type { Remote } from '../http/remote/remote.ts';
import type { Service } from '../service.ts';
import type { SettingsTable } from '../settings/settings.ts';
import { takeSamples } from '../telemetry/samples.ts';
import { keepSample } from './kept-samples.ts';
import { type ProcessFacts, processId, stateOf } from './process-facts.ts';
import { runtimeAnswers } from './runtime-answers.ts';
import { type Means, ServiceNode } from './service-node.ts';
import { openFlights, type SharedFlights } from './shared-flights.ts';

const runtimeMigrations = new URL('../migrations/', import.meta.url);
const backlogEveryMs = 2_000;

export interface HostOptions {
  readonly services: readonly Service[];
  /** The other services of the platform, which run in other processes. */
  readonly elsewhere: readonly Service[];
  /** How those are asked; needed where there are any. */
  readonly remote?: Remote;
  /** May create the service's database and role. */
  adminOf(service: string): ConnectionOptions;
  /** Databases and roles are called `<prefix>_<service>`; several platforms may share a cluster. */
  readonly databasePrefix: string;
  readonly bus: Bus;
  readonly means: Means;
  /** Check answers between services against their contracts too. */
  readonly checkAnswers: boolean;
  readonly version?: string;
  /** Those of the process, for operators to see. */
  readonly settings?: SettingsTable;
  /** Only for what was said to be heard, with nobody else at work on the stores: nothing is seeded and no job runs. */
  readonly isClearing?: boolean;
}

/** The services of one process at work, wired to each other by contracts alone. */
export interface Host {
  readonly nodes: ReadonlyMap<string, ServiceNode>;
  readonly dispatcher: Dispatcher;
  readonly bus: Bus;
  /** By name: rejects while that part cannot do its work. */
  readonly probes: ReadonlyMap<string, () => Promise<void>>;
  /** The subscriptions of its services, to each other and to those in other processes. */
  readonly interests: readonly Interest[];
  /** Drains: no new work, what was accepted finishes, then all is closed. */
  stop(options?: {
    /** The stores leave their broker: how far it got is forgotten. */
    readonly forgetPublications?: boolean;
  }): Promise<void>;
}

export async function startHost(options: HostOptions): Promise<Host> {
  const { services, bus, means } = options;
  const nodes = new Map<string, ServiceNode>();
  const dispatcher = new Dispatcher({
    ...means,
    checkAnswers: options.checkAnswers,
    ...(options.remote && { remote: options.remote }),
    calls: { record: (call) => nodes.get(call.callee)?.calls.record(call) },
  });
  const logins = new Map(
    await Promise.all(services.map(async (service) => [service.name, await provisionOne(service, options)] as const)),
  );
  const ids = new Minted(means.ids);
  const flights = await openFlights(logins, { ...options, ...means });
  for (const service of services) {
    const { name } = service;
    const login = logins.get(name);
    if (!login) throw new Error(`${name} has no login`);
    const manner = options.isClearing ? 'alone' : 'beside others';
    const ways = { login, flights: flights.of(name), ids, call: dispatcher.callsOf(name), manner } as const;
    nodes.set(name, new ServiceNode(service, ways, means));
  }
  const facts = factsOf(options);
  for (const node of nodes.values()) {
    const answers = [...node.service.answers, ...runtimeAnswers(node, facts)];
    dispatcher.host({ ...node.service, answers }, node.context, node.flights);
  }
  for (const { name, answers } of options.elsewhere) {
    const own = answers.map(({ operation }) => operation);
    dispatcher.reach(name, [...own, ...Object.values(runtimeOperations(name))]);
  }
  for (const node of nodes.values()) connectToBus(node, [...services, ...options.elsewhere], { bus, flights });
  const close: Host['stop'] = async ({ forgetPublications } = {}) => {
    await bus.stop();
    await Promise.all([...nodes.values()].map((node) => node.finish()));
    if (forgetPublications) for (const { publications } of nodes.values()) await publications.forget();
    await bus.close();
    await Promise.all([...nodes.values()].map((node) => node.close()));
    await flights.close();
  };
  try {
    await begin(nodes.values(), !options.isClearing);
    await bus.start();
  } catch (error) {
    await close();
    throw error;
  }
  if (!options.isClearing) for (const node of nodes.values()) node.startJobs();
  const stopMeasuring = measureBacklog(bus, means);
  const [keeper] = nodes.values();
  const stopSampling = takeSamples(means, async (sample) => {
    if (keeper && !options.isClearing) await keepSample(keeper.database, facts.id, sample, stateOf(facts));
  });
  return {
    nodes,
    dispatcher,
    bus,
    probes: new Map([...nodes].map(([name, node]) => [name, () => node.database.ping()])),
    interests: services.flatMap((consumer) =>
      [...services, ...options.elsewhere].flatMap((source) => interestOf(consumer, source) ?? []),
    ),
    async stop(how) {
      stopMeasuring();
      await stopSampling();
      await close(how);
    },
  };
}

function factsOf({ services, bus, means, version = 'unknown', settings = {} }: HostOptions): ProcessFacts {
  const startedAt = means.clock.now();
  return { id: processId(startedAt), services: services.map(({ name }) => name), version, startedAt, bus, settings };
}

function provisionOne(service: Service, { adminOf, databasePrefix }: HostOptions): Promise<ConnectionOptions> {
  return provision({
    admin: adminOf(service.name),
    prefix: databasePrefix,
    service: service.name,
    migrations: [
      { scope: 'runtime', folder: runtimeMigrations },
      { scope: service.name, folder: service.migrations },
    ],
  });
}

/** Throws the first failure, once nothing is under way any more. */
async function begin(nodes: Iterable<ServiceNode>, seeds: boolean): Promise<void> {
  const begun = await Promise.allSettled([...nodes].map((node) => node.begin(seeds)));
  for (const one of begun) if (one.status === 'rejected') throw one.reason;
}

/** One subscription per source: messages of one subject stay in the order their service said them. */
function connectToBus(
  node: ServiceNode,
  platform: readonly Service[],
  { bus, flights }: { readonly bus: Bus; readonly flights: SharedFlights },
): void {
  const { log, publications, inbox, context, service } = node;
  const audience = platform.flatMap((consumer) => interestOf(consumer, service) ?? []);
  const heard = async (consumer: string): Promise<number> => {
    const query = { source: service.name };
    return (await context.call(runtimeOperations(consumer).heard, { query }, context.timer('publish'))).body.position;
  };
  bus.publish({ log, publications, audience, heard });
  for (const source of platform) {
    const interest = interestOf(service, source);
    if (interest) bus.subscribe({ ...interest, inbox, goesAlong: flights.join(service.name, source.name) });
  }
}

function interestOf(consumer: Service, source: Service): Interest | undefined {
  const said = new Set(source.says.map(({ type }) => type));
  const types = consumer.hears.map(({ contract }) => contract.type).filter((type) => said.has(type));
  return types.length > 0 ? { consumer: consumer.name, source: source.name, types: new Set(types) } : undefined;
}

function measureBacklog(bus: Bus, { metrics, scheduler }: Means): () => void {
  let cancel = (): void => undefined;
  const measure = (): void => {
    metrics.backlog.reset();
    for (const { consumer, source, positions } of bus.backlog())
      metrics.backlog.set({ service: consumer, source }, positions);
    cancel = scheduler.after(backlogEveryMs, measure);
  };
  measure();
  return () => cancel();
}
