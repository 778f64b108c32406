import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserRegistered } from '../../src/contracts/messages/identity/user-registered.v1.ts';
import { OrderCancelled } from '../../src/contracts/messages/ordering/order-cancelled.v1.ts';
import { OrderConfirmed } from '../../src/contracts/messages/ordering/order-confirmed.v1.ts';
import { OrderFailed } from '../../src/contracts/messages/ordering/order-failed.v1.ts';
import { PaymentSuccess } from '../../src/contracts/messages/payment/payment-success.v1.ts';
import { RefundFailed } from '../../src/contracts/messages/payment/refund-failed.v1.ts';
import { RefundSucceeded } from '../../src/contracts/messages/payment/refund-succeeded.v1.ts';
import type { Language } from '../../src/contracts/schema.ts';
import { uuidv7Ids } from '../../src/kernel/ids.ts';
import { seededRandom } from '../../src/runtime/seams/random.ts';
import { type MailServer, startMailServer } from './mail-server.ts';
import { type Mail, type ScriptedPlatform, startScripted } from './scripted-services.ts';

/** 000, "消息系统": the buyer is told by e-mail. A strict mail server on loopback, and everything that can go wrong with one. */

const ids = uuidv7Ids(
  () => Date.now(),
  (target) => seededRandom(Date.now()).bytes(target),
);
const total = { amount: 12_900, currency: 'CNY' };

interface Buyer {
  readonly userId: string;
  readonly email: string;
  readonly orderId: string;
  readonly number: string;
}

let count = 0;

function newBuyer(): Buyer {
  count += 1;
  const userId = ids.next('user');
  return { userId, email: `buyer-${count}@example.com`, orderId: ids.next('order'), number: `N-${count}` };
}

async function register(at: ScriptedPlatform, { userId, email }: Buyer, language: Language = 'en'): Promise<void> {
  await at.say(UserRegistered, { userId, email, name: '小荷', language });
  await expect.poll(() => isKnown(at, userId)).toBe(true);
}

/** The directory is nobody's to read from outside: a notice in the user's own language shows that they are in it. */
async function isKnown(at: ScriptedPlatform, userId: string): Promise<boolean> {
  const { rows } = await at.query('select 1 from recipients where user_id = $1', [userId]);
  return rows.length > 0;
}

const confirm = (at: ScriptedPlatform, { userId, orderId, number }: Buyer) =>
  at.say(OrderConfirmed, { userId, orderId, number, total });

async function mailTo(at: ScriptedPlatform, buyer: Pick<Buyer, 'number'>): Promise<Mail | undefined> {
  return (await at.mails()).find(({ subject }) => subject.includes(buyer.number));
}

/** Lets time pass until the mail is where it should be. */
async function untilMail(at: ScriptedPlatform, buyer: Buyer, expected: Partial<Mail>, stepMs = 1_000): Promise<Mail> {
  await expect
    .poll(async () => {
      at.time.move(stepMs);
      return mailTo(at, buyer);
    })
    .toMatchObject(expected);
  return (await mailTo(at, buyer)) as Mail;
}

let platform: ScriptedPlatform;
let server: MailServer;

beforeAll(async () => {
  server = await startMailServer();
  platform = await startScripted();
});

afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

const receivedBy = ({ email }: Buyer) => server.received.filter(({ to }) => to.includes(email));

const withServer = () => ({ SMTP_URL: server.url, MAIL_FROM: 'Tea House <no-reply@tea.example>' });

describe('without a mail server', () => {
  test('mail is kept for operators to read, and is not sent by a server that comes later', async () => {
    const [early, late] = [newBuyer(), newBuyer()];
    for (const buyer of [early, late]) await register(platform, buyer);
    await confirm(platform, early);
    const kept = await untilMail(platform, early, { status: 'KEPT', to: early.email, attempts: 0 });
    expect(kept.text).toContain('ready to be shipped');

    await platform.restart(withServer());
    await confirm(platform, late);
    await untilMail(platform, late, { status: 'SENT' });
    expect(await mailTo(platform, early)).toEqual(kept);
    expect(server.received.map(({ to }) => to[0])).toEqual([late.email]);
  });
});

