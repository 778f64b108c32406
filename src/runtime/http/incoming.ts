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

function refuseCharset(contentType: string | undefined): void {
  const charset = /;\s*charset="?([^";\s]+)"?/i.exec(contentType ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new ProblemError(problem('unsupported_media_type', 'The body must be in UTF-8.'));
  }
}

/** Fastify's own refusals by their codes. */
const frameworkProblems: Readonly<Record<string, Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: problem('payload_too_large', `A body has at most ${bodyBytesMax} bytes.`),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: problem('unsupported_media_type'),
  FST_ERR_CTP_EMPTY_TYPE: problem('unsupported_media_type'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: problem('malformed_request', 'The body is not as long as Content-Length says.'),
  FST_ERR_BAD_URL: problem('malformed_request', 'The address is not a valid URI.'),
  FST_ERR_MAX_PARAM_LENGTH: problem('uri_too_long'),
};

/** What a sender is told of whatever went wrong with its request, Fastify's own refusals included. */
export function problemOfRequest(error: Error, request: FastifyRequest, log: Log): Problem {
  const { operation, traceId } = request.visit;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // The client went away while it was sending: nobody reads the answer.
  if (request.raw.destroyed && !request.raw.complete) return problem('malformed_request', 'The request ended early.');
  return frameworkProblems[code] ?? problemOf(error, log, { operation, traceId });
}
