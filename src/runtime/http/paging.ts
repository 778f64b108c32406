import { refuse } from '#kernel/problem.ts';

/** An opaque cursor for keyset paging: the sort key of the last row of a page. */
export function encodeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * The parts of a cursor as text, undefined where there is none. What this platform cannot have made is refused with
 * `validation_failed` at `/query/cursor`; whether the parts make sense (a number, an id) is for the caller to check, with
 * {@link refuseCursor}.
 */
export function decodeCursor(text: string | undefined, length: number): string[] | undefined {
  if (text === undefined) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    refuseCursor();
  }
  if (!Array.isArray(parts) || parts.length !== length || !parts.every(isPart)) refuseCursor();
  const encoded = encodeCursor(parts);
  // Base64 decoding skips what it does not know: only what encodes to the same text was ours.
  if (encoded !== text) refuseCursor();
  return parts.map(String);
}

export function refuseCursor(): never {
  refuse('validation_failed', undefined, [{ pointer: '/query/cursor', detail: 'is not a cursor of this list' }]);
}

function isPart(part: unknown): part is string | number {
  if (typeof part === 'number') return Number.isFinite(part);
  return typeof part === 'string' && part.isWellFormed() && !part.includes('\0');
}
