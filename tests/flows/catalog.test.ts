import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addVariants,
  changeProduct,
  changeVariant,
  createProduct,
  getEditedProduct,
  getProduct,
  listAllProducts,
  listCategories,
  listProducts,
  nameCategory,
  quoteItems,
} from '../../src/contracts/http/catalog.ts';
import { PriceChanged } from '../../src/contracts/messages/catalog/price-changed.v1.ts';
import { ProductChanged } from '../../src/contracts/messages/catalog/product-changed.v1.ts';
import type { BodyOf } from '../../src/contracts/operation.ts';
import { commonTestShop } from '../support/arrangement.ts';
import { eventually } from '../support/eventually.ts';
import { heard } from '../support/hearing.ts';
import type { Person, TestShop } from '../support/shop.ts';
import { refused, yuan } from '../support/trade.ts';

/** 003 §3: what a merchant puts on the shelves, and what shoppers and orders see of it. */

type Product = BodyOf<typeof createProduct>;

let shop: TestShop;
let operator: Person;

beforeAll(async () => {
  shop = await commonTestShop();
  operator = await shop.operator();
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

const freshSku = () => `SKU-${randomUUID().slice(0, 13)}`;

/** A product of one variant, with whatever is said otherwise. */
function draft(sku: string, more: Partial<Product> = {}): Product {
  return {
    category: 'oddments',
    texts: { en: { name: `Thing ${sku}`, description: 'A thing.' } },
    variants: [{ sku, price: yuan(1_000) }],
    ...more,
  };
}

async function created(more: Partial<Product> = {}, sku = freshSku()): Promise<{ id: string; sku: string }> {
  const reply = await operator.ask(createProduct, { body: draft(sku, more) });
  if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
  return { id: reply.body.id, sku };
}

async function shown(id: string, language = 'en') {
  const reply = await shop.client.request(getProduct, { params: { id } }, { headers: { 'accept-language': language } });
  if (reply.status !== 200) throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`);
  return reply.body;
}

async function quoted(skus: string[], language: 'en' | 'zh-CN' = 'en') {
  return (await shop.askAs('ordering', quoteItems, { body: { skus, language } })).body.items;
}

const trailOf = (object: string) =>
  shop.sql('catalog', 'select actor, action, reason from admin_trail where object = $1 order by id', [object]);

describe('a product', () => {
  test('is shown as soon as it is created, in the languages it has, kept as it came', async () => {
    const name = 'Nai\u0308ve <b>Kettle</b> & "Co" 壺🫖';
    const texts = {
      en: { name, description: 'One\nTwo\t<script>alert(1)</script>' },
      'zh-TW': { name: '壺', description: '' },
    };
    const sku = freshSku();
    const variants = [
      { sku, names: { en: 'Red' }, price: yuan(4_200) },
      { sku: `${sku}-2`, price: yuan(3_900) },
    ];
    const { id } = await created({ texts, variants, images: ['https://cdn.example.com/a.jpg?b=%20'] }, sku);
    expect(await shown(id)).toEqual({
      id,
      ...texts.en,
      category: 'oddments',
      images: ['https://cdn.example.com/a.jpg?b=%20'],
      variants: [
        { sku, name: 'Red', price: yuan(4_200), available: 0 },
        { sku: `${sku}-2`, name: `${sku}-2`, price: yuan(3_900), available: 0 },
      ],
    });
    expect((await shown(id, 'zh-CN')).name).toBe('壺');
    expect((await shown(id, 'fr')).name).toBe(name);
    const found = await shop.client.request(listProducts, { query: { q: sku } });
    expect(found.body).toMatchObject({ data: [{ id }] });
    await heard(shop, ProductChanged, id);
  });

  test('that nobody has is not found', async () => {
    for (const id of ['prd_01a1f888-f7c8-7039-8568-d5c1d51d5b7b', 'x', "'or'1'='1"]) {
      expect(await shop.client.request(getProduct, { params: { id } })).toEqual(refused(404, 'not_found'));
    }
  });

  test('does not take the SKU of another, and the refusal names it', async () => {
    const { sku } = await created();
    const other = freshSku();
    const variants = [other, sku].map((one) => ({ sku: one, price: yuan(1) }));
    const refusal = refused(409, 'sku_taken', [{ pointer: '/variants/1/sku', sku }]);
    expect(await operator.ask(createProduct, { body: draft(other, { variants }) })).toEqual(refusal);
    expect(await quoted([other])).toEqual([{ sku: other, forSale: false }]);
  });

  test('of one SKU is created once, however many ask at once', async () => {
    const sku = freshSku();
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => operator.ask(createProduct, { body: draft(sku) })),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
  });

  test('may have a thousand variants, and is a page by itself then', async () => {
    const sku = freshSku();
    const variants = Array.from({ length: 1_000 }, (_, index) => ({ sku: `${sku}-${index}`, price: yuan(index) }));
    const category = `bulk-${sku}`;
    const { id } = await created({ variants, category }, sku);
    const small = await created({ category });
    const listed = await shop.client.request(listProducts, { query: { category, sort: 'newest' } });
    if (listed.status !== 200) throw new Error(JSON.stringify(listed.body));
    expect(listed.body.data.map((product) => product.id)).toEqual([small.id]);
    const next = { category, sort: 'newest' as const, cursor: listed.body.nextCursor ?? '' };
    const rest = await shop.client.request(listProducts, { query: next });
    expect(rest.body).toMatchObject({ data: [{ id, variants: { length: 1_000 } }], nextCursor: null });
    expect((await quoted([`${sku}-999`]))[0]).toMatchObject({ price: yuan(999) });
    const more = { variants: [{ sku: freshSku(), price: yuan(1) }] };
    expect(await operator.ask(addVariants, { params: { id }, body: more })).toEqual(refused(409, 'conflict'));
  });

  test.for<[what: string, pointer: string, more: object]>([
    ['no language', '/texts', { texts: {} }],
    ['a language that is none of ours', '/texts/fr', { texts: { fr: { name: 'a', description: '' } } }],
    ['a blank name', '/texts/en/name', { texts: { en: { name: ' \u3000', description: '' } } }],
    ['a name of two lines', '/texts/en/name', { texts: { en: { name: 'a\nb', description: '' } } }],
    ['a name too long', '/texts/en/name', { texts: { en: { name: 'a'.repeat(201), description: '' } } }],
    ['NUL in a description', '/texts/en/description', { texts: { en: { name: 'a', description: 'a\0' } } }],
    ['half a character', '/texts/en/description', { texts: { en: { name: 'a', description: '\ud83c' } } }],
    ['a picture that is a script', '/images/0', { images: ['javascript:alert(1)'] }],
    ['no variants', '/variants', { variants: [] }],
    ['a price below nothing', '/variants/0/price/amount', { variants: [{ sku: 'A', price: yuan(-1) }] }],
    ['a price of parts', '/variants/0/price/amount', { variants: [{ sku: 'A', price: yuan(1.5) }] }],
    ['a price past 2^53', '/variants/0/price/amount', { variants: [{ sku: 'A', price: yuan(2 ** 53) }] }],
    [
      'a currency in small letters',
      '/variants/0/price/currency',
      { variants: [{ sku: 'A', price: { amount: 1, currency: 'cny' } }] },
    ],
    ['a SKU that ends in a quote', '/variants/0/sku', { variants: [{ sku: "A'", price: yuan(1) }] }],
    [
      'the same SKU twice',
      '/variants/1/sku',
      {
        variants: [
          { sku: 'A', price: yuan(1) },
          { sku: 'A', price: yuan(1) },
        ],
      },
    ],
    ['a field that is none', '/price', { price: yuan(1) }],
  ])('with %s is refused, and the fault pointed at', async ([, pointer, more]) => {
    const body = { ...draft(freshSku()), ...more } as Product;
    const reply = await operator.ask(createProduct, { body });
    expect(reply).toEqual(refused(400, 'validation_failed'));
    expect(reply.body).toHaveProperty('errors.0.pointer', pointer);
  });
});

describe('an operator', () => {
  test('changes texts, prices and what is on sale; each is on the trail with its reason', async () => {
    const { id, sku } = await created();
    const texts = { 'zh-CN': { name: '小物', description: '一件小物。' } };
    const second = freshSku();
    await operator.ask(changeProduct, { params: { id }, body: { texts, category: 'moved', reason: 'translated' } });
    await operator.ask(changeVariant, { params: { id, sku }, body: { price: yuan(900), reason: 'sale' } });
    const added = await operator.ask(addVariants, {
      params: { id },
      body: { variants: [{ sku: second, price: yuan(5) }] },
    });
    expect(added).toMatchObject({
      status: 201,
      body: { id, category: 'moved', variants: [{ sku, price: yuan(900) }, { sku: second }] },
    });
    expect(await operator.ask(getEditedProduct, { params: { id } })).toMatchObject({ status: 200, body: added.body });
    expect(await shown(id, 'zh-CN')).toMatchObject({
      name: '小物',
      variants: [{ price: yuan(900) }, { price: yuan(5) }],
    });
    const { data } = await heard(shop, PriceChanged, id);
    expect(data).toEqual({ productId: id, sku, price: yuan(900) });
    expect(await trailOf(id)).toEqual([
      { actor: operator.id, action: 'create product', reason: null },
      { actor: operator.id, action: 'change product', reason: 'translated' },
      { actor: operator.id, action: 'add variants', reason: null },
    ]);
    expect(await trailOf(`${id}/${sku}`)).toEqual([{ actor: operator.id, action: 'change variant', reason: 'sale' }]);
  });

  test('takes a variant and then the product off sale: shoppers and orders no longer see it, operators do', async () => {
    const sku = freshSku();
    const variants = [sku, `${sku}-2`].map((one) => ({ sku: one, price: yuan(1) }));
    const { id } = await created({ variants, texts: { en: { name: `Zyx ${sku}`, description: '' } } }, sku);
    await operator.ask(changeVariant, { params: { id, sku }, body: { onSale: false } });
    expect((await shown(id)).variants.map((variant) => variant.sku)).toEqual([`${sku}-2`]);
    expect((await quoted([sku, `${sku}-2`])).map(({ forSale }) => forSale)).toEqual([false, true]);

    await operator.ask(changeProduct, { params: { id }, body: { onSale: false } });
    expect(await shop.client.request(getProduct, { params: { id } })).toEqual(refused(404, 'not_found'));
    const query = { q: sku };
    expect(await shop.client.request(listProducts, { query })).not.toMatchObject({ body: { data: [{ id }] } });
    expect((await operator.ask(listAllProducts, { query })).body).toMatchObject({ data: [{ id, onSale: false }] });
    expect((await quoted([`${sku}-2`])).map(({ forSale }) => forSale)).toEqual([false]);

    await operator.ask(changeProduct, { params: { id }, body: { onSale: true } });
    expect((await shop.client.request(listProducts, { query })).body).toMatchObject({ data: [{ id }] });
  });

  test('is what the next order is quoted, however often the one before was', async () => {
    const { id, sku } = await created();
    const quote = async () => (await quoted([sku]))[0];
    for (const [change, seen] of [
      [{ price: yuan(1_100) }, { price: yuan(1_100) }],
      [{ names: { en: 'Large' } }, { name: expect.stringContaining('Large') }],
      [{ onSale: false }, { forSale: false }],
      [{ onSale: true, price: yuan(900) }, { price: yuan(900) }],
    ] as const) {
      await quote();
      await operator.ask(changeVariant, { params: { id, sku }, body: change });
      expect(await quote()).toMatchObject(seen);
    }
    await operator.ask(changeProduct, {
      params: { id },
      body: { texts: { en: { name: 'Wallaby', description: '' } } },
    });
    expect(await quote()).toMatchObject({ name: expect.stringContaining('Wallaby') });
    await operator.ask(changeProduct, { params: { id }, body: { onSale: false } });
    expect(await quote()).toMatchObject({ forSale: false });
  });

  test('finds a product by its new name, and no more by the old one', async () => {
    const { id } = await created({ texts: { en: { name: 'Quokka figurine', description: '' } } });
    await operator.ask(changeProduct, { params: { id }, body: { texts: { en: { name: 'Wombat', description: '' } } } });
    const found = async (q: string) => (await shop.client.request(listProducts, { query: { q } })).body;
    expect(await found('wombats')).toMatchObject({ data: [{ id }] });
    expect(await found('quokka')).toMatchObject({ data: [] });
  });

  test('names a category, under which its products are then found', async () => {
    const slug = `cat-${randomUUID().slice(0, 8)}`;
    const { id } = await created({ category: slug });
    const names = { en: 'Gizmology', 'zh-CN': '奇物志' };
    expect(await operator.ask(nameCategory, { params: { slug }, body: { names, position: 500 } })).toMatchObject({
      status: 200,
    });
    const categories = await shop.client.request(listCategories, {}, { headers: { 'accept-language': 'zh-CN' } });
    expect(categories.body).toMatchObject({ data: expect.arrayContaining([{ slug, name: '奇物志', products: 1 }]) });
    await shop.move(61_000);
    await eventually(async () => {
      const found = await shop.client.request(listProducts, { query: { q: 'gizmology' } });
      expect(found.body).toMatchObject({ data: [{ id }] });
    });
  });

  test('is needed: shoppers are refused, and strangers asked who they are', async () => {
    const shopper = await shop.shopper();
    const body = draft(freshSku());
    expect(await shopper.ask(createProduct, { body })).toEqual(refused(403, 'forbidden'));
    expect(await shop.client.request(createProduct, { body })).toEqual(refused(401, 'unauthenticated'));
    expect(await shopper.ask(listAllProducts)).toEqual(refused(403, 'forbidden'));
  });
});

describe('categories', () => {
  test('come in the order of the menu, named in the reader’s language', async () => {
    const reply = await shop.client.request(
      listCategories,
      { query: { limit: 2 } },
      { headers: { 'accept-language': 'zh-TW' } },
    );
    expect(reply.body).toMatchObject({
      data: [{ slug: 'tea', name: '茶葉' }, { slug: expect.any(String) }],
      nextCursor: expect.any(String),
    });
  });
});
