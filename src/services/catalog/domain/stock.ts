import type { DataOf } from '#contracts/message.ts';
import type { StockChanged } from '#contracts/messages/inventory/stock-changed.v1.ts';
import { type MessageDecider, nothing } from '#runtime/batch/decider.ts';
import type { CatalogTables, Stock } from './rows.ts';

/**
 * Keeps what inventory last said of a SKU, known here or not, and moves its product between what is in stock and what is
 * sold out. A repeat, and a word older than the last, changes nothing.
 */
export const keepStock: MessageDecider<CatalogTables, DataOf<typeof StockChanged>> = {
  needs: ({ data }) => ({ stock: [data.sku] }),
  needsThen({ data }, { stock }) {
    const productId = stock.get(data.sku)?.productId;
    return productId ? { variants: [data.sku], listings: [productId] } : {};
  },
  decide({ stock, variants, listings }, { data, position }, { cause }) {
    const before = stock.get(data.sku);
    if (before && before.position >= position) return nothing;
    const productId = before?.productId ?? null;
    const after: Stock = { sku: data.sku, productId, available: data.available, position, cause };
    const more = Number(after.available > 0) - Number((before?.available ?? 0) > 0);
    const listing = productId === null ? undefined : listings.get(productId);
    if (more === 0 || !listing || !variants.get(data.sku)?.onSale) return { put: { stock: [after] } };
    return { put: { stock: [after], listings: [{ ...listing, stocked: listing.stocked + more, cause }] } };
  },
};
