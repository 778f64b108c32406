import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeProduct } from '../../../src/contracts/http/catalog.ts';
import { demand } from '../../../src/runtime/http/client.ts';
import { demoAccounts } from '../../../src/services/identity/service.ts';
import { staffAt } from '../staff.ts';
import {
  expectAccessible,
  hasBrowser,
  openBrowser,
  picture,
  shopUrl,
  takeAway,
  type Visitor,
  visit,
} from '../visitor.ts';
import { buyerAt, confirm, enter, newcomerAt } from './operator.ts';

let browser: Browser;
let staff: Awaited<ReturnType<typeof staffAt>>;
let buyer: Awaited<ReturnType<typeof buyerAt>>;
let operator: Visitor;
let page: Page;

async function paidOrder(): Promise<string> {
  const { sku } = await staff.newGoods(3);
  return buyer.order(sku);
}

describe.skipIf(!hasBrowser)('what operators do in the console', () => {
  beforeAll(async () => {
    [browser, staff, buyer] = await Promise.all([openBrowser(), staffAt(shopUrl()), buyerAt(shopUrl())]);
    operator = await visit(browser);
    page = operator.page;
    await enter(page);
    await page.locator('.figures').waitFor();
  });
  afterAll(() => Promise.all([browser?.close(), staff?.close(), buyer?.close()]));

  test('a shopper is told that the console is not for them, and may log in as somebody else', async () => {
    const shopper = await visit(browser);
    await enter(shopper.page, demoAccounts.shopper);
    await shopper.page.getByRole('heading', { name: 'This account has no access' }).waitFor();
    await expectAccessible(shopper.page);
    await picture(shopper.page, 'console-not-allowed');
    await shopper.page.getByRole('button', { name: 'Log in with another account' }).click();
    await shopper.page.locator('input[type=email]').waitFor();
    await shopper.leave();
    expect(shopper.complaints).toEqual([]);
  });

  test('while nobody says who they are an operator is told so, and not asked to log in', async () => {
    const visitor = await visit(browser);
    await enter(visitor.page);
    await visitor.page.locator('.figures').waitFor();
    const bringBack = await takeAway(visitor.page, '/v1/me');
    await visitor.page.reload();
    await visitor.page.getByRole('alert').waitFor();
    await expectAccessible(visitor.page);
    await bringBack();
    await visitor.page.getByRole('button', { name: 'Try again' }).click();
    await visitor.page.locator('.figures').waitFor();
    await visitor.leave();
    expect(visitor.complaints).toEqual([]);
  });

  test('the language is chosen and kept', async () => {
    const visitor = await visit(browser);
    await enter(visitor.page);
    await visitor.page.getByLabel('Language').selectOption('zh-CN');
    await visitor.page.getByRole('heading', { name: '总览', level: 1 }).waitFor();
    await visitor.page.reload();
    await visitor.page.getByRole('heading', { name: '总览', level: 1 }).waitFor();
    await visitor.page.getByRole('button', { name: '退出登录' }).click();
    await visitor.page.getByRole('heading', { name: '登录控制台' }).waitFor();
    await visitor.leave();
    expect(visitor.complaints).toEqual([]);
  });

  test('orders are filtered by the server, and the address keeps how', async () => {
    const orderId = await paidOrder();
    await page.goto('/console/orders');
    await page.getByLabel('Status').selectOption('CONFIRMED');
    await page.getByRole('searchbox').fill(orderId);
    await page.waitForURL(/q=ord_/);
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await page.reload();
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await page.locator('tbody tr a').first().click();
    await page.getByRole('heading', { name: /^Order \d+-\d+/ }).waitFor();
    expect(page.url()).toContain(orderId);
    expect(operator.complaints).toEqual([]);
  });

  test('a case file shows the story drawn and told, each entry to its raw form', async () => {
    await page.goto(`/console/orders/${await paidOrder()}`);
    await page.locator('.diagram-picture svg').waitFor();
    await page.getByRole('button', { name: 'Who with whom' }).click();
    await page.getByRole('img', { name: 'Who with whom' }).locator('svg').waitFor();
    await page.getByRole('button', { name: 'Larger' }).click();
    await page.getByRole('button', { name: 'Enlarge' }).click();
    const zoom = page.getByRole('dialog').getByRole('group', { name: 'Zoom' });
    await zoom.getByText(/^1[0-5]\d%$/).waitFor();
    await expectAccessible(page);
    await picture(page, 'console-diagram');
    await zoom.getByRole('button', { name: 'Fit' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Milestones/ }).click();
    await page.waitForURL(/show=story/);
    await page.locator('.time-line summary', { hasText: 'Order confirmed' }).click();
    await page.locator('.raw', { hasText: '"ordering.order-confirmed"' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'console-case-opened');
    expect(operator.complaints).toEqual([]);
  });

  test('an order is shipped and delivered, tried dry before', async () => {
    await page.goto(`/console/orders/${await paidOrder()}`);
    await page.getByRole('button', { name: 'Preview Ship' }).click();
    await page.getByRole('dialog').getByText('What it will do').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Ship', exact: true }).click();
    await page.getByText('Please fill this in.').first().waitFor();
    await page.getByLabel('Carrier').fill('SF Express');
    await page.getByLabel('Tracking number').fill('SF1234567890');
    await page.getByText('The order moves from “Confirmed” to “Shipped”.').waitFor();
    await expectAccessible(page);
    await picture(page, 'console-ship');
    await confirm(page, 'Ship');
    await page.locator('h1 .badge', { hasText: 'On its way' }).waitFor();
    await page.getByRole('button', { name: 'Preview Mark as delivered' }).click();
    await page.getByText('The order moves from “Shipped” to “Completed”.').waitFor();
    await confirm(page, 'Mark as delivered');
    await page.locator('h1 .badge', { hasText: 'Completed' }).waitFor();
    expect(operator.complaints).toEqual([]);
  });

  test('an order is cancelled with a reason, which stands on the audit trail', async () => {
    const orderId = await paidOrder();
    await page.goto(`/console/orders/${orderId}`);
    await page.getByRole('button', { name: 'Preview Cancel the order' }).click();
    await page.getByText('Given back to where it came from: ¥100.00.').waitFor();
    await page.getByLabel('Reason').fill('The buyer phoned');
    await confirm(page, 'Cancel the order');
    await page.locator('h1 .badge', { hasText: 'Cancelled' }).waitFor();
    await page.goto(`/console/trail?object=${orderId}`);
    await page.locator('tbody tr', { hasText: 'The buyer phoned' }).waitFor();
    expect(operator.complaints).toEqual([]);
  });

  test('an order is refunded in part from its case file', async () => {
    await page.goto(`/console/orders/${await paidOrder()}`);
    await page.getByRole('button', { name: 'Preview Refund', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Amount').fill('12.50');
    await dialog.getByText('Given back to where it came from: ¥12.50.').waitFor();
    await dialog.getByRole('button', { name: 'Refund', exact: true }).click();
    await page.getByText('Please fill this in.').waitFor();
    await dialog.getByLabel('Reason').fill('A cup came broken');
    await confirm(page, 'Refund');
    await page.locator('.figures', { hasText: '¥87.50' }).waitFor();
    expect(operator.complaints).toEqual([]);
  });

  test('an order is refunded from the list of refunds, and a buyer’s wish decided in its case file', async () => {
    const [orderId, other] = [await paidOrder(), await paidOrder()];
    await page.goto('/console/refunds');
    await page.getByRole('button', { name: 'Refund an order' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Order id').fill(orderId);
    await dialog.getByText('At most ¥100.00').waitFor();
    await dialog.getByLabel('Amount').fill('1000.00');
    await dialog.getByLabel('Reason').fill('Too late');
    await dialog.getByRole('button', { name: 'Refund an order' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('Amount').fill('10.00');
    await confirm(page, 'Refund an order');
    await page.locator('tbody tr', { hasText: 'Too late' }).locator('.badge', { hasText: 'Refunded' }).waitFor();
    for (const [act, badge] of [
      ['Reject', 'Rejected'],
      ['Approve', 'Refunded'],
    ] as const) {
      await buyer.askRefund(other, 300);
      await page.goto(`/console/orders/${other}`);
      await page.getByRole('button', { name: `Preview ${act} the refund` }).click();
      await page.getByLabel('Reason').fill('Seen in the case file');
      await confirm(page, `${act} the refund`);
      await page.goto(`/console/refunds?order=${other}`);
      await page.locator('tbody .badge', { hasText: badge }).waitFor();
    }
    expect(operator.complaints).toEqual([]);
  });

  test('a provider is asked again what became of a payment', async () => {
    const { sku } = await staff.newGoods(1);
    const orderId = await buyer.order(sku, false);
    await buyer.pay(orderId, { method: 'wechat', flow: 'qr' });
    await page.goto(`/console/orders/${orderId}`);
    await page.getByRole('button', { name: 'Preview Ask the provider again' }).click();
    await page.getByText('WeChat Pay is asked what became of the payment.').waitFor();
    await page.getByLabel('Reason').fill('The buyer says it is paid');
    await expectAccessible(page);
    await confirm(page, 'Ask the provider again');
    await page.goto(`/console/trail?action=payment.&object=${orderId.replace('ord_', 'pay_')}`);
    await page.locator('tbody tr', { hasText: 'Provider asked again' }).waitFor();
    await page.getByRole('button', { name: 'Details' }).click();
    await page.locator('.raw', { hasText: 'The buyer says it is paid' }).waitFor();
    expect(operator.complaints).toEqual([]);
  });

  test('a shipped order is completed by hand', async () => {
    await page.goto(`/console/orders/${await paidOrder()}`);
    await page.getByRole('button', { name: 'Preview Ship' }).click();
    await page.getByLabel('Carrier').fill('SF Express');
    await page.getByLabel('Tracking number').fill('SF1');
    await confirm(page, 'Ship');
    await page.getByRole('button', { name: 'Preview Complete the order' }).click();
    await page.getByLabel('Reason').fill('The buyer wrote that it is there');
    await confirm(page, 'Complete the order');
    await page.locator('h1 .badge', { hasText: 'Completed' }).waitFor();
    expect(operator.complaints).toEqual([]);
  });

  test('refunds that buyers asked for are approved and rejected', async () => {
    const [first, second] = [await paidOrder(), await paidOrder()];
    await buyer.askRefund(first, 500);
    await buyer.askRefund(second, 700);
    await page.goto(`/console/refunds?status=REQUESTED&order=${first}`);
    await page.getByRole('button', { name: 'Approve' }).click();
    await picture(page, 'console-approve');
    await confirm(page, 'Approve');
    await page.locator('.blank').waitFor();
    await page.goto(`/console/refunds?order=${second}`);
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByLabel('Reason').fill('It was used');
    await confirm(page, 'Reject');
    await page.locator('tbody .badge', { hasText: 'Rejected' }).waitFor();
    expect(operator.complaints).toEqual([]);
  });

  test('a product is made, priced, stocked and taken off sale', async () => {
    const sku = `CUP-${Date.now()}`;
    await page.goto('/console/products');
    await page.getByRole('button', { name: 'New product' }).click();
    await page.getByLabel('Category').last().fill('teaware');
    await page.getByLabel('SKU', { exact: true }).fill(sku);
    await page.getByLabel('Name · English').fill('Celadon cup');
    await page.getByLabel('Price', { exact: true }).fill('19.9.9');
    await page.getByRole('dialog').getByRole('button', { name: 'New product' }).click();
    await page.getByText('Please enter a number.').waitFor();
    await page.getByLabel('Price', { exact: true }).fill('19.90');
    await expectAccessible(page);
    await picture(page, 'console-new-product');
    await confirm(page, 'New product');
    await page.getByRole('heading', { name: 'Celadon cup' }).waitFor();
    await page.getByRole('button', { name: `Change ${sku}` }).click();
    await page.getByLabel('Price · CNY').fill('25');
    await confirm(page, 'Save');
    await page.locator('tbody tr', { hasText: '¥25.00' }).waitFor();
    await page.getByRole('button', { name: 'Take off sale' }).click();
    await confirm(page, 'Take off sale');
    await page.locator('h1 .badge', { hasText: 'Off sale' }).waitFor();
    await page.goto('/console/stock');
    await page.getByRole('button', { name: 'Receive goods' }).click();
    await page.getByRole('dialog').getByLabel('SKU').fill(sku);
    await page.getByLabel('More or less').fill('12');
    await page.getByLabel('Reason').fill('Delivery');
    await confirm(page, 'Adjust');
    await page.goto(`/console/stock?q=${sku}`);
    await page.locator('tbody tr', { hasText: '12' }).waitFor();
    expect(operator.complaints).toEqual([]);
  });

  test('a product’s texts are edited in three languages, a variant is added, goods are lost', async () => {
    const { productId, sku, name } = await staff.newGoods(5);
    const elsewhere = 'https://pictures.example/cup.png';
    demand(await staff.client.request(changeProduct, { params: { id: productId }, body: { images: [elsewhere] } }));
    await page.goto(`/console/products?q=${sku}`);
    await page.getByRole('link', { name }).click();
    await page.getByText(elsewhere).waitFor();
    await page.getByRole('button', { name: 'Edit the texts' }).click();
    await page.getByLabel('Name · English').fill('');
    await page.getByLabel('Name · 简体中文').fill('');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.locator('.field-error').first().waitFor();
    await page.getByLabel('Name · English').fill('Jasmine cup');
    await page.getByLabel('Description · English').fill('White, thin.');
    await page.getByLabel('Name · 简体中文').fill('茉莉杯');
    await page.getByLabel('Name · 繁體中文').fill('茉莉杯（繁）');
    await expectAccessible(page);
    await picture(page, 'console-edit-texts');
    await confirm(page, 'Save');
    await page.getByRole('heading', { name: 'Jasmine cup' }).waitFor();
    for (const name of ['茉莉杯', '茉莉杯（繁）']) await page.getByText(name, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Add a variant' }).click();
    await page.getByLabel('SKU', { exact: true }).fill(`${sku}-XL`);
    await page.getByLabel('Price · CNY').fill('42');
    await page.getByLabel('Name · English').fill('Large');
    await confirm(page, 'Add a variant');
    await page
      .locator('tbody tr', { hasText: `${sku}-XL` })
      .locator('td', { hasText: '¥42.00' })
      .waitFor();
    await page.goto(`/console/stock?q=${sku}`);
    await page.getByRole('button', { name: `Adjust ${sku}`, exact: true }).click();
    await page.getByLabel('More or less').fill('-2');
    await page.getByText('The goods are lost or damaged').click();
    await page.getByLabel('Reason').fill('Fell down');
    await confirm(page, 'Adjust');
    await page.goto(`/console/trail?object=${sku}`);
    await page.locator('tbody tr', { hasText: 'Goods declared lost' }).waitFor();
    expect(operator.complaints).toEqual([]);
  });

  test('a customer’s balance is adjusted, their roles are set, their sessions end', async () => {
    // Not the demo's shopper: other files are logged in as that one meanwhile.
    const customer = await newcomerAt(shopUrl());
    await page.goto(`/console/customers/${customer.id}`);
    await page.getByRole('button', { name: 'Adjust the balance' }).click();
    await page.getByLabel('Amount').fill('-1000000');
    await page.getByLabel('Reason').fill('Trying what happens');
    await page.getByRole('dialog').getByRole('button', { name: 'Adjust the balance' }).click();
    await page.getByText('The balance would fall below zero.').waitFor();
    await page.getByLabel('Amount').fill('20.00');
    await confirm(page, 'Adjust the balance');
    await page.getByRole('button', { name: 'Set roles' }).click();
    await page.getByText('Sees everything here').click();
    await page.getByLabel('Reason').fill('Helps out this week');
    await confirm(page, 'Save');
    await page.locator('.facts .badge', { hasText: 'Operator' }).waitFor();
    await page.getByRole('button', { name: 'Set roles' }).click();
    await page.getByText('Sees everything here').click();
    await page.getByLabel('Reason').fill('The week is over');
    await confirm(page, 'Save');
    await page.getByRole('button', { name: 'End all sessions' }).click();
    await page.getByLabel('Reason').fill('Lost their phone');
    await confirm(page, 'End all sessions');
    await page.getByText('Logged in nowhere.').waitFor();
    expect(operator.complaints).toEqual([]);
  });

  test('an account is disabled, which nobody can do to their own, and enabled again', async () => {
    const account = await newcomerAt(shopUrl());
    const logsIn = async () => (await fetch(`${shopUrl()}/v1/auth/login`, account.login)).status;
    await page.goto(`/console/customers/${account.id}`);
    await page.getByRole('button', { name: 'Disable the account' }).click();
    await page.getByText('cannot log in any more').waitFor();
    await page.getByLabel('Reason').fill('Ordered with stolen cards');
    await expectAccessible(page);
    await picture(page, 'console-disable');
    await confirm(page, 'Disable the account');
    await page.locator('.facts', { hasText: 'Disabled since' }).waitFor();
    expect(await logsIn()).toBe(403);
    await page.goto(`/console/customers?q=${account.id}`);
    await page.locator('tbody tr .badge', { hasText: 'Disabled' }).waitFor();
    await page.locator('tbody tr a').first().click();
    await page.getByRole('button', { name: 'Enable the account' }).click();
    await page.getByLabel('Reason').fill('They were not theirs');
    await confirm(page, 'Enable the account');
    await page.locator('.facts', { hasText: 'May log in' }).waitFor();
    expect(await logsIn()).toBe(200);
    await page.goto('/console/customers?role=admin');
    await page.getByRole('link', { name: demoAccounts.administrator.name }).click();
    await page.getByRole('button', { name: 'Set roles' }).waitFor();
    expect(await page.getByRole('button', { name: 'Disable the account' }).count()).toBe(0);
    expect(operator.complaints).toEqual([]);
  });

  test('an audit is started, and its result seen', async () => {
    await page.goto('/console/audits');
    await page.getByRole('button', { name: 'Start an audit' }).click();
    await page.getByText('All is well: every promise is kept.').waitFor({ timeout: 60_000 });
    await picture(page, 'console-audited');
    expect(operator.complaints).toEqual([]);
  });

  test('dead letters are retried by filter, after a look at which', async () => {
    await page.goto('/console/dead-letters?service=payment');
    await page.getByRole('button', { name: 'Retry by filter' }).click();
    await page.getByText('Would be retried: 0').waitFor();
    await page.getByLabel('How many a second').fill('5');
    await confirm(page, 'Retry them');
    expect(operator.complaints).toEqual([]);
  });

  test('a day that has no bill yet is not reconciled, and why is told', async () => {
    await page.goto('/console/reconciliation');
    await page.getByRole('button', { name: 'Reconcile a day' }).click();
    await page
      .getByRole('textbox', { name: 'Day' })
      .fill(new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10));
    await page.getByRole('dialog').getByRole('button', { name: 'Reconcile a day' }).click();
    await page.getByRole('dialog').getByRole('alert').or(page.locator('.field-error')).first().waitFor();
    await picture(page, 'console-reconcile');
    expect(operator.complaints).toEqual([]);
  });
});
