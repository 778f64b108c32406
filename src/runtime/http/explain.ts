import type { ProblemDetail } from '#kernel/problem.ts';
import { type JsonSchema, validatorOf } from './schemas.ts';

/** More faults than this are not listed: the client has enough to go on. */
const faultsMax = 20;

/** A name as it stands in a JSON pointer (RFC 6901 §3). */
export function pointerTo(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

type Faults = Generator<ProblemDetail, void, undefined>;

/**
 * Says in plain English what is wrong with a value that its schema refuses. Called only after the compiled check has failed;
 * empty where the schema uses a keyword that is not known here.
 */
export function explain(schema: JsonSchema, value: unknown, pointer: string): ProblemDetail[] {
  return visit(schema, value, pointer).take(faultsMax).toArray();
}

function* visit(schema: JsonSchema, value: unknown, pointer: string): Faults {
  if (schema.anyOf) yield* visitUnion(schema.anyOf, value, pointer);
  for (const each of schema.allOf ?? []) yield* visit(each, value, pointer);
  if ('const' in schema || schema.enum) {
    const choices = schema.enum ?? [schema.const];
    if (!choices.includes(value)) yield { pointer, detail: oneOf(choices) };
    return;
  }
  switch (schema.type) {
    case 'object':
      if (isObject(value)) yield* visitObject(schema, value, pointer);
      else yield { pointer, detail: 'must be an object' };
      return;
    case 'array':
      if (Array.isArray(value)) yield* visitArray(schema, value, pointer);
      else yield { pointer, detail: 'must be a list' };
      return;
    case 'string':
      if (typeof value === 'string') yield* visitText(schema, value, pointer);
      else yield { pointer, detail: 'must be a text' };
      return;
    case 'integer':
    case 'number':
      yield* visitNumber(schema, value, pointer);
      return;
    case 'boolean':
      if (typeof value !== 'boolean') yield { pointer, detail: 'must be true or false' };
      return;
    case 'null':
      if (value !== null) yield { pointer, detail: 'must be null' };
      return;
    default:
  }
}

function* visitObject(schema: JsonSchema, value: Readonly<Record<string, unknown>>, pointer: string): Faults {
  const { properties = {}, additionalProperties, minProperties = 0, maxProperties = Number.POSITIVE_INFINITY } = schema;
  for (const name of schema.required ?? []) {
    if (value[name] === undefined) yield { pointer: `${pointer}/${pointerTo(name)}`, detail: 'is required' };
  }
  for (const [name, item] of Object.entries(value)) {
    const at = `${pointer}/${pointerTo(name)}`;
    const property = Object.hasOwn(properties, name) ? properties[name] : patterned(schema, name);
    if (property) {
      if (item !== undefined) yield* visit(property, item, at);
    } else if (additionalProperties === false) yield { pointer: at, detail: 'unknown field' };
    else if (typeof additionalProperties === 'object') yield* visit(additionalProperties, item, at);
  }
  const count = Object.keys(value).length;
  if (count < minProperties || count > maxProperties) {
    yield { pointer, detail: `must have ${range(minProperties, maxProperties)} fields` };
  }
}

function patterned(schema: JsonSchema, name: string): JsonSchema | undefined {
  for (const [pattern, property] of Object.entries(schema.patternProperties ?? {})) {
    if (new RegExp(pattern, 'u').test(name)) return property;
  }
  return undefined;
}

function* visitArray(schema: JsonSchema, value: readonly unknown[], pointer: string): Faults {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items, uniqueItems } = schema;
  if (value.length < minItems || value.length > maxItems) {
    yield { pointer, detail: `must have ${range(minItems, maxItems)} ${maxItems === 1 ? 'entry' : 'entries'}` };
    // A list past its bound may be huge: its entries are not looked at.
    if (value.length > maxItems) return;
  }
  if (uniqueItems && new Set(value.map((item) => JSON.stringify(item))).size < value.length) {
    yield { pointer, detail: 'must not have an entry twice' };
  }
  if (!items) return;
  for (const [index, item] of value.entries()) yield* visit(items, item, `${pointer}/${index}`);
}

function* visitText(schema: JsonSchema, value: string, pointer: string): Faults {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern, format } = schema;
  const length = [...value].length;
  if (length < minLength || length > maxLength) {
    const detail = `must have ${range(minLength, maxLength)} ${maxLength === 1 ? 'character' : 'characters'}`;
    yield { pointer, detail: length === 0 && minLength === 1 ? 'must not be empty' : detail };
    return;
  }
  if (format !== undefined && !validatorOf({ type: 'string', format } as JsonSchema).Check(value)) {
    yield { pointer, detail: formatDetail(format) };
  }
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) {
    yield { pointer, detail: patternDetail(pattern, value) };
  }
}

