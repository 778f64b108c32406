import { describe, expect, test } from 'vitest';
import {
  cancelled,
  chargeOpened,
  created,
  gaveWay,
  given,
  opened,
  partConcluded,
  pending,
  refundAsked,
  retried,
  shown,
  succeeded,
} from '../testing/given.ts';

const paid = [created(), pending(), opened('att_1'), succeeded('att_1')] as const;
const done = { kind: 'succeeded' } as const;

describe('a refund that ordering asks for', () => {
  test('of an amount is allotted to the attempt that captured it, and said once it is back', async () => {
    const then = await given(...paid).when(refundAsked('rfd_9', 30), partConcluded('rfd_9', 'att_1', done));
    then.says('refund-succeeded rfd_9 30');
    then.hasRefund('rfd_9', { status: 'SUCCEEDED', amount: 30n, nextTryAt: null });
    then.hasAttempt('att_1', { refunding: 30n });
    then.hasPayment({ status: 'SUCCEEDED', captured: 100n, refunded: 30n });
  });

  test('of all takes what is left', async () => {
    const then = await given(...paid, refundAsked('rfd_8', 30)).when(refundAsked('rfd_9', null));
    then.hasRefund('rfd_9', { amount: 70n, status: 'REQUESTED' });
  });

  test('asked twice is one refund; done twice is one payment back', async () => {
    const then = await given(...paid).when(
      refundAsked('rfd_9', 30),
      refundAsked('rfd_9', 30),
      partConcluded('rfd_9', 'att_1', done),
      partConcluded('rfd_9', 'att_1', done),
    );
    then.says('refund-succeeded rfd_9 30');
    then.hasPayment({ refunded: 30n });
  });

  test('two of 60 on a payment of 100: one is carried out, one fails', async () => {
    const then = await given(...paid).when(refundAsked('rfd_8', 60), refundAsked('rfd_9', 60));
    then.says('refund-failed rfd_9 refund_exceeds_payment');
    then.hasRefund('rfd_8', { status: 'REQUESTED' });
    then.hasRefund('rfd_9', { status: 'FAILED', parts: [] });
  });

  test('of all of nothing is done at once', async () => {
    const then = await given(created(), pending(), cancelled()).when(refundAsked('rfd_9', null));
    then.says('refund-succeeded rfd_9 0');
  });

  test('of an order nobody heard of waits for it', async () => {
    (await given().when(refundAsked('rfd_9', null))).answered('retry');
  });

  test('without an answer is tried again, later each time', async () => {
    const unknown = { kind: 'unknown' } as const;
    const then = await given(...paid, refundAsked('rfd_9', 30)).when(
      partConcluded('rfd_9', 'att_1', unknown),
      partConcluded('rfd_9', 'att_1', unknown),
    );
    then.says();
    then.hasRefund('rfd_9', { status: 'REQUESTED', tries: 2, nextTryAt: 6 + 1_000 });
  });

  test('that can never be done is parked, and its money may be asked for again', async () => {
    const then = await given(...paid, refundAsked('rfd_8', 100)).when(
      partConcluded('rfd_8', 'att_1', { kind: 'failed', reason: 'conflict' }),
      refundAsked('rfd_9', 100),
    );
    then.says('refund-failed rfd_8 conflict');
    then.hasPayment({ refunded: 0n });
    then.hasRefund('rfd_9', { status: 'REQUESTED', amount: 100n });
  });
});

