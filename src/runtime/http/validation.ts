import type { TSchema } from 'typebox';
import type { Operation } from '#contracts/operation.ts';
import { type ProblemDetail, ProblemError, problem } from '#kernel/problem.ts';
import { explain, pointerTo } from './explain.ts';
import { type JsonSchema, validatorOf } from './schemas.ts';

/** The parts of a request that a contract describes. */
export interface Input {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** Checks the input of one operation; refuses with `validation_failed`, every fault named by a JSON pointer (RFC 6901). */
export interface InputCheck {
  /** Input from the wire: path and query values are texts, converted by their schemas. */
  read(params: Readonly<Record<string, unknown>>, query: Readonly<Record<string, unknown>>, body: unknown): Input;
  /** Input from another service in the same process, already typed. */
  check(params: unknown, query: unknown, body: unknown): Input;
}

/**
 * Pointers: a field of the body by its place in the body (`/items/0/quantity`), others under `/path`, `/query` and `/header`.
 * An absent body is read as `{}`, so that operations whose fields are all optional may be called without one.
 */
export function inputCheckOf(operation: Operation): InputCheck {
  const params = part(operation.params, '/path');
  const query = part(operation.query, '/query');
  const body = part(operation.body, '');

  const check: InputCheck['check'] = (givenParams, givenQuery, givenBody) => {
    const input = {
      params: givenParams ?? {},
      query: givenQuery ?? {},
      body: givenBody === undefined ? {} : givenBody,
    };
    if (params.passes(input.params) && query.passes(input.query) && body.passes(input.body)) return input;
    const errors = [...params.explain(input.params), ...query.explain(input.query), ...body.explain(input.body)];
    throw new ProblemError(problem('validation_failed', undefined, errors));
  };
  return {
    check,
    read(givenParams, givenQuery, givenBody) {
      const errors = [...refusedTexts(givenParams, '/path'), ...refusedTexts(givenQuery, '/query')];
      if (errors.length > 0) throw new ProblemError(problem('validation_failed', undefined, errors));
      return check(params.convert(givenParams), query.convert(givenQuery), givenBody);
    },
  };
}

/** `%00` in a path or a query: PostgreSQL stores no NUL, and a schema without a pattern lets it pass. */
function refusedTexts(texts: Readonly<Record<string, unknown>>, pointer: string): ProblemDetail[] {
  const faults: ProblemDetail[] = [];
  for (const name in texts) {
    const given = texts[name];
    const holdsNul =
      typeof given === 'string' ? given.includes('\0') : Array.isArray(given) && given.join().includes('\0');
    if (holdsNul)
      faults.push({ pointer: `${pointer}/${pointerTo(name)}`, detail: 'must not contain the character NUL' });
  }
  return faults;
}

interface Part {
  passes(value: unknown): boolean;
  explain(value: unknown): readonly ProblemDetail[];
  convert(texts: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

function part(schema: TSchema | undefined, pointer: string): Part {
  if (schema === undefined) {
    // Without a schema nothing is expected: only emptiness passes.
    const nothing: JsonSchema = { type: 'object', properties: {}, additionalProperties: false };
    return {
      passes: (value) => isPlainObject(value) && Object.keys(value).length === 0,
      explain: (value) => explain(nothing, value, pointer),
      convert: (texts) => ({ ...texts }),
    };
  }
  const validator = validatorOf(schema);
  const converters = convertersOf(schema);
  return {
    passes: (value) => validator.Check(value),
    explain(value) {
      if (validator.Check(value)) return [];
      const errors = explain(schema as JsonSchema, value, pointer);
      if (errors.length > 0) return errors;
      return validator.Errors(value).map((error) => ({
        pointer: `${pointer}${error.instancePath}`,
        detail: error.message,
      }));
    },
    convert(texts) {
      // Without a prototype, so that a field named __proto__ is a field like any other, and refused.
      const values: Record<string, unknown> = Object.create(null);
      for (const name of Object.keys(texts)) {
        const convert = converters.get(name);
        values[name] = convert ? convert(texts[name]) : texts[name];
      }
      return values;
    },
  };
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Convert = (text: unknown) => unknown;

/** How a text of the path or the query becomes what its schema wants. What does not convert stays text, and fails the check. */
function convertersOf(schema: TSchema): ReadonlyMap<string, Convert> {
  const converters = new Map<string, Convert>();
  const properties = 'properties' in schema ? (schema.properties as Record<string, TSchema>) : {};
  for (const [name, property] of Object.entries(properties)) {
    const convert = converterOf(property);
    if (convert) converters.set(name, convert);
  }
  return converters;
}

function converterOf(schema: TSchema): Convert | undefined {
  const type = 'type' in schema ? schema.type : undefined;
  if (type === 'integer' || type === 'number') return toNumber;
  if (type === 'boolean') return toBoolean;
  if (type === 'array') {
    const item = 'items' in schema ? converterOf(schema.items as TSchema) : undefined;
    return (given) => (Array.isArray(given) ? given : [given]).map((text) => (item ? item(text) : text));
  }
  return undefined;
}

function toNumber(text: unknown): unknown {
  return typeof text === 'string' && /^-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,15})?$/.test(text) ? Number(text) : text;
}

function toBoolean(text: unknown): unknown {
  if (text === 'true') return true;
  return text === 'false' ? false : text;
}
