import { expect, test } from 'vitest';
import { say } from '#contracts/message.ts';
import { RefundRequested } from '#contracts/messages/ordering/refund-requested.v1.ts';
import { RefundSettled } from '#contracts/messages/ordering/refund-settled.v1.ts';
import { RefundFailed } from '#contracts/messages/payment/refund-failed.v1.ts';
import { RefundSucceeded } from '#contracts/messages/payment/refund-succeeded.v1.ts';
import { money } from '#kernel/money.ts';
import {
  acts,
  asksForRefund,
  buyer,
  compensation,
  decides,
  given,
  heard,
  orderId,
  orderIn,
  paymentId,
  refundOf,
  retries,
  settles,
} from '../testing/given.ts';

const yuan = (amount: number) => ({ amount, currency: 'CNY' });
const cny = (amount: bigint) => money(amount, 'CNY');
const gaveBack = (refundId: string, amount: number) =>
  heard(RefundSucceeded, { refundId, paymentId, userId: buyer, amount: yuan(amount), parts: [] });
const failed = (refundId: string) =>
  heard(RefundFailed, { refundId, paymentId, userId: buyer, reason: 'account closed' });

/** A shipped order of which 10.00 were to go back, and did not. */
const shipped = orderIn('SHIPPED', { refundRequested: 1_000n });
const lost = refundOf({ id: 'rfd_1', status: 'FAILED', decisionReason: 'account closed' });

test('a refund that failed is asked for once more under a name of its own; no more is asked for than before', async () => {
  const outcome = await given(shipped, lost).when(retries('rfd_1', 'rfd_2'), gaveBack('rfd_2', 1_000));
  outcome.says(
    say(RefundRequested, { refundId: 'rfd_2', orderId, userId: buyer, amount: yuan(1_000), reason: 'too small' }),
  );
  outcome.is({ refundRequested: 1_000n, refunded: 1_000n });
  outcome.hasRefund('rfd_1', { status: 'SUCCEEDED', askedAs: 'rfd_2', settledByHand: false });
  expect(outcome.rehearsal.rows('refunds')).toHaveLength(1);
  expect(outcome.decisions[0]?.trail).toEqual({ action: 'refund.retried', object: 'rfd_1', reason: 'try again' });
});

test('of which a part is back it is not asked for anew: that part would go back once more', async () => {
  const half = { ...lost, decisionReason: 'part_failed: account closed' };
  const outcome = await given(shipped, half).when(retries('rfd_1', 'rfd_2'), gaveBack('rfd_1', 1_000));
  expect(outcome.refused).toEqual(['conflict', undefined]);
  outcome.hasRefund('rfd_1', { status: 'SUCCEEDED', askedAs: null });
});

test('it is PROCESSING meanwhile, and may fail again, and be retried again', async () => {
  const under = await given(shipped, lost).when(retries('rfd_1', 'rfd_2'), retries('rfd_1', 'rfd_3'), settles('rfd_1'));
  under.hasRefund('rfd_1', { status: 'PROCESSING' });
  expect(under.refused).toEqual([undefined, 'refund_not_failed', 'refund_not_failed']);
  const again = await given(shipped, lost).when(
    retries('rfd_1', 'rfd_2'),
    failed('rfd_2'),
    retries('rfd_1', 'rfd_3'),
    gaveBack('rfd_3', 1_000),
    gaveBack('rfd_3', 1_000),
  );
  again.hasRefund('rfd_1', { status: 'SUCCEEDED', askedAs: 'rfd_3' });
  again.is({ refunded: 1_000n });
});

test('what payment says of a try before the last one changes nothing; that it succeeded after all is for a person', async () => {
  const outcome = await given(shipped, lost).when(retries('rfd_1', 'rfd_2'), failed('rfd_1'), gaveBack('rfd_1', 1_000));
  outcome.hasRefund('rfd_1', { status: 'PROCESSING' });
  expect(outcome.decisions.map(({ setAside }) => setAside?.as)).toEqual([undefined, undefined, 'parked']);
});

test('where only payment knows how much of the price was paid, all of it is asked for; what came besides is not of the price', async () => {
  const unknown = refundOf({ id: compensation, status: 'FAILED', amount: null, requestedBy: 'system' });
  const ended = await given(orderIn('CANCELLED', { statusReason: 'payment_failed' }), unknown).when(
    retries(compensation, 'rfd_2'),
    gaveBack('rfd_2', 700),
  );
  expect(ended.rehearsal.said.map(({ data }) => data)).toMatchObject([{ refundId: 'rfd_2', amount: null }]);
  ended.hasRefund(compensation, { status: 'SUCCEEDED', amount: 700n });
  const made = refundOf({ id: 'rfd_9', status: 'FAILED', amount: null, requestedBy: 'payment' });
  for (const status of ['CONFIRMED', 'CANCELLED'] as const) {
    const besides = await given(orderIn(status), made).when(retries('rfd_9', 'rfd_2'));
    expect(besides.refused).toEqual(['conflict']);
  }
});