describe('a refund that failed', () => {
  const failed = { kind: 'failed', reason: 'NOT_ENOUGH' } as const;
  const parked = [...paid, refundAsked('rfd_8', 100), partConcluded('rfd_8', 'att_1', failed)] as const;

  test('is carried on with by an operator, and succeeds after all', async () => {
    const then = await given(...parked).when(retried('rfd_8'), partConcluded('rfd_8', 'att_1', done));
    then.says('refund-succeeded rfd_8 100');
    then.hasPayment({ refunded: 100n });
    then.hasAttempt('att_1', { refunding: 100n });
    expect(then.decisions[0]?.trail).toEqual({ action: 'refund.retry', object: 'rfd_8', reason: 'paid in' });
  });

  test('whose money was given back otherwise meanwhile is not', async () => {
    const then = await given(...parked).when(refundAsked('rfd_9', 100), retried('rfd_8'));
    expect(then.decisions[1]?.refuse?.code).toBe('refund_exceeds_payment');
  });

  test('succeeds after all where the money is back, or on its way, though somebody was told that it would not be', async () => {
    const back = await given(...parked).when(
      partConcluded('rfd_8', 'att_1', done),
      partConcluded('rfd_8', 'att_1', done),
    );
    back.says('refund-succeeded rfd_8 100');
    back.hasPayment({ refunded: 100n });
    const coming = await given(...parked).when(
      partConcluded('rfd_8', 'att_1', { kind: 'processing', reference: null }),
      partConcluded('rfd_8', 'att_1', done),
    );
    coming.says('refund-succeeded rfd_8 100');
    coming.hasAttempt('att_1', { refunding: 100n });
  });

  test('in part says so, for all of it is not to be asked for anew', async () => {
    const balance = { attemptId: 'att_1', amount: 40n };
    const split = [created(), pending(), chargeOpened('att_2', balance), succeeded('att_1'), succeeded('att_2')];
    const then = await given(...split, refundAsked('rfd_8', 100)).when(
      partConcluded('rfd_8', 'att_1', done),
      partConcluded('rfd_8', 'att_2', failed),
      retried('rfd_8'),
      partConcluded('rfd_8', 'att_2', done),
    );
    then.says('refund-failed rfd_8 part_failed: NOT_ENOUGH', 'refund-succeeded rfd_8 100');
    then.hasPayment({ refunded: 100n });
  });

  test('in part keeps what is not back for itself: another refund does not take it', async () => {
    const balance = { attemptId: 'att_1', amount: 70n };
    const split = [created(), pending(), chargeOpened('att_2', balance), succeeded('att_1'), succeeded('att_2')];
    const then = await given(...split, refundAsked('rfd_8', 90)).when(
      partConcluded('rfd_8', 'att_2', failed),
      refundAsked('rfd_9', 10),
      partConcluded('rfd_8', 'att_1', done),
      partConcluded('rfd_9', 'att_1', done),
      retried('rfd_8'),
      partConcluded('rfd_8', 'att_2', done),
    );
    then.hasRefund('rfd_9', { parts: [{ attemptId: 'att_1', method: 'balance', amount: 10n, status: 'SUCCEEDED' }] });
    then.hasPayment({ refunded: 100n });
    then.hasAttempt('att_1', { refunding: 70n });
    then.hasAttempt('att_2', { refunding: 30n });
  });

  test('only if it did', async () => {
    (await given(...paid, refundAsked('rfd_8', 100)).when(retried('rfd_8'))).answered('conflict');
    (await given(...paid).when(retried('rfd_8'))).answered('not_found');
    (await given(...paid, refundAsked('rfd_8', 101)).when(retried('rfd_8'))).answered('refund_exceeds_payment');
  });
});

describe('late money', () => {
  const late = [created(), pending(), opened('att_1'), cancelled(), succeeded('att_1')] as const;

  test('goes back by itself, once, and ordering finds nothing left to ask for', async () => {
    const then = await given(...late).when(refundAsked('rfd_9', null), partConcluded('rfd_1', 'att_1', done));
    then.says('refund-succeeded rfd_9 0', 'refund-succeeded rfd_1 100');
    then.hasPayment({ captured: 100n, refunded: 100n });
    expect(then.rehearsal.rows('refunds')).toHaveLength(2);
  });

  test('that could not go back yet is not there for what is asked back of the price', async () => {
    const twice = [
      created(),
      pending(),
      chargeOpened('att_1'),
      shown('att_1'),
      gaveWay('att_1'),
      opened('att_2'),
      succeeded('att_2'),
    ];
    const cannot = { kind: 'failed', reason: 'NOT_ENOUGH' } as const;
    const then = await given(...twice, succeeded('att_1'), partConcluded('rfd_1', 'att_1', cannot)).when(
      refundAsked('rfd_9', 30),
      refundAsked('rfd_10', 71),
      retried('rfd_1'),
    );
    then.hasRefund('rfd_9', { parts: [{ attemptId: 'att_2', method: 'balance', amount: 30n, status: 'REQUESTED' }] });
    then.says('refund-failed rfd_10 refund_exceeds_payment');
    then.hasRefund('rfd_1', { status: 'REQUESTED', amount: 100n });
  });
});
