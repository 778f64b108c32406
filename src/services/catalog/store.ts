import type { Tables } from '#runtime/batch/workset.ts';
import type { Transaction } from '#runtime/database/database.ts';
import { rowsOf } from '#runtime/database/rows-of.ts';
import type { CatalogTables, Category, Document, Listing, Product, Stock, Variant } from './domain/rows.ts';
import { searchDocument } from './search.ts';

const writtenStock = 'sku text, product_id text, available bigint, position bigint, cause text';
const writtenProduct = `id text, category text, names jsonb, descriptions jsonb, images jsonb, skus jsonb, on_sale boolean,
  created_at timestamptz, updated_at timestamptz, cause text`;
const writtenVariant =
  'sku text, product_id text, names jsonb, amount bigint, currency text, on_sale boolean, cause text';
const writtenListing = `product_id text, category text, on_sale boolean, variants integer, offered integer, stocked integer,
  currency text, amount bigint, name_zh_cn text, name_zh_tw text, name_en text, cause text`;
const writtenCategory = 'slug text, names jsonb, position integer, version integer, cause text';

/** To be raised whenever search.ts makes other documents of the same texts: a job then makes all of them anew. */
export const analysisVersion = 1;

export interface ProductRow extends Omit<Product, 'createdAt' | 'updatedAt'> {
  readonly created_at: number;
  readonly updated_at: number;
}

export interface VariantRow extends Omit<Variant, 'price'> {
  readonly amount: bigint;
  readonly currency: string;
}

export const productColumns = `id, category, names, descriptions, images, skus, on_sale as "onSale", created_at,
  updated_at, cause`;
export const variantColumns = 'sku, product_id as "productId", names, amount, currency, on_sale as "onSale", cause';

export function productOf({ created_at, updated_at, ...row }: ProductRow): Product {
  return { ...row, createdAt: created_at, updatedAt: updated_at };
}

export function variantOf({ amount, currency, ...row }: VariantRow): Variant {
  return { ...row, price: { amount, currency } };
}

const stock = {
  keyOf: (row: Stock) => row.sku,
  async load(transaction: Transaction, skus: readonly string[]) {
    const { rows } = await transaction.query<
      Omit<Stock, 'available' | 'position'> & { available: bigint; position: bigint }
    >(
      `select sku, product_id as "productId", available, position, cause
       from stock where sku = any($1)`,
      [skus],
    );
    return rows.map((row): Stock => ({ ...row, available: Number(row.available), position: Number(row.position) }));
  },
  insert: (transaction: Transaction, rows: readonly Stock[]) =>
    transaction.query(
      `insert into stock (sku, product_id, available, position, cause)
       select * from ${rowsOf(writtenStock)} as new`,
      stockValues(rows),
    ),
  update: (transaction: Transaction, rows: readonly Stock[]) =>
    transaction.query(
      `update stock s set product_id = c.product_id, available = c.available, position = c.position, cause = c.cause
       from ${rowsOf(writtenStock)} as c
       where s.sku = c.sku`,
      stockValues(rows),
    ),
};

function stockValues(rows: readonly Stock[]): readonly unknown[] {
  return [
    rows.map(({ sku }) => sku),
    rows.map(({ productId }) => productId),
    rows.map(({ available }) => available),
    rows.map(({ position }) => position),
    rows.map(({ cause }) => cause),
  ];
}

const products = {
  keyOf: (row: Product) => row.id,
  async load(transaction: Transaction, ids: readonly string[]) {
    const { rows } = await transaction.query<ProductRow>(`select ${productColumns} from products where id = any($1)`, [
      ids,
    ]);
    return rows.map(productOf);
  },
  insert: (transaction: Transaction, rows: readonly Product[]) =>
    transaction.query(
      `insert into products (id, category, names, descriptions, images, skus, on_sale, created_at, updated_at, cause)
       select * from ${rowsOf(writtenProduct)} as new`,
      productValues(rows),
    ),
  update: (transaction: Transaction, rows: readonly Product[]) =>
    transaction.query(
      `update products p set category = c.category, names = c.names, descriptions = c.descriptions, images = c.images,
         skus = c.skus, on_sale = c.on_sale, updated_at = c.updated_at, cause = c.cause
       from ${rowsOf(writtenProduct)} as c
       where p.id = c.id`,
      productValues(rows),
    ),
};

function productValues(rows: readonly Product[]): readonly unknown[] {
  return [
    rows.map(({ id }) => id),
    rows.map(({ category }) => category),
    rows.map(({ names }) => names),
    rows.map(({ descriptions }) => descriptions),
    rows.map(({ images }) => JSON.stringify(images)),
    rows.map(({ skus }) => JSON.stringify(skus)),
    rows.map(({ onSale }) => onSale),
    rows.map(({ createdAt }) => createdAt),
    rows.map(({ updatedAt }) => updatedAt),
    rows.map(({ cause }) => cause),
  ];
}

const variants = {
  keyOf: (row: Variant) => row.sku,
  async load(transaction: Transaction, skus: readonly string[]) {
    const { rows } = await transaction.query<VariantRow>(`select ${variantColumns} from variants where sku = any($1)`, [
      skus,
    ]);
    return rows.map(variantOf);
  },
  insert: (transaction: Transaction, rows: readonly Variant[]) =>
    transaction.query(
      `insert into variants (sku, product_id, names, amount, currency, on_sale, cause)
       select * from ${rowsOf(writtenVariant)} as new`,
      variantValues(rows),
    ),
  update: (transaction: Transaction, rows: readonly Variant[]) =>
    transaction.query(
      `update variants v set names = c.names, amount = c.amount, currency = c.currency, on_sale = c.on_sale, cause = c.cause
       from ${rowsOf(writtenVariant)} as c
       where v.sku = c.sku`,
      variantValues(rows),
    ),
} as const;

