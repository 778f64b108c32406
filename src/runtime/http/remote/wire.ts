import type { IncomingHttpHeaders } from 'node:http';
import type { Language } from '#contracts/schema.ts';
import type { Clock, Instant } from '#kernel/clock.ts';
import { refuse } from '#kernel/problem.ts';
import type { Request } from '../../service.ts';
import type { Asking } from '../answer.ts';
import { parseTraceparent } from '../trace.ts';

/**
 * What a call between services carries beside its input. `traceparent` is the call's own span already, so that the callee
 * records it as a call within one process is recorded; what is left of the deadline is relative, so that clocks need not agree.
 */
const own = {
  parent: 'suanpan-parent',
  timeoutMs: 'suanpan-timeout-ms',
  cause: 'suanpan-cause',
  language: 'suanpan-language',
  /** Of the client outside; absent where a service asks by itself. */
  address: 'suanpan-address',
} as const;

/** In the place of a client's, where a service asks by itself. */
export const internalAddress = 'internal';

/** On an answer: the request was not begun, so that any may be sent again. */
export const notBegun = 'suanpan-not-begun';
/** On an `unavailable`: the fault is further on, and what is repeatable was repeated there. */
export const isElsewhere = 'suanpan-elsewhere';

/** Of a client's headers these are its connection's, the platform's, or not for services; all others reach the handler. */
const notForwarded = new Set([
  ...[
    'host',
    'connection',
    'keep-alive',
    'proxy-connection',
    'transfer-encoding',
    'te',
    'trailer',
    'upgrade',
    'expect',
  ],
  ...['content-length', 'content-type', 'content-encoding', 'accept-encoding'],
  ...['authorization', 'proxy-authorization', 'cookie', 'traceparent', 'tracestate', 'idempotency-key'],
]);

type Headers = Record<string, string | readonly string[]>;

function isForwarded(name: string): boolean {
  return !notForwarded.has(name) && !name.startsWith('suanpan-');
}

/** The headers of a call, less what differs from attempt to attempt: see {@link attemptHeaders}. */
export function callHeaders(request: Request, { parent }: Asking): Headers {
  const headers: Headers = {};
  for (const name in request.headers) {
    const value = request.headers[name];
    if (value !== undefined && isForwarded(name)) headers[name] = value;
  }
  headers.traceparent = request.traceparent;
  headers[own.cause] = request.cause;
  headers[own.language] = request.language;
  if (parent !== '') headers[own.parent] = parent;
  if (request.address !== internalAddress) headers[own.address] = request.address;
  if (!request.headers && request.userAgent !== undefined) headers['user-agent'] = request.userAgent;
  if (request.idempotencyKey) headers['idempotency-key'] = request.idempotencyKey.key;
  return headers;
}

export function attemptHeaders(token: string, leftMs: number): Headers {
  return { authorization: `Bearer ${token}`, [own.timeoutMs]: String(Math.max(1, Math.ceil(leftMs))) };
}

/** What {@link callHeaders} put there. */
export interface Carried {
  readonly traceparent: string;
  readonly parent: string;
  readonly cause: string;
  readonly deadline: Instant;
  readonly language: Language;
  readonly idempotencyKey: string | undefined;
  /** Where a client outside asked. */
  readonly outside: { readonly address: string; readonly headers: IncomingHttpHeaders } | undefined;
}

const languages: readonly string[] = ['en', 'zh-CN', 'zh-TW'] satisfies readonly Language[];
const keyLengthMax = 512;
const causeLengthMax = 512;

/** @throws ProblemError `malformed_request`, by the name of the header */
export function readCarried(headers: IncomingHttpHeaders, clock: Clock): Carried {
  const { traceparent } = headers;
  if (typeof traceparent !== 'string' || !parseTraceparent(traceparent)) malformed('traceparent');
  const key = headers['idempotency-key'];
  if (key !== undefined && !isPrintable(key, keyLengthMax)) malformed('idempotency-key');
  const cause = headers[own.cause];
  if (!isPrintable(cause, causeLengthMax)) malformed(own.cause);
  const timeout = headers[own.timeoutMs];
  if (typeof timeout !== 'string' || !/^[1-9][0-9]{0,9}$/.test(timeout)) malformed(own.timeoutMs);
  const parent = headers[own.parent] ?? '';
  if (typeof parent !== 'string' || !/^([0-9a-f]{16})?$/.test(parent)) malformed(own.parent);
  const address = headers[own.address];
  return {
    traceparent,
    parent,
    cause,
    deadline: clock.now() + Number(timeout),
    language: languageIn(headers[own.language]),
    idempotencyKey: key as string | undefined,
    outside: typeof address === 'string' ? { address, headers: forwardedIn(headers) } : undefined,
  };
}

function forwardedIn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const forwarded: IncomingHttpHeaders = {};
  for (const name in headers) if (isForwarded(name)) forwarded[name] = headers[name];
  return forwarded;
}

function isPrintable(text: unknown, lengthMax: number): text is string {
  return typeof text === 'string' && text.length <= lengthMax && /^[\x20-\x7e]+$/.test(text);
}

function languageIn(text: unknown): Language {
  return typeof text === 'string' && languages.includes(text) ? (text as Language) : malformed(own.language);
}

function malformed(name: string): never {
  refuse('malformed_request', `The header ${name} is missing or malformed.`);
}
