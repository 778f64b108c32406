import type { EditedProduct } from '#contracts/http/catalog.ts';
import type { Language } from '#contracts/schema.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { type Money, toWire } from '#kernel/money.ts';
import { inLanguage, languages } from './languages.ts';
import type { Category, Document, Listing, Localised, Product, Variant } from './rows.ts';

/** Enough to tell names apart, and short enough for a paging cursor to carry. */
const SORT_NAME_CHARACTERS_MAX = 60;

/** Where a product stands in lists; `stocked` is the number of its variants on sale that are in stock. */
export function listingOf(product: Product, variants: readonly Variant[], stocked: number, cause: string): Listing {
  const offered = variants.filter(({ onSale }) => onSale);
  return {
    productId: product.id,
    category: product.category,
    onSale: product.onSale,
    variants: variants.length,
    offered: offered.length,
    stocked,
    price: leastOf((offered.length > 0 ? offered : variants).map(({ price }) => price)),
    sortNames: {
      'zh-CN': sortName(product.names, 'zh-CN'),
      'zh-TW': sortName(product.names, 'zh-TW'),
      en: sortName(product.names, 'en'),
    },
    cause,
  };
}

function sortName(names: Localised, language: Language): string {
  const [...characters] = inLanguage(names, language) ?? '';
  return characters.slice(0, SORT_NAME_CHARACTERS_MAX).join('');
}

/** Prices of one product are of one currency. */
function leastOf([first, ...others]: readonly Money[]): Money {
  if (first === undefined) throw new Error('a product without variants has no price');
  return others.reduce((least, price) => (price.amount < least.amount ? price : least), first);
}

/** Shoppers see a product while it and a variant of it are on sale. */
export function isShown(product: Product, variants: readonly Variant[]): boolean {
  return product.onSale && variants.some(({ onSale }) => onSale);
}

export function documentOf(
  product: Product,
  variants: readonly Variant[],
  category: Category | undefined,
  cause: string,
): Document {
  return {
    productId: product.id,
    category: product.category,
    shown: isShown(product, variants),
    texts: {
      name: textsOf(product.names),
      category: category ? textsOf(category.names) : [product.category],
      description: textsOf(product.descriptions),
      variants: variants.map(({ sku, names }) => ({ sku, name: textsOf(names) })),
    },
    categoryVersion: category?.version ?? 0,
    cause,
  };
}

function textsOf(texts: Localised): readonly string[] {
  return [...new Set(languages.map((language) => texts[language]).filter((text) => text !== undefined))];
}

/** A product as its editors see it: everything, in all languages. */
export function editedProduct(product: Product, variants: readonly Variant[]): EditedProduct {
  const texts = languages.flatMap((language) => {
    const name = product.names[language];
    return name === undefined ? [] : [[language, { name, description: product.descriptions[language] ?? '' }]];
  });
  return {
    id: product.id,
    category: product.category,
    texts: Object.fromEntries(texts),
    images: [...product.images],
    onSale: product.onSale,
    variants: variants.map(({ sku, names, price, onSale }) => ({ sku, names, price: toWire(price), onSale })),
    createdAt: toTimestamp(product.createdAt),
    updatedAt: toTimestamp(product.updatedAt),
  };
}
