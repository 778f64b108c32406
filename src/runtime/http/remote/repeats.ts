import type { Operation } from '#contracts/operation.ts';
import type { Request } from '../../service.ts';

/**
 * How an attempt failed. `not begun`: surely nothing was done. `broken`: the connection ended under way, nobody knows what was
 * done. `unavailable`: the callee says that it could not do its work, of which a part may be done.
 */
export type Failure = 'not begun' | 'broken' | 'unavailable';

/** Methods that by their meaning may be repeated (RFC 9110 §9.2.2). */
const idempotentMethods: readonly string[] = ['GET', 'PUT', 'DELETE'];

/**
 * Whether a call may be sent again after the failure. What only services may ask recognises repeats by contract, so does what
 * carries an idempotency key; anything else only where it was not begun.
 */
export function mayRepeat(
  { access, method }: Pick<Operation, 'access' | 'method'>,
  { idempotencyKey }: Pick<Request, 'idempotencyKey'>,
  failure: Failure,
): boolean {
  if (failure === 'not begun') return true;
  return access === 'service' || idempotentMethods.includes(method) || idempotencyKey !== undefined;
}

/** The pause before the nth repeat (1, 2, …): about 50 ms, 150 ms, …; half to one and a half of it, so that callers part. */
export function pauseMs(repeat: number, fraction: number): number {
  return 50 * 3 ** (repeat - 1) * (0.5 + fraction);
}
