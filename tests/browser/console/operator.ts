import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { logIn as logInOperation, register } from '../../../src/contracts/http/identity.ts';
import { getOrder, placeOrder } from '../../../src/contracts/http/ordering.ts';
import { payOrder } from '../../../src/contracts/http/payment.ts';
import { requestRefund } from '../../../src/contracts/http/refunds.ts';
import type { BodyOf } from '../../../src/contracts/operation.ts';
import { type Client, demand, makeClient } from '../../../src/runtime/http/client.ts';
import { demoAccounts } from '../../../src/services/identity/service.ts';
import { eventually } from '../../support/eventually.ts';

/** An operator at the door of the console, let in. */
export async function enter(
  page: Page,
  account: { readonly email: string; readonly password: string } = demoAccounts.administrator,
): Promise<void> {
  await page.goto('/console');
  await page.locator('input[type=email]').fill(account.email);
  await page.locator('input[type=password]').fill(account.password);
  await page.locator('button[type=submit]').click();
}

/** Somebody who has just registered, and the request with which they log in. */
export async function newcomerAt(baseUrl: string) {
  const anonymous = makeClient({ baseUrl });
  const [email, password] = [`newcomer-${Date.now()}@example.com`, 'a sentence is fine'];
  const { body } = demand(await anonymous.request(register, { body: { email, password, name: 'Lin Xiaohe' } }));
  await anonymous.close();
  const headers = { 'content-type': 'application/json' };
  return { id: body.user.id, login: { method: 'POST', headers, body: JSON.stringify({ email, password }) } };
}

/** Presses a button of the open dialog, and waits until it is gone. */
export async function confirm(page: Page, name: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

const shippingAddress = {
  name: '林小荷',
  phone: '13800000000',
  line1: 'West Lake Road 1',
  city: 'Hangzhou',
  region: 'Zhejiang',
  postalCode: '310000',
  country: 'CN',
};

/** A buyer at the API, whose orders operators look at. */
export async function buyerAt(baseUrl: string) {
  const anonymous = makeClient({ baseUrl });
  const { email, password } = demoAccounts.shopper;
  const { body } = demand(await anonymous.request(logInOperation, { body: { email, password } }));
  await anonymous.close();
  const client: Client = makeClient({ baseUrl, token: body.accessToken });
  let count = 0;
  const idempotencyKey = (): string => {
    count += 1;
    return `console-${Date.now()}-${count}`;
  };
  const pay = async (orderId: string, choice: Omit<BodyOf<typeof payOrder>, 'orderId'>): Promise<void> => {
    demand(await client.request(payOrder, { body: { orderId, ...choice }, idempotencyKey: idempotencyKey() }));
  };
  return {
    userId: body.user.id,
    client,
    pay,
    async order(sku: string, isPaid = true): Promise<string> {
      const items = [{ sku, quantity: 1 }];
      const placed = demand(
        await client.request(placeOrder, { body: { items, shippingAddress }, idempotencyKey: idempotencyKey() }),
      );
      const { id: orderId } = placed.body;
      if (!isPaid) return orderId;
      await pay(orderId, { method: 'balance' });
      await eventually(async () => {
        const { body } = demand(await client.request(getOrder, { params: { id: orderId } }));
        if (body.status !== 'CONFIRMED') throw new Error(`still ${body.status}`);
      });
      return orderId;
    },
    async askRefund(orderId: string, amount: number): Promise<void> {
      const request = { orderId, amount: { amount, currency: 'CNY' }, reason: 'One of them was broken' };
      demand(await client.request(requestRefund, { body: request, idempotencyKey: idempotencyKey() }));
    },
    close: () => client.close(),
  };
}

/**
 * Nothing that machines alone read: codes, keys of texts, values that are not there. What is shown as it is recorded, on purpose,
 * stands in elements of code, or is marked as English.
 */
export async function expectOwnWords(page: Page): Promise<void> {
  const text = await page.evaluate(() => {
    const shown = document.body.cloneNode(true) as HTMLElement;
    for (const element of shown.querySelectorAll('code, pre, svg, script, [lang=en], .setting-value')) element.remove();
    return shown.textContent ?? '';
  });
  const words = text.replaceAll(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, '');
  const raw = words.match(/\b(undefined|NaN|\[object Object\]|[a-z]+(_[a-z]+)+|[a-z]+\.[a-z]+\.[a-z]+[A-Za-z]*)\b/g);
  expect(raw ?? []).toEqual([]);
}
