import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Problem, ProblemError, problem } from '#kernel/problem.ts';
import { monotonicMs } from '../seams/system-time.ts';
import { answerConnectionError } from './connection-errors.ts';
import type { Endpoint } from './dispatch.ts';
import type { Edge, PublicServerOptions } from './edge.ts';
import { acceptBytes, acceptJsonAlone, isTooLarge, problemOfRequest, swallowRest } from './incoming.ts';
import { listen } from './listening.ts';
import { methodFinder } from './paths.ts';
import { securityHeaders, sendProblem } from './respond.ts';
import { addRoute } from './route.ts';
import { bodyBytesMax, headerBytesMax, urlLengthMax } from './settings.ts';
import { type SpareConnections, spareConnectionsOf } from './spare-connections.ts';
import { addressOf, beginVisit } from './visit.ts';
import { addWebApplications } from './web.ts';

export interface PublicServer {
  readonly port: number;
  /** Stops accepting, lets requests in flight finish within `drainMs`, then closes what is left. */
  close(): Promise<void>;
}

/** Serves every operation that is not for services alone. The services must be hosted by the dispatcher before. */
export async function startPublicServer(options: PublicServerOptions): Promise<PublicServer> {
  const edge: Edge = { ...options, streams: new Set(), draining: false, closing: false, inFlight: 0 };
  const app = makeApp(edge);
  app.addHook('onRequest', (request, reply, done) => {
    const refusal = arrive(edge, app, request, reply);
    if (refusal) done(new ProblemError(refusal));
    else done();
  });
  const served = options.dispatcher.endpoints().filter(({ operation }) => operation.access !== 'service');
  for (const endpoint of served) {
    if (!endpoint.operation.raw) addRoute(app, edge, endpoint);
    else app.register(async (apart) => addRawRoute(apart, edge, endpoint));
  }
  options.pages?.add(app);
  addWebApplications(app, options.web ?? []);
  answerTheRest(app, edge, [...served.map(({ operation }) => operation), ...(options.pages?.routes ?? [])]);

  // Node would answer an expectation that it does not know by itself; a server may leave it unmet (RFC 9110 §10.1.1).
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  const spare = spareConnectionsOf(app.server);
  const port = await listen(app, options.settings.port, options.host);
  app.server.maxConnections = options.settings.connectionsMax;
  return { port, close: () => drain(edge, app, spare) };
}

function addRawRoute(apart: FastifyInstance, edge: Edge, endpoint: Endpoint): void {
  acceptBytes(apart);
  addRoute(apart, edge, endpoint);
}

function makeApp(edge: Edge): FastifyInstance {
  const { settings, traces } = edge;
  const app = Fastify({
    logger: false,
    bodyLimit: bodyBytesMax,
    requestTimeout: settings.receiveTimeoutMs,
    keepAliveTimeout: settings.keepAliveMs,
    // Fastify's own 503 is not a problem document: `arrive` answers instead.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    trustProxy: settings.trustedProxies ? settings.trustedProxies.split(',').map((text) => text.trim()) : false,
    routerOptions: { maxParamLength: urlLengthMax },
    http: {
      maxHeaderSize: headerBytesMax,
      headersTimeout: Math.min(settings.headersTimeoutMs, settings.receiveTimeoutMs),
      connectionsCheckingInterval: Math.min(1_000, Math.ceil(settings.headersTimeoutMs / 2)),
      // Node would answer without a Trace-Id: `arrive` looks at the Host header.
      requireHostHeader: false,
    },
    clientErrorHandler: (error, socket) => answerConnectionError(error, socket, traces),
    frameworkErrors: (error, request, reply) => {
      request.visit = beginVisit(traces, request.headers.traceparent, monotonicMs());
      greet(reply, request.visit.traceId);
      answerError(edge, error, request, reply);
    },
  });
  app.decorateRequest('visit', null as never);
  acceptJsonAlone(app);
  app.setErrorHandler(async (error: Error, request, reply) => {
    if (isTooLarge(error)) await swallowRest(request);
    answerError(edge, error, request, reply);
    return reply;
  });
  return app;
}

