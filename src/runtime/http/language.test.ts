import { expect, it } from 'vitest';
import { languageOf } from './language.ts';

it.each([
  [undefined, 'en'],
  ['', 'en'],
  ['zh', 'zh-CN'],
  ['zh-Hans-HK', 'zh-CN'],
  ['zh-Hant', 'zh-TW'],
  ['zh-HK', 'zh-TW'],
  ['zh-TW,zh;q=0.9,en;q=0.8', 'zh-TW'],
  ['fr, de;q=0.9, zh-CN;q=0.5', 'zh-CN'],
  ['en;q=0.1, zh;q=0.2', 'zh-CN'],
  ['zh;q=0, en;q=0.5', 'en'],
  ['fr', 'en'],
  ['EN-us', 'en'],
  ['*', 'en'],
  [';;;,,q=,zh;q=abc', 'zh-CN'],
])('Accept-Language %s is answered in %s', (header, expected) => {
  expect(languageOf(header, 'en')).toBe(expected);
});

it('falls back to the language of the house', () => {
  expect(languageOf('fr', 'zh-CN')).toBe('zh-CN');
  expect(languageOf('x'.repeat(501), 'zh-TW')).toBe('zh-TW');
});
