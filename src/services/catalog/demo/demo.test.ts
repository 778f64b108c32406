import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { foldTraditional } from '../search/traditional.ts';
import { demoCategories, demoImagesUrl, demoProducts } from './index.ts';

const variants = demoProducts.flatMap((product) => product.variants);

describe('the demo catalogue', () => {
  test('has about sixty products in categories that exist, each category in use', () => {
    const categories = demoCategories.map(({ slug }) => slug);
    expect(demoProducts.length).toBeGreaterThanOrEqual(60);
    expect(new Set(demoProducts.map(({ category }) => category))).toEqual(new Set(categories));
  });

  test('calls no two products or variants the same', () => {
    expect(new Set(demoProducts.map(({ slug }) => slug)).size).toBe(demoProducts.length);
    expect(new Set(variants.map(({ sku }) => sku.toLowerCase())).size).toBe(variants.length);
    for (const language of ['zh-CN', 'zh-TW', 'en'] as const) {
      expect(new Set(demoProducts.map(({ texts }) => texts[language].name)).size).toBe(demoProducts.length);
    }
  });

  test('is written in simplified characters for zh-CN and in others for zh-TW', () => {
    for (const { texts } of demoProducts) {
      const [mainland, taiwan] = [texts['zh-CN'], texts['zh-TW']].map(({ name, description }) => name + description);
      // 香薰 is written so on the mainland too; search makes it 香熏.
      expect(mainland?.replaceAll('薰', '熏')).toBe(foldTraditional(mainland ?? ''));
      expect(taiwan).not.toBe(foldTraditional(taiwan ?? ''));
      expect(texts.en.name + texts.en.description).not.toMatch(/\p{Script=Han}/u);
    }
  });

  test('has prices of a shop, and stock that can run out', () => {
    for (const { price, onHand } of variants) {
      expect(price).toBeGreaterThanOrEqual(1_000n);
      expect(price).toBeLessThanOrEqual(200_000n);
      expect(Number.isInteger(onHand)).toBe(true);
    }
    expect(variants.filter(({ onHand }) => onHand === 0)).toHaveLength(1);
    expect(variants.filter(({ onHand }) => onHand >= 1 && onHand <= 3).length).toBeGreaterThanOrEqual(2);
    expect(demoProducts.some(({ offSale }) => offSale === true)).toBe(true);
  });
});

describe('its pictures', () => {
  const files = readdirSync(demoImagesUrl);

  test('are those the products name, no more and no fewer', () => {
    expect(files.toSorted()).toEqual(demoProducts.flatMap(({ images }) => images).toSorted());
  });

  test.each(files)('%s is small, square, and only a drawing', (file) => {
    const drawing = readFileSync(new URL(file, demoImagesUrl), 'utf8');
    expect(drawing.length).toBeLessThan(4_096);
    expect(drawing).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 640 640"/);
    expect(drawing.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
      /<(?:script|text|style|image|use|a|foreignObject)\b|href|url\(|\son\w+=|https?:/i,
    );
  });
});
