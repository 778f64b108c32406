import { createRequire } from 'node:module';
import type { AlipaySdk } from 'alipay-sdk';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MovableTime } from '#runtime/seams/scheduler.ts';
import { keepingSockets } from '../../src/runtime/http/sockets.ts';
import type { AlipaySimulator } from './simulator.ts';
import { alipayKeys, appKeys, merchant, startStage } from './testing/stage.ts';
import { dayOf } from './wire-forms.ts';

/** Alipay's own client, as it comes from the registry, which knows nothing of simulators. */
let client: AlipaySdk;
let simulator: AlipaySimulator;
let time: MovableTime;
const { AlipaySdk: Client } = keepingSockets(
  () => createRequire(import.meta.url)('alipay-sdk') as typeof import('alipay-sdk'),
);
const notifyUrl = 'http://127.0.0.1:9/notify';

beforeEach(async () => {
  ({ simulator, time } = await startStage());
  client = new Client({
    appId: merchant.appId,
    privateKey: appKeys.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    alipayPublicKey: alipayKeys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    gateway: simulator.gateway,
  });
});
afterEach(() => simulator.stop());

const exec = (method: string, bizContent: Readonly<Record<string, unknown>>) =>
  client.exec(method, { bizContent, notifyUrl }, { validateSign: true });
const order = { outTradeNo: 'shop_1', totalAmount: '12.34', subject: '茶 100% + 1' };

