import { createSign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MovableTime } from '#runtime/seams/scheduler.ts';
import { contentOf, isSignatureOf } from './signing.ts';
import type { AlipaySimulator } from './simulator.ts';
import { alipayKeys, appKeys, merchant, startStage } from './testing/stage.ts';
import { timeOf } from './wire-forms.ts';

let simulator: AlipaySimulator;
let time: MovableTime;
beforeEach(async () => {
  ({ simulator, time } = await startStage());
});
afterEach(() => simulator.stop());

type Fields = Readonly<Record<string, unknown>>;
const order: Fields = { out_trade_no: 'shop_1', total_amount: '12.34', subject: '茶' };

function common(method: string, content: Fields): Record<string, string> {
  return {
    ...{ app_id: merchant.appId, method, format: 'JSON', charset: 'utf-8', sign_type: 'RSA2', version: '1.0' },
    ...{ timestamp: timeOf(time.now()), biz_content: JSON.stringify(content) },
  };
}

/** Sends what is signed as it has to be, less what `changes` makes of it before, and `after` behind. */
async function send(
  method: string,
  content: Fields = order,
  changes: Readonly<Record<string, string>> = {},
  after: Readonly<Record<string, string>> = {},
): Promise<{ raw: string; told: Record<string, string> }> {
  const parameters = { ...common(method, content), ...changes };
  const kept = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== 'left out'));
  const sign = createSign('RSA-SHA256').update(contentOf(kept, [])).sign(appKeys.privateKey, 'base64');
  const body = new URLSearchParams({ ...kept, sign, ...after });
  const answer = await fetch(simulator.gateway, { method: 'POST', body });
  const raw = await answer.text();
  const parsed = JSON.parse(raw) as Record<string, Record<string, string>>;
  return { raw, told: Object.entries(parsed).find(([name]) => name.endsWith('_response'))?.[1] ?? {} };
}

describe('the gate', () => {
  test('signs the inner object as it is sent, with slashes escaped as Alipay does', async () => {
    const { raw, told } = await send('alipay.trade.precreate');
    const [, inner = '', sign = ''] =
      /^\{"alipay_trade_precreate_response":(\{.*\}),"sign":"([^"]+)"\}$/.exec(raw) ?? [];
    expect(inner).toContain('http:\\/\\/');
    expect(isSignatureOf(inner, sign, alipayKeys.publicKey)).toBe(true);
    expect(told.qr_code).toMatch(/^http:/);
  });

  test.each([
    [{ app_id: 'left out' }, '40001', 'isv.missing-app-id'],
    [{ timestamp: 'left out' }, '40001', 'isv.missing-timestamp'],
    [{ version: 'left out' }, '40001', 'isv.missing-version'],
    [{ sign_type: 'left out' }, '40001', 'isv.missing-signature-type'],
    [{ sign_type: 'RSA' }, '40002', 'isv.invalid-signature-type'],
    [{ app_id: '2021000000000000' }, '40002', 'isv.invalid-app-id'],
    [{ charset: 'gbk' }, '40002', 'isv.invalid-charset'],
    [{ format: 'XML' }, '40002', 'isv.invalid-format'],
    [{ timestamp: '2026-11-20T12:00:00Z' }, '40002', 'isv.invalid-timestamp'],
    [{ timestamp: '2026-02-30 12:00:00' }, '40002', 'isv.invalid-timestamp'],
    [{ notify_url: 'ftp://shop.example' }, '40002', 'isv.invalid-parameter'],
    [{ biz_content: '[]' }, '40002', 'isv.invalid-parameter'],
    [{ method: 'alipay.trade.brew' }, '40002', 'isv.invalid-method'],
  ])('refuses %j', async (changes, code, subCode) => {
    expect((await send('alipay.trade.query', order, changes as Record<string, string>)).told).toMatchObject({
      code,
      sub_code: subCode,
    });
  });

  test.each([
    ['another content', { biz_content: '{"out_trade_no":"shop_2"}' }],
    ['a parameter more', { notify_url: 'https://elsewhere.example' }],
    ['a signature that is none', { sign: 'AAAA' }],
  ])('refuses a signature that is good for something else: %s', async (_what, after) => {
    const { told } = await send('alipay.trade.query', order, {}, after as Record<string, string>);
    expect(told.sub_code).toBe('isv.invalid-signature');
    expect(simulator.requests).toHaveLength(0);
  });
});

describe('an order', () => {
  test.each([
    { out_trade_no: 'shop-1' },
    { out_trade_no: 'x'.repeat(65) },
    { out_trade_no: 5 },
    { total_amount: '12.345' },
    { total_amount: '0.00' },
    { total_amount: '100000000.01' },
    { total_amount: 12.34 },
    { total_amount: '012.34' },
    { subject: '' },
    { subject: 'a&b' },
    { subject: '茶'.repeat(257) },
    { time_expire: '2020-01-01 00:00:00' },
    { timeout_express: '0m' },
    { qr_code_timeout_express: '16d' },
    { product_code: 'FAST_INSTANT_TRADE_PAY' },
    { colour: 'red' },
  ])('with %j is refused', async (changes) => {
    const { told } = await send('alipay.trade.precreate', { ...order, ...changes });
    expect(told).toMatchObject({ code: '40004', sub_code: 'ACQ.INVALID_PARAMETER' });
    expect(simulator.books.orders.size).toBe(0);
  });

  test('again is the same code, and with another amount is none', async () => {
    const [first, again] = [await send('alipay.trade.precreate'), await send('alipay.trade.precreate')];
    expect(again.told.qr_code).toBe(first.told.qr_code);
    const other = await send('alipay.trade.precreate', { ...order, total_amount: '12.35' });
    expect(other.told.sub_code).toBe('ACQ.CONTEXT_INCONSISTENT');
  });

  test('that nobody has scanned ends when it is closed only where that is so', async () => {
    await send('alipay.trade.precreate');
    expect((await send('alipay.trade.close', { out_trade_no: 'shop_1' })).told.sub_code).toBe('ACQ.TRADE_NOT_EXIST');
    expect(simulator.control.scan('shop_1')).toBe(true);
    await simulator.stop();
    ({ simulator, time } = await startStage({ codesDieWhenClosed: true }));
    await send('alipay.trade.precreate');
    await send('alipay.trade.close', { out_trade_no: 'shop_1' });
    expect(simulator.control.pay('shop_1')).toBe(false);
  });
});

