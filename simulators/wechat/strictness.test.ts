import { X509Certificate } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeWechatKeys, type WechatKeys } from './keys.ts';
import { type TestMerchant, testMerchant } from './testing/merchant.ts';

let keys: WechatKeys;
let merchant: TestMerchant;
beforeAll(async () => {
  keys = await makeWechatKeys();
});
beforeEach(async () => {
  merchant = await testMerchant(keys, { refundAfterMs: null });
});
afterEach(() => merchant.stop());

const native = '/v3/pay/transactions/native';
const refunds = '/v3/refund/domestic/refunds';
const header =
  (name: string, change: (value: string) => string) =>
  (request: RequestInit): void => {
    const headers = request.headers as Record<string, string>;
    headers[name] = change(headers[name] ?? '');
  };
const place = (changes: object = {}) => merchant.ask('POST', native, merchant.order(changes));
const pay = () => merchant.simulator.control.pay('a0t1_Order_1');

describe('a request', () => {
  test.each<[string, (request: RequestInit) => void]>([
    ['without a signature', header('authorization', () => '')],
    ['by another scheme', header('authorization', (value) => value.replace('SHA256-RSA2048', 'SM2-WITH-SM3'))],
    ['without a nonce', header('authorization', (value) => value.replace(/nonce_str="\w+",/, ''))],
    ['of another merchant', header('authorization', (value) => value.replace(/mchid="\d+"/, 'mchid="1900009999"'))],
    ['under another serial', header('authorization', (value) => value.replace(/serial_no="\w+"/, 'serial_no="00"'))],
    [
      'of another second',
      header('authorization', (value) =>
        value.replace(/timestamp="(\d+)"/, (_all, at) => `timestamp="${Number(at) + 1}"`),
      ),
    ],
    [
      'of ten minutes ago',
      header('authorization', (value) =>
        value.replace(/timestamp="(\d+)"/, (_all, at) => `timestamp="${Number(at) - 600}"`),
      ),
    ],
    [
      'with another body',
      (request) => {
        request.body = String(request.body).replace('100', '101');
      },
    ],
    [
      'with a space more',
      (request) => {
        request.body = `${String(request.body)} `;
      },
    ],
  ])('%s is not let in, and not answered under a signature', async (_what, change) => {
    const answer = await merchant.ask('POST', native, merchant.order(), change);
    expect(answer).toMatchObject({ status: 401, body: { code: 'SIGN_ERROR' } });
    expect(answer.headers.get('wechatpay-signature')).toBeNull();
    expect(merchant.simulator.books.orders.size).toBe(0);
  });

  test('that is signed for another path is not let in', async () => {
    let elsewhere = '';
    const keep = header('authorization', (value) => {
      elsewhere = value;
      return value;
    });
    expect((await merchant.ask('GET', '/v3/certificates', undefined, keep)).status).toBe(200);
    const other = header('authorization', () => elsewhere);
    expect((await merchant.ask('GET', '/v3/certificates?algorithm_type=RSA', undefined, other)).status).toBe(401);
  });

  test.each([
    ['accept', 'text/html', 406],
    ['content-type', 'text/plain', 415],
  ])('with %s %s is refused', async (name, value, status) => {
    expect(
      await merchant.ask(
        'POST',
        native,
        merchant.order(),
        header(name, () => value),
      ),
    ).toMatchObject({ status });
  });

  test('asks for the key that the answer is signed with', async () => {
    const { identity } = merchant.simulator;
    for (const serial of [identity.publicKeyId, identity.current.serial]) {
      const answer = await merchant.ask(
        'GET',
        '/v3/certificates',
        undefined,
        header('wechatpay-serial', () => serial),
      );
      expect(answer.headers.get('wechatpay-serial')).toBe(serial);
    }
  });

  test.each(['[]', 'x', '"x"', ''])('of which the body is %j is refused', async (body) => {
    expect(await merchant.ask('POST', native, body)).toMatchObject({ status: 400, body: { code: 'PARAM_ERROR' } });
  });

  test('with a path that cannot be read is refused, and the simulator goes on', async () => {
    expect((await merchant.ask('GET', '/v3/refund/domestic/refunds/%ff')).status).toBe(400);
  });

  test('for what is not there is told so', async () => {
    expect(await merchant.ask('GET', '/v3/teapot')).toMatchObject({ status: 404 });
  });
});

