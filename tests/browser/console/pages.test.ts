import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { staffAt } from '../staff.ts';
import {
  desktop,
  expectAccessible,
  expectWithin,
  hasBrowser,
  openBrowser,
  phone,
  picture,
  shopUrl,
  visit,
} from '../visitor.ts';
import { buyerAt, enter, expectOwnWords } from './operator.ts';

let browser: Browser;
let places: Readonly<Record<string, readonly [path: string, sign: string]>>;

/** By the name of its picture: where it is, and what shows that it is there. */
const always = {
  overview: ['/console', '.figures'],
  orders: ['/console/orders', 'tbody tr'],
  'orders-none': ['/console/orders?q=nobody%40nowhere.example', '.blank'],
  refunds: ['/console/refunds', 'tbody tr'],
  customers: ['/console/customers', 'tbody tr'],
  products: ['/console/products', 'tbody tr'],
  stock: ['/console/stock', 'tbody tr'],
  'dead-letters': ['/console/dead-letters', '.blank'],
  callbacks: ['/console/callbacks', '.panel'],
  reconciliation: ['/console/reconciliation', '.panel'],
  audits: ['/console/audits', '.panel'],
  trail: ['/console/trail', 'tbody tr'],
  health: ['/console/health', '.services .facts'],
  settings: ['/console/settings', 'tbody tr'],
  nowhere: ['/console/no/such/page', '.blank'],
} as const;

/** What a page is made of is the same in each language: it is examined in English, and kept to be looked at in two of them. */
async function look(
  page: Page,
  language: string,
  [name, [path, sign]]: readonly [string, readonly [string, string]],
): Promise<void> {
  await page.goto(path);
  await page.locator(sign).first().waitFor();
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  await expectOwnWords(page);
  await expectWithin(page, name);
  if (language === 'en') await expectAccessible(page);
  if (language !== 'zh-TW') await picture(page, `console-${name}`);
}

describe.skipIf(!hasBrowser)('the pages of the console', () => {
  beforeAll(async () => {
    const url = shopUrl();
    const [staff, buyer] = await Promise.all([staffAt(url), buyerAt(url)]);
    browser = await openBrowser();
    const goods = await staff.newGoods(5);
    const orderId = await buyer.order(goods.sku);
    await buyer.askRefund(orderId, 100);
    await Promise.all([staff.close(), buyer.close()]);
    places = {
      ...always,
      case: [`/console/orders/${orderId}`, '.diagram-picture svg'],
      product: [`/console/products/${goods.productId}`, 'tbody tr'],
      customer: [`/console/customers/${buyer.userId}`, 'tbody tr'],
    };
  });
  afterAll(() => browser?.close());

  test.each([
    ['English on a desktop', 'en', desktop],
    ['English on a phone', 'en', phone],
    ['Chinese on a desktop', 'zh-CN', desktop],
    ['Chinese on a phone', 'zh-CN', phone],
    ['Taiwan’s Chinese on a desktop', 'zh-TW', desktop],
    ['Taiwan’s Chinese on a phone', 'zh-TW', phone],
  ] as const)('in %s are in words, within the screen, and accessible', async (_, language, size) => {
    const visitor = await visit(browser, { language, size });
    const { page } = visitor;
    await page.goto('/console');
    await page.locator('input[type=email]').waitFor();
    await expectAccessible(page);
    await picture(page, 'console-door');
    await enter(page);
    await page.locator('.figures').waitFor();
    for (const place of Object.entries(places)) await look(page, language, place);
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });

  test('who looks at the demo is let in by two presses; the overview goes on by itself, and is told rather than asking', async () => {
    const visitor = await visit(browser, { size: desktop });
    const { page } = visitor;
    await page.goto('/console');
    await page.getByRole('button', { name: 'Fill it in' }).click();
    await page.getByRole('button', { name: 'Log in' }).click();
    const as = page.locator('.live + time, .live ~ time').first();
    const changed = async (): Promise<void> => {
      const before = await as.getAttribute('datetime');
      await expect.poll(() => as.getAttribute('datetime')).not.toBe(before);
    };
    await changed();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await changed();
    await changed();
    expect(asked.filter((path) => path.startsWith('/v1/admin/overview'))).toEqual([]);
    await visitor.leave();
  });
});
