import { toTimestamp } from '#kernel/clock.ts';
import { putArray } from './array-elements.ts';
import { StatementError } from './failure.ts';
import { MessageBuffer } from './message-buffer.ts';
import { parameterTypesOf } from './parameter-types.ts';

const BIND = 'B'.charCodeAt(0);
const [asText, asBinary] = [0, 1];
const nullLength = -1;

const message = new MessageBuffer();

/**
 * A Bind message (PostgreSQL 18, 54.7): the values of a prepared statement, in the form in which the server reads them. Arrays of
 * the usual types go in binary form, all else as texts. Answers are asked for as texts.
 *
 * Written here rather than by the driver, which closes a prepared statement behind its own back when a value cannot be converted
 * in the middle of a pipeline.
 *
 * @throws StatementError 22021 for a text that is no Unicode (a lone surrogate would silently become U+FFFD),
 *   22007 for an invalid Date
 */
export function bindMessage(name: string, values: readonly unknown[], statement: string): Buffer {
  const types = parameterTypesOf(statement);
  message.clear();
  message.int8(BIND);
  message.int32(0);
  // The portal has no name.
  message.int8(0);
  message.text(name);
  message.int8(0);
  message.int16(values.length);
  const formatsAt = message.length;
  for (let index = 0; index < values.length; index += 1) message.int16(asText);
  message.int16(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const format = putValue(values[index], types.get(index + 1) ?? '', statement);
    message.int16At(formatsAt + 2 * index, format);
  }
  message.int16(1);
  message.int16(asText);
  message.int32At(1, message.length - 1);
  return message.take();
}

/** Puts a value with its length before it, and tells its form. */
function putValue(value: unknown, type: string, statement: string): number {
  if (value === null || value === undefined) {
    message.int32(nullLength);
    return asText;
  }
  if (value instanceof Uint8Array) {
    message.int32(value.length);
    message.bytes(value);
    return asBinary;
  }
  if (Array.isArray(value) && putArray(message, value, type)) return asBinary;
  const at = message.length;
  message.int32(0);
  message.int32At(at, message.text(textOf(value, type, statement)));
  return asText;
}

function textOf(value: unknown, type: string, statement: string): string {
  if (Array.isArray(value)) return arrayLiteral(value, type.replace('[]', ''), statement);
  return scalarText(value, type, statement);
}

function scalarText(value: unknown, type: string, statement: string): string {
  switch (typeof value) {
    case 'string':
      return wellFormed(value, statement);
    case 'number':
      return type === 'timestamptz' && Number.isFinite(value) ? toTimestamp(value) : String(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      if (value instanceof Date) return dateText(value, statement);
      return wellFormed(JSON.stringify(value), statement);
    default:
      throw new TypeError(`A ${typeof value} cannot be a statement's value`);
  }
}

function arrayLiteral(values: readonly unknown[], type: string, statement: string): string {
  return `{${values.map((value) => elementLiteral(value, type, statement)).join(',')}}`;
}

function elementLiteral(value: unknown, type: string, statement: string): string {
  if (value === null || value === undefined) return 'NULL';
  if (Array.isArray(value)) return arrayLiteral(value, type, statement);
  if (value instanceof Uint8Array) return `"\\\\x${Buffer.from(value).toString('hex')}"`;
  return `"${scalarText(value, type, statement).replace(/["\\]/g, '\\$&')}"`;
}

function dateText(value: Date, statement: string): string {
  if (Number.isNaN(value.getTime())) {
    throw new StatementError({ code: '22007', message: 'An invalid Date was given as a value', statement });
  }
  return value.toISOString();
}

function wellFormed(text: string, statement: string): string {
  if (text.isWellFormed()) return text;
  throw new StatementError({ code: '22021', message: 'A text holds a lone surrogate, which UTF-8 cannot', statement });
}
