import { type Problem, type ProblemCode, ProblemError, problem, problemCatalogue } from '#kernel/problem.ts';
import { classify } from '../database/failure.ts';
import { FailPointError } from '../seams/fail-points.ts';
import type { Log } from '../telemetry/log.ts';

/** A problem as it leaves the platform: RFC 9457 members, and `code`, `traceId` and `errors` as its extensions. */
export interface WireProblem {
  /** A reference to the page that explains the code, relative to the API's address. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly code: string;
  readonly traceId: string;
  readonly errors?: Problem['errors'];
}

export const problemMediaType = 'application/problem+json';

export function toWireProblem(value: Problem, traceId: string): WireProblem {
  const { status, title } = problemCatalogue[value.code];
  return {
    type: `/docs/problems#${value.code}`,
    title,
    status,
    ...(value.detail === undefined ? {} : { detail: value.detail }),
    code: value.code,
    traceId,
    ...(value.errors === undefined ? {} : { errors: value.errors }),
  };
}

/** The problem as it was before {@link toWireProblem}; a code that this version does not know is a bug somewhere. */
export function fromWireProblem({ code, detail, errors }: WireProblem, retryAfter: string | undefined): Problem {
  const seconds = Number(retryAfter);
  return {
    code: Object.hasOwn(problemCatalogue, code) ? (code as ProblemCode) : 'internal_error',
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors }),
    ...(Number.isFinite(seconds) ? { retryAfterSeconds: seconds } : {}),
  };
}

/** Whole seconds for `Retry-After`; undefined where the client should not simply ask again. */
export function retryAfterSeconds(value: Problem): number | undefined {
  if (value.retryAfterSeconds !== undefined) return Math.max(1, Math.ceil(value.retryAfterSeconds));
  const status = problemCatalogue[value.code].status;
  return status === 429 || status === 503 ? 1 : undefined;
}

/**
 * What a caller may know of an error. Refusals pass as they are; broken infrastructure is `unavailable`; everything else is
 * our bug: it is logged whole and told without its text.
 */
export function problemOf(
  error: unknown,
  log: Log,
  where: { readonly operation: string; readonly traceId: string },
): Problem {
  if (error instanceof ProblemError) return error.problem;
  const failure = error instanceof FailPointError ? 'infrastructure' : classify(error);
  switch (failure) {
    case 'infrastructure':
    case 'unknown-commit':
    case 'repeat':
    case 'fenced':
      log.warn({ ...where, failure, err: error }, 'request not answered: the infrastructure failed');
      return problem('unavailable', 'A part that this request needs does not answer; please try again.');
    case 'item':
    case 'bug':
      log.error({ ...where, err: error }, 'request failed: a bug');
      return problem('internal_error');
  }
}

/** Past its deadline nobody waits for an answer. What was begun may still be done: that is what idempotency keys are for. */
export function tooLate(): ProblemError {
  return new ProblemError({
    code: 'deadline_exceeded',
    detail: 'The answer did not come in time.',
    retryAfterSeconds: 1,
  });
}
