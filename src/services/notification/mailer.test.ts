import { describe, expect, test } from 'vitest';
import { outcomeOf } from './mailer.ts';

function failure(code: string | undefined, responseCode?: number): Error {
  return Object.assign(new Error('what the server said'), { code, responseCode });
}

describe('what a mail server said', () => {
  test.each([
    ['EENVELOPE', 550, 'ever'],
    ['EENVELOPE', 553, 'ever'],
    ['EMESSAGE', 554, 'ever'],
    ['EMESSAGE', undefined, 'ever'],
    ['EENVELOPE', undefined, 'ever'],
    ['EENVELOPE', 450, 'later'],
    ['EMESSAGE', 452, 'later'],
    ['EMESSAGE', 503, 'later'],
  ] as const)('of the mail, %s %s, holds for %s', (code, responseCode, until) => {
    expect(outcomeOf(failure(code, responseCode))).toEqual({ kind: 'refused', until, error: 'what the server said' });
  });

  test.each([
    ['ECONNECTION', undefined],
    ['ESOCKET', undefined],
    ['ETIMEDOUT', undefined],
    ['EDNS', undefined],
    ['ETLS', undefined],
    ['EAUTH', 535],
    ['EPROTOCOL', 554],
    ['EENVELOPE', 421],
    ['EMESSAGE', 421],
    [undefined, undefined],
  ] as const)('of itself, %s %s, says nothing of the mail', (code, responseCode) => {
    expect(outcomeOf(failure(code, responseCode))).toEqual({ kind: 'away', error: 'what the server said' });
  });

  test('is kept to a length that an operator can read', () => {
    const long = Object.assign(new Error('x'.repeat(10_000)), { code: 'ESOCKET' });
    expect(outcomeOf(long)).toEqual({ kind: 'away', error: 'x'.repeat(500) });
  });
});
