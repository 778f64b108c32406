import { type Call, Dispatcher } from '#runtime/http/dispatch.ts';
import { makeHttpRemote } from '#runtime/http/remote/http-remote.ts';
import type { Remote } from '#runtime/http/remote/remote.ts';
import { type ServiceServer, startServiceServer } from '#runtime/http/remote/service-server.ts';
import { makeTraces, type Traces } from '#runtime/http/trace.ts';
import { type Random, seededRandom } from '#runtime/seams/random.ts';
import { type MovableTime, movableTime } from '#runtime/seams/scheduler.ts';
import { systemClock } from '#runtime/seams/system-time.ts';
import type { Context, Service } from '#runtime/service.ts';
import { type Log, makeLog } from '#runtime/telemetry/log.ts';
import { type Metrics, makeMetrics } from '#runtime/telemetry/metrics.ts';

/** Services that answer over HTTP as processes of their own do; they only share this one with the test. */

export const secret = 'known to all processes of the platform';

export type FakeService = Pick<Service, 'name' | 'answers'>;

export interface FakeMeans {
  readonly time: MovableTime;
  readonly random: Random;
  readonly log: Log;
  readonly logged: Record<string, unknown>[];
  readonly metrics: Metrics;
  readonly traces: Traces;
  /** Of all processes, as their recorders got them. */
  readonly calls: Call[];
}

export function makeFakeMeans(time: MovableTime = movableTime(() => systemClock.now())): FakeMeans {
  const random = seededRandom(7);
  const logged: Record<string, unknown>[] = [];
  return {
    time,
    random,
    logged,
    log: makeLog({ level: 'info', to: { write: (line) => void logged.push(JSON.parse(line)) } }),
    metrics: makeMetrics(),
    traces: makeTraces({ randomBytes: random.bytes, clock: time, ratePerSecond: Number.POSITIVE_INFINITY }),
    calls: [],
  };
}

/** A service, and where its instances are. */
export interface Elsewhere {
  readonly service: FakeService;
  readonly urls: readonly string[];
}

export interface FakeCaller {
  readonly dispatcher: Dispatcher;
  readonly remote: Remote;
}

/** A process that hosts the services, and reaches the others. */
export function openFakeCaller(
  means: FakeMeans,
  elsewhere: readonly Elsewhere[],
  services: readonly FakeService[] = [],
  checkAnswers = true,
): FakeCaller {
  const { time, random, log, metrics, traces, calls } = means;
  const urls = new Map(elsewhere.map(({ service, urls: at }) => [service.name, at]));
  const shared = { clock: time, scheduler: time, log };
  const remote = makeHttpRemote({ ...shared, urls, secret, random, metrics });
  const recorder = { record: (call: Call) => void calls.push(call) };
  const dispatcher = new Dispatcher({ ...shared, traces, calls: recorder, remote, checkAnswers });
  for (const service of services) {
    const context = { service: service.name, log, metrics, clock: time, call: dispatcher.callsOf(service.name) };
    dispatcher.host(service as Service, context as unknown as Context);
  }
  for (const { service } of elsewhere) {
    dispatcher.reach(
      service.name,
      service.answers.map(({ operation }) => operation),
    );
  }
  return { dispatcher, remote };
}

export interface FakeProcess {
  readonly url: string;
  readonly port: number;
  readonly server: ServiceServer;
  ready: boolean;
  close(): Promise<void>;
}

/** Such a process with its port open. */
export async function openFakeProcess(
  means: FakeMeans,
  services: readonly FakeService[],
  options: {
    readonly elsewhere?: readonly Elsewhere[];
    readonly checkAnswers?: boolean;
    readonly port?: number;
    readonly drainMs?: number;
  } = {},
): Promise<FakeProcess> {
  const { time, log, metrics, traces } = means;
  const { dispatcher, remote } = openFakeCaller(means, options.elsewhere ?? [], services, options.checkAnswers);
  const process = { ready: true };
  const server = await startServiceServer({
    port: options.port ?? 0,
    host: '127.0.0.1',
    ...{ dispatcher, secret, clock: time, scheduler: time, log, metrics, traces },
    ready: () => process.ready,
    drainMs: options.drainMs ?? 5_000,
  });
  return Object.assign(process, {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    server,
    async close() {
      await server.close();
      await remote.close();
    },
  });
}
