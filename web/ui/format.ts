import type { WireMoney } from '#kernel/money.ts';
import { language } from './i18n.ts';

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return cached(`n${JSON.stringify(options)}`, (locale) => new Intl.NumberFormat(locale, options));
}

function cached<Format extends Intl.NumberFormat | Intl.DateTimeFormat>(
  key: string,
  make: (locale: string) => Format,
): Format {
  const locale = language();
  const known = cache.get(locale + key);
  if (known) return known as Format;
  const made = make(locale);
  cache.set(locale + key, made);
  return made;
}

/** Digits after the point: 2 for CNY, 0 for JPY. */
export function fractionDigits(currency: string): number {
  return numberFormat({ style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

export function formatMoney({ amount, currency }: WireMoney): string {
  const format = numberFormat({ style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
  return format.format(amount / 10 ** fractionDigits(currency));
}

/** An amount as a person would write it into a field: `12.50`, of a currency without decimals `12`. */
export function writeAmount({ amount, currency }: WireMoney): string {
  const digits = fractionDigits(currency);
  return (amount / 10 ** digits).toFixed(digits);
}

/** What a person wrote as an amount, in minor units; undefined where it is none. */
export function parseAmount(text: string, currency: string): number | undefined {
  const digits = fractionDigits(currency);
  const match = /^\s*(\d{1,12})(?:[.,](\d+))?\s*$/.exec(text);
  if (!match || (match[2]?.length ?? 0) > digits) return undefined;
  return Number(`${match[1]}${(match[2] ?? '').padEnd(digits, '0')}`);
}

export function formatNumber(value: number): string {
  return numberFormat({}).format(value);
}

type When = 'date' | 'time' | 'moment';

const styles: Readonly<Record<When, Intl.DateTimeFormatOptions>> = {
  date: { dateStyle: 'medium' },
  time: { timeStyle: 'short' },
  moment: { dateStyle: 'medium', timeStyle: 'short' },
};

export function formatTime(timestamp: string, when: When = 'moment'): string {
  return cached(when, (locale) => new Intl.DateTimeFormat(locale, styles[when])).format(new Date(timestamp));
}

/** `12:05`, or `1:02:03` past an hour. */
export function formatCountdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}
