import { useTranslation } from 'react-i18next';
import type { wordTexts } from '../texts/en-words.ts';

export type WordGroup = keyof typeof wordTexts;

/** Turns a code of the platform into words; one that nobody has words for yet at least reads like words. */
export type Words = (group: WordGroup, code: string) => string;

export function useWords(): Words {
  const { i18n } = useTranslation('words');
  const bundle = (i18n.getResourceBundle(i18n.language, 'words') ?? {}) as Readonly<
    Partial<Record<WordGroup, Readonly<Record<string, string>>>>
  >;
  return (group, code) => bundle[group]?.[code] ?? spaced(code);
}

/** `cancelled_by_buyer`, `order.cancelled` and `placeOrder` as words. */
export function spaced(code: string): string {
  const text = code
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[._]+/g, ' ')
    .trim();
  return /^[A-Z0-9 -]+$/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
}