function formatDetail(format: string): string {
  switch (format) {
    case 'email':
      return 'must be an e-mail address';
    case 'date-time':
      return 'must be a time such as 2026-11-20T08:00:00Z (RFC 3339)';
    case 'date':
      return 'must be a date such as 2026-11-20';
    case 'uri':
    case 'url':
      return 'must be an address such as https://example.com/';
    default:
      return `must be a ${format}`;
  }
}

function patternDetail(pattern: string, value: string): string {
  const id = /^\^([a-z]{3})_\[0-9a-f\]/.exec(pattern);
  if (id) return `must be an id that begins with ${id[1]}_`;
  if (pattern === '^[A-Z]{3}$') return 'must be a currency code of three capital letters (ISO 4217)';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what texts must not hold
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(value)) return 'must not contain control characters';
  return 'is not of the form that is asked for';
}

function* visitNumber(schema: JsonSchema, value: unknown, pointer: string): Faults {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const whole = schema.type === 'integer';
  const inRange =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (!whole || Number.isInteger(value)) &&
    value >= (minimum ?? value) &&
    value <= (maximum ?? value) &&
    value > (exclusiveMinimum ?? Number.NEGATIVE_INFINITY) &&
    value < (exclusiveMaximum ?? Number.POSITIVE_INFINITY);
  if (inRange) {
    if (multipleOf !== undefined && value % multipleOf !== 0) {
      yield { pointer, detail: `must be a multiple of ${multipleOf}` };
    }
    return;
  }
  const noun = whole ? 'a whole number' : 'a number';
  const bounds = [
    minimum === undefined ? '' : ` from ${minimum}`,
    exclusiveMinimum === undefined ? '' : ` above ${exclusiveMinimum}`,
    maximum === undefined ? '' : ` ${minimum === undefined ? 'up ' : ''}to ${maximum}`,
    exclusiveMaximum === undefined ? '' : ` below ${exclusiveMaximum}`,
  ];
  yield { pointer, detail: `must be ${noun}${bounds.join('')}` };
}

/** Of several shapes the one that the value was meant to have is explained: the shape whose constant fields it matches. */
function* visitUnion(shapes: readonly JsonSchema[], value: unknown, pointer: string): Faults {
  if (shapes.some((shape) => validatorOf(shape).Check(value))) return;
  if (shapes.every((shape) => 'const' in shape || shape.type === 'null')) {
    yield { pointer, detail: oneOf(shapes.map((shape) => ('const' in shape ? shape.const : null))) };
    return;
  }
  const sameKind = shapes.filter((shape) => isOfKind(shape, value));
  const tag = tagOf(sameKind);
  const withoutNull = shapes.filter((shape) => shape.type !== 'null');
  const meant = sameKind.length === 1 ? sameKind[0] : sameKind.find((shape) => matchesConstants(shape, value));
  if (meant) yield* visit(meant, value, pointer);
  else if (tag !== undefined && isObject(value)) {
    const choices = sameKind.map((shape) => shape.properties?.[tag]?.const);
    yield { pointer: `${pointer}/${pointerTo(tag)}`, detail: oneOf(choices) };
  } else if (withoutNull.length === 1 && withoutNull[0]) yield* visit(withoutNull[0], value, pointer);
  else yield { pointer, detail: 'matches none of the shapes that are possible here' };
}

function isOfKind(shape: JsonSchema, value: unknown): boolean {
  if (shape.type === 'object') return isObject(value);
  if (shape.type === 'array') return Array.isArray(value);
  if (shape.type === 'integer') return typeof value === 'number';
  return shape.type === typeof value;
}

function matchesConstants(shape: JsonSchema, value: unknown): boolean {
  if (!isObject(value)) return false;
  const constants = Object.entries(shape.properties ?? {}).filter(([, property]) => 'const' in property);
  return constants.length > 0 && constants.every(([name, property]) => value[name] === property.const);
}

function tagOf(shapes: readonly JsonSchema[]): string | undefined {
  const names = Object.keys(shapes[0]?.properties ?? {});
  return names.find((name) => shapes.every((shape) => 'const' in (shape.properties?.[name] ?? {})));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function range(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return `${min} or more`;
  if (min === max) return `exactly ${min}`;
  return min === 0 ? `at most ${max}` : `from ${min} to ${max}`;
}

function oneOf(choices: readonly unknown[]): string {
  const listed = choices.map((choice) => JSON.stringify(choice)).join(', ');
  return choices.length === 1 ? `must be ${listed}` : `must be one of ${listed}`;
}