test('given back by hand: it is counted, the buyer is told, and the trail says who and why', async () => {
  const outcome = await given(shipped, lost).when(settles('rfd_1'));
  outcome.is({ refunded: 1_000n, refundRequested: 1_000n });
  outcome.hasRefund('rfd_1', { status: 'SUCCEEDED', settledByHand: true, decidedBy: 'usr_operator' });
  outcome.says(
    say(RefundSettled, {
      refundId: 'rfd_1',
      orderId,
      userId: buyer,
      number: '20261120-000007',
      amount: yuan(1_000),
      note: 'in cash',
    }),
  );
  expect(outcome.decisions[0]?.trail).toEqual({ action: 'refund.settled', object: 'rfd_1', reason: 'in cash' });
});

test('by hand all of it or none; an amount that nobody knows has to be said', async () => {
  const part = await given(shipped, lost).when(settles('rfd_1', 999n), settles('rfd_1', 1_000n));
  expect(part.refused).toEqual(['validation_failed', undefined]);
  const unknown = refundOf({ id: 'rfd_9', status: 'FAILED', amount: null, requestedBy: 'payment' });
  const said = await given(orderIn('CANCELLED'), unknown).when(settles('rfd_9'), settles('rfd_9', 300n));
  expect(said.refused).toEqual(['validation_failed', undefined]);
  said.is({ refunded: 300n });
});

test('what was given back by hand and goes back all the same is for a person', async () => {
  const outcome = await given(shipped, lost).when(settles('rfd_1'), failed('rfd_1'), gaveBack('rfd_1', 1_000));
  expect(outcome.decisions.map(({ setAside }) => setAside?.as)).toEqual([undefined, undefined, 'parked']);
  outcome.is({ refunded: 1_000n });
});

test('only what failed can be retried or settled', async () => {
  for (const status of ['REQUESTED', 'APPROVED', 'SUCCEEDED', 'REJECTED'] as const) {
    const outcome = await given(orderIn('SHIPPED'), refundOf({ id: 'rfd_1', status })).when(
      retries('rfd_1', 'rfd_2'),
      settles('rfd_1'),
    );
    expect(outcome.refused).toEqual(['refund_not_failed', 'refund_not_failed']);
  }
});

test('approving the last of the money before anything has left cancels the order: nothing is shipped unpaid', async () => {
  const outcome = await given(orderIn('CONFIRMED')).when(
    asksForRefund({ refundId: 'rfd_1', amount: cny(1_000n) }),
    asksForRefund({ refundId: 'rfd_2', amount: cny(500n) }),
    asksForRefund({ refundId: 'rfd_3', amount: cny(4_000n), by: 'operator' }),
    decides('rfd_1', 'approve'),
  );
  expect(outcome.refused).toEqual([undefined, undefined, undefined, undefined]);
  outcome.is({ status: 'CANCELLED', refundRequested: 5_000n, openRefunds: [] });
  outcome.hasRefund('rfd_1', { status: 'APPROVED', amount: 1_000n, decidedBy: 'usr_operator', requestedBy: buyer });
  outcome.hasRefund('rfd_2', { status: 'REJECTED', decidedBy: 'system' });
  expect(outcome.types.slice(-3)).toEqual(['order-cancelled', 'refund-requested', 'return-stock']);
});

test('goods that came back are booked in with the approval of all that is left', async () => {
  const whole = await given(orderIn('SHIPPED')).when(
    asksForRefund({ refundId: 'rfd_1' }),
    decides('rfd_1', 'approve', true),
  );
  expect(whole.types).toEqual(['refund-opened', 'refund-decided', 'refund-requested', 'return-stock']);
  const part = await given(orderIn('SHIPPED')).when(
    asksForRefund({ refundId: 'rfd_1', amount: cny(1n) }),
    decides('rfd_1', 'approve', true),
  );
  expect(part.refused).toEqual([undefined, 'validation_failed']);
});

test('what has left is not cancelled by a full refund: it waits for an operator', async () => {
  const leaves = acts({ kind: 'shipped', carrier: 'SF', trackingNumber: '1' });
  const outcome = await given(orderIn('CONFIRMED')).when(leaves, asksForRefund({ refundId: 'rfd_1' }));
  outcome.is({ status: 'SHIPPED', openRefunds: ['rfd_1'] });
});
