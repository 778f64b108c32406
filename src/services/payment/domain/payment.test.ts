import { describe, expect, test } from 'vitest';
import { ask } from '#runtime/batch/testing/rehearsal.ts';
import {
  askedToClose,
  cancelled,
  concluded,
  created,
  declined,
  due,
  failed,
  failedForGood,
  given,
  givenUp,
  opened,
  orderId,
  payableUntilMs,
  pending,
  succeeded,
  unanswered,
  voidedAttempt,
} from '../testing/given.ts';
import { openAttempt } from './opening.ts';

const order = { orderId, userId: 'ann', total: { amount: due, currency: 'CNY' }, payableUntil: payableUntilMs };
const payable = [created(), pending()] as const;

describe('the record (003 §4: opened by OrderCreated, payable with OrderPending)', () => {
  test('is opened and then payable', async () => {
    const then = await given().when(created());
    then.hasPayment({ status: 'DUE', due: 100n, payableUntil: null });
    (await given(created()).when(pending())).hasPayment({ status: 'DUE', payableUntil: payableUntilMs });
  });

  test('is the same whichever comes first, and however often', async () => {
    const then = await given().when(pending(), created(), created(), pending());
    then.hasPayment({ status: 'DUE', due: 100n, payableUntil: payableUntilMs });
    expect(then.decisions.slice(1)).toEqual([{}, {}, {}]);
  });

  test('of an order over nothing is paid as soon as it is payable', async () => {
    const then = await given().when(created(0), pending(0), pending(0));
    then.says('success 0');
    then.hasPayment({ status: 'SUCCEEDED' });
  });

  test.each([
    ['cancelled', cancelled()],
    ['failed', failed()],
    ['closed on request', askedToClose()],
  ])('that is %s before it is known refuses what comes late', async (_, end) => {
    const then = await given().when(end, created(), pending(), opened('att_1'));
    then.hasPayment({ status: 'CLOSED', due: 100n, openAttempt: null });
    expect(then.decisions.at(-1)?.refuse?.code).toBe('order_not_payable');
    expect(then.rehearsal.rows('attempts')).toEqual([]);
  });
});

describe('opening an attempt', () => {
  test('commits its row before anyone is called, for all that is due', async () => {
    const then = await given(...payable).when(opened('att_1'));
    expect(then.decisions[0]).toMatchObject({ bind: 'att_1', answer: { attemptId: 'att_1', amount: order.total } });
    then.hasAttempt('att_1', { status: 'STARTED', amount: 100n, number: 1 });
  });

  test('of an order that payment has not heard enough of asks to be told, and keeps nothing', async () => {
    (await given().when(opened('att_1'))).answered('unavailable');
    (await given(created()).when(opened('att_1'))).answered('unavailable');
  });

  test('goes on with what ordering said, and the messages that come later change nothing', async () => {
    const then = await given().when(opened('att_1', { order }), succeeded('att_1'), created(), pending());
    then.answered('att_1', 'SUCCEEDED', undefined, undefined);
    then.hasPayment({ status: 'SUCCEEDED', captured: 100n });
  });

  test('of somebody else’s order finds nothing', async () => {
    (await given(...payable).when(opened('att_1', { userId: 'bob' }))).answered('not_found');
  });

  test('while another is open is refused, and let in once that is declined', async () => {
    const then = await given(...payable).when(opened('att_1'), opened('att_2'), declined('att_1'), opened('att_3'));
    then.answered('att_1', 'payment_in_progress', 'DECLINED', 'att_3');
    then.hasAttempt('att_3', { number: 2 });
  });

  test('while the outcome of another is unknown is refused: resolve before retry', async () => {
    const then = await given(...payable, opened('att_1'), unanswered('att_1')).when(opened('att_2'));
    then.answered('payment_in_progress');
  });

  test('of what is paid, closed or too late is refused', async () => {
    (await given(...payable, opened('att_1'), succeeded('att_1')).when(opened('att_2'))).answered('order_not_payable');
    (await given(...payable, cancelled()).when(opened('att_1'))).answered('order_not_payable');
    const late = await given(...payable).when();
    const command = { attemptId: 'att_1', orderId, userId: 'ann', method: 'balance' as const };
    const [decision] = await late.rehearsal.batch([ask(openAttempt, command)], {
      now: payableUntilMs + 1,
      cause: 'request/late',
    });
    expect(decision?.refuse?.code).toBe('order_not_payable');
  });

  test('anew for a request whose attempt was voided happens once, however often it asks', async () => {
    const again = { retryOf: 'att_1' };
    const then = await given(...payable, opened('att_1'), voidedAttempt('att_1')).when(
      opened('att_2', again),
      opened('att_3', again),
    );
    then.answered('att_2', 'att_2');
    expect(then.rehearsal.rows('attempts').map(({ id }) => id)).toEqual(['att_1', 'att_2']);
  });
});

