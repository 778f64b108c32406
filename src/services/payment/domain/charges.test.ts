import { describe, expect, test } from 'vitest';
import {
  askedToClose,
  cancelled,
  chargeOpened,
  concluded,
  created,
  declined,
  failedForGood,
  gaveWay,
  given,
  givenUp,
  opened,
  payableUntilMs,
  pending,
  shown,
  succeeded,
  unanswered,
  voidedAttempt,
} from '../testing/given.ts';
import { attemptOfNumber, numberOf, refundNumberOf, refundOfNumber } from './model.ts';

/** Attempts at providers, alone and beside a part over the balance. 100 is due. */

const payable = [created(), pending()] as const;
const part = { attemptId: 'att_b', amount: 30n };
const stillOpen = { kind: 'open' } as const;
const endedThere = { kind: 'closed', detail: 'CLOSED' } as const;

describe('numbers for providers', () => {
  const attempt = 'att_01a1fbd0-e86f-7000-aab7-10fb33591049';
  const refund = 'rfd_01a1fbd0-e86f-7000-aab7-10fb3359ffff';
  test('are made from the attempt, and lead back to it', () => {
    expect(numberOf(attempt)).toMatch(/^[0-9a-f]{32}$/);
    expect(attemptOfNumber(numberOf(attempt))).toBe(attempt);
    const number = refundNumberOf(refund, attempt);
    expect(number).toMatch(/^[0-9a-f]{64}$/);
    expect([refundOfNumber(number), attemptOfNumber(number)]).toEqual([refund, attempt]);
  });

  test('of somebody else lead nowhere', () => {
    for (const number of ['', 'x'.repeat(32), numberOf(attempt).slice(1), `${numberOf(attempt)}0`]) {
      expect([attemptOfNumber(number), refundOfNumber(number)]).toEqual([undefined, undefined]);
    }
  });
});

describe('a charge', () => {
  test('is committed before the provider is asked, with the time that the order has', async () => {
    const then = await given(...payable).when(chargeOpened('att_1'));
    then.hasAttempt('att_1', { status: 'STARTED', method: 'wechat', amount: 100n });
    expect(then.rehearsal.row('charges', 'att_1')).toMatchObject({ expiresAt: payableUntilMs, action: null });
  });

  test('waits for the buyer once the provider has said what to do, and is asked about later each time', async () => {
    const then = await given(...payable, chargeOpened('att_1')).when(
      shown('att_1'),
      concluded('att_1', stillOpen),
      concluded('att_1', stillOpen),
    );
    then.answered('REQUIRES_ACTION', 'REQUIRES_ACTION', 'REQUIRES_ACTION');
    then.hasAttempt('att_1', { nextCheckAt: 5 + 8_000 });
    expect(then.rehearsal.row('charges', 'att_1')?.action).toMatchObject({ type: 'redirect' });
  });

  test('is not asked about past the end of its time: then it is to be closed', async () => {
    const then = await given(...payable, chargeOpened('att_1'), shown('att_1')).when();
    const before = payableUntilMs - 500;
    const ask = concluded('att_1', stillOpen);
    await then.rehearsal.batch([ask], { now: before, cause: 'timer/follow-charges' });
    then.hasAttempt('att_1', { nextCheckAt: payableUntilMs });
  });

  test('asked for again is the one there is, under another key too', async () => {
    const then = await given(...payable, chargeOpened('att_1')).when(
      chargeOpened('att_2'),
      shown('att_1'),
      chargeOpened('att_3'),
    );
    then.answered('att_1', 'REQUIRES_ACTION', 'att_1');
    expect(then.rehearsal.rows('attempts')).toHaveLength(1);
  });

  test('of another method has to give way first, which one that is under way does not', async () => {
    const waiting = await given(...payable, chargeOpened('att_1'), shown('att_1')).when(
      opened('att_2'),
      gaveWay('att_1'),
      opened('att_3', { isCleared: true }),
    );
    waiting.answered('unavailable', undefined, 'att_3');
    waiting.hasAttempt('att_1', { status: 'CLOSING', problem: 'another_chosen' });
    const started = await given(...payable, chargeOpened('att_1')).when(opened('att_2'), gaveWay('att_1'));
    started.answered('payment_in_progress', undefined);
    const paying = await given(...payable, chargeOpened('att_1'), concluded('att_1', { kind: 'processing' })).when(
      opened('att_2'),
    );
    paying.answered('payment_in_progress');
  });

  test('whose outcome is unknown is asked about before another is let in', async () => {
    const then = await given(...payable, chargeOpened('att_1'), unanswered('att_1')).when(
      opened('att_2'),
      gaveWay('att_1'),
      opened('att_3', { isCleared: true }),
      concluded('att_1', stillOpen),
      gaveWay('att_1'),
      opened('att_4', { isCleared: true }),
    );
    then.answered('unavailable', undefined, 'payment_in_progress', 'REQUIRES_ACTION', undefined, 'att_4');
  });

  test('that the provider ended leaves the payment due', async () => {
    const then = await given(...payable, chargeOpened('att_1'), shown('att_1')).when(concluded('att_1', endedThere));
    then.says();
    then.hasPayment({ status: 'DUE', openAttempt: null });
    then.hasAttempt('att_1', { status: 'CLOSED', problem: 'closed_by_provider' });
    expect(then.rehearsal.row('charges', 'att_1')?.detail).toBe('CLOSED');
  });

  test('that is paid over two channels: the one that completes it counts, the other goes back', async () => {
    const then = await given(...payable, chargeOpened('att_1'), shown('att_1'), gaveWay('att_1'), opened('att_2')).when(
      succeeded('att_1'),
      succeeded('att_2'),
    );
    then.says('captured att_1 100', 'success 100', 'captured att_2 100');
    then.hasAttempt('att_2', { problem: 'order_not_payable', refunding: 100n });
  });

  test('paid while another waits: that one is to be closed', async () => {
    const then = await given(
      ...payable,
      ...[chargeOpened('att_1'), shown('att_1'), gaveWay('att_1')],
      chargeOpened('att_2', undefined, { isCleared: true }),
      shown('att_2'),
    ).when(succeeded('att_1'));
    then.hasPayment({ status: 'SUCCEEDED', openAttempt: null });
    then.hasAttempt('att_2', { status: 'CLOSING' });
  });

  test('is asked about at once when ordering wants to close', async () => {
    const then = await given(...payable, chargeOpened('att_1'), shown('att_1')).when(
      askedToClose(),
      concluded('att_1', endedThere),
    );
    then.says('closed expired');
  });
});

