import type { Operation } from '#contracts/operation.ts';
import { ProblemError, problem } from '#kernel/problem.ts';
import type { Caller } from '../service.ts';

export const anonymous: Caller = Object.freeze({ kind: 'anonymous', id: 'anonymous', roles: Object.freeze([]) });

export interface Authenticator {
  /** Who an `Authorization` header names. Throws a ProblemError: `unauthenticated`, `token_expired`, `unavailable`. */
  authenticate(authorization: string): Caller | Promise<Caller>;
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
