import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Database } from '#runtime/database/database.ts';
import { type FreshDatabase, freshDatabase } from '../../../tests/support/postgres.ts';
import { demoCategories, demoProducts } from './demo/index.ts';
import { rankExpression, type SearchableProduct, searchDocument, searchQuery } from './search.ts';

let fresh: FreshDatabase;
let database: Database;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = connect(fresh.owner);
  await database.query('CREATE TABLE shelf (slug text PRIMARY KEY, search tsvector NOT NULL)');
  await database.query('CREATE INDEX ON shelf USING gin (search)');
  await database.query(
    'INSERT INTO shelf SELECT slug, text::tsvector FROM unnest($1::text[], $2::text[]) AS new (slug, text)',
    [demoProducts.map((product) => product.slug), demoProducts.map((product) => searchDocument(searchable(product)))],
  );
});

afterAll(async () => {
  await database?.close();
  await fresh?.drop();
});

function searchable(product: (typeof demoProducts)[number]): SearchableProduct {
  const texts = Object.values(product.texts);
  const category = demoCategories.find(({ slug }) => slug === product.category);
  return {
    name: texts.map(({ name }) => name),
    description: texts.map(({ description }) => description),
    category: Object.values(category?.names ?? {}),
    variants: product.variants.map(({ sku, names }) => ({ sku, name: Object.values(names) })),
  };
}

/** As a shop asks: strictly, and level by level more leniently until something is found. */
async function find(text: string): Promise<readonly string[]> {
  const query = searchQuery(text);
  for (const level of query?.levels ?? []) {
    const { rows } = await database.query<{ slug: string }>(
      `SELECT slug FROM shelf WHERE search @@ $1::tsquery ORDER BY ${rankExpression('search', '$2::tsquery[]')} DESC, slug`,
      [level, query?.ranking],
    );
    if (rows.length > 0) return rows.map(({ slug }) => slug);
  }
  return [];
}

const GREEN_TEAS = ['longjing-green-tea', 'biluochun-green-tea'];
const OOLONG_TEAS = ['tieguanyin-oolong-tea', 'alishan-oolong-tea'];
const TEAS = demoProducts.filter(({ category }) => category === 'tea').map(({ slug }) => slug);
const HEADPHONES = ['noise-cancelling-headphones', 'true-wireless-earbuds', 'wired-in-ear-earphones'];
const BEANS = ['yirgacheffe-coffee-beans', 'yunnan-coffee-beans', 'espresso-blend-coffee-beans'];
const NOTEBOOKS = ['dotted-notebook', 'leather-travel-notebook'];
const TEAPOTS = ['yixing-teapot', 'glass-teapot'];
const GIFT_BOXES = ['four-seasons-tea-gift-box', 'coffee-gift-set'];
const BREWERS = ['gooseneck-pour-over-kettle', 'ceramic-pour-over-dripper'];
const CUPS = [
  'stoneware-mug',
  'celadon-tea-cups',
  'insulated-tumbler',
  'titanium-camping-mug',
  'double-wall-glass-cup',
];
const BOOKS = demoProducts.filter(({ category }) => category === 'books').map(({ slug }) => slug);

