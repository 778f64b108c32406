import { createSign } from 'node:crypto';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { money } from '#kernel/money.ts';
import { keepingSockets } from '#runtime/http/sockets.ts';
import { contentOf, signatureOf } from '../../../../../simulators/alipay/signing.ts';
import { alipayKeys, appKeys } from '../../../../../simulators/alipay/testing/stage.ts';
import { timeOf } from '../../../../../simulators/alipay/wire-forms.ts';
import type { Callback, RefusedCallback } from '../provider.ts';
import { rawOf, type Stage, stage } from './testing/scene.ts';

const hourMs = 3_600_000;
let current: Stage;
beforeEach(async () => {
  current = await stage();
});
afterEach(() => current.stop());

const askingFor = (time: Stage['time']) => ({ deadline: time.now() + 10_000 });

async function paidTrade(description = '茶 100% + 1'): Promise<void> {
  const { provider, simulator, time } = current;
  const opened = await provider.open(
    {
      ...{ number: 'a0t1_1', reference: null, amount: money(12_34n, 'CNY'), flow: 'qr', description, openid: null },
      ...{ openedAt: time.now(), expiresAt: time.now() + hourMs, returnUrl: null },
    },
    askingFor(time),
  );
  expect(opened.kind).toBe('opened');
  expect(simulator.control.pay('a0t1_1')).toBe(true);
}

const refundOf = (number: string, amount: bigint) => ({
  ...{ number, reference: null, transaction: null, amount: money(amount, 'CNY'), askedAt: 0, reason: '' },
  charge: { number: 'a0t1_1', reference: null, amount: money(12_34n, 'CNY'), openedAt: 0, expiresAt: 0 },
});

/** What the simulator has sent, the last last. */
async function heard(): Promise<(Callback | RefusedCallback)[]> {
  const { simulator, provider } = current;
  await simulator.notifications.idle();
  return simulator.notifications.deliveries.map(({ body, at }) => provider.readCallback(rawOf(body, at)));
}

function read(changes: Readonly<Record<string, string>>, receivedAt = current.time.now()): Callback | RefusedCallback {
  return current.provider.readCallback(rawOf(current.simulator.control.forge('a0t1_1', changes) ?? '', receivedAt));
}

