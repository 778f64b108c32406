import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProblemError } from '#kernel/problem.ts';
import { nestingMax, parseJsonBody } from './json-body.ts';

function refusal(body: string | Buffer): string {
  try {
    parseJsonBody(Buffer.from(body as string));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const [first] = error.problem.errors ?? [];
    return first ? `${error.problem.code} at ${first.pointer}: ${first.detail}` : error.problem.code;
  }
  return 'accepted';
}

describe('a JSON body', () => {
  it('is parsed like JSON.parse does it, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        const body = JSON.stringify(value);
        fc.pre(!body.includes('\\u0000') && !body.includes('__proto__'));
        expect(parseJsonBody(Buffer.from(body))).toEqual(JSON.parse(body));
      }),
    );
  });

  it.each([
    ['nothing but a comma', ',', 'malformed_json'],
    ['a trailing comma', '{"a":1,}', 'malformed_json'],
    ['a byte order mark', '\uFEFF{}', 'malformed_json'],
    ['NaN', '{"a":NaN}', 'malformed_json'],
    ['full-width digits', '{"a":１}', 'malformed_json'],
    ['a raw NUL', '{"a":"\0"}', 'malformed_json'],
    ['an escaped NUL', '{"a":["x","\\u0000"]}', 'validation_failed at /a/1: must not contain the character NUL'],
    ['half a pair, escaped', '{"a":"\\ud800"}', 'validation_failed at /a: must not contain half a surrogate pair'],
    ['half a pair in a name', '{"\\udc00":1}', 'validation_failed at : must not contain half a surrogate pair'],
    ['__proto__ as a name', '{"a":{"__proto__":{}}}', 'validation_failed at /a/__proto__: unknown field'],
    ['__proto__, escaped', '{"\\u005f_proto__":1}', 'validation_failed at /__proto__: unknown field'],
    ['__proto__ in a text', '{"a":"__proto__"}', 'accepted'],
    ['a whole pair, escaped', '{"a":"\\ud83c\\udf75"}', 'accepted'],
    ['brackets in a text', JSON.stringify({ a: '['.repeat(100) }), 'accepted'],
    ['a text that ends in a backslash', '{"a":"\\\\","b":1}', 'accepted'],
  ])('%s', (_, body, expected) => {
    expect(refusal(body)).toBe(expected);
  });

  it('that is not UTF-8 is refused', () => {
    expect(refusal(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))).toBe('malformed_json');
  });

  it(`may be nested ${nestingMax} deep and no deeper`, () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(refusal(nested(nestingMax))).toBe('accepted');
    expect(refusal(nested(nestingMax + 1))).toBe('malformed_json');
    expect(refusal('['.repeat(1_000_000))).toBe('malformed_json');
  });
});
