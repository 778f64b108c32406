import type { Language } from '#contracts/schema.ts';
import type { Instant } from '#kernel/clock.ts';
import type { Money } from '#kernel/money.ts';
import type { Table } from '#runtime/batch/workset.ts';

/** A text in the languages somebody wrote it in. */
export type Localised = { readonly [Name in Language]?: string };

/** What the merchant says of a product. Wide, and seldom changed. */
export interface Product {
  readonly id: string;
  readonly category: string;
  readonly names: Localised;
  readonly descriptions: Localised;
  readonly images: readonly string[];
  /** Its variants in the shop's order; never empty. */
  readonly skus: readonly string[];
  readonly onSale: boolean;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly cause: string;
}

/** What can be ordered. A SKU belongs to one product, for ever. */
export interface Variant {
  readonly sku: string;
  readonly productId: string;
  readonly names: Localised;
  readonly price: Money;
  readonly onSale: boolean;
  readonly cause: string;
}

/** Whose a SKU is, and what inventory last said of it. Inventory may know a SKU before the catalog does. */
export interface Stock {
  readonly sku: string;
  readonly productId: string | null;
  readonly available: number;
  /** Inventory's log position of that word; 0 while there was none. */
  readonly position: number;
  readonly cause: string;
}

/** A product's place in lists: narrow, derived from the rows above. It is shown while it and a variant of it are on sale. */
export interface Listing {
  readonly productId: string;
  readonly category: string;
  readonly onSale: boolean;
  readonly variants: number;
  /** Variants on sale, and how many of these are in stock. */
  readonly offered: number;
  readonly stocked: number;
  /** The least of the variants on sale (of all, where none is). */
  readonly price: Money;
  /** The name as readers of each language see it, cut: what lists are sorted by. */
  readonly sortNames: Readonly<Record<Language, string>>;
  readonly cause: string;
}

/** How a product is found: its texts in all languages, of which the store makes the search index, and what narrows a search. */
export interface Document {
  readonly productId: string;
  readonly category: string;
  readonly shown: boolean;
  readonly texts: {
    readonly name: readonly string[];
    readonly category: readonly string[];
    readonly description: readonly string[];
    readonly variants: readonly { readonly sku: string; readonly name: readonly string[] }[];
  };
  readonly categoryVersion: number;
  readonly cause: string;
}

/** How a category is called. One that nobody named is called by its slug. */
export interface Category {
  readonly slug: string;
  readonly names: Localised;
  /** Its place in the menu; equal ones go by slug. */
  readonly position: number;
  /** Grows with each change, so that documents made with older names are found and made anew. */
  readonly version: number;
  readonly cause: string;
}

export type CatalogTables = {
  readonly products: Table<Product>;
  readonly stock: Table<Stock>;
  readonly variants: Table<Variant>;
  readonly listings: Table<Listing>;
  readonly documents: Table<Document>;
  readonly categories: Table<Category>;
};
