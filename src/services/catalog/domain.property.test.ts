import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Saying } from '#contracts/message.ts';
import { PriceChanged } from '#contracts/messages/catalog/price-changed.v1.ts';
import { toWire } from '#kernel/money.ts';
import type { Decision } from '#runtime/batch/decider.ts';
import { Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import type { CatalogTables } from './domain/rows.ts';
import { documentOf, listingOf } from './domain/shelf.ts';
import { tables } from './store.ts';
import { add, alter, type CatalogAsk, change, create, name, price, stockIs, variant } from './testing/given.ts';

type Shelf = Rehearsal<CatalogTables>;
/** Made when its turn comes: a creation takes an id that nobody had, others name a product that there may be. */
type Step = (product: string, fresh: string) => CatalogAsk;

const skus = ['cup', 'kettle', 'pot', 'tea'];
const sku = fc.constantFrom(...skus);
const fen = fc.integer({ min: 0, max: 5 });
const text = fc.constantFrom('Green Tea', 'Kettle', 'a');
const texts = fc.record({ name: text, description: text }).map((en) => ({ en }));
const category = fc.constantFrom('tea', 'teaware');
const variants = fc.array(
  fc.tuple(sku, fen, fc.boolean()).map(([of, amount, onSale]) => variant(of, amount, { onSale })),
  { minLength: 1, maxLength: 3 },
);
const changes = fc.record({ texts, category, onSale: fc.boolean() }, { requiredKeys: [] });
const names = fc.record({ en: text });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(variants, texts, fc.boolean()).map(
      ([given, words, onSale]): Step =>
        (_, fresh) =>
          create(fresh, given, { texts: words, onSale }),
    ),
  },
  {
    weight: 2,
    arbitrary: variants.map(
      (given): Step =>
        (of) =>
          add(of, given),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(sku, fen).map(
      ([one, amount]): Step =>
        (of) =>
          price(of, one, amount),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(sku, fc.record({ names, onSale: fc.boolean() }, { requiredKeys: [] })).map(
      ([one, more]): Step =>
        (of) =>
          alter(of, one, more),
    ),
  },
  {
    weight: 2,
    arbitrary: changes.map(
      (more): Step =>
        (of) =>
          change(of, more),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(category, names).map(
      ([slug, words]): Step =>
        () =>
          name(slug, words),
    ),
  },
  {
    weight: 4,
    // Positions name a message; what comes again or late comes with the position it had.
    arbitrary: fc.tuple(sku, fc.integer({ min: 1, max: 30 })).map(
      ([of, position]): Step =>
        () =>
          stockIs(of, position % 3, position),
    ),
  },
);
const history = fc.array(fc.tuple(step, fc.integer({ min: 0, max: 3 })), { maxLength: 25 });

/** Runs the steps in batches of the given size; the product a step names is one of the first four there may be. */
async function run(steps: readonly (readonly [Step, number])[], batchSize: number) {
  const shelf: Shelf = new Rehearsal<CatalogTables>(tables);
  const decisions: Decision<CatalogTables, unknown>[] = [];
  const asks = steps.map(([make, product], index) => make(`prd-${product}`, `prd-${index}`));
  for (let start = 0; start < asks.length; start += batchSize) {
    decisions.push(...(await shelf.batch(asks.slice(start, start + batchSize), { now: 0, cause: `request/${start}` })));
  }
  return { shelf, decisions };
}

function withoutCause<Row extends { readonly cause: string }>({ cause: _, ...row }: Row) {
  return row;
}

function rowsByKey(shelf: Shelf, table: 'variants' | 'listings' | 'stock') {
  return new Map(shelf.rows(table).map((row) => ['sku' in row ? row.sku : row.productId, withoutCause(row)]));
}

function checkShelf(shelf: Shelf): void {
  const all = shelf.rows('variants');
  for (const product of shelf.rows('products')) {
    const own = all.filter(({ productId }) => productId === product.id);
    expect(own.map(({ sku: one }) => one).sort()).toEqual([...product.skus].sort());
    const ordered = product.skus.flatMap((one) => shelf.row('variants', one) ?? []);
    const stocked = own.filter(
      ({ sku: one, onSale }) => onSale && (shelf.row('stock', one)?.available ?? 0) > 0,
    ).length;
    const listing = shelf.row('listings', product.id);
    expect(listing && withoutCause(listing)).toEqual(withoutCause(listingOf(product, ordered, stocked, '')));
    const document = shelf.row('documents', product.id);
    const expected = documentOf(product, ordered, shelf.row('categories', product.category), '');
    if (document?.categoryVersion === expected.categoryVersion) {
      expect(withoutCause(document)).toEqual(withoutCause(expected));
    }
  }
  for (const one of all) expect(shelf.row('stock', one.sku)?.productId).toBe(one.productId);
}

test('whatever is asked, a SKU is one product’s, and listings and documents are what the products say', async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.integer({ min: 1, max: 6 }), async (steps, batchSize) => {
      const { shelf } = await run(steps, batchSize);
      checkShelf(shelf);
    }),
    { numRuns: 400 },
  );
});