describe('the first results', () => {
  /** What stands first, in any order among themselves. */
  test.each<[string, readonly string[]]>([
    ['绿茶', GREEN_TEAS],
    ['綠茶', GREEN_TEAS],
    ['green tea', [...GREEN_TEAS, 'jasmine-pearl-tea']],
    ['Green Teas', [...GREEN_TEAS, 'jasmine-pearl-tea']],
    ['ＧＲＥＥＮ　ＴＥＡ', GREEN_TEAS],
    ['茶', TEAS],
    ['tea', TEAS],
    ['茶叶', TEAS],
    ['乌龙茶', OOLONG_TEAS],
    ['烏龍', OOLONG_TEAS],
    ['红茶', ['keemun-black-tea']],
    ['black tea', ['keemun-black-tea']],
    ['普洱', ['ripe-puer-tea']],
    ['pu-erh', ['ripe-puer-tea']],
    ["pu'er tea", ['ripe-puer-tea']],
    ['茶具', ['travel-tea-set']],
    ['tea set', ['travel-tea-set']],
    ['茶壺', TEAPOTS],
    ['teapot', TEAPOTS],
    ['tea pot', TEAPOTS],
    ['茶杯', ['celadon-tea-cups']],
    ['蓝牙耳机', ['noise-cancelling-headphones', 'true-wireless-earbuds']],
    ['藍牙耳機', ['noise-cancelling-headphones', 'true-wireless-earbuds']],
    ['藍牙', ['noise-cancelling-headphones', 'true-wireless-earbuds', 'portable-bluetooth-speaker']],
    ['耳机', [...HEADPHONES, 'walnut-headphone-stand']],
    ['耳機', HEADPHONES],
    ['headphones', ['noise-cancelling-headphones', 'true-wireless-earbuds', 'wired-in-ear-earphones']],
    ['wireless headphones', ['noise-cancelling-headphones', 'true-wireless-earbuds']],
    ['降噪耳机', ['noise-cancelling-headphones']],
    ['headphone stand', ['walnut-headphone-stand']],
    ['手冲 壶', ['gooseneck-pour-over-kettle']],
    ['手沖壺', ['gooseneck-pour-over-kettle']],
    ['壶 手冲', ['gooseneck-pour-over-kettle']],
    ['手冲咖啡壶', ['gooseneck-pour-over-kettle']],
    ['pour over', BREWERS],
    ['pourover', BREWERS],
    ['pour-over kettle', ['gooseneck-pour-over-kettle']],
    ['kettle for pour over', ['gooseneck-pour-over-kettle']],
    ['咖啡濾杯', ['ceramic-pour-over-dripper']],
    ['咖啡', [...BEANS, 'drip-bag-coffee']],
    ['coffee', [...BEANS, 'drip-bag-coffee']],
    ['咖啡豆', BEANS],
    ['coffee beans', BEANS],
    ['磨豆机', ['hand-coffee-grinder']],
    ['水壶', ['sports-water-bottle', 'electric-kettle']],
    ['kettle', ['gooseneck-pour-over-kettle', 'electric-kettle']],
    ['kettles', ['gooseneck-pour-over-kettle', 'electric-kettle']],
    ['烧水壶', ['electric-kettle']],
    ['杯子', ['stoneware-mug', 'travel-tea-set']],
    ['mug', ['stoneware-mug', 'titanium-camping-mug']],
    ['cups', ['celadon-tea-cups', 'double-wall-glass-cup', 'stoneware-mug', 'titanium-camping-mug']],
    ['咖啡杯', ['stoneware-mug']],
    ['保溫杯', ['insulated-tumbler']],
    ['thermos', ['insulated-tumbler']],
    ['笔记本', NOTEBOOKS],
    ['筆記本', NOTEBOOKS],
    ['notebook', NOTEBOOKS],
    ['笔记本电脑', ['aluminium-laptop-stand']],
    ['钢笔', ['brass-fountain-pen']],
    ['fountain pen', ['brass-fountain-pen']],
    ['帐篷', ['two-person-tent']],
    ['帳篷', ['two-person-tent']],
    ['tent', ['two-person-tent']],
    ['背包', ['hiking-backpack']],
    ['sleeping bags', ['down-sleeping-bag']],
    ['充电宝', ['slim-power-bank']],
    ['行動電源', ['slim-power-bank']],
    ['powerbank', ['slim-power-bank']],
    ['檯燈', ['led-desk-lamp']],
    ['香氛', ['scented-soy-candle']],
    ['香薰', ['scented-soy-candle']],
    ['large steamer', ['bamboo-steamer']],
    ['gift', GIFT_BOXES],
    ['礼物', GIFT_BOXES],
    ['tea gift', ['four-seasons-tea-gift-box']],
    ['gift for a tea lover', ['four-seasons-tea-gift-box']],
    ['送爸爸的礼物', GIFT_BOXES],
    ['books', ['solar-terms-picture-book', ...BOOKS]],
    ['书', BOOKS],
    ['水', ['sports-water-bottle']],
    ['tea-lj-100', ['longjing-green-tea']],
    ['洞庭碧螺春绿茶', ['biluochun-green-tea']],
  ])('of %s', async (text, expected) => {
    const wanted = new Set(expected);
    const found = await find(text);
    expect(new Set(found.slice(0, wanted.size))).toEqual(wanted);
  });

  test('put tea ware behind the teas, and what merely mentions tea behind that', async () => {
    const places = await find('茶');
    const ware = ['yixing-teapot', 'celadon-tea-cups', 'travel-tea-set', 'bamboo-tea-tray', 'pewter-tea-caddy'];
    const last = (slugs: readonly string[]) => Math.max(...slugs.map((slug) => places.indexOf(slug)));
    expect(places).toEqual(expect.arrayContaining(ware));
    expect(last(TEAS)).toBeLessThan(TEAS.length);
    expect(last(ware)).toBeLessThan(places.indexOf('stoneware-mug'));
  });

  test('show cups of all kinds, and a dripper not among them', async () => {
    const places = await find('杯');
    expect(new Set(places.slice(0, 6))).toEqual(new Set([...CUPS, 'travel-tea-set']));
  });

  test('while a word is being typed are those whose names begin so', async () => {
    expect(await find('kett')).toEqual(expect.arrayContaining(['electric-kettle', 'gooseneck-pour-over-kettle']));
    expect(await find('noteb')).toEqual(expect.arrayContaining(NOTEBOOKS));
    expect(await find('bac')).toContain('hiking-backpack');
  });
});

