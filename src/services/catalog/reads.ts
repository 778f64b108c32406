import type { Database } from '#runtime/database/database.ts';
import { LAST_POSITION } from './domain/categories.ts';
import type { Category, Localised, Product, Variant } from './domain/rows.ts';
import {
  analysisVersion,
  type ProductRow,
  productColumns,
  productOf,
  type VariantRow,
  variantColumns,
  variantOf,
} from './store.ts';

export interface ProductWithVariants {
  readonly product: Product;
  /** In the shop's order. */
  readonly variants: readonly Variant[];
}

/** Products in the order of the ids; those that are not there are left out. */
export async function readProducts(
  database: Database,
  ids: readonly string[],
): Promise<readonly ProductWithVariants[]> {
  if (ids.length === 0) return [];
  const [products, variants] = await Promise.all([
    database.query<ProductRow>(`select ${productColumns} from products where id = any($1)`, [ids]),
    database.query<VariantRow>(`select ${variantColumns} from variants where product_id = any($1)`, [ids]),
  ]);
  const byId = new Map(products.rows.map((row) => [row.id, productOf(row)]));
  const bySku = new Map(variants.rows.map((row) => [row.sku, variantOf(row)]));
  return ids.flatMap((id) => {
    const product = byId.get(id);
    if (!product) return [];
    return [{ product, variants: product.skus.map((sku) => bySku.get(sku)).filter((row) => row !== undefined) }];
  });
}

export interface Quote {
  readonly productNames: Localised;
  readonly variantNames: Localised;
  readonly amount: bigint;
  readonly currency: string;
}

/** Of these SKUs, what is for sale now. */
export async function readQuotes(database: Database, skus: readonly string[]): Promise<ReadonlyMap<string, Quote>> {
  const { rows } = await database.query<Quote & { readonly sku: string }>(
    `select v.sku, v.names as "variantNames", v.amount, v.currency, p.names as "productNames"
     from variants v join products p on p.id = v.product_id
     where v.sku = any($1) and v.on_sale and p.on_sale`,
    [skus],
  );
  return new Map(rows.map((row) => [row.sku, row]));
}

export interface Description extends Quote {
  readonly productId: string;
  readonly image: string | null;
  readonly forSale: boolean;
}

/** Of these SKUs, those that products have, for sale or not. */
export async function readDescriptions(
  database: Database,
  skus: readonly string[],
): Promise<ReadonlyMap<string, Description>> {
  const { rows } = await database.query<Description & { readonly sku: string }>(
    `select v.sku, v.names as "variantNames", v.amount, v.currency, p.names as "productNames", p.id as "productId",
       p.images->>0 as image, v.on_sale and p.on_sale as "forSale"
     from variants v join products p on p.id = v.product_id
     where v.sku = any($1)`,
    [skus],
  );
  return new Map(rows.map((row) => [row.sku, row]));
}

/** What inventory said last; exact about what is sold out, of numbers only as fresh as the last change by hand. */
export async function readLastSaid(database: Database, skus: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.query<{ sku: string; available: bigint }>(
    'select sku, available from stock where sku = any($1)',
    [skus],
  );
  return new Map(rows.map(({ sku, available }) => [sku, Number(available)]));
}

export interface CategoryCount extends Pick<Category, 'slug' | 'position'> {
  readonly names: Localised;
  readonly products: number;
}

/** Categories in which something is for sale, in the menu's order, after the given one. */
export async function readCategories(
  database: Database,
  after: { readonly position: number; readonly slug: string } | undefined,
  limit: number,
): Promise<readonly CategoryCount[]> {
  const { rows } = await database.query<CategoryCount>(
    `select l.slug, coalesce(c.position, $1::integer) as position, coalesce(c.names, '{}') as names, l.products
     from (select category as slug, count(*)::integer as products from listings where shown group by category) l
     left join categories c using (slug)
     where (coalesce(c.position, $1::integer), l.slug) > ($2::integer, $3::text)
     order by coalesce(c.position, $1::integer), l.slug
     limit $4`,
    [LAST_POSITION, after?.position ?? -1, after?.slug ?? '', limit],
  );
  return rows;
}

/** Products whose documents were made with other names of their category, or by another analysis, than today's. */
export async function readOutdated(database: Database, limit: number): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>(
    `select d.product_id as id
     from documents d left join categories c on c.slug = d.category
     where d.analysis_version <> $1 or d.category_version <> coalesce(c.version, 0)
     limit $2`,
    [analysisVersion, limit],
  );
  return rows.map(({ id }) => id);
}

/** Of these SKUs, those that products have. */
export async function readTaken(database: Database, skus: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await database.query<{ sku: string }>('select sku from variants where sku = any($1)', [skus]);
  return new Set(rows.map(({ sku }) => sku));
}

export async function readCategorySlugs(database: Database): Promise<ReadonlySet<string>> {
  const { rows } = await database.query<{ slug: string }>('select slug from categories');
  return new Set(rows.map(({ slug }) => slug));
}
