import { describe, expect, test } from 'vitest';
import { problemCatalogue } from '../../src/kernel/problem.ts';
import { consoleTexts } from '../../web/console/texts/en.ts';
import { texts as consoleSimplified } from '../../web/console/texts/zh-CN.ts';
import { texts as consoleTraditional } from '../../web/console/texts/zh-TW.ts';
import { shopTexts } from '../../web/storefront/texts/en.ts';
import { texts as shopSimplified } from '../../web/storefront/texts/zh-CN.ts';
import { texts as shopTraditional } from '../../web/storefront/texts/zh-TW.ts';
import { uiTexts } from '../../web/ui/texts/en.ts';
import { texts as uiSimplified } from '../../web/ui/texts/zh-CN.ts';
import { texts as uiTraditional } from '../../web/ui/texts/zh-TW.ts';

const chinese = /\p{Script=Han}/u;

/** Every text by its key, `order.steps.placed`. */
function flat(texts: object, before = ''): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]: [string, unknown]) =>
      typeof value === 'string' ? [[before + key, value]] : [...flat(value as object, `${before}${key}.`)],
    ),
  );
}

const placeholders = (text = ''): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name).sort();

describe.each([
  ['ui', uiTexts, uiSimplified, uiTraditional],
  ['shop', shopTexts, shopSimplified, shopTraditional],
  ['console', consoleTexts, consoleSimplified, consoleTraditional],
])('the texts of %s', (_name, english, simplified, traditional) => {
  const known = flat(english);

  test.each([
    ['zh-CN', flat(simplified)],
    ['zh-TW', flat(traditional)],
  ])('are all there in %s, with the same facts in them', (_language, translated) => {
    expect([...translated.keys()].sort()).toEqual([...known.keys()].sort());
    for (const [key, text] of translated) {
      expect([key, text.trim()]).not.toEqual([key, '']);
      expect([key, placeholders(text)]).toEqual([key, placeholders(known.get(key))]);
    }
  });

  test('are in English where they are to be, and in Chinese where they are to be', () => {
    for (const [key, text] of known) expect([key, chinese.test(text)]).toEqual([key, false]);
    const foreign = [...flat(simplified)].filter(
      ([key, text]) => /[a-z]{4}/.test(text.replaceAll(/\{\{\w+\}\}/g, '')) && text === known.get(key),
    );
    expect(foreign).toEqual([]);
  });
});

test('every problem of the catalogue is said in words', () => {
  const said = new Set(Object.keys(uiTexts.problem));
  expect(Object.keys(problemCatalogue).filter((code) => !said.has(code))).toEqual([]);
});
