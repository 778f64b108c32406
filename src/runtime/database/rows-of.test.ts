import { expect, test } from 'vitest';
import { rowsOf } from './rows-of.ts';

test('each column is opened from a parameter of its own', () => {
  expect(rowsOf('id text, paid bigint')).toBe('(select unnest($1::text[]) as id, unnest($2::bigint[]) as paid)');
});

test('parameters before them are left to the statement, and lists may go over several lines', () => {
  expect(rowsOf('\n  id text,\n  paid bigint', 3)).toBe(
    '(select unnest($3::text[]) as id, unnest($4::bigint[]) as paid)',
  );
});

test.each(['id', 'id text,', 'id text null', ''])("'%s' is no list of names with types", (columns) => {
  expect(() => rowsOf(columns)).toThrow('not a name and a type');
});
