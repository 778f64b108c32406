import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listDeadLetters, showDeadLetter } from '../../../src/contracts/http/gateway.ts';
import { cancelAnyOrder, getAnyOrder } from '../../../src/contracts/http/ordering.ts';
import type { payOrder } from '../../../src/contracts/http/payment.ts';
import { listAllRefunds } from '../../../src/contracts/http/refunds.ts';
import type { BodyOf } from '../../../src/contracts/operation.ts';
import { demand } from '../../../src/runtime/http/client.ts';
import { freePort } from '../../proof/processes/ports.ts';
import { type Demo, startDemo } from '../demo.ts';
import { staffAt } from '../staff.ts';
import { type Store, storeIn } from '../store.ts';
import { expectAccessible, hasBrowser, openBrowser, picture, type Visitor, visit } from '../visitor.ts';
import { buyerAt, confirm, enter, expectOwnWords } from './operator.ts';

/** What goes wrong in a shop of its own, and how operators settle it in the console. */

const price = 10_000;
let dataDir: string;
let demo: Demo;
let store: Store;
let browser: Browser;
let staff: Awaited<ReturnType<typeof staffAt>>;
let buyer: Awaited<ReturnType<typeof buyerAt>>;
let sku: string;
let operator: Visitor;
let page: Page;

/** What the owner of a played provider does to it. */
async function play(provider: 'WeChat Pay' | 'Cards', act: string, wish: object): Promise<void> {
  const address = `${demo.phones[provider]}/_simulator/${act}`;
  const answer = await fetch(address, { method: 'POST', body: JSON.stringify(wish) });
  if (!answer.ok) throw new Error(`${address}: ${await answer.text()}`);
}

async function numberOf(orderId: string, method: string): Promise<string> {
  const [attempt] = await store.sql<{ id: string }>(
    'payment',
    'select id from attempts where payment_id = $1 and method = $2 order by number desc limit 1',
    [orderId.replace('ord_', 'pay_'), method],
  );
  return attempt?.id.slice(4).replaceAll('-', '') ?? '';
}

const statusOf = async (id: string): Promise<string> =>
  demand(await staff.client.request(getAnyOrder, { params: { id } })).body.status;

async function paidByCard(choice: Partial<BodyOf<typeof payOrder>> = {}): Promise<string> {
  const orderId = await buyer.order(sku, false);
  await buyer.pay(orderId, { method: 'card', ...choice });
  await play('Cards', 'pay', { number: await numberOf(orderId, 'card') });
  await expect.poll(() => statusOf(orderId)).toBe('CONFIRMED');
  return orderId;
}

const refundOf = async (orderId: string): Promise<string | undefined> =>
  demand(await staff.client.request(listAllRefunds, { query: { orderId } })).body.data[0]?.status;

const cancel = async (id: string): Promise<void> => {
  demand(await staff.client.request(cancelAnyOrder, { params: { id }, body: {} }));
};

const cardRefuses = (): Promise<void> =>
  play('Cards', 'fail', { mishap: 'refused', of: 'POST /v1/refunds', times: 99 });
const cardGivesBack = (): Promise<void> => play('Cards', 'clear', {});

/** The refunds of an order in the list, once one of them is so. */
async function untilRefund(orderId: string, status: string): Promise<void> {
  await page.goto(`/console/refunds?order=${orderId}`);
  await page.locator('tbody .badge', { hasText: status }).waitFor();
}

async function breakNotices(): Promise<void> {
  const check = `check (user_id <> '${buyer.userId}') not valid`;
  await store.sql('notification', `alter table notifications add constraint no_notices ${check}`);
}

const mendNotices = () => store.sql('notification', 'alter table notifications drop constraint no_notices');

const letter = async (id: string) => demand(await staff.client.request(showDeadLetter, { params: { id } })).body;
const letterStatus = async (id: string): Promise<string> => (await letter(id)).status;
const lettersOf = async (key: string, status: 'PARKED' | 'DISCARDED') =>
  demand(await staff.client.request(listDeadLetters, { query: { key, status } })).body.data;

/** An order of which two messages are parked: that it was paid, and that it is confirmed. */
async function orderWithDeadLetters(): Promise<string> {
  const orderId = await buyer.order(sku);
  await expect.poll(async () => (await lettersOf(orderId, 'PARKED')).length).toBe(2);
  return orderId;
}

