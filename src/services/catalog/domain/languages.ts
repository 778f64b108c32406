import type { Language } from '#contracts/schema.ts';
import type { Localised } from './rows.ts';

/** Where a text is missing in the reader's language, the nearest one: the other script first, then English. */
const preference: Readonly<Record<Language, readonly Language[]>> = {
  'zh-CN': ['zh-CN', 'zh-TW', 'en'],
  'zh-TW': ['zh-TW', 'zh-CN', 'en'],
  en: ['en', 'zh-CN', 'zh-TW'],
};

export const languages: readonly Language[] = ['zh-CN', 'zh-TW', 'en'];

/** Undefined only for a text in no language at all. */
export function inLanguage(texts: Localised, language: Language): string | undefined {
  for (const candidate of preference[language]) {
    const text = texts[candidate];
    if (text !== undefined) return text;
  }
  return undefined;
}

/** A variant as a line of an order shows it: "Longjing Green Tea 100 g". */
export function lineName(product: Localised, variant: Localised, language: Language): string {
  const names = [inLanguage(product, language), inLanguage(variant, language)];
  return names.filter((name) => name !== undefined).join(' ');
}
