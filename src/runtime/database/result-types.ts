import pg from 'pg';

type Parse = (text: string) => unknown;

// Object identifiers of types, from the server's pg_type.dat: scalar, its array.
const INT8 = [20, 1016] as const;
const NUMERIC = [1700, 1231] as const;
const TIMESTAMPTZ = [1184, 1185] as const;
const TIMESTAMP = [1114, 1115] as const;
const DATE = [1082, 1182] as const;
const INTERVAL = [1186, 1187] as const;
const TEXT_ARRAY: number = 1009;

const zero = '0'.charCodeAt(0);
const dash = '-'.charCodeAt(0);

const parseTextArray = pg.types.getTypeParser(TEXT_ARRAY, 'text') as (text: string) => (string | null)[];

function arrayOf(parse: Parse): Parse {
  const parseElements = (elements: readonly unknown[]): unknown[] =>
    elements.map((element) => {
      if (element === null) return null;
      return Array.isArray(element) ? parseElements(element) : parse(String(element));
    });
  return (text) => parseElements(parseTextArray(text));
}

/**
 * Milliseconds since the epoch, cut (not rounded) to whole ones. Sessions of ours speak ISO in UTC, so nearly all texts are like
 * `2026-11-20 08:00:00.123456+00`, and are read digit by digit: rows are full of them.
 */
export function parseInstant(text: string): number {
  if (!isPlain(text)) return parseRareInstant(text);
  const end = text.length - 3;
  const ms =
    end > 19
      ? digitAt(text, 20) * 100 + (end > 21 ? digitAt(text, 21) * 10 : 0) + (end > 22 ? digitAt(text, 22) : 0)
      : 0;
  return Date.UTC(
    pairAt(text, 0) * 100 + pairAt(text, 2),
    pairAt(text, 5) - 1,
    pairAt(text, 8),
    pairAt(text, 11),
    pairAt(text, 14),
    pairAt(text, 17),
    ms,
  );
}

/** In UTC, with a year of four digits that Date.UTC takes as it is. */
function isPlain(text: string): boolean {
  return text.charCodeAt(4) === dash && text.charCodeAt(0) > zero && text.endsWith('+00');
}

function digitAt(text: string, at: number): number {
  return text.charCodeAt(at) - zero;
}

function pairAt(text: string, at: number): number {
  return digitAt(text, at) * 10 + digitAt(text, at + 1);
}

/** Other zones, years of five or six digits; `infinity` becomes Infinity. */
function parseRareInstant(text: string): number {
  if (text.endsWith('infinity')) return text.startsWith('-') ? -Infinity : Infinity;
  const iso = /^(\d{4,6})-(\d\d-\d\d) ([\d:.]+)([+-]\d\d)(:\d\d)?$/.exec(text);
  if (iso === null) return Number.NaN;
  const [, year = '', monthAndDay, time, hours, minutes = ':00'] = iso;
  const isoYear = year.length === 4 ? year : `+${year.padStart(6, '0')}`;
  return Date.parse(`${isoYear}-${monthAndDay}T${time}${hours}${minutes}`);
}

const asText: Parse = (text) => text;

const parsers = new Map<number, Parse>();
for (const [[scalar, array], parse] of [
  [INT8, (text: string) => BigInt(text)],
  [NUMERIC, asText],
  [TIMESTAMPTZ, parseInstant],
  [TIMESTAMP, asText],
  [DATE, asText],
  [INTERVAL, asText],
] as const) {
  parsers.set(scalar, parse);
  parsers.set(array, arrayOf(parse));
}

/** How columns become values: ours first, then the driver's own (text, bool, int4, float8, json, bytea, arrays …). */
export const resultTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format === 'binary' ? undefined : parsers.get(oid)) ??
    pg.types.getTypeParser(oid, format ?? 'text')) as typeof pg.types.getTypeParser,
};
