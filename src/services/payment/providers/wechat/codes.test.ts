import { describe, expect, test } from 'vitest';
import { meaningOf } from './codes.ts';
import { chargeState, refundState, toBeijing } from './states.ts';

describe('an answer', () => {
  test.each([
    [200, '', 'done'],
    [204, '', 'done'],
    [404, 'ORDER_NOT_EXIST', 'not there'],
    [404, 'ORDERNOTEXIST', 'not there'],
    [404, 'ORDER_NOT_EXISTS', 'not there'],
    [404, 'RESOURCE_NOT_EXISTS', 'not there'],
    [400, 'RESOURCENOTEXIST', 'not there'],
    [400, 'PARAM_ERROR', 'refused'],
    [400, 'INVALID_REQUEST', 'refused'],
    [400, 'ORDERPAID', 'refused'],
    [400, 'ORDER_PAID', 'refused'],
    [400, 'ORDER_CLOSED', 'refused'],
    [400, 'ORDERCLOSED', 'refused'],
    [400, 'APPID_MCHID_NOT_MATCH', 'refused'],
    [400, 'MCH_NOT_EXISTS', 'refused'],
    [403, 'OUT_TRADE_NO_USED', 'refused'],
    [403, 'NO_AUTH', 'refused'],
    [403, 'NOAUTH', 'refused'],
    [403, 'RULELIMIT', 'refused'],
    [403, 'RULE_LIMIT', 'refused'],
    [403, 'NOT_ENOUGH', 'refused'],
    [403, 'NOTENOUGH', 'refused'],
    [403, 'USER_ACCOUNT_ABNORMAL', 'refused'],
    [403, 'TRADE_ERROR', 'refused'],
    [403, 'ACCOUNTERROR', 'refused'],
    [401, 'SIGN_ERROR', 'unknown'],
    [401, 'NO_AUTH', 'unknown'],
    [408, 'PARAM_ERROR', 'unknown'],
    [429, 'RULE_LIMIT', 'unknown'],
    [429, 'FREQUENCY_LIMITED', 'unknown'],
    [500, 'SYSTEM_ERROR', 'unknown'],
    [500, 'SYSTEMERROR', 'unknown'],
    [500, 'BANKERROR', 'unknown'],
    [502, '', 'unknown'],
    [302, '', 'unknown'],
    [100, '', 'unknown'],
    [400, '', 'unknown'],
    [400, 'SOMETHING_NEW', 'unknown'],
    [404, 'NOT_FOUND', 'unknown'],
  ])('%d %s is %s', (status, code, meaning) => {
    expect(meaningOf(status, code)).toBe(meaning);
  });

  test.each(['PARAM_ERROR', 'ORDER_NOT_EXIST', 'NOT_ENOUGH'])(
    'of the server’s own failing means nothing, also with %s',
    (code) => {
      expect(meaningOf(500, code)).toBe('unknown');
    },
  );
});

const paid = {
  transaction_id: '1217752501201407033233368018',
  success_time: '2018-06-08T10:34:56+08:00',
  amount: { total: 100, payer_total: 90, currency: 'CNY', payer_currency: 'CNY' },
};

describe('the state of a charge', () => {
  test.each([
    ['SUCCESS', 'paid'],
    ['REFUND', 'paid'],
    ['NOTPAY', 'open'],
    ['USERPAYING', 'open'],
    ['ACCEPT', 'open'],
    ['CLOSED', 'closed'],
    ['REVOKED', 'closed'],
    ['PAYERROR', 'failed'],
    ['SOMETHING_NEW', 'unknown'],
    ['', 'unknown'],
    [undefined, 'unknown'],
    [7, 'unknown'],
    ['constructor', 'unknown'],
  ])('%s is %s', (state, kind) => {
    expect(chargeState({ ...paid, trade_state: state })).toMatchObject({ kind });
  });

  test('that is paid says what the order came to, not what the buyer’s coupons left of it', () => {
    expect(chargeState({ ...paid, trade_state: 'SUCCESS' })).toEqual({
      ...{ kind: 'paid', amount: { amount: 100n, currency: 'CNY' }, transaction: '1217752501201407033233368018' },
      paidAt: Date.UTC(2018, 5, 8, 2, 34, 56),
    });
  });

  test.each([
    ['an amount that is no whole fen', { amount: { total: 1.5, currency: 'CNY' } }],
    ['an amount in a text', { amount: { total: '100', currency: 'CNY' } }],
    ['an amount that a number does not hold', { amount: { total: 2 ** 53, currency: 'CNY' } }],
    ['a negative amount', { amount: { total: -1, currency: 'CNY' } }],
    ['no amount', { amount: undefined }],
    ['no currency', { amount: { total: 100 } }],
    ['no transaction', { transaction_id: '' }],
    ['no time', { success_time: 'yesterday' }],
    ['a time without its zone', { success_time: '2018-06-08T10:34:56' }],
  ])('with %s is not known to be paid', (_what, change) => {
    expect(chargeState({ ...paid, trade_state: 'SUCCESS', ...change })).toMatchObject({ kind: 'unknown' });
  });
});

describe('the state of a refund', () => {
  const refund = { refund_id: '503', success_time: '2020-12-01T16:18:12+08:00', amount: { refund: 88, total: 100 } };
  test.each([
    ['SUCCESS', 'refunded'],
    ['PROCESSING', 'processing'],
    ['CLOSED', 'failed'],
    ['ABNORMAL', 'failed'],
    ['SOMETHING_NEW', 'unknown'],
    [undefined, 'unknown'],
  ])('%s is %s', (status, kind) => {
    expect(refundState({ ...refund, status }, 'status')).toMatchObject({ kind });
    expect(refundState({ ...refund, refund_status: status }, 'refund_status')).toMatchObject({ kind });
  });

  test('that is done says what went back and when', () => {
    expect(refundState({ ...refund, status: 'SUCCESS' }, 'status')).toEqual({
      ...{ kind: 'refunded', amount: { amount: 88n, currency: 'CNY' }, reference: '503' },
      refundedAt: Date.UTC(2020, 11, 1, 8, 18, 12),
    });
    expect(refundState({ status: 'SUCCESS' }, 'status')).toMatchObject({ kind: 'unknown' });
  });
});

test('time is told in China’s, in whole seconds and never later than meant', () => {
  expect(toBeijing(Date.UTC(2018, 5, 8, 2, 34, 56, 999))).toBe('2018-06-08T10:34:56+08:00');
  expect(toBeijing(Date.UTC(2025, 11, 31, 16, 0, 0))).toBe('2026-01-01T00:00:00+08:00');
});
