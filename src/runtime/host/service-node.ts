import type { Clock } from '#kernel/clock.ts';
import type { Ids } from '#kernel/ids.ts';
import { ProblemError, problem } from '#kernel/problem.ts';
import type { Flights } from '../batch/flights.ts';
import type { RetryPolicy } from '../batch/flush.ts';
import type { Minted } from '../batch/minted.ts';
import { inSteps } from '../batch/steps.ts';
import { Writer } from '../batch/writer.ts';
import { type ConnectionOptions, connect, type Database } from '../database/database.ts';
import type { Traces } from '../http/trace.ts';
import { Inbox } from '../inbox/inbox.ts';
import { Publications } from '../log/publications.ts';
import { type LogReader, makeLogReader } from '../log/reader.ts';
import { WakeUps } from '../log/wake-ups.ts';
import type { FailPoints } from '../seams/fail-points.ts';
import type { Random } from '../seams/random.ts';
import type { Scheduler } from '../seams/scheduler.ts';
import type { Context, Job, Origin, Service } from '../service.ts';
import { readSettings } from '../settings/settings.ts';
import { type StoredCalls, storeCalls } from '../telemetry/calls.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { Jobs } from './jobs.ts';
import { type Manner, Presence } from './presence.ts';
import { runtimeJobs } from './runtime-jobs.ts';
import { waitForSaid } from './waiting.ts';

/** What all services of a process share. */
export interface Means {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly ids: Ids;
  readonly random: Random;
  readonly failPoints: FailPoints;
  readonly traces: Traces;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly retry: RetryPolicy;
  readonly pollMs: number;
  readonly poolSize: number;
  /** Other processes may work on the same stores: they are told of commits at once, and tell. */
  readonly isShared?: boolean;
}

/** By which a service reaches its store and the others. */
export interface Ways {
  readonly login: ConnectionOptions;
  readonly flights: Flights;
  readonly ids: Minted;
  readonly call: Context['call'];
  readonly manner: Manner;
}

/** A service at work in this process: its database, its writer, its log, its inbox, its jobs. */
export class ServiceNode {
  readonly service: Service;
  readonly database: Database;
  readonly writer: Writer;
  readonly log: LogReader;
  readonly inbox: Inbox;
  readonly publications: Publications;
  readonly calls: StoredCalls;
  readonly context: Context;
  readonly presence: Presence;
  /** What its settings were read from. */
  readonly environment: Means['environment'];
  readonly flights: Flights;
  readonly #jobs: Jobs;
  readonly #wakeUps: WakeUps | undefined;

  constructor(service: Service, ways: Ways, means: Means) {
    const { login: connection, flights, ids, call, manner } = ways;
    const { clock, scheduler, log } = means;
    const { name } = service;
    this.service = service;
    this.flights = flights;
    this.environment = means.environment;
    this.database = connect({ ...connection, poolSize: means.poolSize, applicationName: `suanpan ${name}` });
    this.log = makeLogReader({ source: name, database: this.database, scheduler, log, pollMs: means.pollMs });
    const heard = (): void => this.log.signal();
    this.#wakeUps = means.isShared ? new WakeUps({ ...means, source: name, connection, heard }) : undefined;
    this.writer = new Writer({
      ...means,
      service: name,
      tables: service.tables,
      database: this.database,
      flights,
      ids,
      foreseen: (messages) => this.log.foresee(messages),
      retracted: () => this.log.retract(),
      said: (messages) => {
        this.log.signal(messages);
        this.#wakeUps?.tell();
      },
    });
    this.inbox = new Inbox({
      service: name,
      database: this.database,
      writer: this.writer,
      clock,
      ids,
      hears: service.hears,
    });
    this.publications = new Publications(this.database);
    this.calls = storeCalls(this.database, scheduler, log);
    this.context = this.#makeContext({ ...means, ids }, call);
    this.presence = new Presence(name, this.database, manner);
    this.#jobs = new Jobs(this.context);
  }

  async begin(seeds: boolean): Promise<void> {
    await this.presence.assert();
    await this.log.start();
    this.#wakeUps?.start();
    if (seeds) await this.service.begin?.(this.context);
  }

  startJobs(): void {
    const own = (this.service.jobs ?? []) as readonly Job[];
    const stayPresent: Job = { name: 'stay-present', everyMs: 5_000, on: 'each', run: () => this.presence.assert() };
    this.#jobs.start([stayPresent, ...runtimeJobs(this.inbox), ...own]);
  }

  /** Nothing new comes in any more: lets what was accepted finish. */
  async finish(): Promise<void> {
    await this.#jobs.stop();
    await this.writer.drain();
  }

  async close(): Promise<void> {
    await this.log.stop();
    await this.writer.close();
    await this.#wakeUps?.stop();
    await this.calls.stop();
    await this.presence.close();
    await this.inbox.close();
    await this.publications.close();
    await this.database.close();
  }

  #makeContext(means: Means, call: Context['call']): Context {
    const { clock, scheduler, traces } = means;
    const { name } = this.service;
    const timer = (what: string): Origin => ({
      traceparent: traces.begin(undefined),
      cause: `timer/${what}`,
      caller: { kind: 'timer', id: name, roles: [] },
      deadline: clock.now() + 30_000,
      language: 'en',
    });
    return {
      service: name,
      settings: readSettings(this.service.settings ?? {}, means.environment),
      clock,
      ids: means.ids,
      random: means.random,
      scheduler,
      failPoints: means.failPoints,
      log: means.log.child({ service: name }),
      metrics: means.metrics,
      database: this.database,
      write: async (decider, command, origin, options = {}) => {
        if (origin.deadline <= clock.now()) {
          throw new ProblemError(problem('deadline_exceeded', 'The deadline had passed before the work was begun.'));
        }
        return this.writer.write(decider, command, origin, options.urgent ?? false);
      },
      inSteps: (origin, work) => inSteps(this.flights, origin, work),
      call,
      said: (key, match, deadline) => waitForSaid(this.log, { clock, scheduler }, { key, match, deadline }),
      saidUpTo: () => (means.isShared ? undefined : this.log.settledHead),
      timer,
    };
  }
}
