import type { Language } from '#contracts/schema.ts';

/**
 * The language of an answer by `Accept-Language` (RFC 9110 §12.5.4): the wanted one with the highest weight that we have, else
 * the fallback. Chinese in traditional script, and of Taiwan, Hong Kong and Macau, is zh-TW; other Chinese is zh-CN.
 */
export function languageOf(header: string | undefined, fallback: Language): Language {
  if (header === undefined || header.length > 500) return fallback;
  let best = fallback;
  let bestWeight = 0;
  for (const range of header.split(',')) {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
    const language = languageOfTag(tag.trim(), fallback);
    if (!language) continue;
    const quality = parameters.map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(parameter)?.[1]).find(Boolean);
    const weight = quality === undefined ? 1 : Number(quality);
    if (weight > bestWeight) {
      best = language;
      bestWeight = weight;
    }
  }
  return best;
}

function languageOfTag(tag: string, fallback: Language): Language | undefined {
  if (tag === '*') return fallback;
  const [primary, ...rest] = tag.split('-');
  if (primary === 'en') return 'en';
  if (primary !== 'zh') return undefined;
  if (rest.includes('hans')) return 'zh-CN';
  return rest.some((part) => ['hant', 'tw', 'hk', 'mo'].includes(part)) ? 'zh-TW' : 'zh-CN';
}