describe('with a mail server', () => {
  beforeAll(() => platform.restart(withServer()));

  test('operators are told of a refund that failed, at the address and in the language of the settings', async () => {
    const house = { OPERATORS_EMAIL: 'house@tea.example', OPERATORS_LANGUAGE: 'zh-TW' };
    await platform.restart({ ...withServer(), ...house });
    const buyer = newBuyer();
    const { userId, orderId, number } = buyer;
    await register(platform, buyer);
    await confirm(platform, buyer);
    await untilMail(platform, buyer, { status: 'SENT' });
    const [refundId, paymentId] = [ids.next('refund'), ids.next('payment')];
    await platform.say(RefundFailed, { refundId, paymentId, orderId, userId, reason: 'account closed' });
    const received = () => server.received.filter(({ to }) => to.includes(house.OPERATORS_EMAIL));
    await expect
      .poll(() => {
        platform.time.move(1_000);
        return received().length;
      })
      .toBe(1);
    const [mail] = received();
    expect(mail?.headers).toMatchObject({ subject: `訂單 ${number} 退款失敗` });
    expect(mail?.text).toBe(
      `退款 ${refundId} 失敗，原因：account closed。請重試，或手動處理；買家在等這筆錢。\n\n此郵件由系統自動寄出。\n`,
    );
    expect((await platform.notices(userId)).map(({ type }) => type)).toContain('refund_failed');
    await platform.restart(withServer());
  });

  test('a confirmed order is told by mail, in the buyer’s language, well formed to the last byte', async () => {
    const buyer = newBuyer();
    await register(platform, buyer, 'zh-CN');
    await confirm(platform, buyer);
    const mail = await untilMail(platform, buyer, { status: 'SENT', to: buyer.email, attempts: 1 });
    expect(receivedBy(buyer)).toEqual([
      {
        from: 'no-reply@tea.example',
        to: [buyer.email],
        headers: expect.objectContaining({
          from: 'Tea House <no-reply@tea.example>',
          to: buyer.email,
          subject: `订单 ${buyer.number} 已确认`,
          'message-id': `<${mail.id}@tea.example>`,
          'auto-submitted': 'auto-generated',
        }),
        text: mail.text,
      },
    ]);
    expect(mail.text).toMatch(/^小荷，您好：\n\n.*¥129\.00/);
    expect(server.faults).toEqual([]);
  });

  test('a cancelled order and a refund too, with the order’s number', async () => {
    const buyer = newBuyer();
    await register(platform, buyer);
    const { userId, orderId, number } = buyer;
    await platform.say(OrderCancelled, { userId, orderId, number, total, reason: 'stock_lost' });
    await untilMail(platform, buyer, { status: 'SENT', subject: `Order ${number} was cancelled` });
    const refund = { refundId: ids.next('refund'), paymentId: ids.next('payment'), orderId, userId, amount: total };
    const parts = [{ attemptId: ids.next('attempt'), method: 'balance', amount: total }];
    await platform.say(RefundSucceeded, { ...refund, parts });
    await untilMail(platform, buyer, { status: 'SENT', subject: `¥129.00 refunded for order ${number}` });
    expect(receivedBy(buyer)).toHaveLength(2);
    expect(server.faults).toEqual([]);
  });

  test('what happened is in the app at once, newest first, mail or no mail', async () => {
    const buyer = newBuyer();
    await register(platform, buyer);
    const { userId, orderId, number } = buyer;
    const payment = { paymentId: ids.next('payment'), orderId, userId };
    await platform.say(PaymentSuccess, { ...payment, amount: total });
    await expect.poll(() => platform.notices(userId)).toHaveLength(1);
    await confirm(platform, buyer);
    await expect.poll(() => platform.notices(userId)).toHaveLength(3);
    await platform.say(RefundFailed, { ...payment, refundId: ids.next('refund'), reason: 'x' });
    await expect.poll(() => platform.notices(userId)).toHaveLength(4);
    const failed = { orderId: ids.next('order'), userId };
    const shortages = [{ sku: 'TEA', requested: 3, available: 1 }];
    await platform.say(OrderFailed, { ...failed, reason: 'insufficient_stock', shortages });
    await expect.poll(() => platform.notices(userId)).toHaveLength(5);
    const notices = await platform.notices(userId);
    expect(notices.map(({ type, channel }) => `${type} ${channel}`)).toEqual([
      'order_failed in_app',
      'refund_failed in_app',
      'order_confirmed email',
      'order_confirmed in_app',
      'payment_succeeded in_app',
    ]);
    expect(notices[0]).toMatchObject({
      orderId: failed.orderId,
      body: expect.stringContaining('TEA (3 wanted, 1 left)'),
    });
    expect(notices[1]?.title).toContain(number);
    expect(notices.map(({ createdAt }) => createdAt)).toEqual(
      notices
        .map(({ createdAt }) => createdAt)
        .sort()
        .reverse(),
    );
    expect(await platform.notices(newBuyer().userId)).toEqual([]);
  });

  test('a message that is delivered twice is told once', async () => {
    const buyer = newBuyer();
    await register(platform, buyer);
    await confirm(platform, buyer);
    await untilMail(platform, buyer, { status: 'SENT' });
    const before = await platform.notices(buyer.userId);
    const next = newBuyer();
    await platform.rewind('ordering');
    await confirm(platform, next);
    await untilMail(platform, next, { status: 'WAITING' });
    expect(await platform.notices(buyer.userId)).toEqual(before);
    expect((await platform.query('select * from dead_letters', [])).rows).toEqual([]);
    expect(receivedBy(buyer)).toHaveLength(1);
  });

  test('a buyer whose address is not known yet is told in the app at once, and by mail when it is', async () => {
    const buyer = newBuyer();
    await confirm(platform, buyer);
    await untilMail(platform, buyer, { status: 'WAITING', to: null });
    expect(await platform.notices(buyer.userId)).toHaveLength(2);
    await register(platform, buyer);
    await untilMail(platform, buyer, { status: 'SENT', to: buyer.email });
    expect(receivedBy(buyer)).toHaveLength(1);
  });

  test('mail that is refused for good has failed, and holds up no other', async () => {
    const [refused, other] = [newBuyer(), newBuyer()];
    server.behaviour.set(refused.email, { at: 'recipient', code: 550, message: 'no such user here' });
    for (const buyer of [refused, other]) await register(platform, buyer);
    for (const buyer of [refused, other]) await confirm(platform, buyer);
    const mail = await untilMail(platform, refused, { status: 'FAILED', attempts: 1 });
    expect(mail.error).toContain('no such user here');
    await untilMail(platform, other, { status: 'SENT' });
    expect(receivedBy(refused)).toEqual([]);
  });

  test('mail that is refused for now is sent later', async () => {
    const buyer = newBuyer();
    server.behaviour.set(buyer.email, { at: 'data', code: 452, message: 'mailbox is full' });
    await register(platform, buyer);
    await confirm(platform, buyer);
    const mail = await untilMail(platform, buyer, { status: 'QUEUED', attempts: 1 });
    expect(mail.error).toContain('mailbox is full');
    server.behaviour.delete(buyer.email);
    await untilMail(platform, buyer, { status: 'SENT', attempts: 2, error: null }, 60_000);
    expect(receivedBy(buyer)).toHaveLength(1);
  });

  test('when nobody knows whether a mail arrived it is sent again, as the same mail', async () => {
    const buyer = newBuyer();
    server.behaviour.set(buyer.email, { at: 'hang-up' });
    await register(platform, buyer);
    await confirm(platform, buyer);
    await untilMail(platform, buyer, { status: 'QUEUED', attempts: 1 });
    server.behaviour.delete(buyer.email);
    const mail = await untilMail(platform, buyer, { status: 'SENT', attempts: 2 }, 15_000);
    const [first, second] = receivedBy(buyer);
    expect(first).toEqual(second);
    expect(second?.headers['message-id']).toBe(`<${mail.id}@tea.example>`);
  });
});

