import { createVerify } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeWechatKeys, type WechatKeys } from '../../../../../simulators/wechat/keys.ts';
import type { Charge, RefundOrder } from '../provider.ts';
import { type WechatScene, wechatScene } from './testing/scene.ts';

let keys: WechatKeys;
let scene: WechatScene;

beforeAll(async () => {
  [keys] = await Promise.all([makeWechatKeys(), import('wechatpay-axios-plugin')]);
});
beforeEach(async () => {
  scene = await wechatScene({ keys });
});
afterEach(() => scene.stop());

const asking = () => ({ deadline: scene.now() + 20_000 });
const aCharge = (changes: Partial<Charge> = {}): Charge => ({
  ...{ number: 'A0T1_Charge_1', reference: null, amount: { amount: 88n, currency: 'CNY' }, flow: 'qr', openid: null },
  ...{ openedAt: scene.now(), expiresAt: scene.now() + 600_000, description: '茶 10001', returnUrl: null },
  ...changes,
});
const aRefund = (charge: Charge): RefundOrder => ({
  ...{ number: 'R0F1_Refund_1', reference: null, charge, transaction: null, amount: { amount: 8n, currency: 'CNY' } },
  ...{ askedAt: scene.now(), reason: 'returned' },
});
const refuse = (status: number, code: string, path?: string): void =>
  scene.wechat.control.failNext({ how: 'refuse', applied: false, status, code, ...(path ? { path } : {}) });
const sent = () => scene.wechat.control.requests.map(({ method, path, body }) => ({ method, path, body }));

