import { services } from '../../src/apps/services.ts';
import type { Message } from '../../src/contracts/message.ts';
import type { BodyOf, Operation } from '../../src/contracts/operation.ts';
import type { Clock, Instant } from '../../src/kernel/clock.ts';
import { uuidv7Ids } from '../../src/kernel/ids.ts';
import { type ConnectionOptions, connect, type Database } from '../../src/runtime/database/database.ts';
import { provision } from '../../src/runtime/database/provision.ts';
import type { Answer } from '../../src/runtime/http/answer.ts';
import { Dispatcher } from '../../src/runtime/http/dispatch.ts';
import { idempotencyKeyOf } from '../../src/runtime/http/idempotency-key.ts';
import { makeTraces, spanIdOf } from '../../src/runtime/http/trace.ts';
import { noFailPoints } from '../../src/runtime/seams/fail-points.ts';
import { systemRandom } from '../../src/runtime/seams/random.ts';
import { systemScheduler } from '../../src/runtime/seams/scheduler.ts';
import type { Context, Origin, Request, Service } from '../../src/runtime/service.ts';
import { readSettings } from '../../src/runtime/settings/settings.ts';
import { type StoredCalls, storeCalls } from '../../src/runtime/telemetry/calls.ts';
import { makeLog } from '../../src/runtime/telemetry/log.ts';
import { makeMetrics } from '../../src/runtime/telemetry/metrics.ts';
import { ModelNode } from './model-node.ts';

const runtimeMigrations = new URL('../../src/runtime/migrations/', import.meta.url);
/** As the platform's TRACE_RATE. */
const tracesPerSecond = 100;
const deadlineMs = 30_000;
/** A million orders are worth waiting for, on a busy machine too. */
const patience = { connectTimeoutMs: 120_000, statementTimeoutMs: 120_000, idleInTransactionTimeoutMs: 120_000 };

/** A clock that stands still but for the hand that sets it. */
export interface SetClock extends Clock {
  set(to: Instant): void;
}

export function setClock(from: Instant): SetClock {
  let instant = from;
  return {
    now: () => instant,
    set(to) {
      instant = Math.max(instant, to);
    },
  };
}

export interface ModelOptions {
  readonly admin: ConnectionOptions;
  readonly prefix: string;
  readonly clock: SetClock;
  readonly keysSince: Instant;
}

/**
 * The platform's services with their own routes, rules, messages and tables, but with rows in memory until `save`: so the store
 * gets what the platform itself would have written, without being asked seven times an order. Nobody else may be at work on it.
 */
export class Model {
  readonly #options: ModelOptions;
  readonly #dispatcher: Dispatcher;
  readonly #nodes = new Map<string, ModelNode>();
  readonly #databases: Database[] = [];
  readonly #calls = new Map<string, StoredCalls>();
  readonly #scheduler = systemScheduler();
  readonly #random = systemRandom();
  readonly #log = makeLog({ level: 'error' });
  readonly #metrics = makeMetrics();
  readonly #ids;
  readonly #traces;
  #keys = 0;
  #failure: unknown;