function variantValues(rows: readonly Variant[]): readonly unknown[] {
  return [
    rows.map(({ sku }) => sku),
    rows.map(({ productId }) => productId),
    rows.map(({ names }) => names),
    rows.map(({ price }) => price.amount),
    rows.map(({ price }) => price.currency),
    rows.map(({ onSale }) => onSale),
    rows.map(({ cause }) => cause),
  ];
}

interface ListingRow extends Omit<Listing, 'price' | 'sortNames'> {
  readonly amount: bigint;
  readonly currency: string;
  readonly name_zh_cn: string;
  readonly name_zh_tw: string;
  readonly name_en: string;
}

const listings = {
  keyOf: (row: Listing) => row.productId,
  async load(transaction: Transaction, productIds: readonly string[]) {
    const { rows } = await transaction.query<ListingRow>(
      `select product_id as "productId", category, on_sale as "onSale", variants, offered, stocked, currency, amount, name_zh_cn,
         name_zh_tw, name_en, cause
       from listings where product_id = any($1)`,
      [productIds],
    );
    return rows.map(
      ({ amount, currency, name_zh_cn, name_zh_tw, name_en, ...row }): Listing => ({
        ...row,
        price: { amount, currency },
        sortNames: { 'zh-CN': name_zh_cn, 'zh-TW': name_zh_tw, en: name_en },
      }),
    );
  },
  insert: (transaction: Transaction, rows: readonly Listing[]) =>
    transaction.query(
      `insert into listings (product_id, category, on_sale, variants, offered, stocked, currency, amount, name_zh_cn,
         name_zh_tw, name_en, cause)
       select * from ${rowsOf(writtenListing)} as new`,
      listingValues(rows),
    ),
  update: (transaction: Transaction, rows: readonly Listing[]) =>
    transaction.query(
      `update listings l set category = c.category, on_sale = c.on_sale, variants = c.variants, offered = c.offered, stocked = c.stocked,
         currency = c.currency, amount = c.amount, name_zh_cn = c.name_zh_cn, name_zh_tw = c.name_zh_tw,
         name_en = c.name_en, cause = c.cause
       from ${rowsOf(writtenListing)} as c
       where l.product_id = c.product_id`,
      listingValues(rows),
    ),
} as const;

function listingValues(rows: readonly Listing[]): readonly unknown[] {
  return [
    rows.map(({ productId }) => productId),
    rows.map(({ category }) => category),
    rows.map(({ onSale }) => onSale),
    rows.map(({ variants }) => variants),
    rows.map(({ offered }) => offered),
    rows.map(({ stocked }) => stocked),
    rows.map(({ price }) => price.currency),
    rows.map(({ price }) => price.amount),
    rows.map(({ sortNames }) => sortNames['zh-CN']),
    rows.map(({ sortNames }) => sortNames['zh-TW']),
    rows.map(({ sortNames }) => sortNames.en),
    rows.map(({ cause }) => cause),
  ];
}

/** Never read by a decision: it is made of its product. */
const documents = {
  keyOf: (row: Document) => row.productId,
  insert: (transaction: Transaction, rows: readonly Document[]) =>
    transaction.query(
      `insert into documents (product_id, category, shown, document, category_version, cause, analysis_version)
       select c.*, $7::integer
       from ${rowsOf(`
           product_id text, category text, shown boolean, document tsvector, category_version integer,
           cause text`)} as c
       on conflict (product_id) do update set category = excluded.category, shown = excluded.shown,
         document = excluded.document, category_version = excluded.category_version,
         analysis_version = excluded.analysis_version, cause = excluded.cause`,
      [
        rows.map(({ productId }) => productId),
        rows.map(({ category }) => category),
        rows.map(({ shown }) => shown),
        rows.map(({ texts }) => searchDocument(texts)),
        rows.map(({ categoryVersion }) => categoryVersion),
        rows.map(({ cause }) => cause),
        analysisVersion,
      ],
    ),
} as const;

const categories = {
  keyOf: (row: Category) => row.slug,
  async load(transaction: Transaction, slugs: readonly string[]) {
    const { rows } = await transaction.query<Category>(
      'select slug, names, position, version, cause from categories where slug = any($1)',
      [slugs],
    );
    return rows;
  },
  insert: (transaction: Transaction, rows: readonly Category[]) =>
    transaction.query(
      `insert into categories (slug, names, position, version, cause)
       select * from ${rowsOf(writtenCategory)} as new
       on conflict (slug) do update set names = excluded.names, position = excluded.position,
         version = categories.version + 1, cause = excluded.cause`,
      categoryValues(rows),
    ),
  update: (transaction: Transaction, rows: readonly Category[]) =>
    transaction.query(
      `update categories g set names = c.names, position = c.position, version = c.version, cause = c.cause
       from ${rowsOf(writtenCategory)} as c
       where g.slug = c.slug`,
      categoryValues(rows),
    ),
} as const;

function categoryValues(rows: readonly Category[]): readonly unknown[] {
  return [
    rows.map(({ slug }) => slug),
    rows.map(({ names }) => names),
    rows.map(({ position }) => position),
    rows.map(({ version }) => version),
    rows.map(({ cause }) => cause),
  ];
}

export const tables = { stock, products, variants, listings, documents, categories } satisfies CatalogTables & Tables;
