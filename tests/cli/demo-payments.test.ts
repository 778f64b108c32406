import { afterAll, beforeAll, expect, test } from 'vitest';
import { listPaymentMethods, payOrder } from '../../src/contracts/http/payment.ts';
import { getTopUp, topUpWallet } from '../../src/contracts/http/top-ups.ts';
import { OrderConfirmed } from '../../src/contracts/messages/ordering/order-confirmed.v1.ts';
import { freePort } from '../proof/processes/ports.ts';
import { heard } from '../support/hearing.ts';
import { startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { demand, newGoods, order, paymentOf, until, yuan } from '../support/trade.ts';

/** `npm start` without any account: the providers are played, and a person pays on their phones. */

let shop: TestPlatform;

beforeAll(async () => {
  shop = await startTestPlatform({ DEMO_PAYMENTS: '1', PORT: await freePort() });
});

afterAll(() => shop?.[Symbol.asyncDispose]());

/** A scan of the code, or the form of the shop's page: both are the page that the payment names. */
async function paidOnPhone(method: 'wechat' | 'alipay' | 'card', flow?: 'page'): Promise<void> {
  const [buyer, tea] = [await shop.shopper(), await newGoods(shop, { stock: 1, price: 10_000 })];
  const { id: orderId } = await order(buyer, [tea, 1]);
  const body = { orderId, method, ...(flow && { flow }) };
  const { demoPhoneUrl = '' } = await demand(buyer, payOrder, { body }, 201);
  expect((await paymentOf(buyer, orderId)).demoPhoneUrl).toBe(demoPhoneUrl);
  const page = await fetch(demoPhoneUrl);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('100.00')]);

  const phone = new URL(page.url);
  const form = new URLSearchParams({ ...Object.fromEntries(phone.searchParams), act: 'pay' });
  if (method === 'card') form.set('number', '4242424242424242');
  const paid = await fetch(phone.origin + phone.pathname, { method: 'POST', body: form, redirect: 'manual' });
  expect(paid.status).toBe(303);
  await heard(shop, OrderConfirmed, orderId);
  expect((await paymentOf(buyer, orderId)).demoPhoneUrl).toBeUndefined();
}

test.each([['wechat'], ['alipay'], ['alipay', 'page'], ['card']] as const)(
  'an order is paid by %s %s on the phone that its payment names',
  async (method, flow?: 'page') => {
    await paidOnPhone(method, flow);
  },
);

test('the shop says how it can be paid', async () => {
  const { body } = await shop.client.request(listPaymentMethods);
  expect(body).toEqual({
    data: [
      { method: 'balance', flows: [], isDemo: false },
      { method: 'wechat', flows: ['qr', 'jsapi'], isDemo: true },
      { method: 'alipay', flows: ['qr', 'page'], isDemo: true },
      { method: 'card', flows: ['card'], publishableKey: expect.stringMatching(/^pk_test_/), isDemo: true },
    ],
  });
  expect(shop.platform.phones.map(({ provider }) => provider)).toEqual(['WeChat Pay', 'Alipay', 'Cards']);
});

test('a top-up is paid in the same way', async () => {
  const buyer = await shop.shopper();
  const body = { amount: yuan(5_000), method: 'wechat' as const };
  const { id, demoPhoneUrl = '' } = await demand(buyer, topUpWallet, { body }, 201);
  const phone = new URL(demoPhoneUrl);
  const form = new URLSearchParams({ ...Object.fromEntries(phone.searchParams), act: 'pay' });
  await fetch(phone.origin + phone.pathname, { method: 'POST', body: form, redirect: 'manual' });
  const paid = await until(
    () => demand(buyer, getTopUp, { params: { id } }, 200),
    ({ status }) => status === 'SUCCEEDED',
  );
  expect(paid).toMatchObject({ captured: yuan(5_000) });
});