describe('an order', () => {
  test.each([
    ['a field too much', { tea: 1 }],
    ['no app', { appid: undefined }],
    ['another merchant', { mchid: '1900009999' }],
    ['no description', { description: undefined }],
    ['an empty description', { description: '' }],
    ['a long description', { description: '茶'.repeat(43) }],
    ['a short number', { out_trade_no: 'a0t1_' }],
    ['a long number', { out_trade_no: 'x'.repeat(33) }],
    ['a number with a dot', { out_trade_no: 'a0t1.2345' }],
    ['no notify URL', { notify_url: undefined }],
    ['http', { notify_url: 'http://shop.example.com/x' }],
    ['a notify URL with a query', { notify_url: 'https://shop.example.com/x?y=1' }],
    ['a long notify URL', { notify_url: `https://shop.example.com/${'x'.repeat(256)}` }],
    ['no amount', { amount: undefined }],
    ['an amount of nothing', { amount: { total: 0, currency: 'CNY' } }],
    ['a negative amount', { amount: { total: -1, currency: 'CNY' } }],
    ['part of a fen', { amount: { total: 1.5, currency: 'CNY' } }],
    ['an amount in a text', { amount: { total: '100', currency: 'CNY' } }],
    ['another currency', { amount: { total: 100, currency: 'USD' } }],
    ['a field too much in its amount', { amount: { total: 100, currency: 'CNY', payer_total: 100 } }],
    ['a time without its zone', { time_expire: '2030-01-01T00:00:00' }],
    ['a time in milliseconds', { time_expire: '2030-01-01T00:00:00.000Z' }],
    ['a time that is over', { time_expire: '2020-01-01T00:00:00+08:00' }],
    ['a payer', { payer: { openid: 'oUpF8uMuAJO' } }],
  ])('with %s is refused', async (_what, changes) => {
    expect(await place(changes)).toMatchObject({ status: 400, body: { code: 'PARAM_ERROR' } });
    expect(merchant.simulator.books.orders.size).toBe(0);
  });

  test('for an app of somebody else’s is refused by its own word', async () => {
    expect(await place({ appid: 'wx0000000000000000' })).toMatchObject({
      status: 400,
      body: { code: 'APPID_MCHID_NOT_MATCH' },
    });
  });

  test('in WeChat wants a payer', async () => {
    const answer = await merchant.ask('POST', '/v3/pay/transactions/jsapi', merchant.order());
    expect(answer).toMatchObject({ status: 400, body: { code: 'PARAM_ERROR' } });
  });

  test('may be placed again as it was, in any order of its fields, and with nothing else', async () => {
    const first = await place();
    const again = Object.fromEntries(Object.entries(merchant.order()).reverse());
    expect((await merchant.ask('POST', native, again)).body).toEqual(first.body);
    expect(await place({ description: 'other' })).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  });

  test('that is paid, closed or failed is not placed again', async () => {
    await place();
    pay();
    expect(await place()).toMatchObject({ body: { code: 'ORDERPAID' } });
    const second = { out_trade_no: 'a0t1_Order_2' };
    await place(second);
    merchant.simulator.control.decline(second.out_trade_no);
    expect(await place(second)).toMatchObject({ body: { code: 'TRADE_ERROR' } });
  });

  test('is asked for, and closed, with the merchant’s number', async () => {
    await place();
    const path = '/v3/pay/transactions/out-trade-no/a0t1_Order_1';
    expect(await merchant.ask('GET', path)).toMatchObject({ status: 400 });
    expect(await merchant.ask('GET', `${path}?mchid=1900009999`)).toMatchObject({ status: 400 });
    const { merchantId: mchid } = merchant.simulator.merchant;
    expect(await merchant.ask('POST', `${path}/close`, { mchid, reason: 'x' })).toMatchObject({ status: 400 });
    expect(await merchant.ask('POST', `${path}/close`, { mchid })).toMatchObject({ status: 204 });
    expect(await merchant.ask('POST', `${path}/close`, { mchid })).toMatchObject({ body: { code: 'ORDER_CLOSED' } });
    expect(pay()).toBe(false);
  });

  test('has a new code to scan once the old one is two hours old', async () => {
    const first = await place();
    merchant.time.move(2 * 3_600_000 - 10_000);
    expect((await place()).body).toEqual(first.body);
    merchant.time.move(10_000);
    expect((await place()).body).not.toEqual(first.body);
    expect(merchant.simulator.books.orders.size).toBe(1);
  });

  test('that nobody has paid within a week is closed', async () => {
    await place();
    const path = `/v3/pay/transactions/out-trade-no/a0t1_Order_1?mchid=${merchant.simulator.merchant.merchantId}`;
    merchant.time.move(7 * 86_400_000 - 10_000);
    expect((await merchant.ask('GET', path)).body.trade_state).toBe('NOTPAY');
    merchant.time.move(10_000);
    expect((await merchant.ask('GET', path)).body.trade_state).toBe('CLOSED');
  });

  test('that the bank declined this time waits on', async () => {
    await place();
    expect(merchant.simulator.control.decline('a0t1_Order_1', 'this time')).toBe(true);
    expect(pay()).toBe(true);
  });

  test('that is not paid has no transaction', async () => {
    await place();
    const { merchantId } = merchant.simulator.merchant;
    const path = `/v3/pay/transactions/out-trade-no/a0t1_Order_1?mchid=${merchantId}`;
    expect((await merchant.ask('GET', path)).body).not.toHaveProperty('transaction_id');
    pay();
    const paid = (await merchant.ask('GET', path)).body;
    const byTransaction = `/v3/pay/transactions/id/${paid.transaction_id}?mchid=${merchantId}`;
    expect((await merchant.ask('GET', byTransaction)).body).toEqual(paid);
  });
});

