import { FailPointError } from '../seams/fail-points.ts';

/**
 * What a failure means for the work that met it (RUNTIME, "Errors"):
 * - `item`: something in the data caused it; a batch may be split to find which.
 * - `repeat`: the same work may be done again at once (serialization failure, deadlock, lock timeout).
 * - `infrastructure`: nobody's fault; pause, and count it as nobody's attempt.
 * - `unknown-commit`: the transaction may or may not have happened; look before repeating.
 * - `fenced`: another holder has taken over what we were writing for; stop.
 * - `bug`: anything else.
 */
export type Failure = 'item' | 'repeat' | 'infrastructure' | 'unknown-commit' | 'fenced' | 'bug';

/** Raised by our own SQL when a cursor's lease has passed to somebody else. Other codes of class SU blame an item. */
export const CURSOR_FENCED = 'SU001';

/** Another process heard the same message a moment before: decided anew, it is a duplicate. */
export const HEARD_BEFORE = 'SU002';

/** Somebody else has written since the rows were read on which the transaction was decided: to be decided anew (ADR 18). */
export const TURN_LOST = 'SU003';

/** The server skipped it, since one before it in the transaction failed (25P02, in_failed_sql_transaction). */
export const SKIPPED = '25P02';

export interface StatementFailure {
  readonly message: string;
  /** SQLSTATE, five characters (PostgreSQL 18, Appendix A). */
  readonly code: string;
  readonly statement: string;
  readonly constraint?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly detail?: string | undefined;
  readonly routine?: string | undefined;
}

/** The server refused a statement. `detail` may hold the values of a row: it is not enumerable, so logs leave it out. */
export class StatementError extends Error {
  override readonly name = 'StatementError';
  readonly code: string;
  readonly statement: string;
  readonly constraint: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly routine: string | undefined;
  declare readonly detail: string | undefined;

  constructor(failure: StatementFailure) {
    super(failure.message);
    this.code = failure.code;
    this.statement = failure.statement;
    this.constraint = failure.constraint;
    this.table = failure.table;
    this.column = failure.column;
    this.routine = failure.routine;
    Object.defineProperty(this, 'detail', { value: failure.detail, enumerable: false });
  }
}

/** No connection could be had, or it was lost before anything could have been committed. `code`: SQLSTATE or errno. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly code: string | undefined;

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.code = codeOf(cause);
  }
}

/** The connection was lost after COMMIT had been sent: only the database can tell whether it happened. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown';

  constructor(cause: unknown) {
    super('The connection was lost after COMMIT was sent; whether it happened is unknown', { cause });
  }
}

const SOCKET_CODES = new Set([
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETUNREACH',
  'ENFILE',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Tells what to do about an error. Errors that wrap another (`cause`) are judged by the innermost known one. */
export function classify(error: unknown): Failure {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    if (at instanceof CommitUnknown) return 'unknown-commit';
    if (at instanceof ConnectionError || at instanceof FailPointError) return 'infrastructure';
    if (at instanceof StatementError) return classifyStatement(at);
    if (SOCKET_CODES.has(codeOf(at) ?? '')) return 'infrastructure';
  }
  return 'bug';
}

function classifyStatement(error: StatementError): Failure {
  if (error.code === CURSOR_FENCED) return 'fenced';
  if (error.code === HEARD_BEFORE || error.code === TURN_LOST) return 'repeat';
  if (error.code === '40003') return 'unknown-commit';
  if (error.code === '55P03') return 'repeat';
  if (isStalePlan(error)) return 'repeat';
  // 25006: a read-only server, as a primary is after it was demoted. 25P03, 25P04: the server ended an idle session.
  if (['25006', '25P03', '25P04'].includes(error.code)) return 'infrastructure';
  switch (error.code.slice(0, 2)) {
    case '22':
    case '23':
    case '54': // a limit of the server exceeded by a value, such as a text too long for its index
    case 'SU':
      return 'item';
    case '40':
      return 'repeat';
    case '08':
    case '53':
    case '57':
    case '58':
      return 'infrastructure';
    default:
      return 'bug';
  }
}

/** A prepared statement whose columns a migration has changed: the session must be replaced, then all is well. */
export function isStalePlan(error: StatementError): boolean {
  return error.code === '0A000' && error.routine === 'RevalidateCachedQuery';
}

/** True where the server ends the session together with this error, so that an answer to COMMIT is not one. */
export function endsSession(code: string): boolean {
  if (code === '57014') return false;
  return ['08', '53', '57', '58', 'F0', 'XX'].includes(code.slice(0, 2)) || code === '25P03' || code === '25P04';
}

export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
