import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyboardAt } from '../keyboard.ts';
import { hasBrowser, openBrowser, visit } from '../visitor.ts';

let browser: Browser;

const newcomer = { 'Your name': 'Lin Xiaohe', Password: 'a sentence is fine' };
const address = {
  Recipient: 'Lin Xiaohe',
  Phone: '13800000000',
  'Street and number': '1 West Lake Road',
  City: 'Hangzhou',
  'Province or region': 'Zhejiang',
  'Postal code': '310000',
};

describe.skipIf(!hasBrowser)('by keyboard alone', () => {
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  test('a newcomer buys something, from the home page to the paid order, and begins to cancel it', async () => {
    const { page, context, complaints, leave } = await visit(browser);
    const { reach, press, write, expectKept, expectTrapped } = keyboardAt(page);
    const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
    const link = (name: string | RegExp) => page.getByRole('link', { name, exact: true });
    await page.goto('/');
    await page.locator('.product-card').first().waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.locator('main :focus').textContent()).toBe('See everything');
    await press(page.locator('.product-card').first());
    await page.waitForURL('**/products/prd_*');
    await expectKept();
    await press(button('Add to cart'));
    await page.locator('.toast').waitFor();
    await reach(page.getByRole('link', { name: /^Cart/ }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your cart' }).waitFor();
    await expectKept();
    const quantity = page.locator('.stepper input');
    await reach(quantity);
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => quantity.inputValue()).toBe('2');
    await expectKept();
    await press(link('Go to checkout'));
    await page.waitForURL('**/login**');
    await press(link('New here? Create an account'));
    await page.waitForURL('**/register**');
    for (const [label, text] of Object.entries(newcomer)) await write(page.getByLabel(label), text);
    await reach(page.getByLabel('E-mail address'), 'Shift+Tab');
    await page.keyboard.type(`keys-${Date.now()}@example.com`);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/checkout');
    for (const [label, text] of Object.entries(address)) await write(page.getByLabel(label), text);
    await press(button('Save'), 'Space');
    await page.locator('.choice address').waitFor();
    await expectKept();
    await reach(page.getByRole('radio', { name: /WeChat Pay/ }));
    await page.keyboard.press('ArrowDown');
    expect(await page.getByRole('radio', { name: /Alipay/ }).isChecked()).toBe(true);
    await press(button(/^Order and pay/), 'Space');
    await page.getByRole('heading', { name: 'Scan with Alipay to pay' }).waitFor();
    await expectKept();
    const [phone] = await Promise.all([context.waitForEvent('page'), press(link('Pay on the played phone'))]);
    await keyboardAt(phone).pressAway(phone.getByRole('button', { name: /^Pay/ }));
    await phone.waitForLoadState();
    await phone.close();
    await page.getByRole('heading', { name: 'Thank you!' }).waitFor();
    await expectKept();
    await press(link('See the order'));
    await page.locator('.timeline li', { hasText: 'The order is confirmed' }).waitFor();
    const cancel = button('Cancel the order');
    await press(cancel);
    await page.getByRole('dialog').waitFor();
    await expectTrapped(cancel);
    await page.keyboard.press('Enter');
    await press(page.getByRole('dialog').getByRole('button', { name: 'Cancel the order' }));
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await button('Buy again').waitFor();
    await expectKept();
    expect(complaints).toEqual([]);
    await leave();
  });
});
