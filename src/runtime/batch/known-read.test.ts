import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../database/database.ts';
import type { Context } from '../service.ts';
import { knownReadBy } from './known-read.ts';

let prices: Map<string, number>;
let asked: string[][];
let head: number | undefined;
let nowMs: number;
/** Runs while a read is under way, after its snapshot was taken. */
let meanwhile: () => void;
let context: Context;

beforeEach(() => {
  prices = new Map([
    ['TEA', 10],
    ['CUP', 20],
  ]);
  asked = [];
  head = 7;
  nowMs = 0;
  meanwhile = () => undefined;
  context = { clock: { now: () => nowMs }, database: {} as Database, saidUpTo: () => head } as unknown as Context;
});

const priced = knownReadBy(async (_, skus) => {
  asked.push([...skus]);
  const found = new Map(skus.flatMap((sku) => (prices.has(sku) ? [[sku, prices.get(sku) as number] as const] : [])));
  meanwhile();
  return found;
}, 100);

const pricesOf = async (...skus: string[]): Promise<Record<string, number>> =>
  Object.fromEntries(await priced(context, skus));

describe('what was read', () => {
  test('is known while nothing is said, and only the rest is read', async () => {
    await pricesOf('TEA');
    expect(await pricesOf('TEA', 'CUP')).toEqual({ TEA: 10, CUP: 20 });
    expect(await pricesOf('CUP', 'TEA')).toEqual({ TEA: 10, CUP: 20 });
    expect(asked).toEqual([['TEA'], ['CUP']]);
  });

  test('is read again once something was said', async () => {
    await pricesOf('TEA');
    prices.set('TEA', 11);
    head = 8;
    expect(await pricesOf('TEA')).toEqual({ TEA: 11 });
  });

  test('is not kept where something was said meanwhile: it may be from before that', async () => {
    meanwhile = () => {
      head = 8;
      prices.set('TEA', 11);
    };
    expect(await pricesOf('TEA')).toEqual({ TEA: 10 });
    expect(await pricesOf('TEA')).toEqual({ TEA: 11 });
  });

  test('is read each time while nobody knows how far the log goes', async () => {
    await pricesOf('TEA');
    head = undefined;
    prices.set('TEA', 11);
    expect(await pricesOf('TEA')).toEqual({ TEA: 11 });
    head = 7;
    meanwhile = () => {
      head = undefined;
    };
    await pricesOf('CUP');
    expect(await pricesOf('CUP')).toEqual({ CUP: 20 });
    expect(asked).toEqual([['TEA'], ['TEA'], ['CUP'], ['CUP']]);
  });

  test('is read again after a minute: somebody may have changed the table by hand', async () => {
    await pricesOf('TEA');
    prices.set('TEA', 11);
    nowMs = 60_000;
    expect(await pricesOf('TEA')).toEqual({ TEA: 11 });
  });

  test('is what there was: what was not found is looked for each time', async () => {
    expect(await pricesOf('POT')).toEqual({});
    prices.set('POT', 30);
    expect(await pricesOf('POT')).toEqual({ POT: 30 });
  });

  test('is known by database: another shop of this process has prices of its own', async () => {
    await pricesOf('TEA');
    prices.set('TEA', 11);
    context = { ...context, database: {} as Database };
    expect(await pricesOf('TEA')).toEqual({ TEA: 11 });
  });
});
