import fc from 'fast-check';

/** As much of JSON Schema as the contracts use. */
export interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
}

export const sqlish = [
  "'; drop table orders; --",
  "' or '1'='1",
  '1); delete from balances; --',
  "\\'; select pg_sleep(10); --",
  '$1',
  '{{7*7}}',
  '%27%20or%201=1',
  '*/ union select null, null --',
  '%',
  '_%_',
  'x:*&y|!z',
] as const;

/** Texts that are unusual and all the same somebody's: they are refused, or kept and given back as they came. */
export const unusual = [
  'שלום עולם',
  '\u202egnp.exe',
  '👩‍👩‍👧‍👦 𠮷野家',
  'Z̸̢̛a̷̧͝l̶͉̈g̷̺͒o̸̘͝',
  'e\u0301 is not é',
  'é is not e\u0301',
  '\u200b\ufeff zero width',
  'line\nbreak\ttab',
  '"quotes" \\backslash\\ </script><script>alert(1)</script>',
  '\uffff\ufffe',
] as const;

/** What no text may hold, as a JSON string's inside. */
export const unstorable = ['\\u0000', 'a\\u0000b', '\\ud800', '\\udc00\\ud800', 'x\\udfff'] as const;

const hostileText = fc.oneof(
  fc.constantFrom(...sqlish, ...unusual, '', ' ', '\0', '\ud800', '../../etc/passwd', '__proto__', 'constructor'),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constant('a'.repeat(20_000)),
);
const hostileNumber = fc.constantFrom(
  0,
  -1,
  -0,
  1.5,
  2 ** 31,
  2 ** 53 + 2,
  2 ** 63,
  1e308,
  Number.MIN_SAFE_INTEGER,
  Number.MAX_SAFE_INTEGER,
  '１２',
  '1',
  '1e3',
);

/** Anything at all. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(hostileText, hostileNumber, fc.constant(null), fc.jsonValue());

/** A value of the schema, with now and then something hostile at any place in it, or a field that does not belong there. */
export function nearly(schema: Schema, ids: readonly string[]): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: valid(schema, ids) }, { weight: 1, arbitrary: hostile });
}

function valid(schema: Schema, ids: readonly string[]): fc.Arbitrary<unknown> {
  const { type, anyOf, enum: values, items, minimum, maximum } = schema;
  if ('const' in schema) return fc.constant(schema.const);
  if (values) return fc.constantFrom(...values);
  if (anyOf) return fc.oneof(...anyOf.map((one) => valid(one, ids)));
  switch (type) {
    case 'object':
      return validObject(schema, ids);
    case 'array': {
      const least = schema.minItems ?? 0;
      return items ? fc.array(nearly(items, ids), { minLength: least, maxLength: least + 2 }) : fc.constant([]);
    }
    case 'integer':
    case 'number':
      return fc.constantFrom(minimum ?? 0, maximum ?? 1, Math.min(2, maximum ?? 2));
    case 'boolean':
      return fc.boolean();
    case 'string':
      return validText(schema, ids);
    default:
      return fc.jsonValue();
  }
}

function validObject({ properties = {}, required = [] }: Schema, ids: readonly string[]): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, nearly(field, ids)]));
  const whole = fc.record(fields, { requiredKeys: [...required] });
  const odd = fc.constantFrom('price', 'status', 'userId', 'paidAt', 'captured', 'id', '', 'constructor');
  const withMore = fc.tuple(whole, odd, hostile).map(([rest, name, value]) => ({ ...rest, [name]: value }));
  return fc.oneof({ weight: 12, arbitrary: whole }, { weight: 1, arbitrary: withMore });
}

function validText(schema: Schema, ids: readonly string[]): fc.Arbitrary<string> {
  const { pattern = '', format, minLength = 0, maxLength = 50 } = schema;
  const prefix = /^\^([a-z]{3})_/.exec(pattern)?.[1];
  if (prefix !== undefined) return fc.constantFrom(...ids.filter((id) => id.startsWith(prefix)), `${prefix}_${nil}`);
  if (pattern === '^[A-Z]{3}$') return fc.constantFrom('CNY', 'USD', 'XXX');
  if (format === 'email') return fc.emailAddress({ size: 'small' });
  if (format === 'date-time') return fc.constant('2026-01-01T00:00:00Z');
  if (format === 'uri') return fc.webUrl();
  if (pattern.startsWith('^[\\p{L}')) return fc.constantFrom('tea', 'TEA-LJ-100', '茶', 'A/B C');
  return fc
    .oneof(fc.constantFrom(...sqlish, ...unusual), fc.string({ unit: 'grapheme' }), fc.lorem({ mode: 'words' }))
    .map((text) => text.slice(0, maxLength).padEnd(minLength, 'x'));
}

/** The id of nothing. */
export const nil = '00000000-0000-7000-8000-000000000000';