describe('a notification', () => {
  test('whose texts have a plus, a blank and a percent sign is genuine, though the client’s first check throws at it', async () => {
    await paidTrade('100% tea + cups');
    const [told] = await heard();
    expect(told).toMatchObject({ kind: 'charge', number: 'a0t1_1', state: { kind: 'paid' } });
    const { AlipaySdk } = keepingSockets(
      () => createRequire(import.meta.url)('alipay-sdk') as typeof import('alipay-sdk'),
    );
    const sdk = new AlipaySdk({
      appId: 'app',
      privateKey: appKeys.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      alipayPublicKey: alipayKeys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    });
    const body = current.simulator.notifications.deliveries[0]?.body;
    const fields = Object.fromEntries(new URLSearchParams(body));
    expect(() => sdk.checkNotifySign(fields)).toThrow('URI malformed');
    expect(sdk.checkNotifySignV2(fields)).toBe(true);
  });

  test('signed by SHA-1, as its sign_type says, is refused, though by Alipay’s own key, and though the client takes it', async () => {
    await paidTrade();
    const fields = Object.fromEntries(new URLSearchParams(current.simulator.control.forge('a0t1_1', {})));
    const content = contentOf(fields, ['sign', 'sign_type']);
    const sign = createSign('RSA-SHA1').update(content).sign(alipayKeys.privateKey, 'base64');
    const body = new URLSearchParams({ ...fields, sign, sign_type: 'RSA' }).toString();
    const told = current.provider.readCallback(rawOf(body, current.time.now()));
    expect(told).toMatchObject({ kind: 'refused', why: 'signature' });
  });

  test.each(['', 'RSA', 'rsa2', 'RSA2 '])('that is signed by RSA2 and says %j is refused', async (type) => {
    await paidTrade();
    const fields = new URLSearchParams(current.simulator.control.forge('a0t1_1', {}));
    fields.set('sign_type', type);
    const told = current.provider.readCallback(rawOf(fields.toString(), current.time.now()));
    expect(told).toMatchObject({ kind: 'refused', why: 'signature' });
  });

  test('whose signature is written otherwise than base64 is written is refused', async () => {
    await paidTrade();
    const fields = new URLSearchParams(current.simulator.control.forge('a0t1_1', {}));
    for (const change of [(sign: string) => `${sign}\n`, (sign: string) => sign.replace('==', ''), () => '']) {
      const changed = new URLSearchParams(fields);
      changed.set('sign', change(fields.get('sign') ?? ''));
      const told = current.provider.readCallback(rawOf(changed.toString(), current.time.now()));
      expect(told).toMatchObject({ kind: 'refused' });
    }
  });

  test('with a field twice is refused: whose value was signed is anybody’s guess', async () => {
    await paidTrade();
    const body = `${current.simulator.control.forge('a0t1_1', {})}&total_amount=0.01`;
    expect(current.provider.readCallback(rawOf(body, current.time.now()))).toMatchObject({ why: 'malformed' });
  });

  test('is believed for as long as Alipay tries, 25 hours, and not a day after', async () => {
    await paidTrade();
    const sentAt = current.time.now();
    expect(read({}, sentAt + 25 * hourMs)).toMatchObject({ kind: 'charge' });
    expect(read({}, sentAt + 27 * hourMs)).toMatchObject({ kind: 'refused', why: 'stale' });
    expect(read({ notify_time: timeOf(sentAt + 10 * 60_000) })).toMatchObject({ kind: 'refused', why: 'stale' });
    expect(read({ notify_time: timeOf(sentAt + 60_000) })).toMatchObject({ kind: 'charge' });
  });

  test.each([
    [{ seller_id: '2088000000000000' }, 'merchant'],
    [{ app_id: '2021000000000000' }, 'merchant'],
    [{ notify_id: '' }, 'malformed'],
    [{ notify_time: 'now' }, 'malformed'],
    [{ out_trade_no: '' }, 'malformed'],
    [{ charset: 'gbk' }, 'malformed'],
  ])('that is Alipay’s own with %j is refused', async (changes, why) => {
    await paidTrade();
    expect(read(changes)).toMatchObject({ kind: 'refused', why });
  });

  test('of another kind changes nothing', async () => {
    await paidTrade();
    const told = read({ notify_type: 'servicemarket_order_notify' });
    expect(told).toMatchObject({ kind: 'other', type: 'servicemarket_order_notify' });
  });

  test.each([
    [{ trade_status: 'WAIT_BUYER_PAY' }, 'open'],
    [{ trade_status: 'TRADE_FINISHED' }, 'paid'],
    [{ trade_status: 'TRADE_PENDING' }, 'unknown'],
  ])('that says %j is of a charge that is %s', async (changes, kind) => {
    await paidTrade();
    expect(read(changes)).toMatchObject({ kind: 'charge', state: { kind } });
  });

  test('that nobody paid in time says closed', async () => {
    const { provider, simulator, time } = current;
    await paidTrade();
    const body = simulator.control.forge('a0t1_1', { trade_status: 'TRADE_CLOSED' });
    const fields = new URLSearchParams(body);
    for (const name of ['gmt_payment', 'receipt_amount', 'buyer_pay_amount', 'sign']) fields.delete(name);
    const sign = signatureOf(contentOf(Object.fromEntries(fields), ['sign_type']), alipayKeys.privateKey);
    fields.set('sign', sign);
    const told = provider.readCallback(rawOf(fields.toString(), time.now()));
    expect(told).toMatchObject({ kind: 'charge', state: { kind: 'closed' } });
  });

  test('of a refund in part is of the refund, and leaves how much it was to the query', async () => {
    await paidTrade();
    for (const [number, amount] of [['r0f1_1', 29n] as const, ['r0f1_2', 1_00n] as const]) {
      await current.provider.refund(refundOf(number, amount), askingFor(current.time));
    }
    const told = (await heard()).slice(1);
    expect(told).toMatchObject([
      { kind: 'refund', number: 'r0f1_1', state: { kind: 'processing' } },
      { kind: 'refund', number: 'r0f1_2', state: { kind: 'processing' } },
    ]);
    // What it says is the sum: to take it for the second refund's amount would be wrong by the first.
    expect(current.simulator.notifications.deliveries[2]?.body).toContain('refund_fee=1.29');
  });

  test('of a refund of all says TRADE_CLOSED, and is not of a charge that nobody paid', async () => {
    await paidTrade();
    await current.provider.refund(refundOf('r0f1_1', 12_34n), askingFor(current.time));
    const told = (await heard()).at(-1);
    expect(current.simulator.notifications.deliveries.at(-1)?.body).toContain('trade_status=TRADE_CLOSED');
    expect(told).toMatchObject({ kind: 'refund', number: 'r0f1_1' });
  });

  test('of a refund by hand, which has no number of ours, changes nothing', async () => {
    await paidTrade();
    expect(read({ refund_fee: '1.00', gmt_refund: timeOf(current.time.now()) })).toMatchObject({
      kind: 'other',
      type: 'refund',
    });
  });

  test('is answered by the bare word, and refused by another', () => {
    expect(current.provider.acknowledgement).toEqual({ status: 200, contentType: 'text/plain', body: 'success' });
    expect(current.provider.refusal.body).not.toContain('success');
  });
});
