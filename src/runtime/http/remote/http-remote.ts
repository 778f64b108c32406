import type { Operation } from '#contracts/operation.ts';
import type { Clock } from '#kernel/clock.ts';
import { type Problem, ProblemError } from '#kernel/problem.ts';
import type { Random } from '../../seams/random.ts';
import type { Scheduler } from '../../seams/scheduler.ts';
import type { Caller, Request } from '../../service.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Answer, Asking } from '../answer.ts';
import { requestTarget } from '../paths.ts';
import { tooLate } from '../problems.ts';
import { traceIdOf } from '../trace.ts';
import type { Exchange } from './exchange.ts';
import { Instance, Instances, leftAloneMs } from './instances.ts';
import type { Outcome } from './outcome.ts';
import type { Remote } from './remote.ts';
import { mayRepeat, pauseMs } from './repeats.ts';
import { makeTokenSigner } from './token.ts';
import { Unreachable } from './unreachable.ts';
import { attemptHeaders, callHeaders } from './wire.ts';

export interface HttpRemoteOptions {
  /** Base URLs of the instances of each service that runs in other processes. */
  readonly urls: ReadonlyMap<string, readonly string[]>;
  /** Shared by all processes of the platform. */
  readonly secret: string;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Attempts that may have begun something; what surely was not begun goes on to every instance besides. */
const attemptsMax = 3;
/** How often all instances are gone through. */
const roundsMax = 3;

/** Asks services by HTTP, each operation by its own method and path. */
export function makeHttpRemote(options: HttpRemoteOptions): Remote {
  const sign = makeTokenSigner(options);
  // Services that share a process share its connections and its breaker.
  const byUrl = new Map<string, Instance>();
  const instanceOf = (service: string, url: string): Instance => {
    const caller: Caller = { kind: 'service', id: service, roles: [] };
    const token = (): string => sign({ from: service, service, caller });
    const instance = byUrl.get(url) ?? new Instance(url, { ...options, token });
    byUrl.set(url, instance);
    return instance;
  };
  const services = new Map<string, Instances>();
  for (const [service, urls] of options.urls) {
    services.set(service, new Instances([...new Set(urls)].map((url) => instanceOf(service, url))));
  }
  return {
    async perform(operation, request, asking) {
      const instances = services.get(operation.service) ?? new Instances([]);
      const passport = { from: asking.from, service: operation.service, caller: request.caller };
      return new RemoteCall(options, instances, operation, request, asking).perform(() => sign(passport));
    },
    async close() {
      await Promise.all([...byUrl.values()].map((instance) => instance.close()));
    },
  };
}

type Failed = Extract<Outcome, { kind: 'failed' }>;

/** One call, which goes from instance to instance until one has an answer, or nothing more may be tried. */
class RemoteCall {
  readonly #options: HttpRemoteOptions;
  readonly #instances: Instances;
  readonly #operation: Operation;
  readonly #request: Request;
  readonly #asking: Asking;
  readonly #isRepeatable: boolean;
  readonly #tried = new Set<Instance>();
  #attempts = 0;
  #rounds = 1;
  #pauses = 0;
  #failed: Failed | undefined;

  constructor(
    options: HttpRemoteOptions,
    instances: Instances,
    operation: Operation,
    request: Request,
    asking: Asking,
  ) {
    this.#options = options;
    this.#instances = instances;
    this.#operation = operation;
    this.#request = request;
    this.#asking = asking;
    this.#isRepeatable = mayRepeat(operation, request, 'broken');
  }

  async perform(token: () => string): Promise<Answer> {
    const exchange = exchangeOf(this.#operation, this.#request, this.#asking);
    for (;;) {
      const instance = await this.#next();
      const leftMs = this.#request.deadline - this.#options.clock.now();
      if (leftMs <= 0) throw tooLate();
      const headers = { ...exchange.headers, ...attemptHeaders(token(), leftMs) };
      const outcome = await instance.attempt(this.#operation, { ...exchange, headers }, leftMs);
      switch (outcome.kind) {
        case 'answered':
          return outcome.answer;
        case 'refused':
          throw outcome.error;
        case 'late':
          throw tooLate();
        case 'failed':
          await this.#afterFailure(outcome);
      }
    }
  }

  async #next(): Promise<Instance> {
    let instance = this.#instances.choose(this.#tried);
    if (!instance && this.#failed && this.#rounds < roundsMax && !this.#instances.areLeftAlone) {
      this.#rounds += 1;
      this.#tried.clear();
      if (this.#failed.failure === 'not begun') await this.#pause();
      instance = this.#instances.choose(this.#tried);
    }
    if (!instance) throw this.#givenUp();
    this.#tried.add(instance);
    if (this.#failed) this.#options.metrics.retries.inc({ service: this.#asking.from, what: 'call' });
    return instance;
  }

  async #afterFailure(failed: Failed): Promise<void> {
    this.#failed = failed;
    if (failed.failure === 'not begun') return;
    this.#attempts += 1;
    if (this.#attempts === attemptsMax || !this.#isRepeatable) throw this.#givenUp();
    await this.#pause();
  }

  async #pause(): Promise<void> {
    const { clock, scheduler, random } = this.#options;
    this.#pauses += 1;
    const ms = pauseMs(this.#pauses, random.fraction());
    if (clock.now() + ms >= this.#request.deadline) throw this.#givenUp();
    await scheduler.wait(ms);
  }

  #givenUp(): ProblemError {
    const failed = this.#failed;
    const { name: operation, service } = this.#operation;
    const value = failed?.error?.problem ?? notReached;
    if (failed && !failed.error) {
      const where = { service, operation, traceId: traceIdOf(this.#request.traceparent), reason: failed.reason };
      this.#options.log.warn(where, 'a call was given up: the service does not answer');
    }
    const wasRepeated = this.#isRepeatable || failed === undefined || failed.failure === 'not begun';
    return wasRepeated ? new Unreachable(value) : new ProblemError(value);
  }
}

const notReached: Problem = {
  code: 'unavailable',
  detail: 'A part that this request needs does not answer; please try again.',
  retryAfterSeconds: Math.ceil(leftAloneMs / 1000),
};

function exchangeOf(operation: Operation, request: Request, asking: Asking): Exchange {
  const headers = callHeaders(request, asking);
  const { rawBody } = request;
  // As it came from outside where it did: a signature may cover its bytes.
  let body: string | Uint8Array | null = null;
  if (rawBody !== undefined && rawBody.length > 0) body = rawBody;
  else if (operation.body !== undefined) body = JSON.stringify(request.body);
  if (body !== null) headers['content-type'] = 'application/json';
  return {
    method: operation.method,
    path: requestTarget(operation.path, request.params, request.query),
    headers,
    body,
    streams: operation.produces !== undefined,
  };
}