describe('opening', () => {
  test('gives a code to scan, for as long as it can be paid and scanned', async () => {
    const charge = aCharge({ expiresAt: scene.now() + 3 * 3_600_000 });
    const opened = await scene.provider.open(charge, asking());
    expect(opened).toMatchObject({
      kind: 'opened',
      action: { type: 'qr_code', content: expect.stringMatching(/^weixin:\/\//) },
    });
    const expiresAt = opened.kind === 'opened' && 'expiresAt' in opened.action ? opened.action.expiresAt : 0;
    expect(Math.abs(expiresAt - scene.now() - 2 * 3_600_000)).toBeLessThan(5_000);
  });

  test('in WeChat gives what its page hands on, signed by the merchant over four lines', async () => {
    const opened = await scene.provider.open(
      aCharge({ flow: 'jsapi', openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' }),
      asking(),
    );
    if (opened.kind !== 'opened' || opened.action.type !== 'jsapi') throw new Error('not opened');
    const { appId, timeStamp, nonceStr, package: wrapped, signType, paySign } = opened.action.parameters;
    expect(wrapped).toMatch(/^prepay_id=wx\d+$/);
    expect([appId, signType]).toEqual([scene.account.appId, 'RSA']);
    const lines = `${appId}\n${timeStamp}\n${nonceStr}\n${wrapped}\n`;
    const verifier = createVerify('RSA-SHA256').update(lines);
    expect(verifier.verify(keys.merchant.publicKey, paySign ?? '', 'base64')).toBe(true);
    expect(Math.abs(Number(timeStamp) * 1_000 - scene.now())).toBeLessThan(5_000);
  });

  test('again sends the same to the letter, later too: WeChat Pay takes nothing else', async () => {
    const charge = aCharge();
    await scene.provider.open(charge, asking());
    scene.move(60_000);
    expect(await scene.provider.open(charge, asking())).toMatchObject({ kind: 'opened' });
    const [first, second] = sent();
    expect(second).toEqual(first);
  });

  test('with other words under the same number finds the order as it is', async () => {
    await scene.provider.open(aCharge(), asking());
    const other = await scene.provider.open(aCharge({ description: 'coffee' }), asking());
    expect(other).toEqual({ kind: 'state', state: { kind: 'open' } });
  });

  test.each([
    ['no amount', { amount: { amount: 0n, currency: 'CNY' } }, 'AMOUNT'],
    ['an amount that no number holds', { amount: { amount: 2n ** 53n, currency: 'CNY' } }, 'AMOUNT'],
    ['another currency', { amount: { amount: 88n, currency: 'HKD' } }, 'CURRENCY'],
    ['a flow of others', { flow: 'card' as const }, 'FLOW'],
    ['no openid', { flow: 'jsapi' as const }, 'OPENID'],
  ])('with %s asks nobody', async (_what, changes, code) => {
    expect(await scene.provider.open(aCharge(changes), asking())).toMatchObject({ kind: 'refused', code });
    expect(sent()).toEqual([]);
  });

  test.each(['PARAM_ERROR', 'INVALID_REQUEST', 'NO_AUTH', 'APPID_MCHID_NOT_MATCH', 'OUT_TRADE_NO_USED', 'RULE_LIMIT'])(
    'that is refused with %s was refused only if no order is there',
    async (code) => {
      refuse(403, code);
      const refused = await scene.provider.open(aCharge(), asking());
      expect(refused).toEqual({ kind: 'refused', code, detail: 'refused by the simulator' });
      await scene.provider.open(aCharge(), asking());
      refuse(403, code);
      const open = await scene.provider.open(aCharge(), asking());
      expect(open).toEqual({ kind: 'state', state: { kind: 'open' } });
    },
  );

  test.each([
    [401, 'SIGN_ERROR'],
    [429, 'FREQUENCY_LIMITED'],
    [500, 'SYSTEM_ERROR'],
    [400, 'SOMETHING_NEW'],
    [404, ''],
  ])('that meets with %d %s is unknown', async (status, code) => {
    refuse(status, code);
    expect(await scene.provider.open(aCharge(), asking())).toMatchObject({ kind: 'unknown' });
  });

  test('that was closed says so', async () => {
    await scene.provider.open(aCharge(), asking());
    await scene.provider.close(aCharge(), asking());
    const again = await scene.provider.open(aCharge(), asking());
    expect(again).toEqual({ kind: 'state', state: { kind: 'closed', code: 'CLOSED' } });
  });

  test('keeps to the length of what the buyer reads, without cutting a character, and without what breaks a bill', async () => {
    await scene.provider.open(aCharge({ description: `a\`b\n${'茶'.repeat(100)}` }), asking());
    const body = JSON.parse(sent()[0]?.body ?? '{}') as { description: string };
    expect(body.description).toMatch(/^a b 茶+$/);
    expect(Buffer.byteLength(body.description)).toBe(127 - ((127 - 4) % 3));
  });

  test('that comes too late to be paid is refused', async () => {
    expect(await scene.provider.open(aCharge({ expiresAt: scene.now() - 1_000 }), asking())).toMatchObject({
      kind: 'refused',
    });
  });
});

describe('a number', () => {
  test('is asked for as it is, capitals and all', async () => {
    await scene.provider.query(aCharge(), asking());
    expect(sent()[0]?.path).toBe(`/v3/pay/transactions/out-trade-no/A0T1_Charge_1?mchid=${scene.account.merchantId}`);
  });

  test.each(['short', 'x'.repeat(33), '../../certs', 'a0t1?mchid=1', 'a0t1/close'])(
    'of the form %j is none of ours',
    async (number) => {
      await expect(scene.provider.query(aCharge({ number }), asking())).rejects.toThrow(RangeError);
      expect(sent()).toEqual([]);
    },
  );
});

describe('an order', () => {
  test('that is not there may still come, until it would come too late', async () => {
    const charge = aCharge();
    expect(await scene.provider.query(charge, asking())).toEqual({ kind: 'open' });
    expect(await scene.provider.close(charge, asking())).toEqual({ kind: 'open' });
    scene.move(600_000);
    expect(await scene.provider.query(charge, asking())).toEqual({ kind: 'closed', code: 'ORDER_NOT_EXIST' });
    expect(await scene.provider.close(charge, asking())).toEqual({ kind: 'closed', code: 'ORDER_NOT_EXIST' });
  });

  test('is not closed by its time running out: it has to be closed', async () => {
    await scene.provider.open(aCharge(), asking());
    const charge = aCharge();
    scene.move(601_000);
    expect(await scene.simulator.pay(charge.number)).toBe(false);
    expect(await scene.provider.query(charge, asking())).toEqual({ kind: 'open' });
    expect(await scene.provider.close(charge, asking())).toEqual({ kind: 'closed', code: 'CLOSED' });
  });

  test('that was declined has failed, and nobody called', async () => {
    await scene.provider.open(aCharge(), asking());
    await scene.simulator.decline(aCharge().number);
    expect(await scene.provider.query(aCharge(), asking())).toEqual({ kind: 'failed', code: 'PAYERROR' });
    expect(await scene.simulator.callbacks()).toEqual([]);
  });

  test('that was paid and given back is still one that was paid', async () => {
    await scene.provider.open(aCharge(), asking());
    await scene.simulator.pay(aCharge().number);
    await scene.provider.refund(aRefund(aCharge()), asking());
    await scene.simulator.settleRefunds();
    expect(await scene.provider.query(aCharge(), asking())).toMatchObject({ kind: 'paid', amount: { amount: 88n } });
  });
});

describe('a refund', () => {
  async function paid(): Promise<Charge> {
    const charge = aCharge();
    await scene.provider.open(charge, asking());
    await scene.simulator.pay(charge.number);
    return charge;
  }

  test('that was taken on is not one that was carried out', async () => {
    const charge = await paid();
    expect(await scene.provider.refund(aRefund(charge), asking())).toMatchObject({ kind: 'processing' });
    expect(await scene.provider.queryRefund(aRefund(charge), asking())).toMatchObject({ kind: 'processing' });
  });

  test.each(['ABNORMAL', 'CLOSED'] as const)('that became %s is for a person', async (code) => {
    const charge = await paid();
    await scene.provider.refund(aRefund(charge), asking());
    scene.wechat.control.settleRefunds(code);
    expect(await scene.provider.queryRefund(aRefund(charge), asking())).toMatchObject({ kind: 'failed', code });
    expect(await scene.provider.refund(aRefund(charge), asking())).toMatchObject({ kind: 'failed', code });
  });

  test('that is refused the second time is as it was taken on the first time', async () => {
    const charge = await paid();
    await scene.provider.refund(aRefund(charge), asking());
    const other = { ...aRefund(charge), reason: 'for another reason' };
    expect(await scene.provider.refund(other, asking())).toMatchObject({ kind: 'processing' });
  });

  test('for which the merchant has too little money has failed under WeChat Pay’s own word for it', async () => {
    const charge = await paid();
    refuse(403, 'NOT_ENOUGH');
    expect(await scene.provider.refund(aRefund(charge), asking())).toMatchObject({
      kind: 'failed',
      code: 'NOT_ENOUGH',
    });
  });

  test.each([
    [429, 'FREQUENCY_LIMITED'],
    [500, 'SYSTEM_ERROR'],
    [400, 'SOMETHING_NEW'],
  ])('that meets with %d %s is unknown', async (status, code) => {
    const charge = await paid();
    refuse(status, code);
    expect(await scene.provider.refund(aRefund(charge), asking())).toMatchObject({ kind: 'unknown' });
  });

  test('keeps to the length of its reason', async () => {
    const charge = await paid();
    await scene.provider.refund({ ...aRefund(charge), reason: '退'.repeat(60) }, asking());
    const { reason } = JSON.parse(sent().at(-1)?.body ?? '{}') as { reason: string };
    expect(Buffer.byteLength(reason)).toBe(78);
  });
});
