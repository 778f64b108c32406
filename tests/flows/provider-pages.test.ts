import { createVerify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cancelOrder } from '../../src/contracts/http/ordering.ts';
import { type PaymentAction, refreshPayment } from '../../src/contracts/http/payment.ts';
import { OrderConfirmed } from '../../src/contracts/messages/ordering/order-confirmed.v1.ts';
import { violationsAtRest } from '../proof/audits.ts';
import { choose, opened, type ProvidedShop, startProvidedShop, untilBooked } from '../support/charging.ts';
import { heard } from '../support/hearing.ts';
import { demand, paymentOf, refused, until, yuan } from '../support/trade.ts';

/** Paying where the buyer is already: within WeChat (JSAPI), and on Alipay's own page in the browser. */

const price = 10_000;
const minuteMs = 60_000;
let provided: ProvidedShop;

beforeAll(async () => {
  provided = await startProvidedShop();
});

afterAll(() => provided?.[Symbol.asyncDispose]());

type Of<Type extends PaymentAction['type']> = Extract<PaymentAction, { readonly type: Type }>;

function expectAction<Type extends PaymentAction['type']>(action: PaymentAction, type: Type): Of<Type> {
  expect(action.type).toBe(type);
  return action as Of<Type>;
}

describe('within WeChat', () => {
  const openid = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';
  const choice = { method: 'wechat', flow: 'jsapi', openid } as const;

  test('the shop’s page hands WeChat what the merchant has signed, and the order is confirmed', async () => {
    const { wechat } = provided.providers;
    const bought = await provided.anOrder();
    const { parameters } = expectAction(await opened(bought, choice), 'jsapi');
    const { appId, timeStamp, nonceStr, package: prepay, signType, paySign = '' } = parameters;
    expect({ appId, signType }).toEqual({ appId: wechat.merchant.appId, signType: 'RSA' });
    const signed = `${appId}\n${timeStamp}\n${nonceStr}\n${prepay}\n`;
    expect(createVerify('RSA-SHA256').update(signed).verify(wechat.merchant.publicKey, paySign, 'base64')).toBe(true);
    const number = await provided.numberOf(bought.orderId, 'wechat');
    expect(wechat.books.orders.get(number)).toMatchObject({ kind: 'jsapi', openid, total: BigInt(price) });
    expect(prepay).toBe(`prepay_id=${wechat.books.orders.get(number)?.handle}`);
    expect(provided.tellers.wechat.pay(number)).toBe(true);
    await heard(provided.shop, OrderConfirmed, bought.orderId);
    expect(await paymentOf(bought.buyer, bought.orderId)).toMatchObject({ status: 'SUCCEEDED', captured: yuan(price) });
    expect(provided.tellers.wechat.captures(number)).toEqual([price]);
  });

  test('nobody pays there without being known to WeChat', async () => {
    const bought = await provided.anOrder();
    const refusal = await choose(bought, { method: 'wechat', flow: 'jsapi' });
    expect(refusal).toEqual(refused(400, 'validation_failed', [{ pointer: '/openid' }]));
    expect(await choose(bought, { method: 'wechat', flow: 'qr', openid })).toEqual(refused(400, 'validation_failed'));
  });

  test('who turns to the code instead has the first closed; paid once, by the code', async () => {
    const bought = await provided.anOrder();
    await opened(bought, choice);
    const first = await provided.numberOf(bought.orderId, 'wechat');
    expectAction(await opened(bought, { method: 'wechat', flow: 'qr' }), 'qr_code');
    const second = await provided.numberOf(bought.orderId, 'wechat');
    expect(second).not.toBe(first);
    expect(provided.tellers.wechat.pay(second)).toBe(true);
    await heard(provided.shop, OrderConfirmed, bought.orderId);
    await provided.move(minuteMs);
    expect(await provided.settled(bought.orderId)).toEqual(['CLOSED', 'SUCCEEDED']);
    expect(provided.tellers.wechat.pay(first)).toBe(false);
  });
});

