import type { Decider } from '#runtime/batch/decider.ts';
import type { CatalogTables, Category, Document, Localised } from './rows.ts';
import { documentOf } from './shelf.ts';

export interface NameCategory {
  readonly slug: string;
  readonly names: Localised;
  readonly position?: number | undefined;
  readonly reason?: string | undefined;
  /** One that somebody named already keeps its name. */
  readonly onlyIfNew?: boolean;
}

/** Behind those that were given a place; that of categories which nobody has named. */
export const LAST_POSITION = 1000;

/** Products keep the names under which they are found until they are indexed anew. */
export const nameCategory: Decider<CatalogTables, NameCategory, Category> = {
  name: 'name-category',
  needs: () => ({}),
  needsThen: ({ slug }) => ({ categories: [slug] }),
  decide({ categories }, { slug, names, position, reason, onlyIfNew }, { cause }) {
    const before = categories.get(slug);
    if (before && onlyIfNew) return { answer: before };
    const category: Category = {
      slug,
      names,
      position: position ?? before?.position ?? LAST_POSITION,
      version: (before?.version ?? 0) + 1,
      cause,
    };
    return {
      put: { categories: [category] },
      answer: category,
      trail: { action: 'name category', object: slug, ...(reason === undefined ? {} : { reason }) },
    };
  },
};

/** Makes the documents of products anew: after their category was named, or the analysis has changed. */
export const indexProducts: Decider<CatalogTables, { readonly ids: readonly string[] }> = {
  name: 'index-products',
  needs: ({ ids }) => ({ products: ids }),
  needsThen({ ids }, { products }) {
    const rows = ids.map((id) => products.get(id)).filter((product) => product !== undefined);
    return {
      variants: rows.flatMap(({ skus }) => skus),
      categories: rows.map(({ category }) => category),
      documents: ids,
    };
  },
  decide({ products, variants, categories }, { ids }, { cause }) {
    const documents = ids.flatMap((id): Document[] => {
      const product = products.get(id);
      if (!product) return [];
      const own = product.skus.map((sku) => variants.get(sku)).filter((variant) => variant !== undefined);
      return [documentOf(product, own, categories.get(product.category), cause)];
    });
    return { put: { documents } };
  },
};