describe('the client that Alipay hands out', () => {
  test('opens a code, sees it paid, and gives the money back', async () => {
    const opened = await exec('alipay.trade.precreate', order);
    expect(opened).toMatchObject({ code: '10000', outTradeNo: 'shop_1', qrCode: expect.stringMatching(/^http/) });
    expect(await exec('alipay.trade.query', { outTradeNo: 'shop_1' })).toMatchObject({
      subCode: 'ACQ.TRADE_NOT_EXIST',
    });
    expect(simulator.control.pay('shop_1')).toBe(true);
    const paid = await exec('alipay.trade.query', { outTradeNo: 'shop_1' });
    expect(paid).toMatchObject({ code: '10000', tradeStatus: 'TRADE_SUCCESS', totalAmount: '12.34' });
    const refund = { tradeNo: paid.tradeNo, refundAmount: '2.34', outRequestNo: 'back_1' };
    expect(await exec('alipay.trade.refund', refund)).toMatchObject({
      code: '10000',
      fundChange: 'Y',
      refundFee: '2.34',
    });
    expect(await exec('alipay.trade.refund', refund)).toMatchObject({
      code: '10000',
      fundChange: 'N',
      refundFee: '2.34',
    });
    const asked = await exec('alipay.trade.fastpay.refund.query', { outTradeNo: 'shop_1', outRequestNo: 'back_1' });
    expect(asked).toMatchObject({ refundStatus: 'REFUND_SUCCESS', refundAmount: '2.34' });
    const other = await exec('alipay.trade.fastpay.refund.query', { outTradeNo: 'shop_1', outRequestNo: 'back_2' });
    expect(other.refundStatus).toBeUndefined();
    expect(other.code).toBe('10000');
    expect(simulator.books.captures('shop_1')).toEqual([12_34n]);
    expect(simulator.books.refunds('shop_1')).toEqual([2_34n]);
  });

  test('closes what was scanned, and not what was not', async () => {
    await exec('alipay.trade.precreate', order);
    expect(await exec('alipay.trade.close', { outTradeNo: 'shop_1' })).toMatchObject({
      subCode: 'ACQ.TRADE_NOT_EXIST',
    });
    simulator.control.scan('shop_1');
    expect(await exec('alipay.trade.close', { outTradeNo: 'shop_1' })).toMatchObject({ code: '10000' });
    expect(await exec('alipay.trade.query', { outTradeNo: 'shop_1' })).toMatchObject({ tradeStatus: 'TRADE_CLOSED' });
    expect(simulator.control.pay('shop_1')).toBe(false);
    expect(await exec('alipay.trade.precreate', order)).toMatchObject({ subCode: 'ACQ.TRADE_HAS_CLOSE' });
  });

  test('cancels: what is paid goes back, what waits is closed, and of what is not there nothing is said', async () => {
    for (const outTradeNo of ['shop_1', 'shop_2', 'shop_3'])
      await exec('alipay.trade.precreate', { ...order, outTradeNo });
    simulator.control.pay('shop_1');
    simulator.control.scan('shop_2');
    const cancel = (outTradeNo: string) => exec('alipay.trade.cancel', { outTradeNo });
    expect(await cancel('shop_1')).toMatchObject({ code: '10000', action: 'refund', retryFlag: 'N' });
    expect(await cancel('shop_2')).toMatchObject({ code: '10000', action: 'close' });
    const nothing = await cancel('shop_3');
    expect([nothing.code, nothing.action]).toEqual(['10000', undefined]);
    expect(simulator.books.refunds('shop_1')).toEqual([12_34n]);
  });

  test('makes a page that the buyer’s browser can go to, as an address and as a form', async () => {
    const content = { ...order, productCode: 'FAST_INSTANT_TRADE_PAY' };
    const parameters = { bizContent: content, returnUrl: 'https://shop.example/back?order=1' };
    const url = client.pageExecute('alipay.trade.page.pay', 'GET', parameters);
    const page = await fetch(url);
    expect(await page.text()).toContain('¥ 12.34');
    const form = client.pageExecute('alipay.trade.page.pay', 'POST', parameters);
    const [action, sent] = [/action="([^"]+)"/, /name="biz_content" value="([^"]+)"/].map(
      (part) => part.exec(form)?.[1] ?? '',
    );
    const body = new URLSearchParams({
      biz_content: (sent ?? '').replaceAll('&quot;', '"'),
      alipay_sdk: client.version,
    });
    expect((await fetch(action ?? '', { method: 'POST', body })).status).toBe(200);
    expect(simulator.books.orders.size).toBe(1);
  });

  test('takes the notifications for genuine, and changed ones not', async () => {
    await exec('alipay.trade.precreate', order);
    simulator.control.pay('shop_1');
    await simulator.notifications.idle();
    const [delivery] = simulator.notifications.deliveries;
    const fields = Object.fromEntries(new URLSearchParams(delivery?.body));
    expect(client.checkNotifySignV2(fields)).toBe(true);
    expect(fields).toMatchObject({ trade_status: 'TRADE_SUCCESS', out_trade_no: 'shop_1', subject: '茶 100% + 1' });
    expect(client.checkNotifySignV2({ ...fields, total_amount: '0.01' })).toBe(false);
    const forged = simulator.control.forge('shop_1', {}, { key: 'stranger' });
    expect(client.checkNotifySignV2(Object.fromEntries(new URLSearchParams(forged)))).toBe(false);
  });

  test('takes the page’s way back for genuine', async () => {
    const content = { ...order, productCode: 'FAST_INSTANT_TRADE_PAY' };
    const parameters = { bizContent: content, returnUrl: 'https://shop.example/back' };
    await fetch(client.pageExecute('alipay.trade.page.pay', 'GET', parameters));
    simulator.control.pay('shop_1');
    const token = simulator.books.orders.get('shop_1')?.token;
    const page = await (await fetch(`${simulator.url}/_simulator/phone?code=${token}`)).text();
    const back = /href="(https:&#47;&#47;shop\.example[^"]+|https:\/\/shop\.example[^"]+)"/.exec(page)?.[1] ?? '';
    const url = new URL(back.replaceAll('&#38;', '&'));
    const fields = Object.fromEntries(url.searchParams);
    expect(fields).toMatchObject({
      out_trade_no: 'shop_1',
      total_amount: '12.34',
      method: 'alipay.trade.page.pay.return',
    });
    expect(client.checkNotifySignV2(fields)).toBe(true);
  });

  test('gets the address of a bill, which is good for half a minute', async () => {
    await exec('alipay.trade.precreate', order);
    simulator.control.pay('shop_1');
    const day = dayOf(time.now());
    const method = 'alipay.data.dataservice.bill.downloadurl.query';
    const bill = () => exec(method, { billType: 'trade', billDate: day });
    time.move(Date.parse(`${day}T00:00:00+08:00`) + 32 * 3_600_000 - time.now());
    expect(await bill()).toMatchObject({ code: '40004', subCode: 'isp.bill_not_exist' });
    time.move(3_600_000);
    const { billDownloadUrl } = await bill();
    const file = await fetch(billDownloadUrl);
    expect(Buffer.from(await file.arrayBuffer()).subarray(0, 4)).toEqual(Buffer.from('PK\u0003\u0004'));
    time.move(30_000);
    expect((await fetch(billDownloadUrl)).status).toBe(403);
  });

  test('sends a request again by itself where the connection was cut: why the adapter has a wire of its own', async () => {
    simulator.control.fail({ trouble: 'cut', applied: true, times: 9 });
    await expect(exec('alipay.trade.precreate', order)).rejects.toThrow();
    expect(simulator.received()).toBe(2);
  });

  test('sees that an answer is forged, and asks nothing of one unless it is told to', async () => {
    simulator.control.fail({ trouble: 'forged', applied: true });
    await expect(exec('alipay.trade.precreate', order)).rejects.toThrow('验签失败');
    simulator.control.fail({ trouble: 'forged', applied: true });
    const believed = await client.exec('alipay.trade.query', { bizContent: { outTradeNo: 'shop_1' } });
    expect(believed.subCode).toBe('ACQ.TRADE_NOT_EXIST');
  });
});
