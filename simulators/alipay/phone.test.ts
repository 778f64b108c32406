import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MovableTime } from '#runtime/seams/scheduler.ts';
import type { AlipaySimulator } from './simulator.ts';
import { startStage } from './testing/stage.ts';

let simulator: AlipaySimulator;
let time: MovableTime;
let page: string;
beforeEach(async () => {
  ({ simulator, time } = await startStage());
  page = `${simulator.url}/_simulator/phone`;
});
afterEach(() => simulator.stop());

function announce(changes: { readonly returnUrl?: string; readonly subject?: string } = {}): string {
  const token = simulator.books.token();
  const until = time.now() + 3_600_000;
  simulator.books.announce({
    ...{ number: 'shop_1', amount: 12_34n, subject: changes.subject ?? '茶', kind: 'code', token },
    ...{ scanUntil: until, payUntil: until, notifyUrl: undefined, returnUrl: changes.returnUrl },
  });
  return token;
}

const get = async (query = '', language = 'en') => {
  const answer = await fetch(`${page}${query}`, { headers: { 'accept-language': language } });
  return { status: answer.status, text: await answer.text() };
};
const act = async (token: string, what: string) => {
  const answer = await fetch(page, {
    method: 'POST',
    body: new URLSearchParams({ code: token, act: what, lang: 'en' }),
  });
  return await answer.text();
};

describe('the phone', () => {
  test('shows what waits to be paid, and that nothing of it is real', async () => {
    expect((await get()).text).toContain('Nothing waits');
    const token = announce();
    expect(simulator.books.trades.size).toBe(0);
    expect((await get()).text).toContain(`?code=${token}`);
    const { text } = await get(`?code=${token}`);
    expect(text).toContain('¥ 12.34');
    expect(text).toContain('This is a simulator');
    expect(text).not.toContain('<script');
    expect(simulator.books.trades.get('shop_1')?.status).toBe('WAIT_BUYER_PAY');
  });

  test('pays once', async () => {
    const token = announce();
    expect(await act(token, 'pay')).toContain('Paid');
    await act(token, 'pay');
    expect(simulator.books.captures('shop_1')).toEqual([12_34n]);
    expect((await get()).text).toContain('Nothing waits');
  });

  test('is refused by the bank, and may try again', async () => {
    const token = announce();
    expect(await act(token, 'decline')).toContain('The payment failed');
    expect(simulator.books.captures('shop_1')).toEqual([]);
    expect(await act(token, 'pay')).toContain('Paid');
  });

  test('gives up, and can pay no more', async () => {
    const token = announce();
    expect(await act(token, 'close')).toContain('Closed');
    expect(await act(token, 'pay')).toContain('Closed');
    expect(simulator.books.captures('shop_1')).toEqual([]);
  });

  test('leads back to the shop, after and not before', async () => {
    const token = announce({ returnUrl: 'https://shop.example/back?order=1' });
    expect((await get(`?code=${token}`)).text).not.toContain('shop.example');
    expect(await act(token, 'pay')).toContain('href="https://shop.example/back?order=1&#38;charset=utf-8');
  });

  test('knows no code that is not there, or whose time is over', async () => {
    expect(await get('?code=nothing')).toMatchObject({ status: 404 });
    const token = announce();
    time.move(3_600_000);
    expect((await get(`?code=${token}`)).text).toContain('not valid');
  });

  test.each([
    ['', 'zh-TW,zh;q=0.9', '付款模擬器'],
    ['', 'zh-CN', '支付模拟器'],
    ['', 'fr, en;q=0.5', 'Payment simulator'],
    ['', 'fr', '支付模拟器'],
    ['?lang=en', 'zh-CN', 'Payment simulator'],
    ['?lang=zh-TW', 'en', '付款模擬器'],
  ])('speaks by %j and %s', async (query, language, title) => {
    expect((await get(query, language)).text).toContain(`<title>${title}</title>`);
  });

  test('takes what the shop says for text', async () => {
    const token = announce({ subject: '<script>alert(1)</script>"' });
    const { text } = await get(`?code=${token}`);
    expect(text).not.toContain('<script');
    expect(text).toContain('&#60;script&#62;');
  });
});
