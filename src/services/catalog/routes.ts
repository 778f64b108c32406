import { readFile } from 'node:fs/promises';
import {
  describeItems,
  getImage,
  getProduct,
  listCategories,
  listProducts,
  quoteItems,
} from '#contracts/http/catalog.ts';
import { money, toWire } from '#kernel/money.ts';
import { refuse } from '#kernel/problem.ts';
import { batchedReadBy, sharedReadBy } from '#runtime/batch/batched-read.ts';
import { knownReadBy } from '#runtime/batch/known-read.ts';
import type { Database } from '#runtime/database/database.ts';
import { decodeCursor, encodeCursor, refuseCursor } from '#runtime/http/paging.ts';
import { answer } from '#runtime/service.ts';
import { demoImagesUrl } from './demo/index.ts';
import { inLanguage, lineName } from './domain/languages.ts';
import { findPage, type PageWanted } from './pages.ts';
import { readCategories, readDescriptions, readProducts, readQuotes } from './reads.ts';
import { availabilityOf, shownProducts } from './shop-window.ts';

/** The language was chosen by Accept-Language: a cache keeps one answer for each. */
const headers = { vary: 'accept-language' };
const LIMIT = 20;
const CATEGORIES_LIMIT = 100;

/** The same for all shoppers of a language: the front page is read once at a time, however many look at it. */
const foundPage = sharedReadBy(async (database: Database, wanted: PageWanted) => {
  const { ids, nextCursor } = await findPage(database, wanted);
  return { found: await readProducts(database, ids), nextCursor };
});

const products = answer(listProducts, async (request, context) => {
  const { q, category, sort = 'relevance', limit = LIMIT, cursor } = request.query;
  const wanted = { q, category, sort, limit, cursor, language: request.language, unlisted: false };
  const { found, nextCursor } = await foundPage(context.database, wanted);
  const data = await shownProducts(context, request, found);
  return { status: 200, headers, body: { data, nextCursor } };
});

const byId = batchedReadBy(async (database: Database, ids: readonly string[]) => {
  const found = await readProducts(database, ids);
  return new Map(found.map((one) => [one.product.id, one]));
});

const product = answer(getProduct, async (request, context) => {
  const found = await byId(context.database, [request.params.id]);
  const [shown] = await shownProducts(context, request, [...found.values()]);
  return shown ? { status: 200, headers, body: shown } : refuse('not_found');
});

const categories = answer(listCategories, async ({ query, language }, { database }) => {
  const { limit = CATEGORIES_LIMIT } = query;
  const [position = '', slug = ''] = decodeCursor(query.cursor, 2) ?? [];
  if (query.cursor !== undefined && !/^\d{1,6}$/.test(position)) refuseCursor();
  const after = query.cursor === undefined ? undefined : { position: Number(position), slug };
  const rows = await readCategories(database, after, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    status: 200,
    headers,
    body: {
      data: page.map((row) => ({
        slug: row.slug,
        name: inLanguage(row.names, language) ?? row.slug,
        products: row.products,
      })),
      nextCursor: last && rows.length > limit ? encodeCursor([last.position, last.slug]) : null,
    },
  };
});

/** A picture opened by itself is a document: it may run nothing and load nothing. */
const imageHeaders = {
  'cache-control': 'public, max-age=86400',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
};

/** The contract lets only plain file names through: no path leads out of the folder. */
const image = answer(getImage, async ({ params }) => {
  try {
    const body = await readFile(new URL(params.name, demoImagesUrl), 'utf8');
    return { status: 200, headers: imageHeaders, body };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') refuse('not_found');
    throw error;
  }
});

/** Asked by every order. No price, name or being for sale changes without ProductChanged or PriceChanged. */
const quoted = knownReadBy(readQuotes, 16_384);

const quotes = answer(quoteItems, async ({ body }, context) => {
  const known = await quoted(context, body.skus);
  const items = body.skus.map((sku) => {
    const quote = known.get(sku);
    if (!quote) return { sku, forSale: false as const };
    const name = lineName(quote.productNames, quote.variantNames, body.language);
    return { sku, forSale: true as const, name, price: toWire(money(quote.amount, quote.currency)) };
  });
  return { status: 200, body: { items } };
});

const described = batchedReadBy(readDescriptions);

/** What is off sale is described too: a cart says what it was. */
const descriptions = answer(describeItems, async (request, context) => {
  const { skus, language } = request.body;
  const known = await described(context.database, skus);
  const offered = skus.filter((sku) => known.get(sku)?.forSale);
  const available = await availabilityOf(context, request, offered);
  const items = skus.flatMap((sku) => {
    const found = known.get(sku);
    if (!found) return [];
    const { productId, productNames, variantNames, image, forSale, amount, currency } = found;
    const name = lineName(productNames, variantNames, language);
    const price = forSale ? toWire(money(amount, currency)) : null;
    return [{ sku, productId, name, image, price, available: available.get(sku) ?? 0 }];
  });
  return { status: 200, body: { items } };
});

export const shopRoutes = [products, product, categories, image, quotes, descriptions];
