import type { MessageBuffer } from './message-buffer.ts';

/** Between texts that are written in one go: room for the length of the next. */
const room = '\0\0\0\0';
/** PostgreSQL counts microseconds from the beginning of 2000 (PostgreSQL 18, 8.5). */
const serverEpochMs = Date.UTC(2000, 0, 1);
const [int8Least, int8Most] = [-(2n ** 63n), 2n ** 63n - 1n];

/** Puts one element with its length before it; false: it does not fit the type. */
type Put = (message: MessageBuffer, value: unknown) => boolean;

/** By the name that statements use: the object identifier, from the server's pg_type.dat, and how an element is put. */
const elementTypes: Readonly<Record<string, { readonly oid: number; readonly put: Put | 'texts' }>> = {
  'text[]': { oid: 25, put: 'texts' },
  'json[]': { oid: 114, put: 'texts' },
  'smallint[]': { oid: 21, put: putSmallint },
  'int[]': { oid: 23, put: putInteger },
  'integer[]': { oid: 23, put: putInteger },
  'bigint[]': { oid: 20, put: putBigint },
  'boolean[]': { oid: 16, put: putBoolean },
  'timestamptz[]': { oid: 1184, put: putInstant },
};

/**
 * Puts an array in binary form, with its length before it (array_recv and the like in PostgreSQL's src/backend/utils/adt). The
 * server reads it in half the time: a literal it takes apart letter by letter, and moments and numbers one by one
 * (docs/performance.md).
 *
 * @param type as the statement says: `bigint[]`
 * @returns false, with nothing put, for a type or a value that has to go as a literal, for the server to judge
 */
export function putArray(message: MessageBuffer, values: readonly unknown[], type: string): boolean {
  const elements = elementTypes[type];
  if (!elements) return false;
  const at = message.length;
  message.int32(0);
  putHead(message, values, elements.oid);
  const arePut = elements.put === 'texts' ? putTexts(message, values) : putEach(message, values, elements.put);
  if (arePut) message.int32At(at, message.length - at - 4);
  else message.cut(at);
  return arePut;
}

/** Dimensions, whether one is NULL, the type; for the one dimension its size and its first index. */
function putHead(message: MessageBuffer, values: readonly unknown[], oid: number): void {
  message.int32(values.length === 0 ? 0 : 1);
  message.int32(values.some(isNull) ? 1 : 0);
  message.int32(oid);
  if (values.length === 0) return;
  message.int32(values.length);
  message.int32(1);
}

function putEach(message: MessageBuffer, values: readonly unknown[], put: Put): boolean {
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (isNull(value)) message.int32(-1);
    else if (!put(message, value)) return false;
  }
  return true;
}

/** All of them in one piece, as nearly all are of ASCII; the lengths are put between them afterwards. */
function putTexts(message: MessageBuffer, values: readonly unknown[]): boolean {
  if (values.length === 0) return true;
  if (!values.every(isTextOrNull)) return false;
  const joined = values.join(room);
  let at = message.length;
  message.int32(0);
  const isAscii = message.text(joined) === joined.length;
  if (!isAscii && !joined.isWellFormed()) return false;
  for (const text of values) {
    if (text === null || text === undefined) message.int32At(at, -1);
    const bytes = isAscii ? (text?.length ?? 0) : Buffer.byteLength(text ?? '');
    if (text !== null && text !== undefined) message.int32At(at, bytes);
    at += 4 + bytes;
  }
  return true;
}

function putSmallint(message: MessageBuffer, value: unknown): boolean {
  if (typeof value !== 'number' || (value << 16) >> 16 !== value) return false;
  message.int32(2);
  message.int16(value);
  return true;
}

function putInteger(message: MessageBuffer, value: unknown): boolean {
  if (typeof value !== 'number' || (value | 0) !== value) return false;
  message.int32(4);
  message.int32(value);
  return true;
}

function putBigint(message: MessageBuffer, value: unknown): boolean {
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    message.int32(8);
    message.int64(value);
    return true;
  }
  if (typeof value !== 'bigint' || value < int8Least || value > int8Most) return false;
  message.int32(8);
  message.bigint64(value);
  return true;
}

function putBoolean(message: MessageBuffer, value: unknown): boolean {
  if (typeof value !== 'boolean') return false;
  message.int32(1);
  message.int8(value ? 1 : 0);
  return true;
}

function putInstant(message: MessageBuffer, value: unknown): boolean {
  if (typeof value !== 'number') return false;
  const microseconds = (value - serverEpochMs) * 1000;
  if (!Number.isSafeInteger(microseconds)) return false;
  message.int32(8);
  message.int64(microseconds);
  return true;
}

function isNull(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function isTextOrNull(value: unknown): value is string | null | undefined {
  return typeof value === 'string' || isNull(value);
}
