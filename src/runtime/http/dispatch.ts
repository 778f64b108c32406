import { Readable } from 'node:stream';
import type { AnswerOf, Operation } from '#contracts/operation.ts';
import type { Clock, Instant } from '#kernel/clock.ts';
import { idPrefixes } from '#kernel/ids.ts';
import { ProblemError, refuse, statusOf } from '#kernel/problem.ts';
import type { Flights } from '../batch/flights.ts';
import { Fallen } from '../batch/steps.ts';
import { type FailPoints, noFailPoints } from '../seams/fail-points.ts';
import type { Scheduler } from '../seams/scheduler.ts';
import { monotonicMs } from '../seams/system-time.ts';
import type { Caller, CallInput, Context, Origin, Request, Service } from '../service.ts';
import type { Log } from '../telemetry/log.ts';
import { authorize } from './access.ts';
import type { Answer, Asking } from './answer.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { problemOf, tooLate } from './problems.ts';
import type { Remote } from './remote/remote.ts';
import { internalAddress } from './remote/wire.ts';
import { validatorOf } from './schemas.ts';
import { isSampled, spanIdOf, type Traces, traceIdOf } from './trace.ts';
import { type InputCheck, inputCheckOf } from './validation.ts';

/** An operation, the service that answers it, and what is compiled from its contract. */
export interface Endpoint {
  readonly operation: Operation;
  readonly service: string;
  readonly input: InputCheck;
  /** Whether it is answered in this process, which then records its calls; else the callee's does. */
  readonly isHere: boolean;
  /** With which its writes leave, where it is answered here. */
  readonly flights?: Flights | undefined;
  respond(request: Request, asking: Asking): Promise<Answer>;
}

/** One call between services, or from outside to a service, as the diagrams show it. */
export interface Call {
  readonly traceparent: string;
  /** Span id of the call itself, and of the call within which it was made. */
  readonly callId: string;
  readonly parent: string;
  readonly caller: string;
  readonly callee: string;
  readonly operation: string;
  /** The status that was answered. */
  readonly status: number;
  readonly startedMs: Instant;
  readonly durationMs: number;
  /** The order it was about, where the request or the answer names one. */
  readonly key?: string;
}

export interface CallRecorder {
  record(call: Call): void;
}

export interface DispatcherOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly traces: Traces;
  readonly calls?: CallRecorder;
  /** How services in other processes are asked. */
  readonly remote?: Remote;
  /** `<caller>.before-call.<operation>` and `<caller>.after-call.<operation>`, which an answer reaches and a refusal does not. */
  readonly failPoints?: FailPoints;
  /** Check answers against their contract too: in development and tests. */
  readonly checkAnswers: boolean;
}

/** Finds who answers an operation, and calls it in this process through the same contract as over HTTP. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #endpoints = new Map<string, Endpoint>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Makes the operations of a service answerable. */
  host(service: Service, context: Context, flights?: Flights): void {
    for (const { operation, respond } of service.answers) {
      if (operation.service !== service.name)
        throw new Error(`${service.name} answers ${operation.service}.${operation.name}`);
      if (this.#endpoints.has(operation.name)) throw new Error(`operation ${operation.name} is answered twice`);
      const input = inputCheckOf(operation);
      this.#endpoints.set(operation.name, {
        operation,
        service: service.name,
        input,
        isHere: true,
        flights,
        respond: (request) => respond(request, context),
      });
    }
  }

  /** Makes the operations of a service in other processes answerable: they are asked over HTTP. */
  reach(service: string, operations: readonly Operation[]): void {
    const { remote } = this.#options;
    if (!remote) throw new Error(`${service} runs elsewhere, and nothing says how to reach it`);
    for (const operation of operations) {
      if (this.#endpoints.has(operation.name)) throw new Error(`operation ${operation.name} is answered twice`);
      const input = inputCheckOf(operation);
      this.#endpoints.set(operation.name, {
        operation,
        service,
        input,
        isHere: false,
        respond: (request, asking) => remote.perform(operation, request, asking),
      });
    }
  }

  endpoints(): readonly Endpoint[] {
    return [...this.#endpoints.values()];
  }

  /** The `call` of a service's context; `service` is who calls. */
  callsOf(service: string): Context['call'] {
    return <O extends Operation>(operation: O, input: CallInput<O>, origin: Origin) =>
      this.#call(service, operation, input as CallInput<Operation>, origin) as Promise<AnswerOf<O>>;
  }

  /** Runs a checked request within its deadline. Refusals and failures are thrown. */
  perform(endpoint: Endpoint, request: Request, asking: Asking): Promise<Answer> {
    const work = (): Promise<Answer> => endpoint.respond(request, asking);
    const answered = beforeDeadline(work, request.deadline, this.#options);
    return this.#options.checkAnswers ? answered.then((answer) => checked(endpoint.operation, answer)) : answered;
  }

  /** Records a call if its trace is sampled, and if it was answered here: each is recorded once, by its callee. */
  record(
    { isHere, operation, service }: Endpoint,
    made: Omit<Call, 'callId' | 'key' | 'callee' | 'operation'>,
    input: { readonly params?: unknown; readonly body?: unknown },
    body: unknown,
  ): void {
    if (!isHere || !isSampled(made.traceparent)) return;
    const call = { ...made, callee: service, operation: operation.name };
    const key = orderIn(input.params) ?? orderIn(input.body) ?? orderIn(body);
    this.#options.calls?.record({ ...call, callId: spanIdOf(call.traceparent), ...(key === undefined ? {} : { key }) });
  }

  async #call(caller: string, operation: Operation, input: CallInput<Operation>, origin: Origin): Promise<Answer> {
    const { clock, log, traces, failPoints = noFailPoints } = this.#options;
    const endpoint = this.#endpoints.get(operation.name);
    if (!endpoint) refuse('unavailable', `The service ${operation.service} is not part of this platform.`);
    const parent = spanIdOf(origin.traceparent);
    const traceparent = traces.child(origin.traceparent);
    const startedMs = clock.now();
    const started = monotonicMs();
    const finish = (status: number, body: unknown): void => {
      const durationMs = monotonicMs() - started;
      this.record(endpoint, { traceparent, parent, caller, status, startedMs, durationMs }, input, body);
    };
    try {
      if (failPoints.armed) failPoints.reach(`${caller}.before-call.${operation.name}`);
      const { upon } = origin;
      const goesAlong = upon !== undefined && upon.flights === endpoint.flights;
      if (upon && !goesAlong) await upon.landed();
      const request = requestOf(endpoint, caller, input, { ...origin, traceparent }, goesAlong);
      const answer = await this.perform(endpoint, request, { from: caller, parent });
      if (failPoints.armed) failPoints.reach(`${caller}.after-call.${operation.name}`);
      finish(answer.status, answer.body);
      return answer;
    } catch (error) {
      // What it was a step of is begun again, from its beginning: nothing is known of this one, and nothing went wrong.
      if (error instanceof Fallen) throw error;
      const refusal = asRefusal(error, log, operation, traceparent);
      finish(statusOf(refusal.problem), undefined);
      throw refusal;
    }
  }
}