describe('the funnel', () => {
  test('money counts once: PaymentCaptured and PaymentSuccess are said together', async () => {
    const then = await given(...payable, opened('att_1')).when(
      succeeded('att_1'),
      succeeded('att_1'),
      voidedAttempt('att_1'),
      declined('att_1'),
      unanswered('att_1'),
    );
    then.says('captured att_1 100', 'success 100');
    then.answered('SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED');
    then.hasPayment({ status: 'SUCCEEDED', captured: 100n, openAttempt: null });
  });

  test('a balance that is too low declines the attempt, and the payment stays due (001 §2)', async () => {
    const then = await given(...payable, opened('att_1')).when(declined('att_1'), declined('att_1'));
    then.says();
    then.hasAttempt('att_1', { status: 'DECLINED', problem: 'insufficient_balance' });
    then.hasPayment({ status: 'DUE', openAttempt: null });
  });

  test('no answer leaves the attempt open and to be asked about, later each time', async () => {
    const then = await given(...payable, opened('att_1')).when(unanswered('att_1'), unanswered('att_1'));
    then.hasAttempt('att_1', { status: 'UNKNOWN', checks: 2, nextCheckAt: 4 + 4_000 });
    then.hasPayment({ openAttempt: 'att_1' });
  });

  test('what was unknown is resolved either way', async () => {
    const unknown = given(...payable, opened('att_1'), unanswered('att_1'));
    const taken = await unknown.when(succeeded('att_1'));
    taken.says('captured att_1 100', 'success 100');
    const nothing = await given(...payable, opened('att_1'), unanswered('att_1')).when(voidedAttempt('att_1'));
    nothing.says();
    nothing.hasAttempt('att_1', { status: 'CLOSED', problem: 'voided' });
    nothing.hasPayment({ status: 'DUE', openAttempt: null });
  });

  test('a failure for good fails the payment, once; what is captured after it goes back', async () => {
    const then = await given(...payable, opened('att_1')).when(
      failedForGood('att_1'),
      failedForGood('att_1'),
      opened('att_2'),
      succeeded('att_1'),
    );
    then.says('failure provider_refused', 'captured att_1 100');
    then.hasPayment({ status: 'FAILED', statusReason: 'provider_refused', captured: 100n });
    then.hasRefund('rfd_1', { status: 'REQUESTED', amount: 100n });
  });

  test('of an attempt nobody knows is an error, not a silence', async () => {
    await expect(given(...payable).when(concluded('att_9', { kind: 'succeeded' }))).rejects.toThrow('no attempt att_9');
  });
});

