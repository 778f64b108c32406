import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Operation } from '#contracts/operation.ts';
import type { Instant } from '#kernel/clock.ts';
import { ProblemError, statusOf } from '#kernel/problem.ts';
import { monotonicMs } from '../seams/system-time.ts';
import type { Caller, Request } from '../service.ts';
import { anonymous, authorize } from './access.ts';
import type { Endpoint } from './dispatch.ts';
import type { Edge } from './edge.ts';
import { idempotencyKeyOf, requireKey } from './idempotency-key.ts';
import { languageOf } from './language.ts';
import { routePath } from './paths.ts';
import { problemOf } from './problems.ts';
import { sendAnswer } from './respond.ts';
import { bodyBytesMax } from './settings.ts';
import { addressOf, userAgentOf } from './visit.ts';

/** Serves one operation: authentication, authorisation and limits before the body is read, then validation and the handler. */
export function addRoute(app: FastifyInstance, edge: Edge, endpoint: Endpoint): void {
  const { operation } = endpoint;
  app.route({
    method: operation.method,
    url: routePath(operation.path),
    bodyLimit: operation.bodyBytesMax ?? bodyBytesMax,
    exposeHeadRoute: operation.method === 'GET' && operation.produces !== 'text/event-stream',
    onRequest: (request, _reply, done) => admit(edge, endpoint, request) ?? done(),
    handler: (request, reply) => {
      // Fastify is not given the promise: it would wait for the reply's end once more, at the price of finding the route.
      respond(edge, endpoint, request, reply).catch((error: Error) => reply.send(error));
    },
  });
}

/** A promise only where a token's key has to be fetched: it is waited for, which costs more than to look a token up. */
function admit(edge: Edge, { operation }: Endpoint, request: FastifyRequest): Promise<void> | undefined {
  const welcome = (caller: Caller): undefined => {
    request.visit.caller = caller;
    edge.limiter.take(operation, caller, addressOf(request));
    authorize(operation, caller);
  };
  request.visit.operation = operation.name;
  const caller = identify(edge, operation, request);
  return caller instanceof Promise ? caller.then(welcome) : welcome(caller);
}

function identify(edge: Edge, operation: Operation, request: FastifyRequest): Caller | Promise<Caller> {
  const unknown = (error: unknown): Caller => {
    // What anybody may do is done for a caller with a stale token too: how else could they log in again?
    if (operation.access === 'public' && error instanceof ProblemError) return anonymous;
    edge.limiter.takeAddress(addressOf(request));
    throw error;
  };
  try {
    // Whoever can send an Authorization is no page of another site; its cookies do not matter then.
    const authorization = request.headers.authorization ?? edge.authenticator.ofBrowser(request);
    if (authorization === undefined) return anonymous;
    const caller = edge.authenticator.authenticate(authorization);
    return caller instanceof Promise ? caller.catch(unknown) : caller;
  } catch (error) {
    return unknown(error);
  }
}

async function respond(edge: Edge, endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { operation } = endpoint;
  const startedMs = edge.clock.now();
  const asked = requestOf(edge, endpoint, request, startedMs);
  try {
    const answer = await edge.dispatcher.perform(endpoint, asked, { from: 'gateway', parent: request.visit.parent });
    recordCall(edge, endpoint, request, startedMs, answer.status, answer.body);
    // Else the client might send its next request into a connection that is about to end.
    if (edge.draining) reply.header('connection', 'close');
    const stream = sendAnswer(reply, operation, answer);
    if (stream) {
      const end = (): void => {
        reply.raw.end();
        stream.destroy();
      };
      edge.streams.add(end);
      // It may be open for minutes and asks nothing of anybody: it keeps no request out.
      edge.inFlight -= 1;
      reply.raw.once('close', () => {
        edge.inFlight += 1;
        edge.streams.delete(end);
      });
    }
  } catch (error) {
    const where = { operation: operation.name, traceId: request.visit.traceId };
    const refusal = error instanceof ProblemError ? error : new ProblemError(problemOf(error, edge.log, where));
    recordCall(edge, endpoint, request, startedMs, statusOf(refusal.problem), undefined);
    throw refusal;
  }
}

function requestOf(edge: Edge, endpoint: Endpoint, request: FastifyRequest, now: Instant): Request {
  const { operation, input } = endpoint;
  const { visit, headers } = request;
  const key = operation.idempotencyKey === 'required' ? requireKey(headers['idempotency-key']) : undefined;
  const { params, query, body } = input.read(
    request.params as Readonly<Record<string, unknown>>,
    request.query as Readonly<Record<string, unknown>>,
    request.body,
  );
  const asked: { -readonly [Name in keyof Request]: Request[Name] } = {
    traceparent: visit.traceparent,
    cause: `request/${edge.ids.next('request')}`,
    caller: visit.caller,
    deadline: now + edge.settings.requestDeadlineMs,
    language: languageOf(headers['accept-language'], edge.settings.language),
    operation,
    params: params as Request['params'],
    query: query as Request['query'],
    body,
    address: addressOf(request),
    headers,
  };
  const userAgent = userAgentOf(headers);
  if (userAgent !== undefined) asked.userAgent = userAgent;
  if (visit.rawBody !== undefined) asked.rawBody = visit.rawBody;
  if (key !== undefined) asked.idempotencyKey = idempotencyKeyOf(visit.caller.id, operation, key, params, body);
  return asked;
}

function recordCall(
  edge: Edge,
  endpoint: Endpoint,
  request: FastifyRequest,
  startedMs: Instant,
  status: number,
  body: unknown,
): void {
  const { traceparent, parent } = request.visit;
  const durationMs = monotonicMs() - request.visit.startedMs;
  const { params, body: sent } = request;
  const call = { traceparent, parent, caller: 'gateway', status, startedMs, durationMs };
  edge.dispatcher.record(endpoint, call, { params, body: sent }, body);
}