test('the prices said, from the first on, end in the price there is', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const { shelf, decisions } = await run(steps, 1);
      const prices = new Map<string, unknown>();
      for (const { put, say = [], refuse } of decisions) {
        if (refuse) expect(say).toEqual([]);
        for (const one of put?.variants ?? []) if (!prices.has(one.sku)) prices.set(one.sku, toWire(one.price));
        for (const said of say.filter(isPriceChanged)) {
          const { sku: of, price: now } = said.data as { sku: string; price: unknown };
          expect(now).not.toEqual(prices.get(of));
          prices.set(of, now);
        }
      }
      const present = shelf.rows('variants').map((one) => [one.sku, toWire(one.price)] as const);
      expect(prices).toEqual(new Map(present));
    }),
    { numRuns: 300 },
  );
});

/** What an order is told of each SKU that is for sale, as `readQuotes` reads it. */
function quotesIn(shelf: Shelf): ReadonlyMap<string, unknown> {
  return new Map(
    shelf.rows('variants').flatMap(({ sku: of, productId, names: own, price: now, onSale }) => {
      const product = shelf.row('products', productId);
      return onSale && product?.onSale ? [[of, { own, now, ...product.names }] as const] : [];
    }),
  );
}

test('no quote changes in silence: whoever knows it hears that it may be another', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const shelf: Shelf = new Rehearsal<CatalogTables>(tables);
      for (const [index, [make, product]] of steps.entries()) {
        const before = quotesIn(shelf);
        const ask = make(`prd-${product}`, `prd-${index}`);
        const [decision] = await shelf.batch([ask], { now: 0, cause: `request/${index}` });
        const after = quotesIn(shelf);
        const changed = [...before].filter(([of, quote]) => !isDeepStrictEqual(after.get(of), quote));
        if (changed.length > 0) expect(decision?.say ?? []).not.toEqual([]);
      }
    }),
    { numRuns: 300 },
  );
});

test('decisions of one batch see each other: together they come to what they come to one by one', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const together = await run(steps, steps.length + 1);
      const apart = await run(steps, 1);
      expect(together.decisions.map(({ refuse }) => refuse?.code)).toEqual(
        apart.decisions.map(({ refuse }) => refuse?.code),
      );
      expect(together.shelf.said).toEqual(apart.shelf.said);
      for (const table of ['variants', 'listings', 'stock'] as const) {
        expect(rowsByKey(together.shelf, table)).toEqual(rowsByKey(apart.shelf, table));
      }
    }),
    { numRuns: 300 },
  );
});

function isPriceChanged({ contract }: Saying): boolean {
  return contract.type === PriceChanged.type;
}
