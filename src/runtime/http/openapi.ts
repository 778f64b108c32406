import type { TSchema } from 'typebox';
import type { Operation } from '#contracts/operation.ts';
import { type ProblemCode, problemCatalogue } from '#kernel/problem.ts';
import { exampleOf } from './example.ts';
import { problemMediaType } from './problems.ts';
import type { JsonSchema } from './schemas.ts';

type Json = Readonly<Record<string, unknown>>;

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: Json;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: Json;
  readonly [member: string]: unknown;
}

/** The OpenAPI 3.1 document of the public operations, made from nothing but their contracts. */
export function openApiOf(operations: readonly Operation[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, Json>> = {};
  const served = operations.filter(({ access }) => access !== 'service');
  for (const operation of served) {
    const item = paths[operation.path] ?? {};
    item[operation.method.toLowerCase()] = describe(operation);
    paths[operation.path] = item;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Suanpan',
      version,
      summary: 'An order-and-payment platform: every item and every cent counted exactly once.',
      description: introduction,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(served.map(tagOf))].sort(shoppersFirst).map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: problemSchema },
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      headers: commonHeaders,
    },
  };
}

const introduction = [
  'Money is an integer of minor units with a currency: `{"amount": 12900, "currency": "CNY"}` is ¥129.00. Times are RFC 3339 in UTC.',
  'Lists take `limit` and `cursor` and answer `{data, nextCursor}`. Errors are problem documents (RFC 9457) whose `code` is one of',
  '[these](/docs/problems). Every answer carries `Trace-Id`; a `traceparent` (W3C) is honoured.',
].join(' ');

function describe(operation: Operation): Json {
  const parameters = [
    ...parametersOf(operation.params, 'path'),
    ...parametersOf(operation.query, 'query'),
    ...(operation.idempotencyKey === 'required' ? [idempotencyKeyParameter] : []),
  ];
  return {
    operationId: operation.name,
    summary: operation.summary,
    tags: [tagOf(operation)],
    ...(operation.access === 'public' ? {} : { security: [{ accessToken: [] }] }),
    ...(operation.access === 'operator' || operation.access === 'admin'
      ? { description: `For the role ${operation.access === 'admin' ? '`admin`' : '`operator` or `admin`'}.` }
      : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(operation.body === undefined ? {} : { requestBody: requestBodyOf(operation.body) }),
    responses: { ...answersOf(operation), ...problemsOf(operation) },
  };
}

function shoppersFirst(left: string, right: string): number {
  const isAdmin = (tag: string): number => Number(tag.startsWith('admin: '));
  return isAdmin(left) - isAdmin(right) || (left < right ? -1 : 1);
}

function tagOf(operation: Operation): string {
  return operation.path.startsWith('/v1/admin') ? `admin: ${operation.service}` : operation.service;
}

function parametersOf(schema: TSchema | undefined, place: 'path' | 'query'): Json[] {
  const { properties = {}, required = [] } = (schema ?? {}) as JsonSchema;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

const idempotencyKeyParameter: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description:
    'Chosen by the client, the same for each repeat of the same request. Repeats are answered with the first answer and `Idempotency-Replayed: true`.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
  example: '7f9c24e5-2f6c-4d5b-9d0a-5b1f5c1f0a11',
};

function requestBodyOf(schema: TSchema): Json {
  const required = ((schema as JsonSchema).required ?? []).length > 0;
  const example = exampleOf(schema);
  return {
    required,
    content: { 'application/json': { schema, ...(example === undefined ? {} : { example }) } },
  };
}

function answersOf(operation: Operation): Record<string, Json> {
  const responses: Record<string, Json> = {};
  for (const [status, schema] of Object.entries(operation.answers)) {
    const mediaType = status === '200' ? (operation.produces ?? 'application/json') : 'application/json';
    responses[status] = {
      description: descriptions[status] ?? 'Done',
      headers: {
        'Trace-Id': { $ref: '#/components/headers/Trace-Id' },
        ...(operation.idempotencyKey === 'required'
          ? { 'Idempotency-Replayed': { $ref: '#/components/headers/Idempotency-Replayed' } }
          : {}),
      },
      ...(status === '204' ? {} : { content: { [mediaType]: { schema } } }),
    };
  }
  return responses;
}

const descriptions: Readonly<Record<string, string>> = {
  200: 'Done',
  201: 'Made',
  202: 'Accepted; not yet finished',
  204: 'Done; no body',
};

/** The codes that an operation can answer with: its own, and those that follow from its contract. */
export function problemCodesOf(operation: Operation): ProblemCode[] {
  const codes = new Set<ProblemCode>(operation.problems ?? []);
  const add = (...more: readonly ProblemCode[]): void => {
    for (const code of more) codes.add(code);
  };
  if (operation.params ?? operation.query ?? operation.body) add('validation_failed');
  if (operation.body) add('malformed_json', 'payload_too_large', 'unsupported_media_type');
  if (operation.idempotencyKey === 'required') {
    add('validation_failed', 'idempotency_key_missing', 'idempotency_key_reused', 'request_in_progress');
  }
  if (operation.access !== 'public') add('unauthenticated', 'token_expired');
  if (operation.access === 'operator' || operation.access === 'admin') add('forbidden');
  add('rate_limited', 'internal_error', 'unavailable', 'deadline_exceeded');
  return [...codes];
}

function problemsOf(operation: Operation): Record<string, Json> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemCodesOf(operation)) {
    const { status } = problemCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const responses: Record<string, Json> = {};
  for (const [status, codes] of [...byStatus].sort(([left], [right]) => left - right)) {
    const retryAfter = status === 429 || status === 503;
    responses[String(status)] = {
      description: codes.map((code) => `\`${code}\`: ${problemCatalogue[code].title}`).join('. '),
      headers: {
        'Trace-Id': { $ref: '#/components/headers/Trace-Id' },
        ...(retryAfter ? { 'Retry-After': { $ref: '#/components/headers/Retry-After' } } : {}),
      },
      content: {
        [problemMediaType]: {
          schema: {
            allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }],
          },
        },
      },
    };
  }
  return responses;
}

const problemSchema: Json = {
  type: 'object',
  description: 'A problem document (RFC 9457).',
  required: ['type', 'title', 'status', 'code', 'traceId'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(problemCatalogue) },
    traceId: { type: 'string', pattern: '^[0-9a-f]{32}$' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          pointer: {
            type: 'string',
            description: 'Where: a JSON pointer into the body, or /path/…, /query/…, /header/….',
          },
          detail: { type: 'string' },
        },
        additionalProperties: true,
      },
    },
  },
};

const commonHeaders: Json = {
  'Trace-Id': { description: 'Name it when you ask about this request.', schema: { type: 'string' } },
  'Retry-After': { description: 'Whole seconds.', schema: { type: 'integer', minimum: 1 } },
  'Idempotency-Replayed': {
    description: '`true` where this is the answer of an earlier request with the same key.',
    schema: { type: 'string', enum: ['true'] },
  },
};
