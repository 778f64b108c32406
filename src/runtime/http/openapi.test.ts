import { describe, expect, it } from 'vitest';
import * as catalog from '#contracts/http/catalog.ts';
import * as identity from '#contracts/http/identity.ts';
import * as ordering from '#contracts/http/ordering.ts';
import * as wallet from '#contracts/http/wallet.ts';
import type { Operation } from '#contracts/operation.ts';
import { problemCatalogue } from '#kernel/problem.ts';
import { exampleOf } from './example.ts';
import { openApiOf } from './openapi.ts';
import { validatorOf } from './schemas.ts';

const operations = [catalog, identity, ordering, wallet].flatMap((contracts) =>
  Object.values(contracts).filter(
    (value): value is Operation => typeof value === 'object' && 'operationId' in toId(value),
  ),
);

function toId(value: object): object {
  return 'method' in value && 'path' in value ? { operationId: true } : {};
}

const document = JSON.parse(JSON.stringify(openApiOf(operations, '1.2.3')));
interface Described {
  readonly operationId?: string;
  readonly security?: unknown;
  readonly parameters?: readonly { in: string; name: string; required: boolean }[];
  readonly responses: Readonly<Record<string, { description: string; content?: object }>>;
}

const described: { path: string; method: string; operation: Described }[] = Object.entries(
  document.paths as Record<string, Record<string, Described>>,
).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method, operation })));

/** Every `$ref` in the document. */
function refs(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => (name === '$ref' ? [String(item)] : refs(item)));
}

describe('the OpenAPI document', () => {
  it('has what OpenAPI 3.1 requires of it', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(document.info).toMatchObject({ title: 'Suanpan', version: '1.2.3' });
    expect(described.length).toBeGreaterThan(5);
    expect(new Set(described.map(({ operation }) => operation.operationId)).size).toBe(described.length);
  });

  it('describes every operation but those between services', () => {
    const expected = operations.filter(({ access }) => access !== 'service').map(({ name }) => name);
    expect(described.map(({ operation }) => operation.operationId).sort()).toEqual(expected.sort());
  });

  it.each(described)('$method $path names each of its path parameters once, as required', ({ path, operation }) => {
    const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
    const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
    expect(parameters.map(({ name }) => name).sort()).toEqual(inPath.sort());
    expect(parameters.every(({ required }) => required)).toBe(true);
  });

  it.each(described)(
    '$method $path has a success, problems as problem documents, and a description of each',
    ({ operation }) => {
      const responses = Object.entries(
        operation.responses as Record<string, { description: string; content?: object }>,
      );
      expect(responses.some(([status]) => status.startsWith('2'))).toBe(true);
      for (const [status, response] of responses) {
        expect(response.description).not.toBe('');
        if (Number(status) >= 400) expect(Object.keys(response.content ?? {})).toEqual(['application/problem+json']);
        else if (status === '204') expect(response.content).toBeUndefined();
      }
    },
  );

  it('refers to nothing that is not there', () => {
    const found = refs(document);
    expect(found.length).toBeGreaterThan(0);
    for (const ref of found) {
      const parts = ref.replace(/^#\//, '').split('/');
      expect(parts.reduce<Record<string, never>>((at, part) => at[part] ?? ({} as never), document)).not.toEqual({});
    }
  });

  it('says who needs a token and who a key', () => {
    const byName = new Map(described.map(({ operation }) => [String(operation.operationId), operation]));
    for (const operation of operations.filter(({ access }) => access !== 'service')) {
      const shown = byName.get(operation.name);
      expect(shown?.security !== undefined, operation.name).toBe(operation.access !== 'public');
      const parameters = shown?.parameters ?? [];
      const asksForKey = parameters.some(({ name }) => name === 'Idempotency-Key');
      expect(asksForKey, operation.name).toBe(operation.idempotencyKey === 'required');
    }
  });

  it('has every code of the catalogue in the schema of problems', () => {
    expect(document.components.schemas.Problem.properties.code.enum).toEqual(Object.keys(problemCatalogue));
  });
});

it('examples are what their schemas accept', () => {
  const bodies = operations.flatMap(({ body }) => (body ? [body] : []));
  const examples = bodies.map((body) => [body, exampleOf(body)] as const);
  expect(examples.filter(([, example]) => example !== undefined).length).toBeGreaterThan(bodies.length / 2);
  for (const [body, example] of examples) {
    if (example !== undefined) expect(validatorOf(body).Check(example)).toBe(true);
  }
});