describe('when the mail server is away', () => {
  test('mail waits for it as long as it takes, nothing else does, and it is sent once', async () => {
    const { port } = server;
    await server[Symbol.asyncDispose]();
    const buyers = [newBuyer(), newBuyer(), newBuyer()];
    for (const buyer of buyers) await register(platform, buyer);
    for (const buyer of buyers) await confirm(platform, buyer);
    for (const buyer of buyers) {
      await expect
        .poll(async () => {
          platform.time.move(600_000);
          return mailTo(platform, buyer);
        })
        .toMatchObject({
          status: 'QUEUED',
          attempts: expect.toSatisfy((attempts: number) => attempts > 11),
          error: expect.stringContaining('ECONNREFUSED'),
        });
      expect(await platform.notices(buyer.userId)).toHaveLength(2);
    }
    server = await startMailServer(port);
    for (const buyer of buyers) await untilMail(platform, buyer, { status: 'SENT', error: null }, 20_000);
    expect(server.received.map(({ to }) => to[0]).sort()).toEqual(buyers.map(({ email }) => email).sort());
  });
});

describe('when the process dies between sending and noting it', () => {
  beforeAll(() => platform.restart({ ...withServer(), FAIL_POINT: 'notification.after-send:throw' }));

  test('the mail is sent again, as the same mail', async () => {
    const buyer = newBuyer();
    await register(platform, buyer);
    await confirm(platform, buyer);
    await expect.poll(() => receivedBy(buyer)).toHaveLength(1);
    expect(await mailTo(platform, buyer)).toMatchObject({ status: 'SENDING', attempts: 1 });
    await untilMail(platform, buyer, { status: 'SENT', attempts: 2 }, 30_000);
    const [first, second] = receivedBy(buyer);
    expect(second).toEqual(first);
  });
});
