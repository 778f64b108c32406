import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { classify, StatementError } from '../../src/runtime/database/failure.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';

let fresh: FreshDatabase;
let database: Database;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = connect({ ...fresh.owner, poolSize: 4 });
});

afterAll(async () => {
  await database.close();
  await fresh.drop();
});

describe('values', () => {
  test('come out as documented', async () => {
    const { rows } = await database.query(`
      SELECT 9007199254740993::int8 AS int8, 1.10::numeric AS numeric, '2026-02-03 04:05:06.789+08'::timestamptz AS instant,
        '2026-02-03'::date AS date, '{"a": [1]}'::jsonb AS json, ARRAY[1, NULL]::int8[] AS int8s,
        ARRAY['2026-02-03 04:05:06Z']::timestamptz[] AS instants, ARRAY[1.5]::numeric[] AS numerics,
        ARRAY['x', NULL] AS texts, 'infinity'::timestamptz AS forever, '0044-03-15 BC'::date AS ides, 7 AS int4`);
    expect(rows).toEqual([
      {
        int8: 9007199254740993n,
        numeric: '1.10',
        instant: Date.parse('2026-02-02T20:05:06.789Z'),
        date: '2026-02-03',
        json: { a: [1] },
        int8s: [1n, null],
        instants: [Date.parse('2026-02-03T04:05:06Z')],
        numerics: ['1.5'],
        texts: ['x', null],
        forever: Infinity,
        ides: '0044-03-15 BC',
        int4: 7,
      },
    ]);
  });

  const text = fc
    .string({
      unit: fc.oneof(
        fc.constantFrom('"', '\\', '{', '}', ',', "'", ' ', 'NULL', '茶', '🍵'),
        fc.string({ unit: 'grapheme', maxLength: 1 }),
      ),
    })
    .map((s) => s.replaceAll('\0', ''));
  const int8 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

  test('arrays of texts and big integers go in and come out of unnest unchanged', async () => {
    const line = fc.record({
      text: fc.option(text),
      int8: fc.option(int8),
      flag: fc.option(fc.boolean()),
      json: fc.jsonValue().filter((value) => !JSON.stringify(value).includes('\\u') && !Object.is(value, -0)),
      bytes: fc.uint8Array(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (lines) => {
        const { rows } = await database.query(
          `SELECT t, i, f, j, b FROM unnest($1::text[], $2::int8[], $3::bool[], $4::json[], $5::bytea[])
             WITH ORDINALITY AS given (t, i, f, j, b, position) ORDER BY position`,
          [
            lines.map((each) => each.text),
            lines.map((each) => each.int8),
            lines.map((each) => each.flag),
            lines.map((each) => JSON.stringify(each.json)),
            lines.map((each) => each.bytes),
          ],
        );
        expect(rows).toEqual(
          lines.map((each) => ({
            t: each.text,
            i: each.int8,
            f: each.flag,
            j: JSON.parse(JSON.stringify(each.json)),
            b: Buffer.from(each.bytes),
          })),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('instants go in and come out, as dates and as numbers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.date({ min: new Date(-6e13), max: new Date(8e13), noInvalidDate: true }), async (date) => {
        const at = date.getTime();
        const { rows } = await database.query(
          `SELECT $1::timestamptz AS date, $2::timestamptz AS number, $3::timestamptz[] AS dates,
            $4::timestamptz[] AS numbers, $5::timestamptz[] AS mixed`,
          [date, at, [date, null], [null, at], [date, at, -Infinity, Infinity]],
        );
        expect(rows).toEqual([
          { date: at, number: at, dates: [at, null], numbers: [null, at], mixed: [at, at, -Infinity, Infinity] },
        ]);
      }),
      { numRuns: 100 },
    );
  });

  test('a NUL in a text blames the item', async () => {
    const error = await database.query('SELECT $1::text[]', [['a\0b']]).catch((caught: unknown) => caught);
    expect(classify(error)).toBe('item');
  });
});

/** What the server makes of it, or the code with which it refuses it. */
async function read(statement: string, values: readonly unknown[]): Promise<unknown> {
  const answer = await database.query(statement, values).catch((error: unknown) => error);
  return answer instanceof StatementError ? answer.code : (answer as { rows: unknown }).rows;
}

/** `$1::type[]` is sent in binary form as far as that goes, `cast($1 as type[])` always as a literal. */
async function readBothWays(type: string, elements: readonly unknown[]): Promise<[binary: unknown, literal: unknown]> {
  const opened = (array: string) => `SELECT count(*) OVER (), element FROM unnest(${array}) AS element`;
  return [await read(opened(`$1::${type}[]`), [elements]), await read(opened(`cast($1 as ${type}[])`), [elements])];
}

describe('an array', () => {
  const least = -(2n ** 63n);
  const whole = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
  const elements: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    text: fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })),
    json: fc.json(),
    smallint: whole(16),
    int: whole(32),
    integer: whole(32),
    bigint: fc.oneof(fc.bigInt({ min: least, max: -least - 1n }), fc.maxSafeInteger()),
    boolean: fc.boolean(),
  };

  test.each(Object.keys(elements))('of %s is read alike in binary form and as a literal', async (type) => {
    const array = fc.array(fc.option(elements[type] ?? fc.constant(null)), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(array, async (values) => {
        const [binary, literal] = await readBothWays(type, values);
        expect(binary).toEqual(literal);
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    ['smallint', 2 ** 15, '22003'],
    ['smallint', -(2 ** 15) - 1, '22003'],
    ['smallint', 1.5, '22P02'],
    ['int', 2 ** 31, '22003'],
    ['int', -(2 ** 31) - 1, '22003'],
    ['bigint', 2n ** 63n, '22003'],
    ['bigint', least - 1n, '22003'],
    ['bigint', 0.1, '22P02'],
    ['bigint', 'many', '22P02'],
    ['boolean', 'perhaps', '22P02'],
    ['timestamptz', Number.NaN, '22007'],
    ['timestamptz', 'tomorrow at tea', '22007'],
    ['json', '{"half":', '22P02'],
    ['text', 'half of a pair: \ud83c', '22021'],
    ['text', 'a\0b', '22021'],
  ])('of %s with %s is refused with what is wrong, and blames the item', async (type, element, code) => {
    const error = await database.query(`SELECT $1::${type}[]`, [[null, element]]).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code });
    expect(classify(error)).toBe('item');
  });

  test.each([
    ['int', '7', 7],
    ['bigint', '9007199254740993', 9007199254740993n],
    ['boolean', 'yes', true],
    ['boolean', 1, true],
    ['timestamptz', '2026-02-03T04:05:06.789Z', Date.UTC(2026, 1, 3, 4, 5, 6, 789)],
    ['text', 7, '7'],
    ['text', true, 'true'],
  ])('of %s may also hold %s', async (type, element, read) => {
    const { rows } = await database.query(`SELECT $1::${type}[] AS read`, [[element, null]]);
    expect(rows).toEqual([{ read: [read, null] }]);
  });

  test('of arrays keeps its shape', async () => {
    const { rows } = await database.query('SELECT $1::int[] AS read', [
      [
        [1, 2],
        [3, null],
      ],
    ]);
    expect(rows).toEqual([
      {
        read: [
          [1, 2],
          [3, null],
        ],
      },
    ]);
  });

  test('takes as much room as it needs, and what comes after it is itself', async () => {
    const long = ['茶'.repeat(3_000_000), null, 'x'.repeat(5_000_000)];
    const { rows } = await database.query('SELECT length(unnest($1::text[])) AS length, $2 AS behind', [
      long,
      'behind',
    ]);
    expect(rows).toEqual([3_000_000, null, 5_000_000].map((length) => ({ length, behind: 'behind' })));
    expect(await read('SELECT $1::text[] AS texts', [['short']])).toEqual([{ texts: ['short'] }]);
  });
});

describe('a moment', () => {
  const now = Date.UTC(2026, 1, 3, 4, 5, 6, 789);

  test('is a number where the statement says timestamptz', async () => {
    const { rows } = await database.query('SELECT $1::timestamptz AS at, $2::bigint AS number', [now, now]);
    expect(rows).toEqual([{ at: now, number: BigInt(now) }]);
  });

  test('in a parameter that is cast to two types is what the server makes of it', async () => {
    const { rows } = await database.query('SELECT $1::text AS text, $1::bigint AS number', [now]);
    expect(rows).toEqual([{ text: String(now), number: BigInt(now) }]);
  });
});
