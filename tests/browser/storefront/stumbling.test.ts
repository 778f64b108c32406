import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeProduct } from '../../../src/contracts/http/catalog.ts';
import { demand } from '../../../src/runtime/http/client.ts';
import { type Goods, staffAt } from '../staff.ts';
import {
  expectAccessible,
  expectWithin,
  expectWords,
  hasBrowser,
  openBrowser,
  phone,
  picture,
  shopUrl,
  takeAway,
  type Visitor,
  visit,
} from '../visitor.ts';
import { expectPaid, onPhone, order, putIntoCart, register, registerAndCheckOut, userIdOf } from './buyer.ts';

let browser: Browser;
let staff: Awaited<ReturnType<typeof staffAt>>;

async function atCheckout(goods: Goods): Promise<Visitor> {
  const visitor = await visit(browser, { size: phone });
  await putIntoCart(visitor, goods);
  await registerAndCheckOut(visitor);
  return visitor;
}

async function countOrders({ page }: Visitor): Promise<number> {
  const answer = await page.request.get('/v1/orders');
  return ((await answer.json()) as { data: unknown[] }).data.length;
}

describe.skipIf(!hasBrowser)('who does it otherwise than meant', () => {
  beforeAll(async () => {
    [browser, staff] = await Promise.all([openBrowser(), staffAt(shopUrl())]);
  });
  afterAll(() => Promise.all([browser?.close(), staff?.close()]));

  test('presses twice, and has ordered once; goes back after paying, and is not asked to pay again', async () => {
    const visitor = await atCheckout(await staff.newGoods(3));
    const { page, complaints } = visitor;
    await page.locator('.choice', { hasText: 'WeChat Pay' }).click();
    await page.getByRole('button', { name: /^Order and pay/ }).dblclick();
    await onPhone(visitor, /^Pay/);
    await page.getByRole('heading', { name: 'Thank you!' }).waitFor();
    expect(await countOrders(visitor)).toBe(1);
    await page.goBack();
    await page.locator('main h1').waitFor();
    expect(await page.getByRole('button', { name: /^(Order and p|P)ay ¥/ }).count()).toBe(0);
    await page.goForward();
    await expectPaid(visitor);
    expect(await countOrders(visitor)).toBe(1);
    expect(complaints).toEqual([]);
    await visitor.leave();
  });

  test('has the checkout open in two tabs, and orders in one: the other knows', async () => {
    const visitor = await atCheckout(await staff.newGoods(3));
    const other = await visitor.context.newPage();
    await other.goto('/checkout');
    await other.getByRole('button', { name: /^Order and pay/ }).waitFor();
    await order(visitor, 'WeChat Pay');
    await visitor.page.getByRole('heading', { name: 'Scan with WeChat to pay' }).waitFor();
    await other.getByRole('heading', { name: 'Your cart is empty' }).waitFor();
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });

  test('stays away until the session is over, and comes back to where they were', async () => {
    const visitor = await atCheckout(await staff.newGoods(3));
    const { page, context } = visitor;
    const { email } = (await (await page.request.get('/v1/me')).json()) as { email: string };
    await context.clearCookies({ name: /session|refresh/ });
    await order(visitor, 'WeChat Pay');
    await page.waitForURL('**/login?next=%2Fcheckout');
    await page.getByText('Please log in first').waitFor();
    await expectAccessible(page);
    await picture(page, 'login-again');
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill('a sentence is fine');
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await page.waitForURL('**/checkout');
    await page.locator('.choice address').waitFor();
    await order(visitor, 'WeChat Pay');
    await page.getByRole('heading', { name: 'Scan with WeChat to pay' }).waitFor();
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });

  test('comes while nobody says who they are: told so, and not asked to log in', async () => {
    const visitor = await visit(browser, { size: phone });
    const { page, complaints } = visitor;
    await register(visitor);
    const bringBack = await takeAway(page, '/v1/me');
    await page.goto('/messages');
    await page.getByRole('heading', { name: 'The shop cannot be reached' }).waitFor();
    await expectAccessible(page);
    await bringBack();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Messages', exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await visitor.leave();
  });

  test('loses the connection: told so, and it goes on from there', async () => {
    const visitor = await atCheckout(await staff.newGoods(3));
    const { page, context } = visitor;
    await page.locator('.choice', { hasText: 'WeChat Pay' }).click();
    await context.setOffline(true);
    const told = page.getByRole('alert').filter({ hasText: 'The shop cannot be reached' });
    await page.getByRole('button', { name: /^Order and pay/ }).click();
    await told.waitFor();
    await expectWords(page);
    await expectAccessible(page);
    await picture(page, 'failure-offline');
    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByRole('heading', { name: 'The shop cannot be reached' }).waitFor();
    await picture(page, 'failure-away');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Still no answer.').waitFor();
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Your orders' }).waitFor();
    expect(await countOrders(visitor)).toBe(0);
    await page.goto('/checkout');
    await page.locator('.choice address').waitFor();
    await page.getByRole('button', { name: /^Order and pay/ }).click();
    await page.getByRole('heading', { name: 'Scan with WeChat to pay' }).waitFor();
    expect(await countOrders(visitor)).toBe(1);
    await visitor.leave();
  });

  test('has money in the wallet: it is what pays, until another way was chosen', async () => {
    const visitor = await atCheckout(await staff.newGoods(3));
    const { page } = visitor;
    const isChosen = (name: RegExp) => page.getByRole('radio', { name }).isChecked();
    expect(await isChosen(/WeChat Pay/)).toBe(true);
    await staff.giveMoney(await userIdOf(visitor), 15_000);
    await page.reload();
    await page.locator('.choice', { hasText: 'You have ¥150.00' }).waitFor();
    expect(await isChosen(/Balance/)).toBe(true);
    await order(visitor, 'Alipay');
    await page.getByRole('heading', { name: 'Scan with Alipay to pay' }).waitFor();
    await putIntoCart(visitor, await staff.newGoods(1));
    await page.goto('/checkout');
    await page.locator('.choice', { hasText: 'You have ¥150.00' }).waitFor();
    expect(await isChosen(/Alipay/)).toBe(true);
    await visitor.leave();
  });

  test('wants 99 of something with a very long name and a picture from elsewhere', async () => {
    const goods = await staff.newGoods(120);
    const name = `Teetassenuntersetzeraufbewahrungsschachtelverschlussbändchen 🍵🫖 ${'very '.repeat(20)}long`;
    const text = { name, description: '🫖'.repeat(200) };
    const body = { texts: { en: text, 'zh-CN': text }, images: ['https://pictures.example/cup.png'] };
    demand(await staff.client.request(changeProduct, { params: { id: goods.productId }, body }));
    const visitor = await visit(browser, { size: phone });
    const { page } = visitor;
    await register(visitor);
    await page.goto(`/products/${goods.productId}`);
    await page.locator('svg.picture').first().waitFor();
    await page.getByLabel('Quantity').fill('99');
    await page.getByRole('button', { name: 'Buy now' }).click();
    await page.locator('.cart-line', { hasText: '¥9,900.00' }).waitFor();
    for (const path of [`/products/${goods.productId}`, '/cart', '/checkout']) {
      await page.goto(path);
      await page.locator('main h1').waitFor();
      await page.waitForLoadState('networkidle');
      await expectWithin(page, path);
      await picture(page, `long${path.replace(/\/prd_.*/, '').replaceAll('/', '-')}`);
    }
    await page.goto('/cart');
    await page.getByRole('button', { name: /^Remove/ }).click();
    await page.getByRole('heading', { name: 'Your cart is empty' }).waitFor();
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });
});
