import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ProblemError } from '#kernel/problem.ts';
import { decodeCursor, encodeCursor } from './paging.ts';

it('a cursor comes back as the texts of its parts', () => {
  const text = fc.string({ unit: 'binary' }).filter((part) => !part.includes('\0') && part.isWellFormed());
  const part = fc.oneof(text, fc.integer());
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
      const cursor = encodeCursor(parts);
      expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(decodeCursor(cursor, parts.length)).toEqual(parts.map(String));
    }),
  );
  expect(decodeCursor(undefined, 2)).toBeUndefined();
});

it.each([
  ['no base64url', 'a/b+'],
  ['no JSON', Buffer.from('nonsense').toString('base64url')],
  ['no list', Buffer.from('{"a":1}').toString('base64url')],
  ['another number of parts', encodeCursor(['a'])],
  ['a part of another type', Buffer.from('["a",{}]').toString('base64url')],
  ['NUL in a part', Buffer.from('["a","\\u0000"]').toString('base64url')],
  ['text after the end', `${encodeCursor(['a', 'b'])}=`],
  ['spaces', Buffer.from('["a", "b"]').toString('base64url')],
])('a cursor with %s is refused', (_, cursor) => {
  expect.assertions(2);
  try {
    decodeCursor(cursor, 2);
  } catch (error) {
    expect(error).toBeInstanceOf(ProblemError);
    expect((error as ProblemError).problem).toMatchObject({
      code: 'validation_failed',
      errors: [{ pointer: '/query/cursor' }],
    });
  }
});
