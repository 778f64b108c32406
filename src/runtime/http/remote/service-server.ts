import type { Readable } from 'node:stream';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Clock } from '#kernel/clock.ts';
import { ProblemError, problem, refuse, statusOf } from '#kernel/problem.ts';
import type { Scheduler } from '../../seams/scheduler.ts';
import { monotonicMs } from '../../seams/system-time.ts';
import type { Request } from '../../service.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { authorize } from '../access.ts';
import { answerConnectionError } from '../connection-errors.ts';
import type { Dispatcher, Endpoint } from '../dispatch.ts';
import { idempotencyKeyOf } from '../idempotency-key.ts';
import { acceptJsonAlone, problemOfRequest } from '../incoming.ts';
import { listen } from '../listening.ts';
import { routePath } from '../paths.ts';
import { problemOf } from '../problems.ts';
import { sendAnswer, sendProblem } from '../respond.ts';
import { bodyBytesMax } from '../settings.ts';
import { parseTraceparent, type Traces } from '../trace.ts';
import { userAgentOf, visitWithin } from '../visit.ts';
import { alive } from './alive.ts';
import { makeTokenVerifier, type Passport } from './token.ts';
import { Unreachable } from './unreachable.ts';
import { type Carried, internalAddress, isElsewhere, notBegun, readCarried } from './wire.ts';

export interface ServiceServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Address to listen at; all of them by default. */
  readonly host?: string;
  /** The services that it hosts are answered. They must be hosted before. */
  readonly dispatcher: Dispatcher;
  /** Shared by all processes of the platform. */
  readonly secret: string;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly traces: Traces;
  /** Until it says true, callers are sent to another instance. */
  ready(): boolean;
  /** At the end requests in flight get this long. */
  readonly drainMs: number;
}

export interface ServiceServer {
  readonly port: number;
  /** Sends callers to another instance, lets requests in flight finish within `drainMs`, then closes what is left. */
  close(): Promise<void>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls; only where services call each other. */
    passport: Passport;
  }
}

/** The edge forwards headers of a client up to its own limit, and adds its own. */
const headerBytesMax = 64 * 1024;
/** A parameter that came in few characters may need three times as many, escaped. */
const paramLengthMax = 3 * 8_192;
const receiveTimeoutMs = 30_000;
/** Longer than callers keep connections that they do not use, so that it is they who close them. */
const keepAliveMs = 75_000;

interface Door extends ServiceServerOptions {
  readonly verify: (authorization: string | undefined) => Passport;
  readonly streams: Set<() => void>;
  draining: boolean;
  inFlight: number;
  idle: () => void;
}

/** Answers other processes: every operation of the services hosted here, to whoever has a token of the platform's. */
export async function startServiceServer(options: ServiceServerOptions): Promise<ServiceServer> {
  const endpoints = options.dispatcher.endpoints().filter(({ isHere }) => isHere);
  const services = new Set(endpoints.map(({ service }) => service));
  const door: Door = {
    ...options,
    verify: makeTokenVerifier({ ...options, services }),
    streams: new Set(),
    draining: false,
    inFlight: 0,
    idle: () => undefined,
  };
  const app = makeApp(door);
  for (const endpoint of endpoints) addEndpoint(app, door, endpoint);
  app.get(alive.path, { exposeHeadRoute: false }, (_request, reply) => reply.code(204).send());
  return { port: await listen(app, options.port, options.host), close: () => drain(door, app) };
}

function makeApp(door: Door): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: bodyBytesMax,
    requestTimeout: receiveTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: paramLengthMax },
    http: { maxHeaderSize: headerBytesMax, headersTimeout: receiveTimeoutMs, requireHostHeader: false },
    clientErrorHandler: (error, socket) => answerConnectionError(error, socket, door.traces),
    frameworkErrors: (error, request, reply) => {
      const refusal = arrive(door, request, reply);
      answerError(door, refusal ?? error, request, reply);
    },
  });
  app.decorateRequest('visit', null as never);
  app.decorateRequest('passport', null as never);
  acceptJsonAlone(app);
  app.addHook('onRequest', (request, reply, done) => done(arrive(door, request, reply)));
  app.setErrorHandler((error: Error, request, reply) => answerError(door, error, request, reply));
  app.setNotFoundHandler((_request, reply) => {
    reply.header(notBegun, '1');
    refuse('not_found', 'No service here answers this.');
  });
  return app;
}

const noTrace = `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00`;

/** The first thing that happens to a request. Returns why it goes no further, if so: without a token nothing is told. */
function arrive(door: Door, request: FastifyRequest, reply: FastifyReply): ProblemError | undefined {
  const { traceparent: incoming } = request.headers;
  const isWellFormed = typeof incoming === 'string' && parseTraceparent(incoming) !== undefined;
  const visit = visitWithin(isWellFormed ? incoming : noTrace, monotonicMs());
  request.visit = visit;
  door.inFlight += 1;
  reply.raw.once('close', () => {
    const status = String(reply.raw.statusCode);
    door.metrics.calls.observe({ operation: visit.operation, status }, (monotonicMs() - visit.startedMs) / 1000);
    door.inFlight -= 1;
    if (door.inFlight === 0) door.idle();
  });
  try {
    request.passport = door.verify(request.headers.authorization);
  } catch (error) {
    if (error instanceof ProblemError) return turnAway(reply, error);
    throw error;
  }
  if (door.draining)
    return turnAway(reply, new ProblemError(problem('unavailable', 'This instance is shutting down.')));
  if (!door.ready()) return turnAway(reply, new ProblemError(problem('unavailable', 'This instance is starting.')));
  return undefined;
}