describe('a payment in two parts', () => {
  const both = [chargeOpened('att_1', part), succeeded('att_b'), shown('att_1')] as const;

  test('opens both at once, the rest for the provider', async () => {
    const then = await given(...payable).when(chargeOpened('att_1', part));
    then.hasAttempt('att_b', { method: 'balance', amount: 30n, number: 1 });
    then.hasAttempt('att_1', { method: 'wechat', amount: 70n, number: 2 });
    then.hasPayment({ openAttempt: 'att_1', openBalance: 'att_b' });
  });

  test('succeeds with the second part, and not with the first', async () => {
    const then = await given(...payable, ...both).when(succeeded('att_1'), succeeded('att_1'));
    then.says('captured att_1 70', 'success 100');
    then.hasPayment({ status: 'SUCCEEDED', captured: 100n, credited: 100n });
    const first = await given(...payable, chargeOpened('att_1', part)).when(succeeded('att_b'));
    first.says('captured att_b 30');
    first.hasPayment({ status: 'DUE', captured: 30n, credited: 30n, openBalance: null });
  });

  test.each([
    ['was refused', declined('att_1')],
    ['was closed', concluded('att_1', endedThere)],
    ['was given up', givenUp()],
    ['had to give way', gaveWay('att_1')],
  ])('returns the first part where the second %s', async (_, end) => {
    const then = await given(...payable, ...both).when(end);
    then.hasPayment({ status: 'DUE', credited: 0n, captured: 30n, openAttempt: null });
    then.hasRefund('rfd_b', { amount: 30n, status: 'REQUESTED' });
  });

  test.each([
    ['failed for good', failedForGood('att_1'), 'FAILED'],
    ['is overtaken by a cancel', cancelled(), 'CLOSED'],
  ])('returns the first part where the second %s', async (_, end, status) => {
    const then = await given(...payable, ...both).when(end);
    then.hasPayment({ status: status as 'FAILED', credited: 0n });
    then.hasRefund('rfd_b', { amount: 30n });
  });

  test('ends as a whole where the balance is too low', async () => {
    const then = await given(...payable, chargeOpened('att_1', part)).when(declined('att_b'));
    then.hasPayment({ status: 'DUE', openAttempt: null, openBalance: null });
    then.hasAttempt('att_1', { status: 'DECLINED', problem: 'insufficient_balance' });
  });

  test('that was left behind before anybody was asked may be tried anew', async () => {
    const then = await given(...payable, chargeOpened('att_1', part)).when(
      voidedAttempt('att_b'),
      chargeOpened('att_2', { attemptId: 'att_c', amount: 30n }, { retryOf: 'att_1' }),
    );
    then.hasAttempt('att_1', { status: 'CLOSED', problem: 'voided', retriedAs: 'att_2' });
    then.hasPayment({ openAttempt: 'att_2', openBalance: 'att_c' });
  });

  test('whose parts come late, each alone: each goes back', async () => {
    const then = await given(...payable, chargeOpened('att_1', part), givenUp()).when(
      succeeded('att_b'),
      succeeded('att_1'),
    );
    then.says('captured att_b 30', 'captured att_1 70');
    then.hasRefund('rfd_b', { amount: 30n });
    then.hasRefund('rfd_1', { amount: 70n });
    then.hasPayment({ status: 'DUE', credited: 0n });
  });

  test('of as much as is due, or in another currency, is refused', async () => {
    const whole = await given(...payable).when(chargeOpened('att_1', { attemptId: 'att_b', amount: 100n }));
    whole.answered('validation_failed');
  });
});
