import { finished } from 'node:stream/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Problem, ProblemError, problem } from '#kernel/problem.ts';
import type { Log } from '../telemetry/log.ts';
import { parseJsonBody } from './json-body.ts';
import { problemOf } from './problems.ts';
import { bodyBytesMax } from './settings.ts';

/** Reads bodies as JSON in UTF-8 and nothing else; the bytes stay with the visit. */
export function acceptJsonAlone(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    try {
      refuseCharset(request.headers['content-type']);
      request.visit.rawBody = bytes as Buffer;
      done(null, bytes.length === 0 ? undefined : parseJsonBody(bytes as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** Takes bodies of every kind as bytes, for operations in somebody else's protocol. */
export function acceptBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, bytes, done) => {
    request.visit.rawBody = bytes as Buffer;
    done(null, undefined);
  });
}

function refuseCharset(contentType: string | undefined): void {
  const charset = /;\s*charset="?([^";\s]+)"?/i.exec(contentType ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new ProblemError(problem('unsupported_media_type', 'The body must be in UTF-8.'));
  }
}

/** Fastify's own refusals by their codes. */
const frameworkProblems: Readonly<Record<string, Problem>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: problem('unsupported_media_type'),
  FST_ERR_CTP_EMPTY_TYPE: problem('unsupported_media_type'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: problem('malformed_request', 'The body is not as long as Content-Length says.'),
  FST_ERR_BAD_URL: problem('malformed_request', 'The address is not a valid URI.'),
  FST_ERR_MAX_PARAM_LENGTH: problem('uri_too_long'),
};

export function isTooLarge(error: Error): boolean {
  return 'code' in error && error.code === 'FST_ERR_CTP_BODY_TOO_LARGE';
}

/** So much of a body that is too large is still read. */
const restBytesMost = 64 * 1024 * 1024;

/**
 * Reads what a sender is still sending of a body that is refused, where it says how long that is: many read no answer before they
 * have sent everything, and a connection that is closed before looks to them as if nobody were there (RFC 9112 §9.6).
 */
export async function swallowRest({ raw }: FastifyRequest): Promise<void> {
  const length = Number(raw.headers['content-length'] ?? Number.NaN);
  if (raw.complete || raw.destroyed || !(length <= restBytesMost)) return;
  raw.resume();
  await finished(raw, { writable: false }).catch(() => undefined);
}

/** What a sender is told of whatever went wrong with its request, Fastify's own refusals included. */
export function problemOfRequest(error: Error, request: FastifyRequest, log: Log): Problem {
  const { operation, traceId } = request.visit;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // The client went away while it was sending: nobody reads the answer.
  if (request.raw.destroyed && !request.raw.complete) return problem('malformed_request', 'The request ended early.');
  if (isTooLarge(error)) {
    const bytesMax = request.routeOptions.bodyLimit ?? bodyBytesMax;
    return problem('payload_too_large', `A body has at most ${bytesMax} bytes.`);
  }
  return frameworkProblems[code] ?? problemOf(error, log, { operation, traceId });
}