describe.skipIf(!hasBrowser)('when something went wrong', () => {
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'suanpan-troubles-'));
    demo = await startDemo({
      DATA_DIR: dataDir,
      PORT: await freePort(),
      INTERNAL_PORT: await freePort(),
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'silent',
      // A message that fails is parked at once rather than after minutes.
      MESSAGE_ATTEMPTS: '2',
      MESSAGE_RETRY_FIRST: '50ms',
    });
    store = storeIn(dataDir);
    [browser, staff, buyer] = await Promise.all([openBrowser(), staffAt(demo.url), buyerAt(demo.url)]);
    sku = (await staff.newGoods(100, price)).sku;
    operator = await visit(browser, { url: demo.url });
    page = operator.page;
    await enter(page);
    await page.locator('.figures').waitFor();
  }, 120_000);
  afterAll(async () => {
    await Promise.all([browser?.close(), staff?.close(), buyer?.close(), store?.close()]);
    await demo?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test('dead letters are looked into, discarded, retried one by one and by filter, also from the case file', async () => {
    await breakNotices();
    const [first, second] = [await orderWithDeadLetters(), await orderWithDeadLetters()];
    await orderWithDeadLetters();
    await page.goto('/console/dead-letters');
    await expect.poll(() => page.locator('tbody tr').count()).toBe(6);
    await expectOwnWords(page);
    await expectAccessible(page);
    await picture(page, 'console-dead-letters-some');

    await page.goto(`/console/dead-letters?key=${first}`);
    await page.locator('tbody tr a').first().click();
    await page.getByRole('heading', { name: /Order/ }).waitFor();
    await page.locator('.raw', { hasText: first }).waitFor();
    await page.getByText('no_notices').waitFor();
    await expectAccessible(page);
    await picture(page, 'console-dead-letter');
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
    await page.getByText('Please fill this in.').waitFor();
    await page.getByLabel('Reason').fill('The buyer knows');
    await confirm(page, 'Discard');
    await page.locator('h1 .badge', { hasText: 'Discarded' }).waitFor();
    await page.locator('.facts', { hasText: 'The buyer knows' }).waitFor();

    // Retried while its cause is there it is parked again; from the case file once that is mended.
    await page.goto(`/console/dead-letters?key=${first}`);
    await page.locator('tbody tr a').first().click();
    const id = page.url().split('/').at(-1) ?? '';
    await page.getByRole('button', { name: 'Retry' }).click();
    await confirm(page, 'Retry');
    await expect.poll(() => letter(id)).toMatchObject({ status: 'PARKED', retriedBy: expect.any(String) });
    await mendNotices();
    await page.goto(`/console/orders/${first}`);
    await page.getByRole('button', { name: 'Preview Retry the message' }).click();
    await page.getByText('The message is handled anew').waitFor();
    await page.getByLabel('Reason').fill('Mended');
    await picture(page, 'console-retry-message');
    await confirm(page, 'Retry the message');
    await expect.poll(() => letterStatus(id)).toBe('RETRIED');
    await page.goto(`/console/dead-letters?key=${first}&status=RETRIED`);
    await page.locator('tbody .badge', { hasText: 'Retried' }).waitFor();

    await page.goto(`/console/dead-letters?service=notification&key=${second}`);
    await page.getByRole('button', { name: 'Retry by filter' }).click();
    await page.getByText('Would be retried: 2').waitFor();
    await page.locator('.rehearsal', { hasText: 'Notification · Order confirmed' }).waitFor();
    await page.getByLabel('How many a second').fill('0');
    await page.getByRole('dialog').getByRole('button', { name: 'Retry them' }).click();
    await page.locator('.field-error').waitFor();
    await page.getByLabel('How many a second').fill('20');
    await page.getByLabel('Reason').fill('Mended');
    await expectAccessible(page);
    await picture(page, 'console-retry-by-filter');
    await confirm(page, 'Retry them');
    await expect.poll(async () => (await lettersOf(second, 'PARKED')).length).toBe(0);
    await page.reload();
    await page.locator('.blank').waitFor();
    await page.goto('/console/trail?action=dead-letter');
    for (const act of ['Dead letters retried', 'Dead letter retried', 'Dead letter discarded'])
      await page.locator('tbody tr', { hasText: act }).first().waitFor();
    expect(operator.complaints).toEqual([]);
  });

  test('dead letters are discarded by filter, with a reason, after a look at which', async () => {
    await breakNotices();
    const third = await orderWithDeadLetters();
    await mendNotices();
    await page.goto(`/console/dead-letters?key=${third}`);
    await page.getByRole('button', { name: 'Discard by filter' }).click();
    await page.getByText('Would be discarded: 2').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Discard them' }).click();
    await page.getByText('Please fill this in.').waitFor();
    await page.getByLabel('Reason').fill('This buyer knows as well');
    await expectAccessible(page);
    await picture(page, 'console-discard-by-filter');
    await confirm(page, 'Discard them');
    await expect.poll(async () => (await lettersOf(third, 'DISCARDED')).length).toBe(2);
    await page.locator('.blank').waitFor();
    await page.goto('/console/trail?action=dead-letter');
    await page.locator('tbody tr', { hasText: 'Dead letters discarded' }).first().waitFor();
    expect(operator.complaints).toEqual([]);
  });

  test('a refund that failed is tried again, or settled by hand', async () => {
    await cardRefuses();
    const [first, second] = [await paidByCard(), await paidByCard()];
    await Promise.all([cancel(first), cancel(second)]);
    await untilRefund(first, 'Failed');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByLabel('Reason').fill('Is it still refused?');
    await confirm(page, 'Try again');
    await expect.poll(() => refundOf(first)).toBe('FAILED');
    await cardGivesBack();
    await page.goto(`/console/orders/${first}`);
    await page.getByRole('button', { name: 'Preview Retry the refund' }).click();
    await page.getByText('The refund moves from “Failed” to “In progress”.').waitFor();
    await page.getByLabel('Reason').fill('The account has money again');
    await confirm(page, 'Retry the refund');
    await untilRefund(first, 'Refunded');

    await untilRefund(second, 'Failed');
    await expectAccessible(page);
    await picture(page, 'console-refund-failed');
    await page.getByRole('button', { name: 'Settle by hand' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Settle by hand' }).click();
    await page.getByText('Please fill this in.').waitFor();
    await page.getByLabel('Reason').fill('Given back in cash');
    await confirm(page, 'Settle by hand');
    await page.locator('tbody tr', { hasText: 'by hand' }).waitFor();
    expect(operator.complaints).toEqual([]);
  });

  test('where a part is back, or payment gives back by itself, payment carries on', async () => {
    await cardRefuses();
    const split = await paidByCard({ balanceAmount: { amount: 3_000, currency: 'CNY' } });
    await cancel(split);
    await untilRefund(split, 'Failed');
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await cardGivesBack();
    await page.getByRole('button', { name: 'Carry on' }).click();
    await page.getByLabel('Reason').fill('The account has money again');
    await expectAccessible(page);
    await picture(page, 'console-carry-on');
    await confirm(page, 'Carry on');
    await page.locator('tbody .badge', { hasText: 'Refunded' }).waitFor();

    const twice = await paidTwice();
    await untilRefund(twice, 'Failed');
    await play('WeChat Pay', 'fail/clear', {});
    await page.locator('tbody tr a').first().click();
    await page.getByRole('button', { name: 'Preview Carry on with the refund' }).click();
    await page.getByText('Payment asks what became of what is not back yet').waitFor();
    await page.getByLabel('Reason').fill('The account has money again');
    await picture(page, 'console-carry-on-case');
    await confirm(page, 'Carry on with the refund');
    await untilRefund(twice, 'Refunded');
    expect(operator.complaints).toEqual([]);
  });

  test('a bill is uploaded, what differs is looked into and resolved', async () => {
    await play('WeChat Pay', 'bill/plant', { kind: 'extra', number: 'notofthisshop0001' });
    const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
    const bill = await fetch(`${demo.phones['WeChat Pay']}/_simulator/bill?day=${day}`);
    await page.goto('/console/reconciliation');
    await page.getByRole('button', { name: 'Upload a bill' }).click();
    await page.getByRole('textbox', { name: 'Day' }).fill(day);
    await page.getByRole('dialog').getByRole('button', { name: 'Upload a bill' }).click();
    await page.getByText('Please fill this in.').waitFor();
    const buffer = Buffer.from(await bill.arrayBuffer());
    await page.locator('input[type=file]').setInputFiles({ name: 'bill.csv', mimeType: 'text/csv', buffer });
    await page.getByText('bill.csv').waitFor();
    await expectAccessible(page);
    await picture(page, 'console-upload-bill');
    await confirm(page, 'Upload a bill');
    const difference = page.locator('tbody tr', { hasText: 'Unknown to us' });
    await difference.getByRole('button', { name: 'Evidence' }).click();
    await page.locator('.raw', { hasText: 'notofthisshop0001' }).waitFor();
    await page.keyboard.press('Escape');
    await expectAccessible(page);
    await picture(page, 'console-differences');
    await difference.getByRole('button', { name: 'Resolve' }).click();
    await page.getByLabel('Reason').fill('Another shop of ours');
    await confirm(page, 'Resolve');
    await difference.waitFor({ state: 'detached' });
    await page.goto('/console/reconciliation?status=RESOLVED');
    await difference.waitFor();
    expect(operator.complaints).toEqual([]);
  });
});

/** By a card, and by WeChat Pay, which could not be told that it is not wanted any more; and does not give its money back. */
async function paidTwice(): Promise<string> {
  const orderId = await buyer.order(sku, false);
  await buyer.pay(orderId, { method: 'wechat', flow: 'qr' });
  const first = await numberOf(orderId, 'wechat');
  const path = `/v3/pay/transactions/out-trade-no/${first}`;
  await play('WeChat Pay', 'fail', { how: 'error', applied: false, path, times: 99 });
  await buyer.pay(orderId, { method: 'card' });
  await play('Cards', 'pay', { number: await numberOf(orderId, 'card') });
  await expect.poll(() => statusOf(orderId)).toBe('CONFIRMED');
  const refusal = { how: 'refuse', applied: false, status: 403, code: 'NOT_ENOUGH' };
  await play('WeChat Pay', 'fail', { ...refusal, path: '/v3/refund/domestic/refunds' });
  await play('WeChat Pay', 'pay', { number: first });
  return orderId;
}
