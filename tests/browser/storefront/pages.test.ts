import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
  visit,
} from '../visitor.ts';

let browser: Browser;

/** By the name of its picture: where it is, and what shows that it is there. */
const forAll = {
  home: ['/', '.product-card'],
  list: ['/products?category=tea&sort=price_asc', '.product-card'],
  search: ['/products?q=cup', '.product-card'],
  nothing: ['/products?q=zzzzqqqq', '.blank'],
  cart: ['/cart', '.blank'],
  login: ['/login', 'form'],
  register: ['/register', 'form'],
  missing: ['/no/such/page', '.blank'],
} as const;
const forOne = {
  orders: ['/orders', '.order-card, .blank'],
  wallet: ['/wallet', '.balance'],
  messages: ['/messages', '.list, .blank'],
  account: ['/account', '.list'],
} as const;

/** How much what was shown moved about, and when the largest thing stood (web.dev/cls, web.dev/lcp). */
async function watch(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen = { shift: 0, largestMs: 0 };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) seen.shift += entry.value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.largestMs = entry.startTime;
    }).observe({ type: 'largest-contentful-paint', buffered: true });
  });
}

/** What a page is made of is the same in each language, and examined in English, by day, and in one of the others by night. */
async function look(page: Page, name: string, [path, sign]: readonly [string, string]): Promise<void> {
  await page.goto(path);
  await page.locator(sign).first().waitFor();
  await page.waitForLoadState('networkidle');
  await expectWords(page);
  await expectWithin(page, name);
  if ((await page.locator('html').getAttribute('lang')) !== 'zh-CN') await expectAccessible(page);
  const seen = await page.evaluate(() => (window as unknown as { seen: { shift: number } }).seen);
  expect(seen.shift, `${name} moves about`).toBeLessThanOrEqual(0.05);
  await picture(page, name);
}

async function anyProduct(page: Page): Promise<string> {
  const answer = await page.request.get('/v1/products?limit=1');
  const { data } = (await answer.json()) as { data: { id: string }[] };
  return `/products/${data[0]?.id}`;
}

describe.skipIf(!hasBrowser)('every page', () => {
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  const views = [
    { language: 'en', size: phone },
    { language: 'en', size: desktop },
    { language: 'zh-CN', size: phone },
    { language: 'zh-CN', size: desktop },
    { language: 'zh-TW', size: phone, isDark: true },
  ];

  test.each(views)('is in words, for everybody, and stands still: %o', async (view) => {
    const { page, complaints, leave } = await visit(browser, view);
    await watch(page);
    for (const [name, where] of Object.entries(forAll)) await look(page, name, where);
    await page.goto('/products');
    await page.locator('.product-card').first().click();
    await page.locator('.buy').waitFor();
    await look(page, 'product', [new URL(page.url()).pathname, '.buy']);
    await logIn(page);
    for (const [name, where] of Object.entries(forOne)) await look(page, name, where);
    expect(complaints).toEqual([]);
    await leave();
  });

  test('the first one brings little', async () => {
    const { page, leave } = await visit(browser);
    const sizes: number[] = [];
    page.on('response', async (response) => {
      if (!response.url().endsWith('.js')) return;
      const { responseBodySize } = await response.request().sizes();
      sizes.push(responseBodySize);
    });
    await page.goto('/');
    await page.locator('.product-card').first().waitFor();
    await page.waitForLoadState('networkidle');
    expect(sizes.length).toBeGreaterThan(0);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(170_000);
    await leave();
  });

  test.each(['home', 'list', 'product'] as const)('the largest thing of %s is there within 1.5 s', async (name) => {
    // On a machine with nothing else to do it takes a third of that. Others may be at work on this one, and then the best of three
    // first visits says what the page takes, and the others what the machine was busy with.
    const largestMs: number[] = [];
    while (largestMs.length < 3 && !largestMs.some((each) => each <= 1_500)) {
      const { page, leave } = await visit(browser);
      await watch(page);
      const path = name === 'product' ? await anyProduct(page) : forAll[name][0];
      await page.goto(path);
      await page
        .locator(name === 'product' ? '.buy' : '.product-card')
        .first()
        .waitFor();
      await page.waitForLoadState('networkidle');
      const seen = await page.evaluate(() => (window as unknown as { seen: { largestMs: number } }).seen);
      expect(seen.largestMs).toBeGreaterThan(0);
      largestMs.push(seen.largestMs);
      await leave();
    }
    expect(Math.min(...largestMs)).toBeLessThanOrEqual(1_500);
  });

  test('another language stays chosen', async () => {
    const { page, leave } = await visit(browser, { language: 'zh-CN' });
    await page.goto('/');
    await page.locator('.language-choice select').selectOption('zh-TW');
    await page.getByRole('heading', { name: '安靜時光裡的好物' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: '安靜時光裡的好物' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-TW');
    await leave();
  });
});
