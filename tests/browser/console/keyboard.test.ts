import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoAccounts } from '../../../src/services/identity/service.ts';
import { keyboardAt } from '../keyboard.ts';
import { staffAt } from '../staff.ts';
import { hasBrowser, openBrowser, shopUrl, visit } from '../visitor.ts';
import { buyerAt } from './operator.ts';

let browser: Browser;

describe.skipIf(!hasBrowser)('the console by keyboard alone', () => {
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  test('an operator logs in, opens an order, and ships it after a look at what that does', async () => {
    const [staff, buyer] = await Promise.all([staffAt(shopUrl()), buyerAt(shopUrl())]);
    const orderId = await buyer.order((await staff.newGoods(1)).sku);
    await Promise.all([staff.close(), buyer.close()]);
    const { page, complaints, leave } = await visit(browser);
    const { press, reach, write, expectKept, expectTrapped } = keyboardAt(page);
    const { email, password } = demoAccounts.administrator;
    await page.goto('/console');
    await write(page.locator('input[type=email]'), email);
    await write(page.locator('input[type=password]'), password);
    await page.keyboard.press('Enter');
    await page.locator('.figures').waitFor();
    await press(page.getByRole('link', { name: 'Orders', exact: true }));
    await page.waitForURL('**/console/orders');
    await write(page.getByRole('searchbox'), orderId);
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await press(page.locator('tbody tr a').first());
    await page.waitForURL(`**/${orderId}`);
    const preview = page.getByRole('button', { name: 'Preview Ship' });
    await press(preview, 'Space');
    await page.getByRole('dialog').waitFor();
    await expectTrapped(preview);
    await page.keyboard.press('Enter');
    await write(page.getByLabel('Carrier'), 'SF Express');
    await write(page.getByLabel('Tracking number'), 'SF1234567890');
    await page.getByText('The order moves from “Confirmed” to “Shipped”.').waitFor();
    await press(page.getByRole('dialog').getByRole('button', { name: 'Ship', exact: true }));
    await page.locator('h1 .badge', { hasText: 'On its way' }).waitFor();
    await expectKept();
    await reach(page.getByRole('button', { name: 'Preview Mark as delivered' }));
    expect(complaints).toEqual([]);
    await leave();
  });
});
