import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserRegistered } from '#contracts/messages/identity/user-registered.v1.ts';
import { UserRenamed } from '#contracts/messages/identity/user-renamed.v1.ts';
import { OrderCancelled } from '#contracts/messages/ordering/order-cancelled.v1.ts';
import { OrderCompleted } from '#contracts/messages/ordering/order-completed.v1.ts';
import { OrderConfirmed } from '#contracts/messages/ordering/order-confirmed.v1.ts';
import { OrderFailed } from '#contracts/messages/ordering/order-failed.v1.ts';
import { OrderShipped } from '#contracts/messages/ordering/order-shipped.v1.ts';
import { RefundDecided } from '#contracts/messages/ordering/refund-decided.v1.ts';
import { RefundOpened } from '#contracts/messages/ordering/refund-opened.v1.ts';
import { RefundSettled } from '#contracts/messages/ordering/refund-settled.v1.ts';
import { PaymentSuccess } from '#contracts/messages/payment/payment-success.v1.ts';
import { RefundFailed } from '#contracts/messages/payment/refund-failed.v1.ts';
import { RefundSucceeded } from '#contracts/messages/payment/refund-succeeded.v1.ts';
import { idPattern } from '#kernel/ids.ts';
import { type Ask, ask, deliver, messageOf, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import {
  type Attempt,
  addressMail,
  claimMail,
  type Outcome,
  refusalsMost,
  sendingLeaseMs,
  settleMail,
} from './domain/mail.ts';
import { type Notification, type NotificationTables, notificationId, setMailPolicy, setOperators } from './domain.ts';
import { handlers } from './handlers.ts';
import { tables } from './store.ts';

const lin = { userId: 'usr_lin', email: 'lin@example.com', name: 'Lin', language: 'zh-CN' } as const;
const order = { orderId: 'ord_1', userId: 'usr_lin' };
const total = { amount: 12_900, currency: 'CNY' };
const confirmed = { ...order, number: 'A1', total };

const registered = deliver(handlers, messageOf(UserRegistered, { ...lin }, 1));
const refund = { ...order, refundId: 'rfd_1', number: 'A1', amount: total };
const carried = { carrier: 'SF', trackingNumber: 'SF1000' };
const both = (type: string) => [`${type} in_app SENT`, `${type} email QUEUED`];
const orderConfirmed = (position = 1) => deliver(handlers, messageOf(OrderConfirmed, confirmed, position));

class Desk extends Rehearsal<NotificationTables> {
  now = 1_000_000;

  constructor() {
    super(tables);
  }

  async take(...asks: readonly Ask<NotificationTables>[]) {
    return this.batch(asks, { now: this.now, cause: 'ordering/1' });
  }

  mail(): Notification {
    const [mail] = this.rows('notifications').filter(({ channel }) => channel === 'email');
    if (!mail) throw new Error('no mail');
    return mail;
  }

  notices(): string[] {
    return this.rows('notifications').map(({ type, channel, status }) => `${type} ${channel} ${status}`);
  }

  async claim(): Promise<number | undefined> {
    const [decision] = await this.take(ask(claimMail, [this.mail().id]));
    const [claimed] = (decision?.answer ?? []) as readonly Attempt[];
    return claimed?.attempt;
  }

  async settle(attempt: number, outcome: Outcome): Promise<void> {
    await this.take(ask(settleMail, { id: this.mail().id, attempt, outcome }));
  }
}

async function deskWith(mode: 'SMTP' | 'KEEP'): Promise<Desk> {
  const desk = new Desk();
  await desk.take(ask(setMailPolicy, mode), registered);
  return desk;
}

describe('a buyer is told', () => {
  test.each([
    [PaymentSuccess, { ...order, paymentId: 'pay_1', amount: total }, ['payment_succeeded in_app SENT']],
    [OrderConfirmed, confirmed, ['order_confirmed in_app SENT', 'order_confirmed email QUEUED']],
    [
      OrderCancelled,
      { ...confirmed, reason: 'expired' },
      ['order_cancelled in_app SENT', 'order_cancelled email QUEUED'],
    ],
    [OrderFailed, { ...order, reason: 'deadline', shortages: [] }, ['order_failed in_app SENT']],
    [
      RefundSucceeded,
      { ...order, refundId: 'rfd_1', paymentId: 'pay_1', amount: total, parts: [] },
      ['refund_succeeded in_app SENT', 'refund_succeeded email QUEUED'],
    ],
    [OrderShipped, { ...order, number: 'A1', ...carried }, both('order_shipped')],
    [OrderCompleted, { ...confirmed, how: 'elapsed' }, ['order_completed in_app SENT']],
    [RefundOpened, { ...refund, reason: 'x' }, ['refund_requested in_app SENT']],
    [RefundDecided, { ...refund, verdict: 'approved' }, ['refund_approved in_app SENT']],
    [RefundDecided, { ...refund, verdict: 'rejected', note: 'worn' }, both('refund_rejected')],
    [RefundSettled, { ...refund, note: 'in cash' }, both('refund_settled')],
  ] as const)('%o', async (contract, data, notices) => {
    const desk = await deskWith('SMTP');
    await desk.take(deliver(handlers, messageOf(contract, data, 7)));
    expect(desk.notices()).toEqual(notices);
    expect(desk.rows('notifications')).toEqual(
      notices.map(() =>
        expect.objectContaining({ userId: 'usr_lin', orderId: 'ord_1', language: 'zh-CN', cause: 'ordering/1' }),
      ),
    );
  });

  test('that a refund takes longer; and operators that it waits for them, by mail where they have an address', async () => {
    const failed = { ...order, refundId: 'rfd_1', paymentId: 'pay_1', reason: 'account closed' };
    const [desk, quiet] = [await deskWith('SMTP'), await deskWith('SMTP')];
    await desk.take(ask(setOperators, { email: 'house@example.com', language: 'zh-TW' }));
    const both = deliver(handlers, messageOf(RefundFailed, failed, 7));
    await desk.take(both, both);
    await quiet.take(both);
    expect(desk.notices()).toEqual([
      'refund_failed in_app SENT',
      'refund_to_settle in_app SENT',
      'refund_to_settle email QUEUED',
    ]);
    expect(desk.mail()).toMatchObject({ userId: 'operators', recipient: 'house@example.com', language: 'zh-TW' });
    expect(desk.mail().body).toContain('rfd_1');
    expect(quiet.notices()).toEqual(['refund_failed in_app SENT', 'refund_to_settle in_app SENT']);
  });

  test('of a refund with the number that an earlier notice named, where there was one', async () => {
    const desk = await deskWith('KEEP');
    const refunded = { ...order, refundId: 'rfd_1', paymentId: 'pay_1', amount: total, parts: [] };
    const numbered = new Rehearsal<NotificationTables>(tables, {}, { orderNumbers: (key) => ({ key, number: 'A1' }) });
    await desk.take(deliver(handlers, messageOf(RefundSucceeded, refunded, 3)));
    await numbered.batch([deliver(handlers, messageOf(RefundSucceeded, refunded, 3))]);
    expect(desk.rows('notifications')[0]?.title).not.toContain('A1');
    expect(numbered.rows('notifications')[0]?.title).toContain('A1');
  });

  test('before the directory knows them: in the app at once, by mail as soon as it does', async () => {
    const desk = new Desk();
    await desk.take(ask(setMailPolicy, 'SMTP'), orderConfirmed());
    expect(desk.notices()).toEqual(['order_confirmed in_app SENT', 'order_confirmed email WAITING']);
    expect(desk.mail()).toMatchObject({ recipient: null, language: 'en', nextAttemptAt: null });
    const waiting = [{ id: desk.mail().id, userId: 'usr_lin' }];
    await desk.take(ask(addressMail, waiting));
    expect(desk.mail().status).toBe('WAITING');
    await desk.take(registered);
    await desk.take(ask(addressMail, waiting));
    expect(desk.mail()).toMatchObject({ status: 'QUEUED', recipient: 'lin@example.com', nextAttemptAt: desk.now });
  });

  test('once: what the same message makes has the same id', () => {
    const message = messageOf(OrderConfirmed, confirmed, 5);
    expect(notificationId(message, 'in_app')).toBe(notificationId({ ...message }, 'in_app'));
  });
});

describe('the directory', () => {
  test('has operators too, as the settings name them', async () => {
    const desk = new Desk();
    await desk.take(ask(setOperators, { email: '', language: 'en' }));
    await desk.take(ask(setOperators, { email: 'house@example.com', language: 'zh-CN' }));
    expect(desk.rows('recipients')).toMatchObject([
      { userId: 'operators', name: '', email: 'house@example.com', language: 'zh-CN' },
    ]);
  });

  test('knows a user by the last of their names, in whatever order it hears of them', async () => {
    const renamed = (name: string, position: number) =>
      deliver(handlers, messageOf(UserRenamed, { ...lin, name }, position));
    const heard = [registered, renamed('Mei', 2), renamed('Wang', 3)];
    for (const order of [heard, [...heard].reverse(), [heard[1], heard[0], heard[2], heard[1]]]) {
      const desk = new Desk();
      await desk.take(...order.flatMap((ask) => ask ?? []));
      expect(desk.rows('recipients')).toMatchObject([{ ...lin, name: 'Wang' }]);
    }
  });

  test('keeps what a user registered with, once', async () => {
    const desk = new Desk();
    await desk.take(registered, registered);
    expect(desk.rows('recipients')).toEqual([{ ...lin, position: 1, cause: 'ordering/1' }]);
  });
});

describe('the id of a notice', () => {
  const sources = ['identity', 'catalog', 'ordering', 'inventory', 'payment', 'wallet', 'fulfillment', 'marketing'];
  const named = fc.record({
    source: fc.constantFrom(...sources),
    position: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    timeMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    channel: fc.constantFrom('in_app' as const, 'email' as const),
    audience: fc.constantFrom('user' as const, 'operators' as const),
  });

  test('is of the form of all ids, its own for each message, channel and audience, and sorts by time', () => {
    fc.assert(
      fc.property(named, named, (one, two) => {
        const idOf = (notice: typeof one) => notificationId(notice, notice.channel, notice.audience);
        const [first, second] = [idOf(one), idOf(two)];
        expect(first).toMatch(new RegExp(idPattern('notification')));
        const same = JSON.stringify(one) === JSON.stringify(two);
        expect(first === second).toBe(same);
        if (one.timeMs < two.timeMs) expect(first < second).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('differs where only the source, the channel, the audience or the position does', () => {
    const ids = sources.flatMap((source) =>
      [1, 2, 3].flatMap((position) =>
        (['in_app', 'email'] as const).flatMap((channel) =>
          (['user', 'operators'] as const).map((audience) =>
            notificationId({ source, position, timeMs: 1 }, channel, audience),
          ),
        ),
      ),
    );
    expect(new Set(ids).size).toBe(sources.length * 12);
  });
});

describe('mail', () => {
  test('is kept where there is no mail server, and stays kept', async () => {
    const desk = await deskWith('KEEP');
    await desk.take(orderConfirmed());
    expect(desk.mail()).toMatchObject({ status: 'KEPT', recipient: 'lin@example.com', nextAttemptAt: null });
    await desk.take(ask(setMailPolicy, 'SMTP'));
    expect(await desk.claim()).toBeUndefined();
    expect(desk.mail().status).toBe('KEPT');
  });

  test('is claimed by one, sent, and done', async () => {
    const desk = await deskWith('SMTP');
    await desk.take(orderConfirmed());
    expect(await desk.claim()).toBe(1);
    expect(await desk.claim()).toBeUndefined();
    await desk.settle(1, { kind: 'sent' });
    expect(desk.mail()).toMatchObject({ status: 'SENT', nextAttemptAt: null, error: null });
  });

  test('is claimed again when whoever claimed it died; what comes of the first claim then has no say', async () => {
    const desk = await deskWith('SMTP');
    await desk.take(orderConfirmed());
    await desk.claim();
    desk.now += sendingLeaseMs;
    expect(await desk.claim()).toBe(2);
    await desk.settle(1, { kind: 'refused', until: 'ever', error: '550 no' });
    expect(desk.mail().status).toBe('SENDING');
    await desk.settle(2, { kind: 'sent' });
    expect(desk.mail().status).toBe('SENT');
  });

  test('that is refused for good has failed, with the server’s words', async () => {
    const desk = await deskWith('SMTP');
    await desk.take(orderConfirmed());
    await desk.settle((await desk.claim()) ?? 0, { kind: 'refused', until: 'ever', error: '550 no such user' });
    expect(desk.mail()).toMatchObject({ status: 'FAILED', error: '550 no such user', nextAttemptAt: null });
  });

  test('that is refused for now is tried again later and later, and fails in the end', async () => {
    const desk = await deskWith('SMTP');
    await desk.take(orderConfirmed());
    const pauses: number[] = [];
    for (let refusals = 1; refusals <= refusalsMost; refusals += 1) {
      const attempt = await desk.claim();
      expect(attempt).toBe(refusals);
      await desk.settle(refusals, { kind: 'refused', until: 'later', error: '451 busy' });
      const { nextAttemptAt } = desk.mail();
      if (nextAttemptAt === null) break;
      pauses.push((nextAttemptAt - desk.now) / 60_000);
      desk.now = nextAttemptAt;
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 120, 120]);
    expect(desk.mail()).toMatchObject({ status: 'FAILED', refusals: refusalsMost });
  });

  test('is never given up on while the server is away', async () => {
    const desk = await deskWith('SMTP');
    await desk.take(orderConfirmed());
    for (let attempt = 1; attempt <= 200; attempt += 1) {
      expect(await desk.claim()).toBe(attempt);
      await desk.settle(attempt, { kind: 'away', error: 'connect ECONNREFUSED' });
      desk.now = desk.mail().nextAttemptAt ?? desk.now;
    }
    expect(desk.mail()).toMatchObject({ status: 'QUEUED', refusals: 0 });
    await desk.settle((await desk.claim()) ?? 0, { kind: 'sent' });
    expect(desk.mail().status).toBe('SENT');
  });

  test('whatever happens: once sent, failed or kept it stays so, and until then it is due at some time', async () => {
    const outcome: fc.Arbitrary<Outcome> = fc.constantFrom(
      { kind: 'sent' },
      { kind: 'refused', until: 'later', error: '451' },
      { kind: 'refused', until: 'ever', error: '550' },
      { kind: 'away', error: 'away' },
    );
    const step = fc.oneof(
      fc.constant('claim' as const),
      fc.record({ attempt: fc.integer({ min: 1, max: 6 }), outcome }),
      fc.integer({ min: 1, max: 10_000_000 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const desk = await deskWith('SMTP');
        await desk.take(orderConfirmed());
        for (const each of steps) {
          const before = desk.mail();
          if (each === 'claim') await desk.claim();
          else if (typeof each === 'number') desk.now += each;
          else await desk.settle(each.attempt, each.outcome);
          const after = desk.mail();
          const isFinal = (mail: Notification) => mail.status === 'SENT' || mail.status === 'FAILED';
          if (isFinal(before)) expect(after).toEqual(before);
          else expect(after.nextAttemptAt === null).toBe(isFinal(after));
          expect(after.attempts - before.attempts).toBe(
            after.status === 'SENDING' && each === 'claim' && after !== before ? 1 : 0,
          );
        }
      }),
      { numRuns: 200 },
    );
  });
});