describe('a refund', () => {
  const refund = (amount: string, number: string, more: Fields = {}) =>
    send('alipay.trade.refund', { out_trade_no: 'shop_1', refund_amount: amount, out_request_no: number, ...more });

  test('is once for each number, never more than was paid, and keeps the fee in step', async () => {
    await send('alipay.trade.precreate', { ...order, total_amount: '100.00' });
    expect((await refund('1.00', 'back_1')).told.sub_code).toBe('ACQ.TRADE_NOT_EXIST');
    simulator.control.scan('shop_1');
    expect((await refund('1.00', 'back_1')).told.sub_code).toBe('ACQ.TRADE_STATUS_ERROR');
    simulator.control.pay('shop_1');
    expect((await refund('33.33', 'back_1')).told).toMatchObject({ fund_change: 'Y', refund_fee: '33.33' });
    expect((await refund('33.33', 'back_1')).told).toMatchObject({ fund_change: 'N', refund_fee: '33.33' });
    expect((await refund('33.34', 'back_1')).told.sub_code).toBe('ACQ.DISCORDANT_REPEAT_REQUEST');
    expect((await refund('66.68', 'back_2')).told.sub_code).toBe('ACQ.REASON_TRADE_REFUND_FEE_ERR');
    expect((await refund('66.67', 'back_2')).told).toMatchObject({ fund_change: 'Y', refund_fee: '100.00' });
    expect((await refund('0.01', 'back_3')).told.sub_code).toBe('ACQ.TRADE_HAS_CLOSE');
    expect(simulator.books.movements.map(({ fee }) => fee)).toEqual([60n, -20n, -40n]);
    expect(simulator.books.tradeOf('shop_1', time.now())?.status).toBe('TRADE_CLOSED');
  });
});

describe('what goes wrong on request', () => {
  test.each([
    ['no answer', false],
    ['cut', true],
    ['server error', true],
    ['server error', false],
    ['unsigned', true],
  ] as const)('is %s, carried out: %s', async (trouble, applied) => {
    await send('alipay.trade.precreate');
    simulator.control.scan('shop_1');
    simulator.control.fail({ trouble, applied, method: 'alipay.trade.close' });
    const impatient = AbortSignal.timeout(trouble === 'no answer' ? 300 : 20_000);
    const body = new URLSearchParams(common('alipay.trade.close', { out_trade_no: 'shop_1' }));
    body.set(
      'sign',
      createSign('RSA-SHA256')
        .update(contentOf(Object.fromEntries(body), []))
        .sign(appKeys.privateKey, 'base64'),
    );
    const answer = await fetch(simulator.gateway, { method: 'POST', body, signal: impatient }).catch(() => undefined);
    expect(answer?.status).toBe(
      { 'no answer': undefined, cut: undefined, 'server error': 502, unsigned: 200 }[trouble],
    );
    if (trouble === 'unsigned') expect(await answer?.text()).not.toContain('"sign"');
    const status = simulator.books.tradeOf('shop_1', time.now())?.status;
    expect(status).toBe(applied ? 'TRADE_CLOSED' : 'WAIT_BUYER_PAY');
    expect((await send('alipay.trade.query', { out_trade_no: 'shop_1' })).told.code).toBe('10000');
  });

  test('can be asked for over HTTP, as JSON and in no other way', async () => {
    await send('alipay.trade.precreate');
    const command = (body: object, type = 'application/json') =>
      fetch(`${simulator.url}/_simulator/control`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': type },
      });
    await command({ do: 'fail', fault: { trouble: { refuse: 'ACQ.ACCESS_FORBIDDEN' }, applied: false } });
    expect((await send('alipay.trade.precreate')).told.sub_code).toBe('ACQ.ACCESS_FORBIDDEN');
    expect(await (await command({ do: 'pay', number: 'shop_1' })).json()).toEqual({ result: true });
    expect(await (await command({ do: 'pay', number: 'shop_1' })).json()).toEqual({ result: false });
    expect((await command({ do: 'pay', number: 'shop_1' }, 'text/plain')).status).toBe(415);
    expect((await command({ do: 'brew' })).status).toBe(400);
    const day = timeOf(time.now()).slice(0, 10);
    const bill = await fetch(`${simulator.url}/_simulator/bill?day=${day}`);
    expect(Buffer.from(await bill.arrayBuffer()).subarray(0, 4)).toEqual(Buffer.from('PK\u0003\u0004'));
    const books = await (await fetch(`${simulator.url}/_simulator/books`)).json();
    expect(books).toMatchObject([{ number: 'shop_1', status: 'TRADE_SUCCESS', captures: [1234], refunds: [] }]);
  });
});
