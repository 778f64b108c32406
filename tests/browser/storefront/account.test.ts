import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shipOrder } from '../../../src/contracts/http/fulfillment.ts';
import { demand } from '../../../src/runtime/http/client.ts';
import { buyerAt } from '../console/operator.ts';
import { staffAt } from '../staff.ts';
import {
  desktop,
  expectAccessible,
  expectWithin,
  expectWords,
  hasBrowser,
  logIn,
  openBrowser,
  phone,
  picture,
  shopUrl,
  visit,
} from '../visitor.ts';
import { register } from './buyer.ts';

let browser: Browser;
let staff: Awaited<ReturnType<typeof staffAt>>;

async function expectFine(page: Page, complaints: readonly string[], name: string): Promise<void> {
  await expectWords(page);
  await expectAccessible(page);
  await picture(page, name);
  expect(complaints).toEqual([]);
}

describe.skipIf(!hasBrowser)('what belongs to a shopper', () => {
  beforeAll(async () => {
    [browser, staff] = await Promise.all([openBrowser(), staffAt(shopUrl())]);
  });
  afterAll(() => Promise.all([browser?.close(), staff?.close()]));

  test('a parcel on its way is watched, and its arrival confirmed', async () => {
    const buyer = await buyerAt(shopUrl());
    const orderId = await buyer.order((await staff.newGoods(1)).sku);
    const { page, complaints, leave } = await visit(browser, { size: phone });
    await logIn(page);
    await page.goto(`/orders/${orderId}`);
    await page.getByText('your order is being packed').waitFor();
    const body = { carrier: 'SF Express', trackingNumber: 'SF1234567890' };
    demand(await staff.client.request(shipOrder, { params: { id: orderId }, body }));
    await page.getByText('Carrier SF Express, number SF1234567890').waitFor();
    await expectFine(page, complaints, 'order-shipped');
    await page.getByRole('button', { name: 'I have received it' }).click();
    await page.locator('.page-head .badge', { hasText: 'Completed' }).waitFor();
    await page.locator('.timeline li', { hasText: 'You said that it arrived.' }).waitFor();
    await expectFine(page, complaints, 'order-received');
    await page.goto('/messages');
    await page.locator('.list li').first().getByRole('link').click();
    await page.waitForURL(`**/orders/${orderId}`);
    await Promise.all([leave(), buyer.close()]);
  });

  test('who looks at the demo is let in by two presses', async () => {
    const { page, complaints, leave } = await visit(browser, { size: phone });
    await page.goto('/login?next=%2Fwallet');
    await page.getByRole('button', { name: 'Fill it in' }).waitFor();
    await expectFine(page, complaints, 'login-demo');
    await page.getByRole('button', { name: 'Fill it in' }).click();
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL('**/wallet');
    await expectFine(page, complaints, 'wallet-demo');
    await leave();
  });

  test('the password is changed, which ends other sessions; another one is ended by hand', async () => {
    const [here, there] = await Promise.all([visit(browser), visit(browser, { size: phone })]);
    const { page } = here;
    const email = await register(here);
    const account = { email, password: 'a sentence is fine' };
    await logIn(there.page, account);
    await page.goto('/account');
    await page.getByRole('button', { name: 'Log out there' }).click();
    await page.locator('.toast', { hasText: 'That device is logged out' }).waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Log out there' }).count()).toBe(0);
    await there.page.goto('/account');
    await there.page.waitForURL('**/login?next=*');
    await logIn(there.page, account);

    await page.getByLabel('Current password').fill('not that one');
    await page.getByLabel('New password').fill('short');
    await page.getByRole('button', { name: 'Change password' }).click();
    const fault = page.locator('.field-error', { hasText: 'At least 8 characters.' });
    await fault.waitFor();
    await page.getByLabel('New password').fill('another sentence is fine');
    await fault.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.locator('.field-error', { hasText: 'This is not your current password.' }).waitFor();
    await expectFine(page, here.complaints, 'account-password-wrong');
    await page.getByLabel('Current password').fill(account.password);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.locator('.toast', { hasText: 'Your password is changed' }).waitFor();
    await there.page.goto('/wallet');
    await there.page.waitForURL('**/login?next=*');
    await logIn(there.page, { email, password: 'another sentence is fine' });
    await Promise.all([here.leave(), there.leave()]);
  });

  test.each([phone, desktop])('an address is added, corrected, and removed: %o', async (size) => {
    const visitor = await visit(browser, { size });
    const { page, complaints } = visitor;
    await register(visitor);
    await page.goto('/account');
    await page.getByRole('button', { name: 'Add an address' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const faults = dialog.locator('.field-error');
    await expect.poll(() => faults.count()).toBe(6);
    await expectFine(page, complaints, 'address-faults');
    for (const [name, text] of Object.entries(longAddress)) {
      await dialog.locator(`[name=${name}]`).fill(text);
    }
    await expect.poll(() => faults.count()).toBe(0);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('address', { hasText: '🍵' }).waitFor();
    await expectWithin(page, 'the account');
    await expectFine(page, complaints, 'address-long');
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await dialog.locator('[name=city]').fill('Suzhou');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.locator('address', { hasText: 'Suzhou' }).waitFor();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No address yet').waitFor();
    expect(complaints).toEqual([]);
    await visitor.leave();
  });
});

const longAddress = {
  name: 'Wolfeschlegelsteinhausenbergerdorff 🍵 欧阳 '.repeat(2).trim(),
  phone: '+86 138 0000 0000',
  line1: 'Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch '.repeat(3).trim(),
  city: 'Hangzhou',
  region: 'Zhejiang',
  postalCode: '310000',
};