describe('a refund', () => {
  const refund = (changes: object = {}): object => ({
    ...{ out_trade_no: 'a0t1_Order_1', out_refund_no: 'r0f1', reason: 'returned', notify_url: merchant.notifyUrl },
    ...{ amount: { refund: 30, total: 100, currency: 'CNY' }, ...changes },
  });

  test.each<[string, object, string]>([
    ['a field too much', { tea: 1 }, 'PARAM_ERROR'],
    ['no number', { out_refund_no: undefined }, 'PARAM_ERROR'],
    ['another order’s number', { out_trade_no: 'a0t1_Order_9' }, 'RESOURCE_NOT_EXISTS'],
    ['both numbers of the order', { transaction_id: '4200' }, 'PARAM_ERROR'],
    ['a long reason', { reason: 'x'.repeat(81) }, 'PARAM_ERROR'],
    ['another total', { amount: { refund: 30, total: 99, currency: 'CNY' } }, 'INVALID_REQUEST'],
    ['too much', { amount: { refund: 101, total: 100, currency: 'CNY' } }, 'INVALID_REQUEST'],
    ['nothing', { amount: { refund: 0, total: 100, currency: 'CNY' } }, 'PARAM_ERROR'],
    ['no currency', { amount: { refund: 30, total: 100 } }, 'PARAM_ERROR'],
  ])('with %s is refused', async (_what, changes, code) => {
    await place();
    pay();
    expect(await merchant.ask('POST', refunds, refund(changes))).toMatchObject({ body: { code } });
    expect(merchant.simulator.books.refunds.size).toBe(0);
  });

  test('of an order that nobody has paid is refused', async () => {
    await place();
    expect(await merchant.ask('POST', refunds, refund())).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST' },
    });
  });

  test('may be asked for fifty times, and for a year', async () => {
    await place();
    pay();
    const amount = { refund: 1, total: 100, currency: 'CNY' };
    for (let time = 1; time <= 50; time += 1) {
      expect(await merchant.ask('POST', refunds, refund({ out_refund_no: `r${time}`, amount }))).toMatchObject({
        status: 200,
      });
    }
    expect(await merchant.ask('POST', refunds, refund({ out_refund_no: 'r51', amount }))).toMatchObject({
      status: 400,
    });
    merchant.time.move(366 * 86_400_000);
    await place({ out_trade_no: 'a0t1_Order_2' });
    expect(await merchant.ask('POST', refunds, refund({ out_refund_no: 'r52', amount }))).toMatchObject({
      status: 400,
    });
  });

  test('is carried out by itself after a while, unless it is left to the test', async () => {
    const later = await testMerchant(keys, { refundAfterMs: 3_000 });
    await later.ask('POST', native, later.order());
    later.simulator.control.pay('a0t1_Order_1');
    const asked = await later.ask('POST', refunds, { ...refund(), notify_url: later.notifyUrl });
    expect(asked.body.status).toBe('PROCESSING');
    later.time.move(3_000);
    await expect.poll(() => later.received.length).toBe(2);
    expect((await later.ask('GET', `${refunds}/r0f1`)).body.status).toBe('SUCCESS');
    await later.stop();
  });

  test('gives back the fee as far as it goes back, and all of it in the end', async () => {
    await place({ amount: { total: 10_000, currency: 'CNY' } });
    pay();
    const { books } = merchant.simulator;
    for (const [number, part] of [['r1', 3_333] as const, ['r2', 3_333] as const, ['r3', 3_334] as const]) {
      const amount = { refund: part, total: 10_000, currency: 'CNY' };
      await merchant.ask('POST', refunds, refund({ out_refund_no: number, amount }));
    }
    const back = [...books.refunds.values()].map((given) => books.feeBack(given));
    expect(back.reduce((sum, fee) => sum + fee, 0n)).toBe(60n);
  });
});

test('a platform certificate is one that Node reads, signed with its own key', () => {
  const { pem, serial, publicKey, until } = merchant.simulator.identity.current;
  const certificate = new X509Certificate(pem);
  expect(certificate.verify(publicKey)).toBe(true);
  expect(certificate.serialNumber).toBe(serial);
  expect(Math.abs(certificate.validToDate.getTime() - until)).toBeLessThan(1_000);
});
