import type { IncomingHttpHeaders } from 'node:http';
import type { Operation } from '#contracts/operation.ts';
import { ProblemError } from '#kernel/problem.ts';
import type { Answer } from '../answer.ts';
import { fromWireProblem, problemMediaType, type WireProblem } from '../problems.ts';
import type { Exchanged } from './exchange.ts';
import type { Failure } from './repeats.ts';
import { Unreachable } from './unreachable.ts';
import { isElsewhere, notBegun } from './wire.ts';

/** What one attempt to call an operation came to. */
export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly error: ProblemError }
  /** Not within the deadline. A short one `proves` nothing against the instance. */
  | { readonly kind: 'late'; readonly proves: boolean }
  /** Perhaps to be tried again. `error` is what the callee itself said, where it did. */
  | { readonly kind: 'failed'; readonly failure: Failure; readonly reason: string; readonly error?: ProblemError };

/** An instance that is well answers within this, or has much to do: a caller with less patience must not speak for all. */
export const patienceMs = 2_000;

/** What was received within `leftMs`, by the operation's contract. */
export function outcomeOf(operation: Operation, exchanged: Exchanged, leftMs: number): Outcome {
  if (exchanged.kind === 'late') return { kind: 'late', proves: leftMs >= patienceMs };
  if (exchanged.kind === 'broken') {
    // Not the network's fault: undici would not take what it was given.
    if ('code' in exchanged.error && exchanged.error.code === 'UND_ERR_INVALID_ARG') throw exchanged.error;
    return { kind: 'failed', failure: exchanged.begun ? 'broken' : 'not begun', reason: reasonOf(exchanged.error) };
  }
  const { status, headers, body } = exchanged;
  if (headers[notBegun] !== undefined) return { kind: 'failed', failure: 'not begun', reason: `answered ${status}` };
  const mediaType = textOf(headers['content-type']) ?? '';
  if (mediaType.startsWith(problemMediaType)) return refusalOf(parsed(body) as WireProblem | undefined, headers);
  const answer = operation.answers[status] && answerOf(operation, status, headers, body);
  return answer
    ? { kind: 'answered', answer }
    : { kind: 'failed', failure: 'broken', reason: `answered ${status} ${mediaType} against the contract` };
}

/** Refused connections come as several errors in one where a name has several addresses. */
function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return error.message === '' ? code : `${code}: ${error.message}`;
}

function refusalOf(wire: WireProblem | undefined, headers: IncomingHttpHeaders): Outcome {
  if (wire === undefined) return { kind: 'failed', failure: 'broken', reason: 'answered half a problem' };
  const value = fromWireProblem(wire, headers['retry-after']);
  if (value.code === 'unavailable' && headers[isElsewhere] !== undefined) {
    return { kind: 'refused', error: new Unreachable(value) };
  }
  const error = new ProblemError(value, { replayed: headers['idempotency-replayed'] === 'true' });
  // One that says when to come back is believed.
  const isBrief = value.code === 'unavailable' && (value.retryAfterSeconds ?? 1) <= 1;
  return isBrief
    ? { kind: 'failed', failure: 'unavailable', reason: error.message, error }
    : { kind: 'refused', error };
}

function answerOf(
  operation: Operation,
  status: number,
  headers: IncomingHttpHeaders,
  body: Buffer | NodeJS.ReadableStream,
): Answer | undefined {
  const own = ownHeaders(headers);
  const of = (value: unknown, more?: Record<string, string>): Answer => {
    const all = more ? { ...own, ...more } : own;
    return all ? { status, body: value, headers: all } : { status, body: value };
  };
  if (status === 204) return of(null);
  const mediaType = textOf(headers['content-type']) ?? '';
  if (operation.produces === undefined || status !== 200) {
    const value = mediaType.startsWith('application/json') ? parsed(body) : undefined;
    return value === undefined ? undefined : of(value);
  }
  if (!Buffer.isBuffer(body)) body.setEncoding('utf8');
  const value = Buffer.isBuffer(body) && mediaType.startsWith('text/') ? body.toString('utf8') : body;
  return of(value, mediaType.startsWith(operation.produces) ? undefined : { 'content-type': mediaType });
}

/** Those that belong to the connection and the body, and not to the answer. */
const notOwn = new Set([
  ...['connection', 'keep-alive', 'transfer-encoding', 'date', 'content-length', 'content-type', 'trace-id'],
]);

function ownHeaders(headers: IncomingHttpHeaders): Record<string, string> | undefined {
  let own: Record<string, string> | undefined;
  for (const name in headers) {
    const value = textOf(headers[name]);
    if (value === undefined || notOwn.has(name)) continue;
    own ??= {};
    own[name] = value;
  }
  return own;
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Undefined where it is not JSON: no text of JSON stands for undefined. */
function parsed(body: Buffer | NodeJS.ReadableStream): unknown {
  try {
    return Buffer.isBuffer(body) ? JSON.parse(body.toString('utf8')) : undefined;
  } catch {
    return undefined;
  }
}
