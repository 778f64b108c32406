import { money } from '#kernel/money.ts';
import { ProblemError } from '#kernel/problem.ts';
import type { Context } from '#runtime/service.ts';
import { type DemoProduct, demoCategories, demoProducts } from './demo/index.ts';
import { nameCategory } from './domain/categories.ts';
import type { Localised } from './domain/rows.ts';
import { type CreateProduct, createProduct } from './domain.ts';
import { readCategorySlugs, readTaken } from './reads.ts';
import type { catalogSettings } from './settings.ts';

/** What is in stock of the demo catalogue when a shop begins. */
export const demoStock: readonly { readonly sku: string; readonly quantity: number }[] = demoProducts.flatMap(
  ({ variants }) => variants.filter(({ onHand }) => onHand > 0).map(({ sku, onHand }) => ({ sku, quantity: onHand })),
);

/** Puts the demo catalogue on the shelves, once: what is there already stays as its merchant left it. */
export async function stockShelves(context: Context<typeof catalogSettings>): Promise<void> {
  if (!context.settings.demo) return;
  const [named, taken] = await Promise.all([
    readCategorySlugs(context.database),
    readTaken(
      context.database,
      demoProducts.flatMap(({ variants }) => variants.map(({ sku }) => sku)),
    ),
  ]);
  const origin = context.timer('demo');
  const namings = demoCategories
    .map(({ slug, names }, position) => ({ slug, names, position, onlyIfNew: true }))
    .filter(({ slug }) => !named.has(slug))
    .map((command) => context.write(nameCategory, command, origin));
  const missing = demoProducts.filter(({ variants }) => !variants.some(({ sku }) => taken.has(sku)));
  // Lists show what is newest first: made from the last to the first, the products stand in the order of the menu.
  const creations = missing
    .toReversed()
    .map((product) => context.write(createProduct, creationOf(product, context.ids.next('product')), origin));
  await Promise.all([...namings, ...creations.map(unlessTaken)]);
  if (missing.length > 0) context.log.info({ products: missing.length }, 'the demo catalogue is on the shelves');
}

function creationOf({ category, texts, images, variants, offSale }: DemoProduct, id: string): CreateProduct {
  return {
    id,
    category,
    texts,
    images: images.map((file) => `/v1/images/${file}`),
    onSale: !offSale,
    variants: variants.map(({ sku, names, price }) => ({
      sku,
      names: names satisfies Localised,
      price: money(price, 'CNY'),
      onSale: true,
    })),
  };
}

/** Another instance that starts at the same time may have been quicker. */
async function unlessTaken(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!(error instanceof ProblemError && error.problem.code === 'sku_taken')) throw error;
  }
}
