import type { TSchema } from 'typebox';
import { type JsonSchema, validatorOf } from './schemas.ts';

/** A small value that the schema accepts, for documentation; undefined where none could be made up. */
export function exampleOf(schema: TSchema): unknown {
  const example = make(schema as JsonSchema, '');
  return validatorOf(schema).Check(example) ? example : undefined;
}

/** What people expect to see under these names. */
const byName: Readonly<Record<string, unknown>> = {
  sku: 'TEA-001',
  currency: 'CNY',
  amount: 12_900,
  email: 'ming@example.com',
  password: 'correct horse battery',
  name: '王小明',
  phone: '+86 138 0013 8000',
  line1: '中关村大街 1 号',
  city: '北京',
  region: '北京',
  postalCode: '100080',
  country: 'CN',
  quantity: 2,
  reason: 'changed my mind',
};

function make(schema: JsonSchema, name: string): unknown {
  if ('const' in schema) return schema.const;
  if (schema.enum) return schema.enum[0];
  const known = byName[name];
  if (known !== undefined && validatorOf(schema).Check(known)) return known;
  if (schema.anyOf?.[0]) return make(schema.anyOf[0], name);
  switch (schema.type) {
    case 'object': {
      const value: Record<string, unknown> = {};
      for (const field of schema.required ?? []) {
        const property = schema.properties?.[field];
        if (property) value[field] = make(property, field);
      }
      return value;
    }
    case 'array':
      return schema.items ? [make(schema.items, name)] : [];
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'string':
      return text(schema);
    default:
      return {};
  }
}

function text({ format, pattern = '', minLength = 0, maxLength = 8 }: JsonSchema): string {
  if (format === 'email') return 'ming@example.com';
  if (format === 'date-time') return '2026-11-20T08:00:00.000Z';
  const prefix = /^\^([a-z]{3})_\[0-9a-f\]/.exec(pattern)?.[1];
  if (prefix !== undefined) return `${prefix}_01976f00-0000-7000-8000-000000000001`;
  return 'text'.padEnd(minLength, 'x').slice(0, maxLength);
}
