import type { FastifyRequest } from 'fastify';
import type { Caller } from '../service.ts';
import { anonymous } from './access.ts';
import { type Traces, traceIdOf } from './trace.ts';

/** What the server knows of one request beside what Fastify does. */
export interface Visit {
  readonly traceparent: string;
  readonly traceId: string;
  /** Of the client's own trace, where it sent one. */
  readonly parent: string;
  /** `monotonicMs` at arrival. */
  readonly startedMs: number;
  /** For metrics: the operation's name. */
  operation: string;
  caller: Caller;
  rawBody: Buffer | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    visit: Visit;
  }
}

export function beginVisit(traces: Traces, incoming: unknown, startedMs: number): Visit {
  const header = typeof incoming === 'string' ? incoming : undefined;
  const traceparent = traces.begin(header);
  const traceId = traceIdOf(traceparent);
  const parent = header !== undefined && header.slice(3, 35) === traceId ? header.slice(36, 52) : '';
  return { traceparent, traceId, parent, startedMs, operation: 'none', caller: anonymous, rawBody: undefined };
}

/** Where the call is a span of its own already. */
export function visitWithin(traceparent: string, startedMs: number): Visit {
  const traceId = traceIdOf(traceparent);
  return { traceparent, traceId, parent: '', startedMs, operation: 'none', caller: anonymous, rawBody: undefined };
}

/** On a socket that takes both, an IPv4 client appears as `::ffff:203.0.113.7`; one that has gone has no address any more. */
export function addressOf(request: FastifyRequest): string {
  const ip: string | undefined = request.ip;
  if (ip === undefined) return 'unknown';
  return ip.startsWith('::ffff:') && ip.includes('.') ? ip.slice(7) : ip;
}

const userAgentLengthMax = 512;

export function userAgentOf(headers: FastifyRequest['headers']): string | undefined {
  return headers['user-agent']?.slice(0, userAgentLengthMax);
}
