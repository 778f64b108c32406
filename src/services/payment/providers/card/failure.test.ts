import { describe, expect, test } from 'vitest';
import { failureOf, isFinal, withoutKeys } from './failure.ts';

const thrown = (statusCode: number, rawType: string, more: object = {}) =>
  Object.assign(new Error('what Stripe said'), { statusCode, rawType, requestId: 'req_1', headers: {}, ...more });

describe('an error of the client', () => {
  test.each([
    [400, 'idempotency_error', {}],
    [401, 'invalid_request_error', {}],
    [403, 'invalid_request_error', { code: 'secret_key_required' }],
    [409, 'idempotency_error', { code: 'idempotency_key_in_use' }],
    [409, 'invalid_request_error', { code: 'lock_timeout' }],
    [429, 'invalid_request_error', { code: 'rate_limit' }],
    [500, 'api_error', {}],
    [503, 'invalid_request_error', {}],
    [200, 'api_error', {}],
    [404, 'proxy_error', {}],
    [302, 'invalid_request_error', {}],
  ])('%d %s says nothing of the charge', (status, type, more) => {
    expect(failureOf(thrown(status, type, more))).toMatchObject({ kind: 'unknown' });
  });

  test.each([undefined, null, 'text', new Error('socket hang up'), {}])(
    'that is none of Stripe’s (%s) says nothing',
    (error) => {
      expect(failureOf(error)).toMatchObject({ kind: 'unknown', reason: 'no answer' });
    },
  );

  test('500 out of a key’s memory will come again', () => {
    const headers = { 'idempotent-replayed': 'true' };
    expect(failureOf(thrown(500, 'api_error', { headers }))).toMatchObject({ kind: 'stuck' });
  });

  test.each([
    ['amount_too_small', true],
    ['charge_already_refunded', true],
    ['payment_intent_unexpected_state', true],
    ['lock_timeout', false],
    ['a_code_of_tomorrow', false],
  ])('400 with %s is the last word: %s', (code, final) => {
    const failure = failureOf(thrown(400, 'invalid_request_error', { code }));
    expect(failure).toMatchObject({ kind: 'refusal', code });
    expect(failure.kind === 'refusal' && isFinal(failure)).toBe(final);
  });

  test('400 without a code is named by its type and parameter', () => {
    const failure = failureOf(thrown(400, 'invalid_request_error', { param: 'amount' }));
    expect(failure).toMatchObject({ kind: 'refusal', code: 'invalid_request_error: amount' });
    expect(failure.kind === 'refusal' && isFinal(failure)).toBe(true);
  });
});

test.each([
  'sk_live_51HqLyjWDarjtT1zdp7dc',
  'rk_test_51HqLyjWDarjtT1zdp7dc',
  'sk_test_*********p7dc',
  'whsec_wRNftLajMZNeslQOP6vEPm4iVx5NlZ6z',
  'pi_3Mtw_secret_YrKJUKribcBjcG8HVhfZluoGH',
])('%s does not leave in a message', (key) => {
  expect(withoutKeys(`Invalid: ${key}, try again`)).toBe('Invalid: [key], try again');
});
