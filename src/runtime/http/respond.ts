import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Operation } from '#contracts/operation.ts';
import { type Problem, statusOf } from '#kernel/problem.ts';
import type { Answer } from './answer.ts';
import { problemMediaType, retryAfterSeconds, toWireProblem } from './problems.ts';

/**
 * On every answer: nothing here is to be sniffed, framed, scripted or kept by a cache that was not told so
 * (OWASP REST Security Cheat Sheet, "Security Headers"). An operation's own headers come after these.
 */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

const jsonMediaType = 'application/json; charset=utf-8';

/** Puts an answer on the wire. Bodies in other media types are text, bytes, or a stream of text. */
export function sendAnswer(reply: FastifyReply, operation: Operation, answer: Answer): Readable | undefined {
  reply.code(answer.status);
  for (const name in answer.headers) reply.header(name, answer.headers[name]);
  if (answer.status === 204) {
    reply.send();
    return undefined;
  }
  if (operation.raw) {
    reply.send(answer.body);
    return undefined;
  }
  if (operation.produces === undefined || answer.status !== 200) {
    reply.header('content-type', jsonMediaType).send(JSON.stringify(answer.body));
    return undefined;
  }
  if (!reply.hasHeader('content-type')) reply.header('content-type', withCharset(operation.produces));
  if (typeof answer.body === 'string' || answer.body instanceof Uint8Array) {
    reply.send(answer.body);
    return undefined;
  }
  const { body } = answer;
  const stream = body instanceof Readable ? body : Readable.from(body as AsyncIterable<string>, { objectMode: false });
  reply.send(stream);
  return stream;
}

function withCharset(mediaType: string): string {
  return mediaType.startsWith('text/') && !mediaType.includes('charset') ? `${mediaType}; charset=utf-8` : mediaType;
}

export function sendProblem(
  reply: FastifyReply,
  value: Problem,
  traceId: string,
  options: { readonly replayed?: boolean } = {},
): void {
  for (const [name, text] of Object.entries(problemHeaders(value))) reply.header(name, text);
  if (options.replayed) reply.header('idempotency-replayed', 'true');
  reply
    .code(statusOf(value))
    .header('content-type', problemMediaType)
    // Fastify would add a charset, which problem documents do not have (RFC 9457 §6.1).
    .serializer((text: string) => text)
    .send(JSON.stringify(toWireProblem(value, traceId)));
}

export function problemHeaders(value: Problem): Record<string, string> {
  const headers: Record<string, string> = {};
  const seconds = retryAfterSeconds(value);
  if (seconds !== undefined) headers['retry-after'] = String(seconds);
  // RFC 6750 §3: a token that was sent and did not do is an invalid_token.
  if (value.code === 'unauthenticated') headers['www-authenticate'] = 'Bearer';
  if (value.code === 'token_expired') headers['www-authenticate'] = 'Bearer error="invalid_token"';
  return headers;
}
