import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect, inject, onTestFailed, TestRunner } from 'vitest';
import { demoAccounts } from '../../src/services/identity/service.ts';

const pictures = fileURLToPath(new URL('../../.cache/screenshots/', import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const hasBrowser = inject('chromium') !== undefined;

export const phone = { width: 390, height: 844 } as const;
export const desktop = { width: 1440, height: 900 } as const;

/** The address of the shop under test. */
export function shopUrl(): string {
  return inject('demo')?.url ?? '';
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: inject('chromium') ?? '',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}

/** A person at a browser of their own: what went wrong on their pages is kept. */
export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained of: scripts that broke, what the policy forbade. */
  readonly complaints: string[];
  leave(): Promise<void>;
}

export async function visit(
  browser: Browser,
  options: {
    readonly size?: typeof phone | typeof desktop;
    readonly language?: string;
    readonly url?: string;
    readonly isDark?: boolean;
  } = {},
): Promise<Visitor> {
  const { size = desktop, language = 'en', url = shopUrl(), isDark = false } = options;
  const isPhone = size.width < 600;
  const context = await browser.newContext({
    baseURL: url,
    viewport: size,
    locale: language,
    isMobile: isPhone,
    hasTouch: isPhone,
    reducedMotion: 'reduce',
    colorScheme: isDark ? 'dark' : 'light',
  });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A refusal that the page deals with is in the browser's log as well.
    const isRefusal = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isRefusal) complaints.push(message.text());
  });
  if (TestRunner.getCurrentTest() !== undefined) onTestFailed(() => tell(page, complaints));
  return { page, context, complaints, leave: () => context.close() };
}

/** What the visitor had before their eyes when a test failed. */
async function tell(page: Page, complaints: readonly string[]): Promise<void> {
  if (page.isClosed()) return;
  const seen = (await page.locator('body').textContent()) ?? '';
  process.stderr.write(`at ${page.url()} ${JSON.stringify(complaints)}\n${seen.slice(0, 3_000)}\n`);
}

/** Keeps a picture of the whole page, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  const { width } = page.viewportSize() ?? desktop;
  const language = await page.locator('html').getAttribute('lang');
  const isDark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
  await page.screenshot({
    path: `${pictures}${name}-${language}-${width}${isDark ? '-dark' : ''}.png`,
    fullPage: true,
  });
}

/**
 * The page as somebody meets it who does not see it, or has only a keyboard (WCAG 2.2 A and AA). While a dialog is open the
 * page behind it is hidden from them, and so are its landmark and its heading.
 */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => {
    const { axe: tester } = window as unknown as {
      axe: { run(where: Document, options: object): Promise<AxeResults> };
    };
    const isCovered = document.querySelector('[role=dialog], [role=alertdialog]') !== null;
    const ofThePage = { 'landmark-one-main': { enabled: false }, 'page-has-heading-one': { enabled: false } };
    return tester.run(document, { rules: isCovered ? ofThePage : {} });
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

/** Nothing makes it wider than the screen. A phone's window grows with what is too wide: its own width is what counts. */
export async function expectWithin(page: Page, name: string): Promise<void> {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, `${name} is wider than the screen`).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
}

/** Nothing that is read by machines alone: codes, keys of texts, values that are not there. */
export async function expectWords(page: Page): Promise<void> {
  const text = (await page.locator('body').textContent())?.replaceAll(/\S+@\S+/g, '');
  const raw = text?.match(
    /\b(undefined|null|NaN|\[object Object\]|[a-z]+(_[a-z]+)+|[a-z]+\.[a-z]+\.[a-z]+[A-Za-z]*)\b/g,
  );
  expect(raw ?? []).toEqual([]);
}

/** As when a service is away: nobody answers what is asked there, until the promised function is called. */
export async function takeAway(page: Page, path: string): Promise<() => Promise<void>> {
  const body = JSON.stringify({ title: 'Temporarily unavailable', code: 'unavailable', status: 503 });
  await page.route(`**${path}`, (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', body }),
  );
  return () => page.unroute(`**${path}`);
}

export async function logIn(
  page: Page,
  account: { readonly email: string; readonly password: string } = demoAccounts.shopper,
): Promise<void> {
  await page.goto('/login');
  await page.locator('[name=email]').fill(account.email);
  await page.locator('[name=password]').fill(account.password);
  await page.locator('main form button[type=submit]').click();
  await page.waitForURL((address) => address.pathname !== '/login');
}
