import { describe, expect, test } from 'vitest';
import { money } from '#kernel/money.ts';
import type { ChargeName, RefundName } from '../provider.ts';
import { closed, openingOf, queried, refunded, refundQueried } from './answers.ts';
import type { Answer } from './gateway.ts';

const now = Date.parse('2026-11-20T12:00:00+08:00');
const minuteMs = 60_000;
const charge: ChargeName = {
  ...{ number: 'a0t1_1', reference: null, amount: money(12_34n, 'CNY') },
  ...{ openedAt: now, expiresAt: now + 30 * minuteMs },
};
const refund: RefundName = {
  ...{ number: 'r0f1_1', reference: null, charge, transaction: null, amount: money(5_00n, 'CNY'), askedAt: now },
};

const ok = (fields: Readonly<Record<string, unknown>>): Answer => ({
  kind: 'ok',
  fields: { code: '10000', ...fields },
});
const refused = (code: string, group = '40004'): Answer => ({ kind: 'refused', class: group, code, detail: 'because' });
const lost: Answer = { kind: 'unknown', reason: 'no answer in time' };
const trade = (status: string, more: Readonly<Record<string, unknown>> = {}): Answer =>
  ok({ out_trade_no: 'a0t1_1', trade_no: '2026112022001', trade_status: status, total_amount: '12.34', ...more });
const paidAt = { send_pay_date: '2026-11-20 11:59:58' };
const paid = { kind: 'paid', amount: money(12_34n, 'CNY'), transaction: '2026112022001', paidAt: now - 2_000 };

describe('a query', () => {
  test.each([
    ['TRADE_SUCCESS', paid],
    ['TRADE_FINISHED', paid],
    ['WAIT_BUYER_PAY', { kind: 'open' }],
  ])('that says %s', (status, state) => {
    expect(queried(trade(status, status === 'WAIT_BUYER_PAY' ? {} : paidAt), charge, now)).toEqual(state);
  });

  test('that knows of no trade means that nobody has scanned the code yet, until its time is well over', () => {
    const answer = refused('ACQ.TRADE_NOT_EXIST');
    expect(queried(answer, charge, now)).toEqual({ kind: 'open' });
    expect(queried(answer, charge, charge.expiresAt + minuteMs)).toEqual({ kind: 'open' });
    expect(queried(answer, charge, charge.expiresAt + 2 * minuteMs)).toEqual({
      kind: 'closed',
      code: 'ACQ.TRADE_NOT_EXIST',
    });
  });

  test('that says TRADE_CLOSED is of a trade that nobody paid', () => {
    const answer = trade('TRADE_CLOSED', { receipt_amount: '0.00', buyer_pay_amount: '0.00' });
    expect(queried(answer, charge, now)).toEqual({ kind: 'closed', code: 'TRADE_CLOSED' });
  });

  test.each([paidAt, { receipt_amount: '12.34' }, { buyer_pay_amount: '12.34' }, { refund_fee: '12.34' }])(
    'that says TRADE_CLOSED and %j is of one that was paid and given back',
    (more) => {
      expect(queried(trade('TRADE_CLOSED', more), charge, now)).toMatchObject({ kind: 'paid', amount: paid.amount });
    },
  );

  test('says what was paid, be it more or less, or in another currency', () => {
    const other = trade('TRADE_SUCCESS', { ...paidAt, total_amount: '0.01', trans_currency: 'USD' });
    expect(queried(other, charge, now)).toMatchObject({ kind: 'paid', amount: money(1n, 'USD') });
  });

  test.each([
    ['no answer', lost],
    ['an answer of another trade', trade('TRADE_SUCCESS', { ...paidAt, out_trade_no: 'a0t1_2' })],
    ['a status of which nothing is written', trade('TRADE_PENDING')],
    ['no status', ok({ out_trade_no: 'a0t1_1' })],
    ['an amount that is none', trade('TRADE_SUCCESS', { ...paidAt, total_amount: '12.345' })],
    ['an amount that is a number', trade('TRADE_SUCCESS', { ...paidAt, total_amount: 12.34 })],
    ['an amount of nothing', trade('TRADE_SUCCESS', { ...paidAt, total_amount: '0.00' })],
    ['no number of Alipay’s', trade('TRADE_SUCCESS', { ...paidAt, trade_no: '' })],
    ['ACQ.INVALID_PARAMETER', refused('ACQ.INVALID_PARAMETER')],
    ['a code of which nothing is written', refused('ACQ.TEA_IS_COLD')],
    ['no permission', refused('isv.insufficient-isv-permissions', '40006')],
  ])('with %s is unknown', (_what, answer) => {
    expect(queried(answer, charge, now)).toMatchObject({ kind: 'unknown' });
  });

  test('while the buyer is at it (10003) is open', () => {
    expect(queried({ kind: 'waiting' }, charge, now)).toEqual({ kind: 'open' });
  });
});

