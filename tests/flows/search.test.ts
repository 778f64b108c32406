import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listProducts } from '../../src/contracts/http/catalog.ts';
import type { QueryOf } from '../../src/contracts/operation.ts';
import { startTestShop } from '../support/arrangement.ts';
import { untilHeard } from '../support/hearing.ts';
import type { TestShop } from '../support/shop.ts';

/** 003 §3: searching and leafing through the demo shop, as a shopper's browser does. */

type Query = QueryOf<typeof listProducts>;
type Found = { slug: string; name: string; category: string; price: number; isInStock: boolean };

let shop: TestShop;

beforeAll(async () => {
  shop = await startTestShop();
  // What is in stock comes first: inventory has it before the catalogue hears of it, and then products change their places.
  await untilHeard(shop, 'catalog');
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

async function page(query: Query, language = 'zh-CN'): Promise<{ found: Found[]; nextCursor: string | null }> {
  const reply = await shop.client.request(listProducts, { query }, { headers: { 'accept-language': language } });
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  const { data, nextCursor } = reply.body;
  const found = data.map(({ images, name, category, variants }) => ({
    slug: /([a-z0-9-]+)\.svg$/.exec(images[0] ?? '')?.[1] ?? '',
    name,
    category,
    price: Math.min(...variants.map(({ price }) => price.amount)),
    isInStock: variants.some(({ available }) => available > 0),
  }));
  return { found, nextCursor };
}

async function slugs(q: string, language?: string): Promise<string[]> {
  return (await page({ q }, language)).found.map(({ slug }) => slug);
}

/** All pages, leafed through. */
async function leaf(query: Query, language?: string): Promise<Found[]> {
  const all: Found[] = [];
  for (let cursor: string | undefined, pages = 0; pages < 100; pages += 1) {
    const { found, nextCursor } = await page({ ...query, ...(cursor ? { cursor } : {}) }, language);
    all.push(...found);
    if (nextCursor === null) return all;
    cursor = nextCursor;
  }
  throw new Error('a hundred pages and no end');
}

const greenTeas = ['longjing-green-tea', 'biluochun-green-tea'];
const bluetoothHeadphones = ['noise-cancelling-headphones', 'true-wireless-earbuds'];
const headphones = [...bluetoothHeadphones, 'wired-in-ear-earphones'];
const kettle = ['gooseneck-pour-over-kettle'];
const brewers = [...kettle, 'ceramic-pour-over-dripper'];

describe('the first screen holds what a person would expect (003 §3)', () => {
  test.for<[query: string, language: string, first: readonly string[]]>([
    ['绿茶', 'zh-CN', greenTeas],
    ['綠茶', 'zh-TW', greenTeas],
    ['green tea', 'en', greenTeas],
    ['Green Teas', 'en', greenTeas],
    ['GREEN-TEA', 'en', greenTeas],
    ['蓝牙耳机', 'zh-CN', bluetoothHeadphones],
    ['藍牙耳機', 'zh-TW', bluetoothHeadphones],
    ['bluetooth headphones', 'en', bluetoothHeadphones],
    ['耳机', 'zh-CN', headphones],
    ['headphones', 'en', headphones],
    ['手冲 壶', 'zh-CN', kettle],
    ['手沖壺', 'zh-TW', kettle],
    ['pour over', 'en', brewers],
    ['pour-over kettle', 'en', kettle],
    ['乌龙茶', 'zh-CN', ['tieguanyin-oolong-tea', 'alishan-oolong-tea']],
    ['zzyzx', 'en', []],
    ['茶壶', 'zh-CN', ['yixing-teapot', 'glass-teapot']],
    ['帐篷', 'zh-CN', ['two-person-tent']],
    ['tents', 'en', ['two-person-tent']],
    ['coffee grinder', 'en', ['hand-coffee-grinder']],
    ['TEA-LJ-050', 'en', ['longjing-green-tea']],
  ])('%s (%s)', async ([query, language, first]) => {
    const found = await slugs(query, language);
    expect(found.slice(0, first.length).sort()).toEqual([...first].sort());
    if (first.length === 0) expect(found).toEqual([]);
  });

  test.for(['茶', 'tea'])('%s: the first things are teas', async (query) => {
    const { found } = await page({ q: query });
    expect(found.slice(0, 8).map(({ category }) => category)).toEqual(Array(8).fill('tea'));
  });

  test('what is found does not depend on the language of the reader, only its texts do', async () => {
    const [chinese, english] = [await page({ q: '绿茶' }, 'zh-CN'), await page({ q: '绿茶' }, 'en')];
    expect(english.found.map(({ slug }) => slug)).toEqual(chinese.found.map(({ slug }) => slug));
    expect(english.found[0]?.name).toMatch(/Green Tea/);
  });

  test('a category narrows a search', async () => {
    const found = await leaf({ q: 'tea', category: 'books' });
    expect(found.map(({ slug }) => slug)).toEqual(['chinese-tea-handbook']);
  });
});

describe('orders', () => {
  test.for<[query: string | undefined, language: string]>([
    [undefined, 'zh-CN'],
    [undefined, 'en'],
    ['茶', 'zh-CN'],
    ['kettle', 'en'],
  ])('by price and by name, for %s in %s', async ([q, language]) => {
    const search = q === undefined ? {} : { q };
    const all = (await leaf({ ...search, limit: 100 }, language)).map(({ slug }) => slug).sort();
    const cheapest = await leaf({ ...search, sort: 'price_asc', limit: 7 }, language);
    const dearest = await leaf({ ...search, sort: 'price_desc', limit: 7 }, language);
    const named = await leaf({ ...search, sort: 'name', limit: 7 }, language);
    const prices = cheapest.map(({ price }) => price);
    expect(prices).toEqual(prices.toSorted((left, right) => left - right));
    expect(dearest.map(({ slug }) => slug)).toEqual(cheapest.map(({ slug }) => slug).reverse());
    const { compare } = new Intl.Collator(language);
    const names = named.map(({ name }) => name);
    expect(names).toEqual(names.toSorted(compare));
    for (const found of [cheapest, dearest, named]) expect(found.map(({ slug }) => slug).sort()).toEqual(all);
  });

  test('the shop window shows what is in stock first, in the order of the menu', async () => {
    const shown = await leaf({ limit: 9 });
    const stocked = shown.map(({ isInStock }) => isInStock);
    expect(stocked).toEqual(stocked.toSorted((left, right) => Number(right) - Number(left)));
    expect(shown[0]?.slug).toBe('longjing-green-tea');
  });
});

describe('leafing', () => {
  test.for<Query>([
    {},
    { q: '茶' },
    { q: 'coffee' },
    { category: 'tea' },
    { sort: 'newest' },
    { q: 'tea', sort: 'name' },
  ])('pages of any size hold the same in the same order: %o', async (query) => {
    const whole = (await leaf({ ...query, limit: 100 })).map(({ slug }) => slug);
    expect(new Set(whole).size).toBe(whole.length);
    for (const limit of [1, 4, 7]) expect((await leaf({ ...query, limit })).map(({ slug }) => slug)).toEqual(whole);
  });

  test('a cursor that is not of this list is refused', async () => {
    const { nextCursor } = await page({ limit: 2 });
    const forged = [
      'x',
      'bm90IGpzb24',
      Buffer.from('["relevance",0]').toString('base64url'),
      Buffer.from('["relevance","0","true","prd_x\' or true"]').toString('base64url'),
      Buffer.from('["relevance","9","true","prd_01a1f888-f7c8-7039-8568-d5c1d51d5b7b"]').toString('base64url'),
    ];
    const queries: Query[] = [
      ...forged.map((cursor) => ({ cursor })),
      { sort: 'newest', cursor: nextCursor ?? '' },
      { q: 'tea', cursor: nextCursor ?? '' },
    ];
    for (const query of queries) {
      const reply = await shop.client.request(listProducts, { query });
      expect(reply).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
      expect(reply.body).toHaveProperty('errors.0.pointer', '/query/cursor');
    }
  });
});

describe('hostile queries', () => {
  const query = (text: string) => `q=${encodeURIComponent(text)}`;
  test.for<[what: string, query: string, expected: 200 | 400 | 414]>([
    ['quotes', query(`'"’”\`; drop table products; --`), 200],
    ['backslashes', query('\\\\ \\\' \\"'), 200],
    ['operators', query('& | ! <-> :* ( ) !! a:A & b:*'), 200],
    ['only punctuation', query('!!! --- …'), 200],
    ['nothing', 'q=', 200],
    ['blanks', query('   \t '), 200],
    ['emoji', query('🍵👨‍👩‍👧‍👦'), 200],
    ['right to left', query('\u202eقهوة\u202c'), 200],
    ['combining marks', query(`z${'\u0301'.repeat(900)}`), 200],
    ['a thousand operators', query('a&'.repeat(500)), 200],
    ['percent and underscore', query('%_%'), 200],
    ['NUL', 'q=%00tea', 400],
    ['broken UTF-8', 'q=%ff%fe', 200],
    ['half an escape', 'q=%e8%8', 200],
    ['ten thousand characters', `q=${'a'.repeat(10_000)}`, 414],
    ['two thousand characters', `q=${'a'.repeat(2_000)}`, 400],
    ['twice', 'q=tea&q=coffee', 400],
    ['an object', 'q[$gt]=', 400],
    ['limit 0', 'limit=0', 400],
    ['limit 101', 'limit=101', 400],
    ['limit 1e1', 'limit=1e1', 400],
    ['an order that is none', 'sort=price', 400],
    ['a category that is none', 'category=%27%20or%20true', 400],
    ['a field that is none', 'page=2', 400],
  ])('%s', async ([, search, expected]) => {
    const answer = await fetch(`${shop.url}/v1/products?${search}`);
    const body: unknown = await answer.json();
    expect(answer.status, JSON.stringify(body)).toBe(expected);
    if (expected === 200) expect(body).toHaveProperty('data');
    else expect(body).toHaveProperty('code');
  });
});