/** The checked request of one service to another. */
function requestOf(
  endpoint: Endpoint,
  caller: string,
  input: CallInput<Operation>,
  origin: Origin,
  goesAlong: boolean,
): Request {
  const { params, query, body } = endpoint.input.check(input.params, input.query, input.body);
  const { operation } = endpoint;
  // What users may ask for themselves is asked in their name; what only services may ask, in the service's.
  const isForUser = operation.access !== 'service' && origin.caller.kind === 'user';
  const asker: Caller = isForUser ? origin.caller : { kind: 'service', id: caller, roles: [] };
  if (isForUser) authorize(operation, asker);
  if (operation.idempotencyKey === 'required' && input.idempotencyKey === undefined) refuse('idempotency_key_missing');
  return {
    traceparent: origin.traceparent,
    cause: origin.cause,
    deadline: origin.deadline,
    language: origin.language,
    caller: asker,
    operation,
    params,
    query,
    body,
    address: origin.address ?? internalAddress,
    ...(goesAlong && origin.upon ? { upon: origin.upon } : {}),
    ...(origin.userAgent === undefined ? {} : { userAgent: origin.userAgent }),
    ...(input.idempotencyKey === undefined
      ? {}
      : { idempotencyKey: idempotencyKeyOf(asker.id, operation, input.idempotencyKey, params, body) }),
  } as Request;
}

/** Infrastructure that failed under the callee is `unavailable` to the caller, as it would be over HTTP. */
function asRefusal(error: unknown, log: Log, operation: Operation, traceparent: string): ProblemError {
  if (error instanceof ProblemError) return error;
  const where = { operation: operation.name, traceId: traceIdOf(traceparent) };
  return new ProblemError(problemOf(error, log, where), { cause: error });
}

/** Nobody waits past the deadline. */
function beforeDeadline(
  work: () => Promise<Answer>,
  deadline: Instant,
  { clock, scheduler }: Pick<DispatcherOptions, 'clock' | 'scheduler'>,
): Promise<Answer> {
  const leftMs = deadline - clock.now();
  if (leftMs <= 0) return Promise.reject(tooLate());
  return new Promise((resolve, reject) => {
    let isLate = false;
    const cancel = scheduler.after(leftMs, () => {
      isLate = true;
      reject(tooLate());
    });
    work().then(
      (answer) => {
        cancel();
        // A stream that nobody will read holds its connection.
        if (isLate && answer.body instanceof Readable) answer.body.destroy();
        resolve(answer);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}

function checked(operation: Operation, answer: Answer): Answer {
  if (operation.raw) return answer;
  const schema = operation.answers[answer.status];
  if (!schema) throw new Error(`${operation.name} answered ${answer.status}, which its contract does not have`);
  // Texts, bytes and streams in other media types are not described by JSON schemas.
  if (operation.produces !== undefined || answer.status === 204) return answer;
  const validator = validatorOf(schema);
  if (validator.Check(answer.body)) return answer;
  const [first] = validator.Errors(answer.body);
  throw new Error(
    `${operation.name} answered ${answer.status} against its contract: ${first?.instancePath} ${first?.message}`,
  );
}

/** The order that a request or an answer is about: `orderId`, its own `id`, or that of its `order`. */
function orderIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { orderId, id, order } = value as Readonly<Record<string, unknown>>;
  const prefix = `${idPrefixes.order}_`;
  if (typeof orderId === 'string' && orderId.startsWith(prefix)) return orderId;
  if (typeof id === 'string' && id.startsWith(prefix)) return id;
  return order === undefined ? undefined : orderIn(order);
}