describe('what is not found', () => {
  test.each(['冰箱', 'refrigerator', 'team', 'zxqv', '轮胎', 'bicycle tyre'])('%s', async (text) => {
    expect(await find(text)).toEqual([]);
  });

  test('steam and team are not tea', async () => {
    expect(await find('tea')).not.toContain('bamboo-steamer');
    expect(await find('steamer')).toEqual(['bamboo-steamer']);
  });

  test('black tea is not green tea', async () => {
    for (const text of ['绿茶', 'green tea']) expect(await find(text)).not.toContain('keemun-black-tea');
  });
});

describe('PostgreSQL reads', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: fc.constantFrom(...'茶壶咖啡 tea\'"\\&|!()<->:*A,12\0\u3000\ud800'), maxLength: 120 }),
  );

  test('every query, whatever was typed', async () => {
    const typed = [
      "'; DROP TABLE shelf; --",
      'a\\',
      "''",
      ':*',
      '<->',
      `${'茶'.repeat(5_000)}`,
      'x'.repeat(5_000),
      'ﷺ'.repeat(500),
    ];
    const texts = [...typed, ...fc.sample(text, 400)].flatMap((one) => {
      const query = searchQuery(one);
      return query === null ? [] : [...query.levels, ...query.ranking];
    });
    const { rows } = await database.query<{ read: bigint }>(
      'SELECT count(numnode(one::tsquery)) FILTER (WHERE numnode(one::tsquery) > 0) AS read FROM unnest($1::text[]) AS one',
      [texts],
    );
    expect(rows[0]?.read).toBe(BigInt(texts.length));
  });

  test('every document, whatever a merchant wrote', async () => {
    const written = fc.record({ name: text, category: text, description: text, sku: text });
    const documents = fc.sample(written, 200).map(({ name, category, description, sku }) =>
      searchDocument({
        name: [name],
        category: [category],
        description: [description],
        variants: [{ sku, name: [name] }],
      }),
    );
    const { rows } = await database.query<{ read: bigint }>(
      'SELECT count(one::tsvector) AS read FROM unnest($1::text[]) AS one',
      [documents],
    );
    expect(rows[0]?.read).toBe(BigInt(documents.length));
  });

  test('a document of texts far longer than anybody writes', async () => {
    const characters = Array.from({ length: 20_000 }, (_, index) =>
      String.fromCodePoint(0x4e00 + ((index * 7919) % 20_000)),
    );
    const words = Array.from({ length: 4_000 }, (_, index) => `${'word'.repeat(20)}${index}`);
    const long = [characters.join(''), words.join(' '), characters.toReversed().join('')];
    const variants = Array.from({ length: 1_000 }, (_, index) => ({ sku: `${'S'.repeat(500)}${index}`, name: long }));
    const document = searchDocument({ name: long, category: long, description: long, variants });
    const { rows } = await database.query<{ lexemes: number }>('SELECT length($1::tsvector) AS lexemes', [document]);
    expect(rows[0]?.lexemes).toBeGreaterThan(1_000);
  });
});
