import { describe, expect, test } from 'vitest';
import { cancelled, created, given, opened, partConcluded, pending, refundAsked, succeeded } from '../testing/given.ts';

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

describe('late money', () => {
  const late = [created(), pending(), opened('att_1'), cancelled(), succeeded('att_1')] as const;

  test('goes back by itself, once, and ordering finds nothing left to ask for', async () => {
    const then = await given(...late).when(refundAsked('rfd_9', null), partConcluded('rfd_1', 'att_1', done));
    then.says('refund-succeeded rfd_9 0', 'refund-succeeded rfd_1 100');
    then.hasPayment({ captured: 100n, refunded: 100n });
    expect(then.rehearsal.rows('refunds')).toHaveLength(2);
  });
});
