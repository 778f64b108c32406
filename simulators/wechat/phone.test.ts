import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeWechatKeys, type WechatKeys } from './keys.ts';
import { type TestMerchant, testMerchant } from './testing/merchant.ts';

let keys: WechatKeys;
let merchant: TestMerchant;
let code = '';
const number = 'a0t1_Order_1';
beforeAll(async () => {
  keys = await makeWechatKeys();
});
beforeEach(async () => {
  merchant = await testMerchant(keys);
  const order = merchant.order({ description: '<b>茶 & "杯"</b>', amount: { total: 123_405, currency: 'CNY' } });
  const placed = await merchant.ask('POST', '/v3/pay/transactions/native', order);
  code = String(placed.body.code_url);
});
afterEach(() => merchant.stop());

async function page(query: string, language = 'en'): Promise<string> {
  const headers = { 'accept-language': language };
  return (await fetch(`${merchant.simulator.url}/_simulator/phone${query}`, { headers })).text();
}

async function press(act: string): Promise<string> {
  const body = new URLSearchParams({ number, act, lang: 'en' });
  return (await fetch(`${merchant.simulator.url}/_simulator/phone`, { method: 'POST', body })).text();
}

describe('the phone', () => {
  test('shows what the code is for, and that none of it is real', async () => {
    const shown = await page(`?code=${encodeURIComponent(code)}`);
    for (const text of ['¥1234.05', number, 'no money moves', 'value="pay"']) expect(shown).toContain(text);
    expect(shown).toContain('&#60;b&#62;');
    expect(shown).not.toContain('<b>茶');
    expect(shown).not.toContain('<script');
  });

  test.each([
    ['zh-CN,zh;q=0.9', '', '确认支付'],
    ['zh-TW', '', '確認付款'],
    ['zh-Hant-HK', '', '確認付款'],
    ['en-GB', '', 'Have the bank decline'],
    ['fr, zh;q=0.5', '', '确认支付'],
    ['fr', '', 'Have the bank decline'],
    ['en', '&lang=zh-TW', '確認付款'],
    ['en', '&lang=zh-CN', '确认支付'],
  ])('speaks to who reads %s%s', async (language, more, expected) => {
    expect(await page(`?number=${number}${more}`, language)).toContain(expected);
  });

  test('pays, once, however often the page is sent', async () => {
    expect(await press('pay')).toContain('class="paid"');
    await press('pay');
    await press('decline');
    expect(merchant.simulator.books.capturesOf(number)).toHaveLength(1);
    expect(await page(`?number=${number}`)).not.toContain('value="pay"');
  });

  test('has the bank decline', async () => {
    expect(await press('decline')).toContain('class="declined"');
    expect(merchant.simulator.books.orders.get(number)?.state).toBe('PAYERROR');
  });

  test('is left without paying, and can be taken up again', async () => {
    expect(await press('leave')).toContain('You left the page');
    expect(await page(`?number=${number}`)).toContain('value="pay"');
  });

  test('says when it is too late', async () => {
    merchant.time.move(8 * 86_400_000);
    expect(await page(`?number=${number}`)).toContain('class="expired"');
    await press('pay');
    expect(merchant.simulator.books.captures).toEqual([]);
  });

  test('knows nothing of codes from elsewhere, and lists what waits', async () => {
    expect(await page('?code=weixin%3A%2F%2Fwxpay%2Fbizpayurl%3Fpr%3Dother')).toContain('No such order');
    expect(await page('')).toContain(`number=${number}`);
    await press('pay');
    expect(await page('')).toContain('No order waits');
  });

  test('takes what a page in WeChat was given', async () => {
    const order = merchant.order({ out_trade_no: 'a0t1_Order_2', payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9z' } });
    const placed = await merchant.ask('POST', '/v3/pay/transactions/jsapi', order);
    expect(await page(`?prepay_id=${placed.body.prepay_id}`)).toContain('a0t1_Order_2');
  });
});
