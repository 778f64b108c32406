import { expect, test } from 'vitest';
import { ask } from '#runtime/batch/testing/rehearsal.ts';
import { indexProducts } from './domain/categories.ts';
import { lineName } from './domain/languages.ts';
import { add, alter, change, changed, create, given, name, price, priced, stockIs, variant } from './testing/given.ts';

test('a created product is said, listed by its least price, and put on the trail', async () => {
  const shelf = await given().when(create('prd-1', { 'tea-100': 8900, 'tea-50': 4900 }, { reason: 'spring harvest' }));
  shelf.says(changed('prd-1'));
  expect(shelf.rehearsal.row('listings', 'prd-1')).toMatchObject({
    offered: 2,
    stocked: 0,
    price: { amount: 4900n, currency: 'CNY' },
  });
  expect(shelf.decisions[0]?.trail).toEqual({ action: 'create product', object: 'prd-1', reason: 'spring harvest' });
});

test('a SKU belongs to one product for ever, and the refusal names it', async () => {
  const shelf = await given(create('prd-1', { 'tea-100': 8900 })).when(
    create('prd-2', { 'cup-1': 100, 'tea-100': 1 }),
    add('prd-1', { 'tea-100': 1 }),
  );
  shelf.refuses('sku_taken', 'sku_taken');
  expect(shelf.decisions[0]?.refuse?.errors).toEqual([{ pointer: '/variants/1/sku', sku: 'tea-100' }]);
  expect(shelf.rehearsal.rows('products').map(({ id }) => id)).toEqual(['prd-1']);
  shelf.says();
});

test('a SKU named twice in one request is pointed at', async () => {
  const shelf = await given().when(create('prd-1', [variant('tea', 1), variant('tea', 2)]));
  shelf.refuses('validation_failed');
  expect(shelf.decisions[0]?.refuse?.errors?.[0]?.pointer).toBe('/variants/1/sku');
});

test('variants of a product are priced in one currency', async () => {
  const dollars = { price: { amount: 1n, currency: 'USD' } };
  const shelf = await given(create('prd-1', { a: 1, b: 2 }), create('prd-2', { c: 3 })).when(
    create('prd-3', [variant('d', 1), variant('e', 1, dollars)]),
    add('prd-1', [variant('e', 1, dollars)]),
    alter('prd-1', 'a', dollars),
    alter('prd-2', 'c', dollars),
  );
  shelf.refuses('currency_mismatch', 'currency_mismatch', 'currency_mismatch', undefined);
});

test('a price that changes is said with the new price; the same price is not', async () => {
  const shelf = await given(create('prd-1', { tea: 8900 })).when(
    price('prd-1', 'tea', 7900),
    price('prd-1', 'tea', 7900),
  );
  shelf.says(priced('prd-1', 'tea', 7900));
  expect(shelf.rehearsal.row('listings', 'prd-1')?.price.amount).toBe(7900n);
  expect(shelf.decisions[1]).not.toHaveProperty('trail');
});

test('texts of one language change without touching the others, and what is found follows', async () => {
  const texts = { en: { name: 'Green Tea', description: 'Mild.' }, 'zh-CN': { name: '绿茶', description: '清香。' } };
  const shelf = await given(create('prd-1', { tea: 1 }, { texts })).when(
    change('prd-1', { texts: { en: { name: 'Longjing', description: 'Nutty.' } } }),
  );
  shelf.says(changed('prd-1'));
  expect(shelf.rehearsal.row('products', 'prd-1')).toMatchObject({
    names: { en: 'Longjing', 'zh-CN': '绿茶' },
    descriptions: { en: 'Nutty.', 'zh-CN': '清香。' },
  });
  expect(shelf.rehearsal.row('documents', 'prd-1')?.texts.name).toEqual(['绿茶', 'Longjing']);
});

test('a change that changes nothing says nothing', async () => {
  const shelf = await given(create('prd-1', { tea: 1 })).when(
    change('prd-1', { onSale: true, category: 'tea', images: [] }),
    alter('prd-1', 'tea', { onSale: true }),
  );
  shelf.says();
  expect(shelf.rehearsal.row('products', 'prd-1')?.updatedAt).toBe(0);
});