describe('the buyer gives an attempt up', () => {
  test('the payment is due again, and another attempt may begin', async () => {
    const then = await given(...payable, opened('att_1')).when(givenUp(), voidedAttempt('att_1'), opened('att_2'));
    then.answered('att_1', 'CLOSED', 'att_2');
    then.hasAttempt('att_1', { status: 'CLOSED', problem: 'closed_by_buyer' });
  });

  test('money that came over it all the same pays the order; money that comes over both goes back', async () => {
    const once = await given(...payable, opened('att_1'), givenUp()).when(succeeded('att_1'));
    once.says('captured att_1 100', 'success 100');
    const twice = await given(...payable, opened('att_1'), givenUp(), opened('att_2'), succeeded('att_2')).when(
      succeeded('att_1'),
    );
    twice.says('captured att_1 100');
    twice.hasAttempt('att_1', { status: 'SUCCEEDED', problem: 'order_not_payable', refunding: 100n });
    twice.hasRefund('rfd_1', { amount: 100n, status: 'REQUESTED' });
  });

  test('a failure for good of one does not undo the money of the other', async () => {
    const then = await given(...payable, opened('att_1'), givenUp(), opened('att_2'), succeeded('att_1')).when(
      failedForGood('att_2'),
    );
    then.says();
    then.hasPayment({ status: 'SUCCEEDED', openAttempt: null });
  });

  test('while ordering waits for it: the payment is closed', async () => {
    const then = await given(...payable, opened('att_1'), askedToClose()).when(givenUp());
    then.says('closed expired');
    then.hasPayment({ status: 'CLOSED' });
  });

  test('there must be one, and it must be theirs', async () => {
    (await given(...payable).when(givenUp())).answered('payment_not_closable');
    (await given(...payable, opened('att_1')).when(givenUp('bob'))).answered('not_found');
    (await given().when(givenUp())).answered('not_found');
  });
});

describe('the order ends', () => {
  test('a payment that is due is sealed, and says so once', async () => {
    const then = await given(...payable).when(cancelled(), cancelled(), failed(), askedToClose());
    then.says('closed cancelled_by_buyer');
    then.hasPayment({ status: 'CLOSED', statusReason: 'cancelled_by_buyer' });
  });

  test('an attempt under way is watched; its money goes back, without PaymentSuccess', async () => {
    const then = await given(...payable, opened('att_1')).when(cancelled(), succeeded('att_1'));
    then.says('closed cancelled_by_buyer', 'captured att_1 100');
    then.hasPayment({ status: 'CLOSED', captured: 100n });
    then.hasRefund('rfd_1', {
      amount: 100n,
      parts: [{ attemptId: 'att_1', method: 'balance', amount: 100n, status: 'REQUESTED' }],
    });
  });

  test('an attempt under way that comes to nothing leaves nothing', async () => {
    const then = await given(...payable, opened('att_1')).when(cancelled(), unanswered('att_1'), declined('att_1'));
    then.answered(undefined, 'CLOSING', 'CLOSED');
    expect(then.rehearsal.rows('refunds')).toEqual([]);
  });

  test('a payment that succeeded stays so: ordering asks for the refund', async () => {
    const then = await given(...payable, opened('att_1'), succeeded('att_1')).when(cancelled(), askedToClose());
    expect(then.decisions).toEqual([{}, {}]);
  });
});

describe('ClosePayment (payment is the arbiter)', () => {
  test('closes what is unpaid', async () => {
    const then = await given(...payable).when(askedToClose());
    then.says('closed expired');
    then.hasPayment({ status: 'CLOSED', statusReason: 'expired' });
  });

  test('waits for an attempt under way, lets in no other, and then says which it was: paid', async () => {
    const then = await given(...payable, opened('att_1')).when(askedToClose(), opened('att_2'), succeeded('att_1'));
    then.answered(undefined, 'order_not_payable', 'SUCCEEDED');
    then.says('captured att_1 100', 'success 100');
    then.hasPayment({ status: 'SUCCEEDED', closing: null });
  });

  test.each([
    ['declined', declined('att_1')],
    ['voided', voidedAttempt('att_1')],
  ])('waits for an attempt under way, and closes when it is %s', async (_, end) => {
    const then = await given(...payable, opened('att_1'), askedToClose()).when(unanswered('att_1'), end);
    then.says('closed expired');
    then.hasPayment({ status: 'CLOSED', statusReason: 'expired', closing: null });
  });

  test('and a cancel while it waits: sealed at once, closed once', async () => {
    const then = await given(...payable, opened('att_1'), askedToClose()).when(cancelled(), voidedAttempt('att_1'));
    then.says('closed cancelled_by_buyer');
  });
});
