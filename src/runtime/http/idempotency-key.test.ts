import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Operation } from '#contracts/operation.ts';
import { canonicalJson, idempotencyKeyOf } from './idempotency-key.ts';

const operation = { name: 'placeOrder' } as Operation;
const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, item]) => [name, reversed(item)]),
  );
};

it('canonical JSON is JSON of the same value, whatever the order of its names', () => {
  const value = fc.jsonValue({ noUnicodeString: false }).filter((it) => !JSON.stringify(it).includes('__proto__'));
  fc.assert(
    fc.property(value, (it) => {
      expect(JSON.parse(canonicalJson(it))).toEqual(JSON.parse(JSON.stringify(it)));
      expect(canonicalJson(reversed(it))).toBe(canonicalJson(it));
    }),
  );
});

it('the fingerprint is that of the content, not of its order; any other content has another', () => {
  const of = (params: unknown, body: unknown): string =>
    idempotencyKeyOf('usr_1', operation, 'k', params, body).fingerprint;
  expect(of({}, { a: 1, b: [1, 2] })).toBe(of({}, { b: [1, 2], a: 1 }));
  expect(of({}, { a: 1, b: [1, 2] })).not.toBe(of({}, { a: 1, b: [2, 1] }));
  expect(of({ id: '1' }, {})).not.toBe(of({ id: '2' }, {}));
  expect(of({}, { a: 1 })).toMatch(/^[0-9a-f]{64}$/);
});

it('a key belongs to a caller and an operation', () => {
  expect(idempotencyKeyOf('usr_1', operation, 'k', {}, {}).scope).toBe('usr_1:placeOrder');
});
