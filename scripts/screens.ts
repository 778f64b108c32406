/**
 * `npm run picture`: what a visitor sees first, for the README: the shop's home page, and the case file of an order that was
 * bought, paid and confirmed, in the platform as `npm start` starts it on an empty store.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, chromium } from 'playwright-core';
import { demoAccounts } from '../src/services/identity/service.ts';
import { startDemo } from '../tests/browser/demo.ts';
import { obtainChromium } from './requirements.ts';

const pictures = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
const viewport = { width: 1280, height: 800 } as const;

async function main(): Promise<void> {
  const executablePath = await obtainChromium((line) => void process.stdout.write(`${line}\n`));
  if (executablePath === undefined) throw new Error('There is no Chromium here to take pictures with.');
  const dataDir = mkdtempSync(join(tmpdir(), 'suanpan-screens-'));
  const demo = await startDemo({ DATA_DIR: dataDir, PORT: '0', INTERNAL_PORT: '0', LOG_LEVEL: 'warn' });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  try {
    const open = () => browser.newContext({ baseURL: demo.url, viewport, locale: 'en', reducedMotion: 'reduce' });
    const buyer = await open();
    const orderId = await buy(buyer);
    await takeCase(await open(), orderId);
  } finally {
    await browser.close();
    await demo.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** From the shop window to a paid order, with the balance; returns the order's id. */
async function buy(context: BrowserContext): Promise<string> {
  const page = await context.newPage();
  await page.goto('/', { waitUntil: 'networkidle' });
  await page.screenshot({ path: `${pictures}shop.png` });
  const { email, password } = demoAccounts.shopper;
  const answer = await context.request.post('/v1/auth/login', { data: { email, password } });
  const { accessToken } = (await answer.json()) as { accessToken: string };
  const products = await context.request.get('/v1/products?limit=2');
  const { data } = (await products.json()) as { data: { variants: { sku: string }[] }[] };
  const items = data.map(({ variants }) => ({ sku: variants[0]?.sku, quantity: 1 }));
  const bought = await context.request.post('/v1/checkout', {
    headers: { authorization: `Bearer ${accessToken}`, 'idempotency-key': 'picture' },
    data: { items, shippingAddress, payment: { method: 'balance' } },
  });
  const { order } = (await bought.json()) as { order: { id: string } };
  return order.id;
}

const shippingAddress = {
  name: 'Lin Xiaohe',
  phone: '13800000000',
  line1: '1 West Lake Road',
  city: 'Hangzhou',
  region: 'Zhejiang',
  postalCode: '310000',
  country: 'CN',
};

async function takeCase(context: BrowserContext, orderId: string): Promise<void> {
  const page = await context.newPage();
  await page.goto('/console/');
  const { email, password } = demoAccounts.administrator;
  await page.locator('[type=email]').fill(email);
  await page.locator('[type=password]').fill(password);
  await page.locator('form [type=submit]').click();
  await page.waitForLoadState('networkidle');
  await page.goto(`/console/orders/${orderId}`, { waitUntil: 'networkidle' });
  await page.locator('.diagram-picture svg').first().waitFor();
  await page.screenshot({ path: `${pictures}case.png` });
}

await main();