/** The first thing that happens to a request. Returns why it goes no further, if so. */
function arrive(edge: Edge, app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): Problem | undefined {
  const { metrics, settings } = edge;
  const visit = beginVisit(edge.traces, request.headers.traceparent, monotonicMs());
  request.visit = visit;
  greet(reply, visit.traceId);
  edge.inFlight += 1;
  reply.raw.on('close', () => {
    edge.inFlight -= 1;
    const status = String(reply.raw.statusCode);
    metrics.requests.observe({ operation: visit.operation, status }, (monotonicMs() - visit.startedMs) / 1000);
    if (edge.closing) app.server.closeIdleConnections();
  });

  if (edge.draining) return problem('unavailable', 'This instance is shutting down; please try again.');
  if (!edge.ready()) return problem('unavailable', 'This instance is starting; please try again.');
  if (edge.inFlight > settings.inFlightMax) return problem('unavailable', 'Too many requests are under way.');
  if (request.raw.url !== undefined && request.raw.url.length > urlLengthMax) return problem('uri_too_long');
  const { host, 'content-encoding': encoding } = request.headers;
  if (host === undefined && request.raw.httpVersion === '1.1') {
    return problem('malformed_request', 'The Host header is missing.');
  }
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return problem('unsupported_media_type', 'The body must not be compressed.');
  }
  return undefined;
}

function greet(reply: FastifyReply, traceId: string): void {
  reply.header('trace-id', traceId);
  reply.headers(securityHeaders);
}

/** 404 for unknown addresses, 405 with `Allow` for known ones; OPTIONS says what there is. */
function answerTheRest(
  app: FastifyInstance,
  edge: Edge,
  routes: readonly { readonly method: string; readonly path: string }[],
): void {
  const methodsAt = methodFinder(routes);
  app.setNotFoundHandler((request, reply) => {
    edge.limiter.takeAddress(addressOf(request));
    const methods = methodsAt(request.raw.url ?? '');
    if (methods.length === 0) throw new ProblemError(problem('not_found', 'There is nothing at this address.'));
    reply.header('allow', methods.join(', '));
    if (request.method === 'OPTIONS') return reply.code(204).send();
    throw new ProblemError(problem('method_not_allowed', `Here there is ${methods.join(', ')}.`));
  });
}

function answerError(edge: Edge, error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const value = problemOfRequest(error, request, edge.log);
  if (edge.draining) reply.header('connection', 'close');
  const replayed = error instanceof ProblemError && error.replayed;
  sendProblem(reply, value, request.visit.traceId, { replayed });
}

/** Within this, what was on its way when the drain began has arrived. */
const arrivalMs = 100;

/**
 * What was sent before its sender could know is answered, with a 503 that says `Connection: close`: only then are connections
 * closed on which nothing is asked. Closed at once, those whose requests nobody has read yet would be reset (RFC 9112 §9.6).
 */
async function drain(edge: Edge, app: FastifyInstance, spare: SpareConnections): Promise<void> {
  if (edge.draining) return;
  const { scheduler, settings } = edge;
  edge.draining = true;
  for (const end of edge.streams) end();
  const finished = new AbortController();
  const over = scheduler.wait(settings.drainMs, finished.signal);
  await scheduler.wait(Math.min(arrivalMs, settings.drainMs));
  // Where this process was too busy to read, it reads now.
  await scheduler.wait(0);
  edge.closing = true;
  const closed = Promise.resolve(app.close()).finally(() => finished.abort());
  spare.close();
  await over;
  if (!finished.signal.aborted)
    edge.log.warn({ inFlight: edge.inFlight }, 'requests in flight were cut off at the end of the drain');
  app.server.closeAllConnections();
  await closed;
}
