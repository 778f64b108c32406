import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { operation } from '#contracts/operation.ts';
import { closed, OrderId, OrderLine, Page, PositiveMoney, Sku, Timestamp, text } from '#contracts/schema.ts';
import { ProblemError } from '#kernel/problem.ts';
import { inputCheckOf } from './validation.ts';

const everything = operation({
  service: 'shop',
  name: 'everything',
  summary: 'Every kind of field',
  method: 'POST',
  path: '/v1/orders/{id}/items/{sku}',
  access: 'public',
  params: closed({ id: OrderId, sku: Sku }),
  query: closed({
    ...Page,
    paid: Type.Optional(Type.Boolean()),
    status: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
  }),
  body: closed({
    items: Type.Array(OrderLine, { minItems: 1, maxItems: 3 }),
    note: Type.Optional(text(0, 10)),
    email: Type.Optional(Type.String({ format: 'email' })),
    at: Type.Optional(Timestamp),
    amount: Type.Optional(PositiveMoney),
    rate: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    gift: Type.Optional(Type.Union([Type.String({ minLength: 1 }), Type.Null()])),
    method: Type.Optional(Type.Union([Type.Literal('balance'), Type.Literal('card')])),
    payment: Type.Optional(
      Type.Union([
        closed({ method: Type.Literal('balance') }),
        closed({ method: Type.Literal('card'), returnUrl: Type.String() }),
      ]),
    ),
    labels: Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: 3 }))),
  }),
  answers: { 204: Type.Null() },
});

const check = inputCheckOf(everything);
const params = { id: 'ord_01976f00-0000-7000-8000-000000000001', sku: '绿茶-1' };
const items = [{ sku: 'tea', quantity: 1 }];

/** The faults found, as `pointer: detail`. */
function faults(
  body: unknown,
  query: Readonly<Record<string, unknown>> = {},
  path: Readonly<Record<string, unknown>> = params,
) {
  try {
    check.read(path, query, body);
    return [];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    expect(error.problem.code).toBe('validation_failed');
    return (error.problem.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`);
  }
}

describe('input that keeps the contract', () => {
  it('passes as it is', () => {
    const body = { items, gift: null, payment: { method: 'card', returnUrl: 'x' }, labels: { a: 'b' } };
    expect(check.read(params, {}, body)).toEqual({ params, query: {}, body });
  });

  it('has its query converted by the types of its schema', () => {
    const { query } = check.read(params, { limit: '20', paid: 'true', status: 'PAID', cursor: '7' }, { items });
    expect({ ...(query as object) }).toEqual({ limit: 20, paid: true, status: ['PAID'], cursor: '7' });
  });

  it('may leave out a body whose fields are all optional', () => {
    const optional = inputCheckOf({ ...everything, body: closed({ reason: Type.Optional(Type.String()) }) });
    expect(optional.read(params, {}, undefined).body).toEqual({});
  });
});

describe('what is wrong is named by a pointer, in plain English', () => {
  it.each<[string, unknown, string[]]>([
    ['a missing body', undefined, ['/items: is required']],
    ['a body that is no object', [], [': must be an object']],
    ['null for a body', null, [': must be an object']],
    ['an empty list', { items: [] }, ['/items: must have from 1 to 3 entries']],
    ['too many entries', { items: [1, 2, 3, 4] }, ['/items: must have from 1 to 3 entries']],
    ['an entry of another type', { items: ['tea'] }, ['/items/0: must be an object']],
    [
      'a quantity of 0',
      { items: [{ sku: 'a', quantity: 0 }] },
      ['/items/0/quantity: must be a whole number from 1 to 9999'],
    ],
    [
      'a fraction',
      { items: [{ sku: 'a', quantity: 1.5 }] },
      ['/items/0/quantity: must be a whole number from 1 to 9999'],
    ],
    [
      '2^53 + 1',
      { items: [{ sku: 'a', quantity: 2 ** 53 + 1 }] },
      ['/items/0/quantity: must be a whole number from 1 to 9999'],
    ],
    [
      'digits in a text',
      { items: [{ sku: 'a', quantity: '１' }] },
      ['/items/0/quantity: must be a whole number from 1 to 9999'],
    ],
    [
      'several faults at once',
      { items: [{ sku: 'a', qty: 1 }], price: 1 },
      ['/items/0/quantity: is required', '/items/0/qty: unknown field', '/price: unknown field'],
    ],
    ['a name with a slash and a tilde', { items, 'a/b~c': 1 }, ['/a~1b~0c: unknown field']],
    ['a text too long', { items, note: '一二三四五六七八九十十' }, ['/note: must have at most 10 characters']],
    ['a control character', { items, note: 'a\u0007' }, ['/note: must not contain control characters']],
    ['an empty gift', { items, gift: '' }, ['/gift: must not be empty']],
    ['a gift of another type', { items, gift: 5 }, ['/gift: must be a text']],
    ['no e-mail address', { items, email: 'nobody' }, ['/email: must be an e-mail address']],
    ['no time', { items, at: 'yesterday' }, ['/at: must be a time such as 2026-11-20T08:00:00Z (RFC 3339)']],
    ['a choice', { items, method: 'cash' }, ['/method: must be one of "balance", "card"']],
    ['no tag', { items, payment: {} }, ['/payment/method: must be one of "balance", "card"']],
    [
      'the fields of the shape that was meant',
      { items, payment: { method: 'card' } },
      ['/payment/returnUrl: is required'],
    ],
    ['a number that is no number', { items, rate: '1' }, ['/rate: must be a number above 0']],
    ['a value of a record', { items, labels: { a: 'long' } }, ['/labels/a: must have at most 3 characters']],
    [
      'money',
      { items, amount: { amount: 0, currency: 'yuan' } },
      [
        '/amount/amount: must be a whole number from 1 to 9007199254740991',
        '/amount/currency: must be a currency code of three capital letters (ISO 4217)',
      ],
    ],
  ])('%s', (_, body, expected) => {
    expect(faults(body)).toEqual(expected);
  });

  it('in the query and the path too', () => {
    expect(faults({ items }, { limit: '1e2', paid: 'yes', page: '2' })).toEqual([
      '/query/limit: must be a whole number from 1 to 100',
      '/query/paid: must be true or false',
      '/query/page: unknown field',
    ]);
    expect(faults({ items }, { limit: ['1', '2'] })).toEqual(['/query/limit: must be a whole number from 1 to 100']);
    expect(faults({ items }, {}, { ...params, id: 'ord_1' })).toEqual([
      '/path/id: must be an id that begins with ord_',
    ]);
  });

  it('NUL in the query and the path', () => {
    expect(faults({ items }, { cursor: 'a\0' })).toEqual(['/query/cursor: must not contain the character NUL']);
    expect(faults({ items }, { status: ['a', '\0'] })).toEqual(['/query/status: must not contain the character NUL']);
  });

  it('a query field named __proto__', () => {
    const query = JSON.parse('{"__proto__": "x"}');
    expect(faults({ items }, query)).toEqual(['/query/__proto__: unknown field']);
  });

  it('at most twenty faults', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field${index}`, 1]));
    expect(faults({ items, ...many })).toHaveLength(20);
  });

  it('a body where none is expected', () => {
    const without = inputCheckOf(operation({ ...everything, body: undefined as never }));
    expect(() => without.read(params, {}, { a: 1 })).toThrow(ProblemError);
    expect(without.read(params, {}, {}).body).toEqual({});
  });
});
