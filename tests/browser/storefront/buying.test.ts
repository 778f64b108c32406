import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { staffAt } from '../staff.ts';
import {
  desktop,
  expectAccessible,
  expectWords,
  hasBrowser,
  logIn,
  openBrowser,
  phone,
  picture,
  shopUrl,
  type Visitor,
  visit,
} from '../visitor.ts';
import {
  expectPaid,
  fillAddress,
  type Method,
  onAlipaysPage,
  onPhone,
  order,
  putIntoCart,
  registerAndCheckOut,
  userIdOf,
} from './buyer.ts';

let browser: Browser;
let staff: Awaited<ReturnType<typeof staffAt>>;

describe.skipIf(!hasBrowser)('the whole purchase', () => {
  beforeAll(async () => {
    [browser, staff] = await Promise.all([openBrowser(), staffAt(shopUrl())]);
  });
  afterAll(() => Promise.all([browser?.close(), staff?.close()]));

  const onAPhone = (visitor: Visitor) => onPhone(visitor, /^Pay/);
  /** What is in the wallet, what is chosen, and what is then done to pay ¥100.00. */
  const ways: Readonly<Record<string, { money?: number; choice: Method; pay?(visitor: Visitor): Promise<void> }>> = {
    'WeChat Pay': { choice: 'WeChat Pay', pay: onAPhone },
    Alipay: { choice: 'Alipay', pay: onAPhone },
    'Alipay’s page': { choice: 'Alipay', pay: onAlipaysPage },
    card: { choice: 'Bank card', pay: onAPhone },
    balance: { money: 25_000, choice: 'Balance' },
    'balance and WeChat Pay': { money: 3_000, choice: 'WeChat Pay', pay: onAPhone },
  };
  const sizes = [phone, desktop] as const;

  test.each(Object.keys(ways).flatMap((way) => sizes.map((size) => ({ way, size, width: size.width }))))(
    'by a newcomer, from the shop window to the confirmed order: $way at $width px',
    async ({ way, size }) => {
      const { money, choice, pay } = ways[way] ?? {};
      const visitor = await visit(browser, { size });
      const { page } = visitor;
      await putIntoCart(visitor, await staff.newGoods(3));
      await registerAndCheckOut(visitor);
      if (money !== undefined) {
        await staff.giveMoney(await userIdOf(visitor), money);
        await page.reload();
        await page.locator('.choice address').waitFor();
      }
      if (way.startsWith('balance and')) await page.locator('.checkbox', { hasText: 'of my balance first' }).click();
      await order(visitor, choice ?? 'Balance');
      await pay?.(visitor);
      await expectPaid(visitor);
      await expectWords(page);
      expect(visitor.complaints).toEqual([]);
      await visitor.leave();
    },
  );

  test('from the balance, at once; the order is then cancelled and bought again', async () => {
    const visitor = await visit(browser, { size: desktop });
    const { page } = visitor;
    await logIn(page);
    await putIntoCart(visitor, await staff.newGoods(3));
    await page.goto('/checkout');
    await page.locator('.choice address, [name=line1]').first().waitFor();
    if (await page.locator('[name=line1]').isVisible()) await fillAddress(visitor);
    await order(visitor, 'Balance');
    await expectPaid(visitor);
    await page.getByRole('button', { name: 'Cancel the order' }).click();
    await picture(page, 'order-cancel');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the order' }).click();
    await page.locator('.timeline li', { hasText: 'The money was given back' }).waitFor();
    await expectWords(page);
    await expectAccessible(page);
    await picture(page, 'order-cancelled');
    await page.getByRole('button', { name: 'Buy again' }).click();
    await page.getByRole('link', { name: 'Go to checkout' }).waitFor();
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });

  test('with money put into the wallet, the rest by another method; a part is asked back', async () => {
    const visitor = await visit(browser, { size: phone });
    const { page } = visitor;
    await putIntoCart(visitor, await staff.newGoods(3));
    await registerAndCheckOut(visitor);
    await page.goto('/wallet');
    await page.getByRole('button', { name: 'Top up' }).click();
    await page.getByLabel('Amount in CNY').fill('30');
    await page.getByRole('dialog').getByRole('button', { name: 'Top up' }).click();
    await onPhone(visitor, /^Pay/);
    await page.getByRole('heading', { name: '¥30.00 are in your wallet' }).waitFor();
    await picture(page, 'top-up');
    await page.goto('/checkout');
    await page.locator('.checkbox', { hasText: 'Use ¥30.00 of my balance first' }).click();
    await picture(page, 'checkout-split');
    await order(visitor, 'Alipay');
    await page.getByRole('heading', { name: 'Scan with Alipay to pay' }).waitFor();
    await picture(page, 'pay');
    await expectAccessible(page);
    await onPhone(visitor, /^Pay/);
    await expectPaid(visitor);
    await page.getByRole('button', { name: 'Ask for a refund' }).click();
    await page.getByLabel('Amount').fill('12.50');
    await page.getByLabel('What is wrong?').fill('One cup has a crack.');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('.list li', { hasText: '¥12.50' }).getByText('Requested').waitFor();
    await picture(page, 'order-refund');
    await expectWords(page);
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });

  test('of the last item by two at once: one has it, the other is told that it is sold out', async () => {
    const goods = await staff.newGoods(1);
    const visitors = await Promise.all([visit(browser), visit(browser)]);
    for (const visitor of visitors) {
      await putIntoCart(visitor, goods);
      await registerAndCheckOut(visitor);
    }
    await Promise.all(visitors.map((visitor) => order(visitor, 'WeChat Pay')));
    const ends = await Promise.all(
      visitors.map(async ({ page }) => {
        const scan = page.getByRole('heading', { name: 'Scan with WeChat to pay' });
        const refused = page.locator('.notice', { hasText: 'Not enough left' });
        await scan.or(refused).waitFor();
        return (await refused.isVisible()) ? ((await refused.textContent()) ?? '') : 'pays';
      }),
    );
    expect(ends.filter((end) => end === 'pays')).toHaveLength(1);
    expect(ends.find((end) => end !== 'pays')).toContain(`${goods.name}: sold out`);
    await Promise.all(visitors.map((visitor) => visitor.leave()));
  });
});
