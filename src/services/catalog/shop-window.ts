import { getAvailability } from '#contracts/http/inventory.ts';
import type { Language } from '#contracts/schema.ts';
import { toWire } from '#kernel/money.ts';
import type { Context, Origin } from '#runtime/service.ts';
import { inLanguage } from './domain/languages.ts';
import { type ProductWithVariants, readLastSaid } from './reads.ts';

/** Browsing goes on without inventory: for longer than this no page waits for it. */
const PATIENCE_MS = 1_000;

/** Products as shoppers see them: one language, what is for sale, and how many there are of it. */
export async function shownProducts(context: Context, origin: Origin, found: readonly ProductWithVariants[]) {
  const shown = found
    .map(({ product, variants }) => ({ product, offered: variants.filter(({ onSale }) => onSale) }))
    .filter(({ product, offered }) => product.onSale && offered.length > 0);
  const skus = shown.flatMap(({ offered }) => offered.map(({ sku }) => sku));
  const available = await availabilityOf(context, origin, skus);
  const { language } = origin;
  return shown.map(({ product, offered }) => ({
    id: product.id,
    name: textIn(product.names, language),
    description: textIn(product.descriptions, language),
    category: product.category,
    images: [...product.images],
    variants: offered.map(({ sku, names, price }) => ({
      sku,
      // A variant without a name of its own is told from its siblings by what the merchant calls it.
      name: inLanguage(names, language) ?? sku,
      price: toWire(price),
      available: available.get(sku) ?? 0,
    })),
  }));
}

function textIn(texts: ProductWithVariants['product']['names'], language: Language): string {
  return inLanguage(texts, language) ?? '';
}

/**
 * How many there are of each SKU, asked in one call. While inventory does not answer, what it said last: right about
 * what is sold out, old about numbers. An order asks inventory itself, so nothing is sold on the strength of this.
 */
export async function availabilityOf(
  context: Context,
  origin: Origin,
  skus: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (skus.length === 0) return new Map();
  const deadline = Math.min(origin.deadline, context.clock.now() + PATIENCE_MS);
  try {
    const { body } = await context.call(getAvailability, { body: { skus: [...skus] } }, { ...origin, deadline });
    return new Map(body.data.map(({ sku, available }) => [sku, available]));
  } catch (error) {
    context.log.warn({ err: error }, 'inventory does not answer: showing what it said last');
    return readLastSaid(context.database, skus);
  }
}