/** The caller goes to another instance; what it is still sending is not read. */
function turnAway(reply: FastifyReply, error: ProblemError): ProblemError {
  reply.header(notBegun, '1').header('connection', 'close');
  return error;
}

function addEndpoint(app: FastifyInstance, door: Door, endpoint: Endpoint): void {
  const { operation, service } = endpoint;
  app.route({
    method: operation.method,
    url: routePath(operation.path),
    bodyLimit: operation.bodyBytesMax ?? bodyBytesMax,
    exposeHeadRoute: false,
    onRequest: (request, reply, done) => {
      request.visit.operation = operation.name;
      if (request.passport.service !== service) {
        done(turnAway(reply, new ProblemError(problem('unauthenticated', 'The token is for another service.'))));
        return;
      }
      admit(endpoint, request.passport);
      done();
    },
    handler: (request, reply) => respond(door, endpoint, request, reply),
  });
}

/** Users and nobody may what they may at the edge; services may ask what users may. */
function admit({ operation }: Endpoint, { caller }: Passport): void {
  if (caller.kind === 'service') return;
  if (operation.access === 'service') refuse('forbidden', 'Only services may ask this.');
  authorize(operation, caller);
}

async function respond(
  door: Door,
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { dispatcher, clock, log } = door;
  const { operation } = endpoint;
  const { passport, visit } = request;
  const startedMs = clock.now();
  const carried = readCarried(request.headers, clock);
  const asked = requestOf(endpoint, request, carried);
  const { traceparent, parent } = carried;
  const record = (status: number, body: unknown): void => {
    const durationMs = monotonicMs() - visit.startedMs;
    const call = { traceparent, parent, caller: passport.from, status, startedMs, durationMs };
    dispatcher.record(endpoint, call, asked, body);
  };
  try {
    const answer = await dispatcher.perform(endpoint, asked, { from: passport.from, parent });
    record(answer.status, answer.body);
    if (door.draining) reply.header('connection', 'close');
    const stream = sendAnswer(reply, operation, answer);
    if (stream) endWith(door, reply, stream);
    return reply;
  } catch (error) {
    const where = { operation: operation.name, traceId: visit.traceId };
    const refusal = error instanceof ProblemError ? error : new ProblemError(problemOf(error, log, where));
    record(statusOf(refusal.problem), undefined);
    throw refusal;
  }
}

function endWith(door: Door, reply: FastifyReply, stream: Readable): void {
  const end = (): void => {
    reply.raw.end();
    stream.destroy();
  };
  door.streams.add(end);
  reply.raw.once('close', () => door.streams.delete(end));
}

/** The request as it was asked, checked by the contract again: another process is not to be trusted with that. */
function requestOf({ operation, input }: Endpoint, request: FastifyRequest, carried: Carried): Request {
  const { caller } = request.passport;
  const { idempotencyKey: key, outside, traceparent, cause, deadline, language } = carried;
  if (key === undefined && operation.idempotencyKey === 'required') refuse('idempotency_key_missing');
  const { params, query, body } = input.read(
    request.params as Readonly<Record<string, unknown>>,
    request.query as Readonly<Record<string, unknown>>,
    request.body,
  );
  const asked: { -readonly [Name in keyof Request]: Request[Name] } = {
    ...{ traceparent, cause, caller, deadline, language, operation, body },
    params: params as Request['params'],
    query: query as Request['query'],
    address: outside?.address ?? internalAddress,
  };
  if (outside) {
    asked.headers = outside.headers;
    const userAgent = userAgentOf(outside.headers);
    if (userAgent !== undefined) asked.userAgent = userAgent;
    if (request.visit.rawBody !== undefined) asked.rawBody = request.visit.rawBody;
  }
  if (key !== undefined) asked.idempotencyKey = idempotencyKeyOf(caller.id, operation, key, params, body);
  return asked;
}

function answerError(door: Door, error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const value = problemOfRequest(error, request, door.log);
  if (door.draining) reply.header('connection', 'close');
  if (error instanceof Unreachable) reply.header(isElsewhere, '1');
  const replayed = error instanceof ProblemError && error.replayed;
  sendProblem(reply, value, request.visit.traceId, { replayed });
}

/** New connections are taken until the end: to be told to go elsewhere is quicker than to be refused one by one. */
async function drain(door: Door, app: FastifyInstance): Promise<void> {
  if (door.draining) return;
  door.draining = true;
  for (const end of door.streams) end();
  const finished = new AbortController();
  const idle = (): void => finished.abort();
  door.idle = idle;
  if (door.inFlight > 0) await door.scheduler.wait(door.drainMs, finished.signal);
  if (door.inFlight > 0)
    door.log.warn({ inFlight: door.inFlight }, 'calls in flight were cut off at the end of the drain');
  const closed = app.close();
  app.server.closeAllConnections();
  await closed;
}