test('what is not there, or another product’s, is not found', async () => {
  const shelf = await given(create('prd-1', { tea: 1 }), create('prd-2', { cup: 1 })).when(
    change('prd-3', { onSale: false }),
    add('prd-3', { pot: 1 }),
    price('prd-1', 'cup', 2),
    price('prd-1', 'pot', 2),
  );
  shelf.refuses('not_found', 'not_found', 'not_found', 'not_found');
});

test('off sale, a product keeps its place; with its last variant off sale nothing of it is offered', async () => {
  const shelf = await given(create('prd-1', { tea: 1 })).when(
    change('prd-1', { onSale: false }),
    change('prd-1', { onSale: true }),
    alter('prd-1', 'tea', { onSale: false }),
  );
  shelf.says(changed('prd-1', false), changed('prd-1'), changed('prd-1'));
  expect(shelf.rehearsal.row('listings', 'prd-1')).toMatchObject({ onSale: true, offered: 0, stocked: 0, variants: 1 });
});

test('a product grows by variants up to a thousand', async () => {
  const many = Array.from({ length: 999 }, (_, index) => variant(`tea-${index}`, 100));
  const shelf = await given(create('prd-1', many)).when(add('prd-1', { x: 1, y: 1 }), add('prd-1', { x: 50 }));
  shelf.refuses('conflict', undefined);
  expect(shelf.rehearsal.row('products', 'prd-1')?.skus).toHaveLength(1000);
  expect(shelf.rehearsal.row('listings', 'prd-1')?.price.amount).toBe(50n);
});

test('stock told before the product was created counts once it is', async () => {
  const shelf = await given(stockIs('tea', 5, 7)).when(create('prd-1', { tea: 1, cup: 1 }));
  expect(shelf.rehearsal.row('listings', 'prd-1')).toMatchObject({ offered: 2, stocked: 1 });
});

test('a product is sold out when the last of its variants on sale is; a repeat or an older word changes nothing', async () => {
  const history = [create('prd-1', { tea: 1, cup: 1 }), stockIs('tea', 5, 1), stockIs('cup', 1, 2)];
  const shelf = await given(...history).when(
    stockIs('tea', 0, 5),
    stockIs('tea', 0, 5),
    stockIs('tea', 9, 3),
    stockIs('cup', 0, 6),
  );
  expect(shelf.rehearsal.row('listings', 'prd-1')).toMatchObject({ offered: 2, stocked: 0 });
  expect(shelf.decisions[1]).toEqual({});
  expect(shelf.decisions[2]).toEqual({});
});

test('a product and the word about its stock may come in one batch', async () => {
  const { rehearsal } = await given().when();
  await rehearsal.batch([create('prd-1', { tea: 1 }), stockIs('tea', 5, 1), add('prd-2', { cup: 1 })]);
  expect(rehearsal.row('listings', 'prd-1')).toMatchObject({ stocked: 1 });
});

test('a renamed category makes the documents of its products anew', async () => {
  const shelf = await given(name('tea', { en: 'Tea' }), create('prd-1', { tea: 1 })).when(
    name('tea', { en: 'Teas', 'zh-CN': '茶' }),
    ask(indexProducts, { ids: ['prd-1', 'prd-gone'] }),
  );
  expect(shelf.rehearsal.row('documents', 'prd-1')).toMatchObject({
    texts: { category: ['茶', 'Teas'] },
    categoryVersion: 2,
  });
});

test('a line of an order is named in the reader’s language, or the nearest to it', () => {
  const product = { 'zh-CN': '龙井', en: 'Longjing' };
  expect(lineName(product, { 'zh-CN': '一百克', en: '100 g' }, 'en')).toBe('Longjing 100 g');
  expect(lineName(product, {}, 'zh-TW')).toBe('龙井');
  expect(lineName({ en: 'Longjing' }, { 'zh-TW': '一百克' }, 'zh-CN')).toBe('Longjing 一百克');
});
