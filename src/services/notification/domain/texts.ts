import type { Language } from '#contracts/schema.ts';
import type { WireMoney } from '#kernel/money.ts';
import type { Notice, Phrases, Text } from './notices.ts';
import { en } from './phrases/en.ts';
import { zhCN } from './phrases/zh-cn.ts';
import { zhTW } from './phrases/zh-tw.ts';

const phrases: Readonly<Record<Language, Phrases>> = { en, 'zh-CN': zhCN, 'zh-TW': zhTW };

/** The language of people whose own is not known here. */
export const defaultLanguage: Language = 'en';

/** The notice in words: short enough for a list, complete enough for a mail. */
export function textOf(notice: Notice, language: Language): Text {
  const write = phrases[language].notices[notice.type] as (notice: Notice, money: (value: WireMoney) => string) => Text;
  return write(notice, (value) => formatMoney(value, language));
}

/**
 * A notice as a mail: the same words between a greeting and a closing. Operators have no name (''), and are thanked for
 * nothing.
 */
export function mailOf(text: Text, name: string | null, language: Language): { subject: string; text: string } {
  const { greeting, closing, automatic } = phrases[language];
  const parts = [text.body, automatic];
  if (name !== '') parts.splice(1, 0, closing);
  if (name) parts.unshift(greeting(name));
  return { subject: text.title, text: `${parts.join('\n\n')}\n` };
}

const formats = new Map<string, { readonly format: Intl.NumberFormat; readonly digits: number }>();

/** `¥129.00`: symbol and number of digits by currency, separators by language. */
export function formatMoney({ amount, currency }: WireMoney, language: Language): string {
  const key = `${language} ${currency}`;
  let known = formats.get(key);
  if (!known) {
    // The shop's own currency carries its short sign in every language; abroad it would read CN¥.
    const currencyDisplay = currency === 'CNY' ? 'narrowSymbol' : 'symbol';
    const format = new Intl.NumberFormat(language, { style: 'currency', currency, currencyDisplay });
    known = { format, digits: format.resolvedOptions().maximumFractionDigits ?? 2 };
    formats.set(key, known);
  }
  return known.format.format(decimal(amount, known.digits) as Intl.StringNumericLiteral);
}

/** Exact: a division would round what is past 2^53. */
function decimal(amount: number, digits: number): string {
  const units = String(Math.abs(amount)).padStart(digits + 1, '0');
  const sign = amount < 0 ? '-' : '';
  return digits === 0 ? `${sign}${units}` : `${sign}${units.slice(0, -digits)}.${units.slice(-digits)}`;
}
