import type { Operation } from '#contracts/operation.ts';
import { ProblemError, problem } from '#kernel/problem.ts';
import type { Caller, Request } from '../service.ts';

export const anonymous: Caller = Object.freeze({ kind: 'anonymous', id: 'anonymous', roles: Object.freeze([]) });

/** What tells whether a request comes from a browser's session. */
export interface BrowserRequest {
  readonly method: string;
  readonly headers: NonNullable<Request['headers']>;
}

export interface Authenticator {
  /** Who an `Authorization` header names. Throws a ProblemError: `unauthenticated`, `token_expired`, `unavailable`. */
  authenticate(authorization: string): Caller | Promise<Caller>;
  /**
   * The `Authorization` that a browser's cookies stand for, undefined where there are none. Throws a ProblemError where another
   * site may have had it send them: `cross_site_request`, `csrf_token_invalid`.
   */
  ofBrowser(request: BrowserRequest): string | undefined;
}

/** Refuses a caller who may not use the operation: 401 without a user, 403 without the role. Administrators are operators too. */
export function authorize(operation: Operation, caller: Caller): void {
  const { access } = operation;
  if (access === 'public') return;
  if (caller.kind !== 'user') throw new ProblemError(problem('unauthenticated'));
  if (access === 'user') return;
  const allowed = caller.roles.includes('admin') || (access === 'operator' && caller.roles.includes('operator'));
  if (!allowed) throw new ProblemError(problem('forbidden', `This needs the role ${access}.`));
}
