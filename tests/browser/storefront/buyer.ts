import { expect } from 'vitest';
import type { Goods } from '../staff.ts';
import type { Visitor } from '../visitor.ts';

export type Method = 'Balance' | 'WeChat Pay' | 'Alipay' | 'Bank card';

let count = 0;

/** Puts goods into the cart, as a guest or not. */
export async function putIntoCart({ page }: Visitor, goods: Goods): Promise<void> {
  await page.goto(`/products/${goods.productId}`);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.locator('.toast').waitFor();
}

/** At the door for newcomers; the e-mail address they have then. */
async function fillRegistration({ page }: Visitor): Promise<string> {
  count += 1;
  const email = `buyer-${Date.now()}-${count}@example.com`;
  await page.getByLabel('Your name').fill('Lin Xiaohe');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill('a sentence is fine');
  await page.getByRole('button', { name: 'Create account' }).click();
  return email;
}

export async function register(visitor: Visitor): Promise<string> {
  await visitor.page.goto('/register');
  const email = await fillRegistration(visitor);
  await visitor.page.waitForURL(/:\d+\/$/);
  return email;
}

/** From the cart by the door, where they register, to the checkout with an address. */
export async function registerAndCheckOut(visitor: Visitor): Promise<void> {
  const { page } = visitor;
  await page.goto('/cart');
  await page.getByRole('link', { name: 'Go to checkout' }).click();
  await page.waitForURL('**/login**');
  await page.getByRole('link', { name: 'New here? Create an account' }).click();
  await fillRegistration(visitor);
  await page.waitForURL('**/checkout');
  await fillAddress({ page });
}

export async function fillAddress({ page }: Pick<Visitor, 'page'>): Promise<void> {
  const address = {
    name: 'Lin Xiaohe',
    phone: '13800000000',
    line1: '1 West Lake Road',
    city: 'Hangzhou',
    region: 'Zhejiang',
    postalCode: '310000',
  };
  for (const [name, text] of Object.entries(address)) await page.locator(`main [name=${name}]`).fill(text);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('.choice address').waitFor();
}

/** The id of who is signed in. */
export async function userIdOf({ page }: Visitor): Promise<string> {
  const answer = await page.request.get('/v1/me');
  return ((await answer.json()) as { id: string }).id;
}

export async function order({ page }: Visitor, method: Method): Promise<void> {
  await page.locator('.choice', { hasText: method }).click();
  await page.getByRole('button', { name: /^Order and pay/ }).click();
}

/** On the page of the played provider, which opens beside the shop's. */
export async function onPhone(visitor: Visitor, act: RegExp): Promise<void> {
  const [phone] = await Promise.all([
    visitor.context.waitForEvent('page'),
    visitor.page.getByRole('link', { name: 'Pay on the played phone' }).click(),
  ]);
  await phone.getByRole('button', { name: act }).first().click();
  await phone.waitForLoadState();
  await phone.close();
}

/** Away from the shop, and back once it is paid. */
export async function onAlipaysPage({ page }: Visitor): Promise<void> {
  await page.getByRole('button', { name: 'Pay on Alipay’s page instead' }).click();
  await page.getByRole('link', { name: 'Go to Alipay' }).click();
  await page.getByRole('button', { name: /^Pay ¥/ }).click();
  await page.getByRole('link', { name: 'Back to the shop' }).click();
}

export async function expectPaid({ page }: Visitor): Promise<void> {
  await page.getByRole('heading', { name: 'Thank you!' }).waitFor();
  await page.getByRole('link', { name: 'Cart', exact: true }).waitFor();
  await page.getByRole('link', { name: 'See the order' }).click();
  await page.locator('.timeline li', { hasText: 'The order is confirmed' }).waitFor();
  expect(await page.locator('.page-head .badge').textContent()).toBe('Confirmed');
}
