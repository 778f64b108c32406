import type { ProblemCode } from '#kernel/problem.ts';

/** `unreachable`: no answer at all. `unintelligible`: an answer that is none of the platform's. */
type ApiProblemCode = ProblemCode | 'unreachable' | 'unintelligible';

/** One entry of a problem's `errors`: a JSON pointer into the request where there is one, and facts by name. */
export interface ApiProblemDetail {
  readonly pointer?: string;
  readonly detail?: string;
  readonly [fact: string]: unknown;
}

/** A problem document (RFC 9457) as an error; `code` decides what is shown. */
export class ApiProblem extends Error {
  readonly code: ApiProblemCode;
  readonly status: number;
  readonly errors: readonly ApiProblemDetail[];
  readonly traceId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(facts: {
    readonly code: ApiProblemCode;
    readonly status?: number;
    readonly detail?: string | undefined;
    readonly errors?: readonly ApiProblemDetail[] | undefined;
    readonly traceId?: string | undefined;
    readonly retryAfterSeconds?: number | undefined;
  }) {
    super(facts.detail ?? facts.code);
    this.name = 'ApiProblem';
    this.code = facts.code;
    this.status = facts.status ?? 0;
    this.errors = facts.errors ?? [];
    this.traceId = facts.traceId;
    this.retryAfterSeconds = facts.retryAfterSeconds;
  }

  /** By the fields of the body that they point to: `/shippingAddress/city`. */
  get byPointer(): ReadonlyMap<string, ApiProblemDetail> {
    return new Map(this.errors.flatMap((error) => (error.pointer === undefined ? [] : [[error.pointer, error]])));
  }
}

export function isProblem(error: unknown, ...codes: readonly ApiProblemCode[]): error is ApiProblem {
  return error instanceof ApiProblem && (codes.length === 0 || codes.includes(error.code));
}

/** What the platform says when it refuses, as it comes over the wire. */
export interface ProblemDocument {
  readonly code: string;
  readonly status: number;
  readonly detail?: string;
  readonly traceId?: string;
  readonly errors?: readonly unknown[];
}

export function isProblemDocument(value: unknown): value is ProblemDocument {
  return typeof value === 'object' && value !== null && 'code' in value && 'status' in value && 'title' in value;
}

export function fromDocument(document: ProblemDocument, retryAfter: string | null = null): ApiProblem {
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter);
  return new ApiProblem({
    code: document.code as ProblemCode,
    status: document.status,
    detail: document.detail,
    errors: document.errors as readonly ApiProblemDetail[] | undefined,
    traceId: document.traceId,
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
  });
}
