import { describe, expect, test } from 'vitest';
import type { WireMoney } from '#kernel/money.ts';
import { type Ask, ask, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import { tables } from '../store.ts';
import { cartBody, type Description, mergeCart, setCartLine, takeFromCart } from './cart.ts';
import type { OrderingTables } from './order.ts';

const userId = 'usr_lin';
const price = (amount: number, currency = 'CNY'): WireMoney => ({ amount, currency });
const set = (sku: string, quantity: number, unitPrice = price(100)) =>
  ask(setCartLine, { userId, sku, quantity, unitPrice });
const take = (sku?: string) => ask(takeFromCart, { userId, ...(sku === undefined ? {} : { sku }) });
const merge = (...lines: readonly (readonly [string, number])[]) =>
  ask(mergeCart, { userId, lines: lines.map(([sku, quantity]) => ({ sku, quantity, unitPrice: price(200) })) });

class Shop extends Rehearsal<OrderingTables> {
  /** What each was told: the lines, as SKU and quantity, or a refusal's code. */
  async told(...asks: readonly Ask<OrderingTables>[]): Promise<unknown[]> {
    const decisions = await this.batch(asks, { now: 1_000, cause: 'request/1' });
    return decisions.map(({ refuse, answer }) => refuse?.code ?? this.summaryOf(answer as never));
  }

  summaryOf(lines: readonly { sku: string; quantity: number }[]): string {
    return lines.map(({ sku, quantity }) => `${quantity} ${sku}`).join(', ');
  }
}

describe('a cart', () => {
  test('keeps what is put in, in that order, each SKU once', async () => {
    const shop = new Shop(tables);
    expect(await shop.told(set('tea', 2), set('cup', 1), set('tea', 5))).toEqual([
      '2 tea',
      '2 tea, 1 cup',
      '5 tea, 1 cup',
    ]);
    expect(await shop.told(take('pot'), take('tea'), take(), take())).toEqual(['5 tea, 1 cup', '1 cup', '', '']);
  });

  test('has a hundred lines and no more, and those may still be changed', async () => {
    const shop = new Shop(tables);
    for (let index = 0; index < 100; index += 1) await shop.told(set(`sku-${index}`, 1));
    expect(await shop.told(set('one-more', 1))).toEqual(['cart_full']);
    expect(await shop.told(set('sku-7', 9))).toEqual([expect.stringContaining('9 sku-7')]);
    await shop.told(merge(['sku-8', 9], ['another', 1]));
    expect(shop.rows('carts')[0]?.lines).toHaveLength(100);
  });

  test('takes a guest’s in, the greater quantity of what is in both, and a repeat changes nothing', async () => {
    const shop = new Shop(tables);
    await shop.told(set('tea', 2), set('cup', 3));
    const merged = '4 tea, 3 cup, 1 pot';
    expect(await shop.told(merge(['tea', 4], ['cup', 1], ['pot', 1]), merge(['tea', 4], ['pot', 1]))).toEqual([
      merged,
      merged,
    ]);
    // What was there keeps the price that its owner has seen.
    expect(shop.rows('carts')[0]?.lines.map(({ unitPrice }) => unitPrice.amount)).toEqual([100, 100, 200]);
  });
});

describe('a cart is shown', () => {
  const described = (sku: string, changes: Partial<Description> = {}): Description => ({
    ...{ sku, productId: 'prd_1', name: `The ${sku}`, image: null, price: price(100), available: 10 },
    ...changes,
  });

  test('with what it comes to, and may be ordered while nothing is in the way', () => {
    const wanted = [
      { sku: 'tea', quantity: 2, unitPrice: price(100) },
      { sku: 'cup', quantity: 1 },
    ];
    const body = cartBody(wanted, [described('cup', { price: price(50) }), described('tea')]);
    expect(body).toMatchObject({ subtotal: price(250), orderable: true });
    expect(body.lines.map(({ changes }) => changes)).toEqual([[], []]);
    expect(cartBody([], [])).toEqual({ lines: [], subtotal: null, orderable: false });
  });

  test('with what has changed since', () => {
    const line = { sku: 'tea', quantity: 3, unitPrice: price(100) };
    const changesOf = (changes: Partial<Description>) =>
      cartBody([line], [described('tea', changes)]).lines[0]?.changes;
    const dearer = { type: 'price_changed', from: price(100), to: price(120) };
    expect(changesOf({ price: price(120) })).toEqual([dearer]);
    expect(changesOf({ available: 2 })).toEqual([{ type: 'insufficient_stock', requested: 3, available: 2 }]);
    expect(changesOf({ price: price(120), available: 0 })).toEqual([
      dearer,
      { type: 'insufficient_stock', requested: 3, available: 0 },
    ]);
    expect(changesOf({ price: null })).toEqual([{ type: 'not_for_sale' }]);
  });

  test('with what is gone for good, by its SKU', () => {
    const body = cartBody(
      [
        { sku: 'tea', quantity: 1 },
        { sku: 'gone', quantity: 1, unitPrice: price(1) },
      ],
      [described('tea')],
    );
    expect(body.lines[1]).toEqual({
      ...{ sku: 'gone', productId: null, name: 'gone', image: null, quantity: 1, unitPrice: null, subtotal: null },
      ...{ available: 0, changes: [{ type: 'not_for_sale' }] },
    });
    expect(body).toMatchObject({ subtotal: price(100), orderable: false });
  });

  test('without a sum where its prices are in two currencies, or beyond all bounds', () => {
    const wanted = [
      { sku: 'tea', quantity: 1 },
      { sku: 'cup', quantity: 9_999 },
    ];
    const both = [described('tea'), described('cup', { price: price(100, 'USD'), available: 9_999 })];
    expect(cartBody(wanted, both)).toMatchObject({ subtotal: null, orderable: false });
    const dear = [described('tea'), described('cup', { price: price(Number.MAX_SAFE_INTEGER), available: 9_999 })];
    expect(cartBody(wanted, dear).lines[1]?.subtotal).toBeNull();
    expect(cartBody(wanted, dear).orderable).toBe(false);
  });
});
