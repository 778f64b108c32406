import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createIntent } from './payments.ts';
import { textsFor } from './phone-texts.ts';
import { type StripeSimulator, startStripeSimulator } from './simulator.ts';

let stripe: StripeSimulator;
let secret = '';
beforeEach(async () => {
  stripe = await startStripeSimulator();
  const wanted = { amount: 1234, currency: 'cny', capture: 'automatic', suffix: undefined, types: ['card'] } as const;
  const metadata = { suanpan_charge: 'a0t1' };
  const intent = createIntent(
    stripe.world,
    { ...wanted, description: '<茶>', metadata },
    { id: null, idempotency_key: null },
  );
  secret = intent.client_secret;
});
afterEach(() => stripe.stop());

const page = async (query: Record<string, string>, language = 'en') => {
  const response = await fetch(`${stripe.url}/_simulator/phone?${new URLSearchParams(query)}`, {
    headers: { 'accept-language': language },
  });
  return { status: response.status, text: await response.text() };
};
const send = async (form: Record<string, string>) => {
  const response = await fetch(`${stripe.url}/_simulator/phone`, { method: 'POST', body: new URLSearchParams(form) });
  return response.text();
};

describe('the phone', () => {
  test.each([
    ['zh-CN,zh;q=0.9', '这是模拟器'],
    ['zh-TW', '這是模擬器'],
    ['zh-Hant-HK', '這是模擬器'],
    ['en-GB', 'This is a simulator'],
    ['fr', 'This is a simulator'],
  ])('says in the language of the browser (%s) what it is', async (language, said) => {
    expect((await page({ client_secret: secret }, language)).text).toContain(said);
  });

  test('says it in the language that was asked for', async () => {
    expect((await page({ client_secret: secret, lang: 'zh-TW' }, 'en')).text).toContain('信用卡付款');
  });

  test('has the same words in all languages', () => {
    const names = ['zh-CN', 'zh-TW', 'en'].map((language) => {
      const words = textsFor(language, undefined);
      return [...Object.keys(words), ...Object.keys(words.cards), ...Object.keys(words.errors)];
    });
    expect(names[1]).toEqual(names[0]);
    expect(names[2]).toEqual(names[0]);
  });

  test('pays by card, once', async () => {
    const shown = await send({
      client_secret: secret,
      act: 'pay',
      number: '4242 4242 4242 4242',
      return_url: 'https://shop.example/orders?id=1',
    });
    expect(shown).toContain('Paid');
    expect(shown).toContain('redirect_status=succeeded');
    await send({ client_secret: secret, act: 'pay', number: '4242 4242 4242 4242' });
    expect(stripe.books.captures('a0t1')).toEqual([{ amount: 1234, currency: 'cny' }]);
  });

  test.each([
    ['4000000000000002', 'Your card was declined'],
    ['4000 0000 0000 9995', 'insufficient funds'],
    ['4000000000000069', 'has expired'],
    ['1234', 'number is incorrect'],
  ])('with the card %s says why not, and lets the buyer try another', async (number, said) => {
    expect(await send({ client_secret: secret, act: 'pay', number })).toContain(said);
    expect(stripe.books.captures('a0t1')).toEqual([]);
    expect(await send({ client_secret: secret, act: 'pay', number: '4242424242424242' })).toContain('Paid');
  });

  test('plays the bank that asks first: yes pays, no does not', async () => {
    expect(await send({ client_secret: secret, act: 'pay', number: '4000000000003220' })).toContain('Your bank asks');
    expect(await send({ client_secret: secret, act: 'reject' })).toContain('did not approve');
    expect(stripe.books.captures('a0t1')).toEqual([]);
    await send({ client_secret: secret, act: 'pay', number: '4000000000003220' });
    expect(await send({ client_secret: secret, act: 'approve' })).toContain('Paid');
    expect(stripe.books.captures('a0t1')).toHaveLength(1);
  });

  test('closes without paying, and opens again', async () => {
    expect(await send({ client_secret: secret, act: 'close' })).toContain('Nothing was paid');
    expect((await page({ client_secret: secret })).text).toContain('Pay CNY 12.34');
    expect(stripe.books.captures('a0t1')).toEqual([]);
  });

  test('lists what waits, knows nobody else’s payment, and escapes what it shows', async () => {
    expect((await page({})).text).toContain('CNY 12.34');
    expect((await page({ client_secret: 'guessed' })).status).toBe(404);
    const { text } = await page({ client_secret: secret, return_url: 'javascript:alert(1)' });
    expect(text).toContain('&#60;茶&#62;');
    expect(text).not.toMatch(/<茶>|href="javascript|<script/);
  });
});

describe('the control over HTTP', () => {
  const act = async (name: string, wish: object = {}) => {
    const response = await fetch(`${stripe.url}/_simulator/${name}`, { method: 'POST', body: JSON.stringify(wish) });
    return { status: response.status, json: await response.json() };
  };

  test('pays, declines, and shows the books', async () => {
    await act('decline', { number: 'a0t1' });
    expect(await act('pay', { number: 'a0t1' })).toMatchObject({ json: { paid: true } });
    expect(await act('pay', { number: 'a0t1' })).toMatchObject({ json: { paid: false } });
    const books = await (await fetch(`${stripe.url}/_simulator/books`)).json();
    expect(books).toMatchObject({
      charges: [{ number: 'a0t1', captures: [{ amount: 1234, currency: 'cny' }], refunds: [] }],
    });
  });

  test('makes requests fail', async () => {
    expect((await act('fail', { mishap: 'rate limit', of: 'GET /v1/account' })).status).toBe(200);
    const headers = { authorization: `Bearer ${stripe.account.secretKey}` };
    const status = async (path: string) => (await fetch(`${stripe.url}${path}`, { headers })).status;
    expect([await status('/v1/refunds'), await status('/v1/account'), await status('/v1/account')]).toEqual([
      200, 429, 200,
    ]);
  });

  test('refuses what it does not know, in words', async () => {
    expect(await act('fail', { mishap: 'earthquake' })).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining('one of') },
    });
    expect((await fetch(`${stripe.url}/_simulator/dance`, { method: 'POST' })).status).toBe(404);
  });
});