describe('opening', () => {
  test.each(['ACQ.TRADE_HAS_SUCCESS', 'ACQ.TRADE_HAS_CLOSE', 'ACQ.CONTEXT_INCONSISTENT'])(
    'under a number that has a trade, by %s, wants a look',
    (code) => expect(openingOf(refused(code))).toBe('taken'),
  );

  test.each([
    ['ACQ.ACCESS_FORBIDDEN', '40004'],
    ['ACQ.TOTAL_FEE_EXCEED', '40004'],
    ['ACQ.SELLER_BEEN_BLOCKED', '40004'],
    ['isv.invalid-signature', '40002'],
    ['isv.insufficient-isv-permissions', '40006'],
    ['app.call-limited', '40005'],
  ])('that ends in %s is refused', (code, group) => {
    expect(openingOf(refused(code, group))).toEqual({ code, detail: 'because' });
  });

  test.each([lost, { kind: 'waiting' } as const, refused('ACQ.TEA_IS_COLD')])('with %j is unknown', (answer) => {
    expect(openingOf(answer)).toBe('unknown');
  });
});

describe('closing', () => {
  test('that is done is the last word', () => {
    expect(closed(ok({ out_trade_no: 'a0t1_1' }), charge, now)).toEqual({ kind: 'closed', code: 'TRADE_CLOSED' });
  });

  test('what nobody has scanned ends nothing: the code may be paid until its time is over', () => {
    expect(closed(refused('ACQ.TRADE_NOT_EXIST'), charge, now)).toEqual({ kind: 'open' });
  });

  test.each(['ACQ.TRADE_STATUS_ERROR', 'ACQ.REASON_TRADE_STATUS_INVALID', 'ACQ.REASON_ILLEGAL_STATUS'])(
    'refused by %s wants a look: it may be paid, and may be closed',
    (code) => expect(closed(refused(code), charge, now)).toBe('look'),
  );

  test.each([lost, refused('ACQ.TEA_IS_COLD'), ok({ out_trade_no: 'a0t1_2' }), refused('x', '40006')])(
    'with %j is unknown',
    (answer) => expect(closed(answer, charge, now)).toMatchObject({ kind: 'unknown' }),
  );
});

describe('a refund', () => {
  const sum = { out_trade_no: 'a0t1_1', refund_fee: '7.00' };

  test('that moved money is done, though 10000 names the sum of all refunds of the trade', () => {
    const answer = ok({ ...sum, fund_change: 'Y' });
    expect(refunded(answer, refund)).toMatchObject({ kind: 'refunded', amount: money(5_00n, 'CNY') });
  });

  test.each([{ fund_change: 'N' }, {}])(
    'with 10000 and %j may have been done before, and may not: to be asked after',
    (more) => {
      expect(refunded(ok({ ...sum, ...more }), refund)).toEqual({ kind: 'processing', reference: null });
    },
  );

  test.each([
    'ACQ.SELLER_BALANCE_NOT_ENOUGH',
    'ACQ.TRADE_HAS_FINISHED',
    'ACQ.DISCORDANT_REPEAT_REQUEST',
    'ACQ.REASON_TRADE_REFUND_FEE_ERR',
    'ACQ.TRADE_HAS_CLOSE',
  ])('refused by %s is for a person to look at', (code) => {
    expect(refunded(refused(code), refund)).toEqual({ kind: 'failed', code, detail: 'because' });
  });

  test.each([
    lost,
    refused('ACQ.TEA_IS_COLD'),
    refused('app.call-limited', '40005'),
    ok({ ...sum, fund_change: 'Y', out_trade_no: 'a0t1_2' }),
    ok({ ...sum, fund_change: 'Y', refund_fee: '4.99' }),
    ok({ ...sum, fund_change: 'Y', refund_fee: undefined }),
  ])('with %j is unknown', (answer) => {
    expect(refunded(answer, refund)).toMatchObject({ kind: 'unknown' });
  });
});

describe('a query of a refund', () => {
  const found = {
    out_trade_no: 'a0t1_1',
    out_request_no: 'r0f1_1',
    refund_amount: '5.00',
    refund_status: 'REFUND_SUCCESS',
  };
  const later = now + 10_000;

  test('is done where it says so, and says how much', () => {
    const answer = ok({ ...found, gmt_refund_pay: '2026-11-20 12:00:03' });
    const state = { kind: 'refunded', amount: money(5_00n, 'CNY'), reference: null, refundedAt: now + 3_000 };
    expect(refundQueried(answer, refund, later)).toEqual(state);
  });

  test('with 10000 alone is no success: nobody knows of it, but not before ten seconds are over', () => {
    for (const answer of [ok({}), ok({ ...found, refund_status: undefined }), refused('ACQ.TRADE_NOT_EXIST')]) {
      expect(refundQueried(answer, refund, later - 1)).toEqual({ kind: 'processing', reference: null });
      expect(refundQueried(answer, refund, later)).toEqual({ kind: 'absent' });
    }
  });

  test.each([
    lost,
    ok({ ...found, refund_status: 'REFUND_PONDERED' }),
    ok({ ...found, out_request_no: 'r0f1_2' }),
    ok({ ...found, out_trade_no: 'a0t1_2' }),
    ok({ ...found, refund_amount: '5.001' }),
    refused('ACQ.INVALID_PARAMETER'),
  ])('with %j is unknown', (answer) => {
    expect(refundQueried(answer, refund, later)).toMatchObject({ kind: 'unknown' });
  });
});
