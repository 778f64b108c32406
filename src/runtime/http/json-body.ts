import { isUtf8 } from 'node:buffer';
import { ProblemError, problem, refuse } from '#kernel/problem.ts';
import { pointerTo } from './explain.ts';

/** Deeper JSON than this is refused before it is parsed. */
export const nestingMax = 32;

const quote = 0x22;
const backslash = 0x5c;
const letterU = 0x75;

/**
 * Parses a JSON body (RFC 8259). Refused with 400: what is not UTF-8 or not JSON, nesting past {@link nestingMax}, `__proto__`
 * as a key, and strings that hold NUL or half a surrogate pair, which PostgreSQL could not store as they came.
 */
export function parseJsonBody(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) refuse('malformed_json', 'The body is not UTF-8.');
  const { tooDeep, unicodeEscapes } = scan(bytes);
  if (tooDeep) refuse('malformed_json', `The body is nested more than ${nestingMax} deep.`);
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    refuse('malformed_json', 'The body is not JSON.');
  }
  // Raw control characters are refused by the parser and half pairs by UTF-8, so only escapes can hide them.
  if (unicodeEscapes || text.includes('__proto__')) refuseUnstorable(value, '');
  return value;
}

/** One pass over the bytes, without recursion: braces outside strings are counted, escapes inside strings are noticed. */
function scan(bytes: Buffer): { tooDeep: boolean; unicodeEscapes: boolean } {
  let depth = 0;
  let inString = false;
  let unicodeEscapes = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === backslash) {
        at += 1;
        if (bytes[at] === letterU) unicodeEscapes = true;
      } else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > nestingMax) return { tooDeep: true, unicodeEscapes };
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return { tooDeep: false, unicodeEscapes };
}

function refuseUnstorable(value: unknown, pointer: string): void {
  if (typeof value === 'string') refuseText(value, pointer);
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) refuseUnstorable(item, `${pointer}/${index}`);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (key === '__proto__') invalid(`${pointer}/__proto__`, 'unknown field');
      refuseText(key, pointer);
      refuseUnstorable(item, `${pointer}/${pointerTo(key)}`);
    }
  }
}

function refuseText(text: string, pointer: string): void {
  if (text.includes('\0')) invalid(pointer, 'must not contain the character NUL');
  if (!text.isWellFormed()) invalid(pointer, 'must not contain half a surrogate pair');
}

function invalid(pointer: string, detail: string): never {
  throw new ProblemError(problem('validation_failed', undefined, [{ pointer, detail }]));
}