  constructor(options: ModelOptions) {
    const { clock } = options;
    this.#options = options;
    const randomBytes = (target: Uint8Array): void => this.#random.bytes(target);
    this.#ids = uuidv7Ids(() => clock.now(), randomBytes);
    this.#traces = makeTraces({ randomBytes, clock, ratePerSecond: tracesPerSecond });
    this.#dispatcher = new Dispatcher({
      clock,
      scheduler: this.#scheduler,
      log: this.#log,
      traces: this.#traces,
      calls: { record: (call) => this.#calls.get(call.callee)?.record(call) },
      checkAnswers: false,
    });
  }

  async open(): Promise<void> {
    await Promise.all(services.map((service) => this.#host(service)));
  }

  /** A buyer's request, as it comes from the gateway. */
  async perform<O extends Operation>(operation: O, userId: string, body: BodyOf<O>): Promise<Answer> {
    const endpoint = this.#dispatcher.endpoints().find((candidate) => candidate.operation === operation);
    if (!endpoint) throw new Error(`nobody answers ${operation.name}`);
    const checked = endpoint.input.check(undefined, undefined, body);
    const traceparent = this.#traces.begin(undefined);
    const startedMs = this.#options.clock.now();
    this.#keys += 1;
    const request = {
      traceparent,
      cause: `request/${this.#ids.next('request')}`,
      caller: { kind: 'user', id: userId, roles: [] },
      deadline: startedMs + deadlineMs,
      language: 'en',
      operation,
      ...checked,
      address: '127.0.0.1',
      idempotencyKey: idempotencyKeyOf(
        userId,
        operation,
        `made-${startedMs.toString(36)}-${this.#keys}`,
        checked.params,
        checked.body,
      ),
    } as Request;
    const answer = await this.#dispatcher.perform(endpoint, request, { from: 'gateway', parent: '' });
    const made = { traceparent, parent: spanIdOf(traceparent), caller: 'client', status: answer.status };
    this.#dispatcher.record(endpoint, { ...made, startedMs, durationMs: 1 }, checked, answer.body);
    return answer;
  }

  /** Resolves when everything that was said has been heard. */
  async settled(): Promise<void> {
    for (;;) {
      const running = [...this.#nodes.values()].flatMap((node) => node.running ?? []);
      if (running.length === 0) break;
      await Promise.all(running);
    }
    if (this.#failure) throw this.#failure;
  }

  async save(): Promise<void> {
    await Promise.all(
      services.map((service) => {
        const heard = services.filter((source) => hearsOf(service, source)).map(({ name }) => name);
        const positions = heard.map((source) => ({ source, position: this.#node(source).head }));
        return this.#node(service.name).save(positions);
      }),
    );
    await Promise.all([...this.#calls.values()].map((calls) => calls.flush()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((node) => node.close()));
    await Promise.all(this.#databases.map((database) => database.close()));
  }

  /** Throws where the store is not as the model believes. */
  async check(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((node) => node.check()));
  }

  #node(name: string): ModelNode {
    const node = this.#nodes.get(name);
    if (!node) throw new Error(`no service ${name}`);
    return node;
  }

  async #host(service: Service): Promise<void> {
    const { admin, prefix, clock, keysSince } = this.#options;
    const connection = await provision({
      admin,
      prefix,
      service: service.name,
      migrations: [
        { scope: 'runtime', folder: runtimeMigrations },
        { scope: service.name, folder: service.migrations },
      ],
    });
    const database = connect({ ...connection, poolSize: 2, ...patience, applicationName: 'suanpan' });
    this.#databases.push(database);
    const node = new ModelNode({
      service,
      database,
      tick: () => {
        clock.set(clock.now() + 1);
        return clock.now();
      },
      said: (message) => this.#hear(message),
      keysSince,
    });
    this.#nodes.set(service.name, node);
    this.#calls.set(service.name, storeCalls(database, this.#scheduler, this.#log));
    await node.open();
    this.#dispatcher.host(service, this.#contextOf(service, database, node));
  }

  #hear(message: Message): void {
    for (const { name, hears } of services) {
      const handling = hears.find(({ contract }) => contract.type === message.type);
      if (!handling) continue;
      this.#node(name).deliver(handling.decider, message, (error) => {
        this.#failure ??= error;
      });
    }
  }

  #contextOf(service: Service, database: Database, node: ModelNode): Context {
    const { clock } = this.#options;
    const timer = (what: string): Origin => ({
      traceparent: this.#traces.begin(undefined),
      cause: `timer/${what}`,
      caller: { kind: 'timer', id: service.name, roles: [] },
      deadline: clock.now() + deadlineMs,
      language: 'en',
    });
    return {
      service: service.name,
      settings: readSettings(service.settings ?? {}, {}),
      clock,
      ids: this.#ids,
      random: this.#random,
      scheduler: this.#scheduler,
      failPoints: noFailPoints,
      log: this.#log,
      metrics: this.#metrics,
      database,
      write: ((decider, command, origin) => node.write(decider as never, command, origin)) as Context['write'],
      call: this.#dispatcher.callsOf(service.name),
      inSteps: (origin, work) => work(origin),
      said: (key, match) => node.hears(key, match),
      saidUpTo: () => undefined,
      timer,
    };
  }
}

function hearsOf(consumer: Service, source: Service): boolean {
  return consumer.hears.some(({ contract }) => source.says.some(({ type }) => type === contract.type));
}
