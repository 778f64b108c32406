import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../proof/processes/ports.ts';
import { type Demo, startDemo } from '../demo.ts';
import { type Goods, staffAt } from '../staff.ts';
import {
  desktop,
  expectAccessible,
  expectWithin,
  expectWords,
  hasBrowser,
  openBrowser,
  phone,
  picture,
  type Visitor,
  visit,
} from '../visitor.ts';
import { expectPaid, onPhone, order, putIntoCart, registerAndCheckOut } from './buyer.ts';

type Size = typeof phone | typeof desktop;

let browser: Browser;
let staff: Awaited<ReturnType<typeof staffAt>>;
/** A shop of its own: what befalls the next payment must not befall somebody else's. */
let shop: Demo & AsyncDisposable;

async function shopWith(settings: Readonly<Record<string, string>>): Promise<Demo & AsyncDisposable> {
  const dataDir = mkdtempSync(join(tmpdir(), 'suanpan-browser-'));
  const ports = { PORT: await freePort(), INTERNAL_PORT: await freePort() };
  const demo = await startDemo({ DATA_DIR: dataDir, LOG_LEVEL: 'error', ...ports, ...settings });
  return {
    ...demo,
    async [Symbol.asyncDispose]() {
      await demo.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function atCheckout(size: Size, ...goods: readonly Goods[]): Promise<Visitor> {
  const visitor = await visit(browser, { size, url: shop.url });
  for (const each of goods) await putIntoCart(visitor, each);
  await registerAndCheckOut(visitor);
  return visitor;
}

/** What befalls the next request of the platform to WeChat Pay that opens a payment. */
async function failNext(mishap: object): Promise<void> {
  const body = JSON.stringify({ path: '/v3/pay/transactions/native', ...mishap });
  await fetch(`${shop.phones['WeChat Pay']}/_simulator/fail`, { method: 'POST', body });
}

/** A page that says what went wrong, in words, for everybody. */
async function expectTold({ page, complaints }: Visitor, name: string): Promise<void> {
  await expectWords(page);
  await expectAccessible(page);
  await expectWithin(page, name);
  expect(complaints).toEqual([]);
  await picture(page, name);
}

describe.skipIf(!hasBrowser).each([phone, desktop])('a failure has its page and its next step: %o', (size) => {
  beforeAll(async () => {
    shop = await shopWith({ RATE_LIMIT: 'off' });
    [browser, staff] = await Promise.all([openBrowser(), staffAt(shop.url)]);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([browser?.close(), staff?.close()]);
    await shop?.[Symbol.asyncDispose]();
  });

  test('out of stock: which, how many are left; adjusted, it goes on', async () => {
    const goods = await staff.newGoods(3);
    const visitor = await atCheckout(size, goods);
    const { page } = visitor;
    await page.goto('/cart');
    await page.getByRole('button', { name: 'One more' }).click();
    await page.locator('.summary', { hasText: '¥200.00' }).waitFor();
    await page.getByRole('link', { name: 'Go to checkout' }).click();
    await page.locator('.choice address').waitFor();
    await staff.restock(goods.sku, -2);
    await order(visitor, 'WeChat Pay');
    await page.locator('.notice', { hasText: `${goods.name}: you want 2, 1 left` }).waitFor();
    await expectTold(visitor, 'failure-stock');
    await page.getByRole('button', { name: 'Take what is left and go on' }).click();
    await page.getByRole('button', { name: 'Order and pay ¥100.00' }).click();
    await page.getByRole('heading', { name: 'Scan with WeChat to pay' }).waitFor();
    await visitor.leave();
  });

  test('price changed: nothing is ordered until the new total is seen', async () => {
    const goods = await staff.newGoods(3);
    const visitor = await atCheckout(size, goods);
    const { page } = visitor;
    await staff.setPrice(goods, 12_000);
    await order(visitor, 'WeChat Pay');
    await page.locator('.notice', { hasText: 'A price has changed' }).waitFor();
    await expectTold(visitor, 'failure-price');
    await page.getByRole('button', { name: 'Show me the new total' }).click();
    await page.getByRole('button', { name: 'Order and pay ¥120.00' }).click();
    await page.getByRole('heading', { name: 'Scan with WeChat to pay' }).waitFor();
    await visitor.leave();
  });

  test('no longer for sale: what, and on without it', async () => {
    const [goods, other] = [await staff.newGoods(3), await staff.newGoods(3, 5_000)];
    const visitor = await atCheckout(size, other, goods);
    const { page } = visitor;
    await staff.takeOffSale(goods);
    await order(visitor, 'WeChat Pay');
    await page.locator('.notice', { hasText: goods.name }).waitFor();
    await expectTold(visitor, 'failure-sale');
    await page.getByRole('button', { name: 'Take them out and go on' }).click();
    await page.getByRole('button', { name: 'Order and pay ¥50.00' }).click();
    await page.getByRole('heading', { name: 'Scan with WeChat to pay' }).waitFor();
    await visitor.leave();
  });

  test('payment declined: told so; bought again, and paid another way', async () => {
    const visitor = await atCheckout(size, await staff.newGoods(3));
    const { page } = visitor;
    await order(visitor, 'WeChat Pay');
    await onPhone(visitor, /decline/);
    await page.getByRole('button', { name: 'I have paid' }).click();
    await page.getByRole('heading', { name: 'The payment was declined' }).waitFor();
    await expectTold(visitor, 'failure-declined');
    await page.getByRole('button', { name: 'Buy again' }).click();
    await page.getByRole('link', { name: 'Go to checkout' }).click();
    await page.locator('.choice address').waitFor();
    await order(visitor, 'Alipay');
    await onPhone(visitor, /^Pay/);
    await expectPaid(visitor);
    await visitor.leave();
  });

  test('payment could not be opened: another try opens it', async () => {
    const visitor = await atCheckout(size, await staff.newGoods(3));
    const { page } = visitor;
    await failNext({ how: 'refuse', status: 403, code: 'NO_AUTH' });
    await order(visitor, 'WeChat Pay');
    const told = page.locator('.notice', { hasText: 'The payment could not be opened' });
    await told.waitFor();
    await expectTold(visitor, 'failure-not-opened');
    await page.reload();
    await told.waitFor();
    expect(await page.getByRole('radio', { name: /WeChat Pay/ }).isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Pay ¥100.00' }).click();
    await page.getByRole('heading', { name: 'Scan with WeChat to pay' }).waitFor();
    await visitor.leave();
  });

  test('payment not opened by one: another method opens it', async () => {
    const visitor = await atCheckout(size, await staff.newGoods(3));
    const { page } = visitor;
    await failNext({ how: 'refuse', status: 403, code: 'NO_AUTH' });
    await order(visitor, 'WeChat Pay');
    await page.locator('.notice', { hasText: 'The payment could not be opened' }).waitFor();
    await page.locator('.choice', { hasText: 'Alipay' }).click();
    await page.getByRole('button', { name: 'Pay ¥100.00' }).click();
    await onPhone(visitor, /^Pay/);
    await expectPaid(visitor);
    await visitor.leave();
  });

  test('no answer of the provider: not known yet, and not to be paid twice; asked again, it goes on', async () => {
    const visitor = await atCheckout(size, await staff.newGoods(3));
    const { page } = visitor;
    await failNext({ how: 'cut', applied: true });
    await order(visitor, 'WeChat Pay');
    await page.getByRole('heading', { name: 'We do not know yet whether it worked' }).waitFor();
    await expectTold(visitor, 'failure-unknown');
    await page.reload();
    // Or the platform has asked by itself meanwhile.
    await Promise.any([
      page.getByRole('button', { name: 'Ask again now' }).click(),
      page.getByRole('heading', { name: 'Scan with WeChat to pay' }).waitFor(),
    ]);
    await onPhone(visitor, /^Pay/);
    await expectPaid(visitor);
    await visitor.leave();
  });

  test('balance too low by the time it is asked for: another method pays', async () => {
    const visitor = await atCheckout(size, await staff.newGoods(3));
    const { page } = visitor;
    await order(visitor, 'WeChat Pay');
    await page.getByRole('heading', { name: 'Scan with WeChat to pay' }).waitFor();
    await page.getByRole('button', { name: 'Choose another way to pay' }).click();
    await page.getByRole('heading', { name: 'Choose how to pay' }).waitFor();
    expect(await page.getByRole('radio', { name: /Balance/ }).isDisabled()).toBe(true);
    await expectTold(visitor, 'failure-balance');
    await page.locator('.choice', { hasText: 'Bank card' }).click();
    await page.getByRole('button', { name: 'Pay ¥100.00' }).click();
    await page.getByRole('heading', { name: 'Pay by card' }).waitFor();
    await visitor.leave();
  });
});

describe.skipIf(!hasBrowser)('an order that is not paid in time', () => {
  test('says so when its time is over, and can be bought again', async () => {
    await using own = await shopWith({ ORDER_EXPIRY: '8s', ORDER_GRACE: '1s' });
    const [chromium, clerk] = await Promise.all([openBrowser(), staffAt(own.url)]);
    try {
      for (const size of [phone, desktop]) {
        const visitor = await visit(chromium, { size, url: own.url });
        const { page } = visitor;
        await putIntoCart(visitor, await clerk.newGoods(1));
        await registerAndCheckOut(visitor);
        await order(visitor, 'WeChat Pay');
        await page.getByRole('heading', { name: 'The time to pay is over' }).waitFor();
        await expectTold(visitor, 'failure-expired');
        await page.getByRole('button', { name: 'Buy again' }).click();
        await page.getByRole('link', { name: 'Go to checkout' }).waitFor();
        await visitor.leave();
      }
    } finally {
      await Promise.all([chromium.close(), clerk.close()]);
    }
  });
});
