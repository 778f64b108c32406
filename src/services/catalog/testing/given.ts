import { expect } from 'vitest';
import { type Saying, say } from '#contracts/message.ts';
import { PriceChanged } from '#contracts/messages/catalog/price-changed.v1.ts';
import { ProductChanged } from '#contracts/messages/catalog/product-changed.v1.ts';
import { StockChanged } from '#contracts/messages/inventory/stock-changed.v1.ts';
import { type Ask, ask, deliver, messageOf, numbered, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import { nameCategory } from '../domain/categories.ts';
import type { CatalogTables, Localised } from '../domain/rows.ts';
import {
  addVariants,
  type ChangeProduct,
  type ChangeVariant,
  type CreateProduct,
  changeProduct,
  changeVariant,
  createProduct,
  type NewVariant,
} from '../domain.ts';
import { catalog } from '../service.ts';
import { tables } from '../store.ts';

export type CatalogAsk = Ask<CatalogTables>;

/** Prices in fen by SKU, or whole variants. */
type Variants = Readonly<Record<string, number>> | readonly NewVariant[];

export function variant(sku: string, fen: number, more: Partial<NewVariant> = {}): NewVariant {
  return { sku, names: {}, price: { amount: BigInt(fen), currency: 'CNY' }, onSale: true, ...more };
}

function variantsOf(variants: Variants): readonly NewVariant[] {
  if (Array.isArray(variants)) return variants as readonly NewVariant[];
  return Object.entries(variants).map(([sku, fen]) => variant(sku, Number(fen)));
}

export const create = (id: string, variants: Variants, more: Partial<CreateProduct> = {}): CatalogAsk =>
  ask(createProduct, {
    id,
    category: 'tea',
    texts: { en: { name: id, description: '' } },
    images: [],
    onSale: true,
    ...more,
    variants: variantsOf(variants),
  });
export const change = (id: string, more: Omit<ChangeProduct, 'id'>): CatalogAsk => ask(changeProduct, { ...more, id });
export const add = (productId: string, variants: Variants): CatalogAsk =>
  ask(addVariants, { productId, variants: variantsOf(variants) });
export const alter = (productId: string, sku: string, more: Omit<ChangeVariant, 'productId' | 'sku'>): CatalogAsk =>
  ask(changeVariant, { ...more, productId, sku });
export const price = (productId: string, sku: string, fen: number): CatalogAsk =>
  alter(productId, sku, { price: { amount: BigInt(fen), currency: 'CNY' } });
export const name = (slug: string, names: Localised): CatalogAsk => ask(nameCategory, { slug, names });
export const stockIs = (sku: string, available: number, position: number): CatalogAsk =>
  deliver(catalog.hears, messageOf(StockChanged, { sku, available }, position));

export const changed = (productId: string, onSale = true) => say(ProductChanged, { productId, onSale });
export const priced = (productId: string, sku: string, fen: number) =>
  say(PriceChanged, { productId, sku, price: { amount: fen, currency: 'CNY' } });

/** An empty catalog in which something has happened; each ask is a batch of its own. */
export function given(...history: readonly CatalogAsk[]) {
  return {
    async when(...asks: readonly CatalogAsk[]) {
      const rehearsal = new Rehearsal<CatalogTables>(tables);
      await rehearsal.inTurn(history, () => ({ now: 0, cause: 'request/test' }));
      const before = rehearsal.said.length;
      const decisions = await rehearsal.inTurn(asks, numbered(1));
      return {
        rehearsal,
        decisions,
        says: (...sayings: Saying[]) => expect(rehearsal.said.slice(before)).toEqual(sayings),
        refuses: (...codes: (string | undefined)[]) =>
          expect(decisions.map(({ refuse }) => refuse?.code)).toEqual(codes),
      };
    },
  };
}
