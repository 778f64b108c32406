import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Language } from '#contracts/schema.ts';
import type { Notice, NoticeType } from './notices.ts';
import { formatMoney, mailOf, textOf } from './texts.ts';

const languages: readonly Language[] = ['zh-CN', 'zh-TW', 'en'];
const number = '20261120-000042';
const money = { amount: 12_900, currency: 'CNY' };
const shortages = [{ sku: 'TEA-LJ-50', requested: 3, available: 1 }];

const cancellations = [
  'expired',
  'payment_failed',
  'stock_lost',
  'cancelled_by_buyer',
  'cancelled_by_operator',
  'new_reason',
];
const failures = [
  'insufficient_stock',
  'item_not_for_sale',
  'price_changed',
  'refused_by_risk',
  'deadline',
  'cancelled',
  'new_reason',
];

const notices: { readonly [Type in NoticeType]: readonly Extract<Notice, { type: Type }>[] } = {
  payment_succeeded: [{ type: 'payment_succeeded', amount: money }],
  order_confirmed: [{ type: 'order_confirmed', number, total: money }],
  order_cancelled: cancellations.map((reason) => ({ type: 'order_cancelled', number, total: money, reason })),
  order_failed: failures.map((reason) => ({ type: 'order_failed', reason, shortages: [] })),
  refund_succeeded: [true, false].map((toBalance) => ({ type: 'refund_succeeded', number, amount: money, toBalance })),
  refund_failed: [{ type: 'refund_failed', number }],
  order_shipped: [{ type: 'order_shipped', number, carrier: 'SF', trackingNumber: 'SF1000' }],
  order_completed: (['delivered', 'received', 'elapsed'] as const).map((how) => ({
    type: 'order_completed',
    number,
    how,
  })),
  refund_requested: [{ type: 'refund_requested', number, amount: money }],
  refund_approved: [{ type: 'refund_approved', number, amount: money }],
  refund_rejected: [{ type: 'refund_rejected', number, amount: money }],
  refund_settled: [{ type: 'refund_settled', number, amount: money, note: 'Alipay 7' }],
  refund_to_settle: [{ type: 'refund_to_settle', number, refundId: 'rfd_1', reason: 'conflict' }],
};

const all = Object.values<readonly Notice[]>(notices).flat();
const cases = languages.flatMap((language) => all.map((notice) => [language, notice.type, notice] as const));

describe('a notice', () => {
  test.each(cases)('in %s: %s is whole sentences with its number and amount', (language, _, notice) => {
    const { title, body } = textOf(notice, language);
    const text = `${title} ${body}`;
    expect(text).not.toMatch(/undefined|null|NaN|\$\{|\{|\s\s|。。|\.\.|，。/);
    expect(title).not.toMatch(/[\r\n]|[.。]$/);
    expect(title.length).toBeLessThanOrEqual(70);
    expect(body.length).toBeLessThanOrEqual(260);
    expect(body).toMatch(language === 'en' ? /\.$/ : /。$/);
    if ('number' in notice) expect(text).toContain(number);
    if ('amount' in notice || 'total' in notice) expect(text).toContain('¥129.00');
    if (language === 'en') expect(text).not.toMatch(/[\u4e00-\u9fff]/);
    else expect(text).toMatch(/[\u4e00-\u9fff]/);
  });

  test.each(languages)('in %s has its own words for each reason', (language) => {
    for (const kind of [notices.order_cancelled, notices.order_failed, notices.order_completed]) {
      const bodies = kind.map((notice) => textOf(notice, language).body);
      expect(new Set(bodies).size).toBe(bodies.length);
    }
  });

  test.each([
    ['zh-TW', '订单确认备发货请币额马员时间处这经给谢们无继续库买卖号动询错应联络邮统还进过钱预仅减优检会为'],
    ['zh-CN', '訂單確認備發貨請幣額馬員時間處這經給謝們無繼續庫買賣號動詢錯應聯絡郵統還進過錢預僅減優檢會為'],
  ] as const)('in %s has no character of the other script', (language, foreign) => {
    for (const notice of all) {
      const { title, body } = textOf(notice, language);
      const { text } = mailOf({ title, body }, 'Lin', language);
      expect([...title, ...text].filter((character) => foreign.includes(character))).toEqual([]);
    }
  });

  test.each(languages)('in %s of missing stock names what is missing', (language) => {
    const { body } = textOf({ type: 'order_failed', reason: 'insufficient_stock', shortages }, language);
    expect(body).toMatch(/TEA-LJ-50.*3.*1/);
  });

  test.each(languages)('in %s of a cancellation carries the reason that was given', (language) => {
    const notice = {
      type: 'order_cancelled',
      number,
      total: money,
      reason: 'cancelled_by_operator',
      note: 'Sold out at the maker',
    } as const;
    expect(textOf(notice, language).body).toContain('Sold out at the maker');
  });

  test.each(languages)('in %s of a refund does without a number that is not known', (language) => {
    for (const notice of [
      { type: 'refund_succeeded', number: null, amount: money, toBalance: true },
      { type: 'refund_failed', number: null },
      { type: 'refund_to_settle', number: null, refundId: 'rfd_1', reason: 'conflict' },
    ] as const) {
      const { title, body } = textOf(notice, language);
      expect(`${title} ${body}`).not.toMatch(/null|undefined|订单 |訂單 |order /);
    }
  });
});

describe('a mail', () => {
  const text = { title: 'Order 1 is confirmed', body: 'Your goods are ready.' };

  test('greets by name, says the same, and closes', () => {
    expect(mailOf(text, 'Lin', 'en')).toEqual({
      subject: 'Order 1 is confirmed',
      text: 'Hello Lin,\n\nYour goods are ready.\n\nThank you for shopping with us.\n\nThis message was sent automatically.\n',
    });
    expect(mailOf(text, '小荷', 'zh-CN').text).toMatch(/^小荷，您好：/);
    expect(mailOf(text, '小荷', 'zh-TW').text).toContain('此郵件由系統自動寄出');
  });

  test('to operators is the notice alone', () => {
    expect(mailOf(text, '', 'en').text).toBe('Your goods are ready.\n\nThis message was sent automatically.\n');
  });

  test('does without the greeting where the name is not known', () => {
    expect(mailOf(text, null, 'en').text).toMatch(/^Your goods are ready\./);
  });
});

describe('money', () => {
  test.each([
    [{ amount: 12_900, currency: 'CNY' }, 'zh-CN', '¥129.00'],
    [{ amount: 12_900, currency: 'CNY' }, 'en', '¥129.00'],
    [{ amount: 12_900, currency: 'CNY' }, 'zh-TW', '¥129.00'],
    [{ amount: 1_234_567_8, currency: 'USD' }, 'en', '$123,456.78'],
    [{ amount: 5, currency: 'USD' }, 'zh-CN', 'US$0.05'],
    [{ amount: 129, currency: 'JPY' }, 'en', '¥129'],
    [{ amount: 129_001, currency: 'KWD' }, 'en', 'KWD\u00a0129.001'],
    [{ amount: 0, currency: 'CNY' }, 'zh-CN', '¥0.00'],
    [{ amount: Number.MAX_SAFE_INTEGER, currency: 'CNY' }, 'en', '¥90,071,992,547,409.91'],
  ] as const)('%o in %s is %s', (value, language, written) => {
    expect(formatMoney(value, language)).toBe(written);
  });

  test('keeps every digit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (amount) => {
        const digits = formatMoney({ amount, currency: 'CNY' }, 'en').replaceAll(/\D/g, '');
        expect(BigInt(digits)).toBe(BigInt(amount));
      }),
    );
  });
});