describe('on Alipay’s page', () => {
  const returnUrl = 'https://shop.example/orders/back?from=alipay';
  const choice = { method: 'alipay', flow: 'page', returnUrl } as const;

  /** The buyer's browser goes where it was sent, and is shown what there is to pay. */
  async function visited(action: PaymentAction): Promise<string> {
    const page = await fetch(expectAction(action, 'redirect').url, { headers: { 'accept-language': 'en' } });
    return page.text();
  }

  /** The button on the page is pressed; what is shown then. */
  async function pressed(page: string, act: 'pay' | 'decline'): Promise<string> {
    const code = /name="code" value="([^"]+)"/.exec(page)?.[1];
    if (!code) throw new Error(`there is nothing to press: ${page}`);
    const answer = await fetch(`${provided.providers.alipay.url}/_simulator/phone`, {
      method: 'POST',
      body: new URLSearchParams({ code, act, lang: 'en' }),
    });
    return answer.text();
  }

  test('the buyer pays in the browser, is led back to the shop, and the order is confirmed', async () => {
    const bought = await provided.anOrder();
    const page = await visited(await opened(bought, choice));
    expect(page).toContain('¥ 100.00');
    const after = await pressed(page, 'pay');
    expect(after).toContain('href="https://shop.example/orders/back?from=alipay&#38;');
    await heard(provided.shop, OrderConfirmed, bought.orderId);
    expect(await paymentOf(bought.buyer, bought.orderId)).toMatchObject({ status: 'SUCCEEDED', captured: yuan(price) });
    const number = await provided.numberOf(bought.orderId, 'alipay');
    expect(provided.tellers.alipay.captures(number)).toEqual([price]);
    await pressed(page, 'pay');
    expect(provided.tellers.alipay.captures(number)).toEqual([price]);
  });

  test('led back before Alipay has called, the buyer is told that it is paid', async () => {
    const bought = await provided.anOrder();
    const page = await visited(await opened(bought, choice));
    provided.tellers.alipay.silence(true);
    await pressed(page, 'pay');
    provided.tellers.alipay.silence(false);
    const { id } = await paymentOf(bought.buyer, bought.orderId);
    const paid = await demand(bought.buyer, refreshPayment, { params: { id } }, 200);
    expect(paid).toMatchObject({ status: 'SUCCEEDED', captured: yuan(price) });
    await heard(provided.shop, OrderConfirmed, bought.orderId);
  });

  test('refused by the bank, the buyer tries again on the same page', async () => {
    const bought = await provided.anOrder();
    const page = await visited(await opened(bought, choice));
    expect(await pressed(page, 'decline')).toContain('The payment failed');
    expect(await paymentOf(bought.buyer, bought.orderId)).toMatchObject({ status: 'REQUIRES_ACTION' });
    await pressed(page, 'pay');
    await heard(provided.shop, OrderConfirmed, bought.orderId);
  });

  test('who comes to the page after the cancel, and pays all the same, has the money back', async () => {
    const bought = await provided.anOrder();
    const action = await opened(bought, choice);
    const number = await provided.numberOf(bought.orderId, 'alipay');
    await demand(bought.buyer, cancelOrder, { params: { id: bought.orderId }, body: {} }, 200);
    await until(
      () => paymentOf(bought.buyer, bought.orderId),
      ({ status }) => status === 'CLOSED',
    );
    // Alipay knows of no trade before the page is visited, so there was none to be closed.
    const page = await visited(action);
    if (page.includes('name="code"')) {
      await pressed(page, 'pay');
      await untilBooked(() => provided.tellers.alipay.refunds(number), [price]);
    }
    await provided.move(35 * minuteMs);
    const [status] = await provided.settled(bought.orderId);
    const captured = status === 'SUCCEEDED' ? price : 0;
    const payment = await until(
      () => paymentOf(bought.buyer, bought.orderId),
      ({ refunded }) => refunded.amount === captured,
    );
    expect(payment).toMatchObject({ status: 'CLOSED', captured: yuan(captured), refunded: yuan(captured) });
  });
});

test('after all of this the audit finds nothing amiss', async () => {
  await provided.move(60 * minuteMs);
  expect(await violationsAtRest(provided.shop)).toEqual([]);
});
