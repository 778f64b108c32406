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
 * Milliseconds since the epoch, cut (not rounded) to whole ones. Sessions of ours speak ISO in UTC, so nearly all
 * texts end in +00; `infinity` becomes Infinity.
 */
export function parseInstant(text: string): number {
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
