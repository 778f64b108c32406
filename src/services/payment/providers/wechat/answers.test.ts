import { describe, expect, test } from 'vitest';
import type { Charge } from '../provider.ts';
import type { Api } from './api.ts';
import { downloadBill } from './bill-download.ts';
import { Charges } from './charges.ts';
import { Refunds } from './refunds.ts';
import type { WechatAccount } from './settings.ts';
import type { Question } from './transport.ts';

const now = Date.parse('2026-11-20T12:00:00+08:00');
const account = { merchantId: '1900000001', appId: 'wxd678efh567hg6787', notifyUrl: 'https://x' } as WechatAccount;
const asking = { deadline: now + 20_000 };
const charge: Charge = {
  ...{ number: 'a0t1_Order_1', reference: null, amount: { amount: 88n, currency: 'CNY' }, flow: 'qr', openid: null },
  ...{ openedAt: now, expiresAt: now + 600_000, description: 'tea', returnUrl: null },
};

/** Answers that are signed as they have to be, and say what the real one would not. */
function told(fields: object, status = 200) {
  const sent: Question[] = [];
  const api = {
    ask: async () => ({ kind: 'answer', status, fields, code: '', message: '' }),
    transport: {
      send: async (question: Question) => {
        sent.push(question);
        return { kind: 'raw', status: 200, signed: undefined, body: Buffer.from('') };
      },
    },
  } as unknown as Api;
  return { api, sent };
}

describe('a signed answer', () => {
  const paid = {
    ...{ mchid: account.merchantId, appid: account.appId, out_trade_no: charge.number, trade_state: 'SUCCESS' },
    ...{ transaction_id: '4200001', success_time: '2026-11-20T11:59:00+08:00', amount: { total: 88, currency: 'CNY' } },
  };
  const ask = (fields: object) => new Charges(account, told(fields).api, { now: () => now }).query(charge, asking);

  test('of our order is believed', async () => {
    expect(await ask(paid)).toMatchObject({ kind: 'paid', amount: { amount: 88n } });
  });

  test.each([
    ['another order', { out_trade_no: 'a0t1_Order_2' }],
    ['another app', { appid: 'wx0000000000000000' }],
    ['another merchant', { mchid: '1900009999' }],
    ['no order', { out_trade_no: undefined }],
  ])('of %s is not believed to be of ours', async (_what, change) => {
    expect(await ask({ ...paid, ...change })).toMatchObject({ kind: 'unknown' });
  });

  test.each([
    ['another refund', { out_refund_no: 'r0f1_Refund_2' }],
    ['a refund of another order', { out_trade_no: 'a0t1_Order_2' }],
  ])('of %s is not believed to be of ours', async (_what, change) => {
    const refund = {
      out_refund_no: 'r0f1_Refund_1',
      out_trade_no: charge.number,
      status: 'SUCCESS',
      amount: { refund: 88 },
    };
    const name = {
      number: 'r0f1_Refund_1',
      reference: null,
      charge,
      transaction: null,
      amount: charge.amount,
      askedAt: now,
    };
    const asked = (fields: object) => new Refunds(account, told(fields).api).queryRefund(name, asking);
    expect(await asked(refund)).toMatchObject({ kind: 'refunded' });
    expect(await asked({ ...refund, ...change })).toMatchObject({ kind: 'unknown' });
  });

  test.each([{}, { code_url: '' }, { code_url: 7 }, { prepay_id: 'wx1' }])(
    'that opens and says %j says nothing',
    async (fields) => {
      const opened = await new Charges(account, told(fields).api, { now: () => now }).open(charge, asking);
      expect(opened).toMatchObject({ kind: 'unknown' });
    },
  );

  test('to closing that is not the one documented says nothing', async () => {
    const closed = await new Charges(account, told({}, 200).api, { now: () => now }).close(charge, asking);
    expect(closed).toMatchObject({ kind: 'unknown' });
  });
});

describe('the address of a bill', () => {
  const fields = (url: string) => ({ hash_type: 'SHA1', hash_value: '0'.repeat(40), download_url: url });
  const download = (url: string) => {
    const { api, sent } = told(fields(url));
    return { bill: downloadBill('2026-11-18', asking, api, account, now), sent };
  };

  test('is asked of our host: a signed request goes nowhere else', async () => {
    const { bill, sent } = download('https://elsewhere.example.com/v3/billdownload/file?token=abc');
    await expect(bill).rejects.toThrow('not the one that was announced');
    expect(sent).toEqual([{ method: 'GET', path: '/v3/billdownload/file?token=abc' }]);
  });

  test.each(['https://api.mch.weixin.qq.com/v3/pay', 'nowhere', ''])('that is %j is not asked for', async (url) => {
    const { bill, sent } = download(url);
    await expect(bill).rejects.toMatchObject({ why: 'unavailable' });
    expect(sent).toEqual([]);
  });
});
