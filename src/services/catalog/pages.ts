import type { Language } from '#contracts/schema.ts';
import type { Database } from '#runtime/database/database.ts';
import { decodeCursor, encodeCursor, refuseCursor } from '#runtime/http/paging.ts';
import { rankExpression, type SearchQuery, searchQuery } from './search.ts';

export type Sort = 'relevance' | 'newest' | 'price_asc' | 'price_desc' | 'name';

export interface PageWanted {
  readonly q?: string | undefined;
  readonly category?: string | undefined;
  readonly sort: Sort;
  readonly language: Language;
  /** With what shoppers do not see. */
  readonly unlisted: boolean;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface PageOfIds {
  readonly ids: readonly string[];
  readonly nextCursor: string | null;
}

/** A page ends before its products have more variants than this together: one call tells what is available of them. */
const VARIANTS_MAX = 1000;

/** One part of what a list is sorted by; `pattern` is what a cursor may hold for it. */
interface SortKey {
  readonly expression: string;
  readonly type: 'text' | 'bigint' | 'boolean' | 'double precision';
  readonly pattern: RegExp;
}

interface Order {
  readonly keys: readonly SortKey[];
  readonly direction: 'asc' | 'desc';
}

const id: SortKey = { expression: 'l.product_id', type: 'text', pattern: /^prd_[0-9a-f-]{36}$/ };
const inStock: SortKey = { expression: 'l.in_stock', type: 'boolean', pattern: /^(true|false)$/ };
const rank: SortKey = { expression: 'l.rank', type: 'double precision', pattern: /^\d{1,3}(\.\d{1,20})?(e-\d{1,2})?$/ };
const currency: SortKey = { expression: 'l.currency', type: 'text', pattern: /^[A-Z]{3}$/ };
const amount: SortKey = { expression: 'l.amount', type: 'bigint', pattern: /^\d{1,16}$/ };
const names = {
  'zh-CN': { expression: 'l.name_zh_cn', type: 'text', pattern: /^/ },
  'zh-TW': { expression: 'l.name_zh_tw', type: 'text', pattern: /^/ },
  en: { expression: 'l.name_en', type: 'text', pattern: /^/ },
} as const satisfies Readonly<Record<Language, SortKey>>;

/** Whole steps of the rank say how well a product answers; of those that answer equally well, what is sold out comes last. */
const answered: Order = {
  keys: [{ ...rank, expression: 'floor(l.rank)' }, inStock, rank, id],
  direction: 'desc',
};
const shopWindow: Order = { keys: [inStock, id], direction: 'desc' };

/** Every order ends with the id, whose ids of later products are greater: it is total, and `newest` needs no more. */
function orderOf({ sort, language }: PageWanted, isSearch: boolean): Order {
  switch (sort) {
    case 'relevance':
      return isSearch ? answered : shopWindow;
    case 'newest':
      return { keys: [id], direction: 'desc' };
    case 'price_asc':
      return { keys: [currency, amount, id], direction: 'asc' };
    case 'price_desc':
      return { keys: [currency, amount, id], direction: 'desc' };
    case 'name':
      return { keys: [names[language], id], direction: 'asc' };
  }
}

/**
 * The products of one page, by keyset: what is created or sold meanwhile moves nothing that was not read yet, but itself.
 * A search asks strictly first, and more leniently where that finds nothing; its cursor remembers how it was asked.
 */
export async function findPage(database: Database, wanted: PageWanted): Promise<PageOfIds> {
  const search = wanted.q === undefined ? null : searchQuery(wanted.q);
  const order = orderOf(wanted, search !== null);
  const after = positionOf(wanted, order, search);
  for (let level = after?.level ?? 0; ; level += 1) {
    const rows = await readRows(database, wanted, order, { search, level, after: after?.keys });
    const isLast = after !== undefined || search === null || level + 1 >= search.levels.length;
    if (rows.length > 0 || isLast) return pageOf(rows, wanted, level);
  }
}

interface Position {
  readonly level: number;
  readonly keys: readonly string[];
}

/** A cursor is `[sort, level, key, …]`. */
function positionOf({ cursor, sort }: PageWanted, { keys }: Order, search: SearchQuery | null): Position | undefined {
  const parts = decodeCursor(cursor, keys.length + 2);
  if (parts === undefined) return undefined;
  const [cursorSort, level = '', ...values] = parts;
  const levels = search?.levels.length ?? 1;
  const isOurs =
    cursorSort === sort &&
    /^\d$/.test(level) &&
    Number(level) < levels &&
    keys.every(({ pattern }, index) => pattern.test(values[index] ?? ''));
  return isOurs ? { level: Number(level), keys: values } : refuseCursor();
}

interface Row {
  readonly id: string;
  readonly variants: number;
  readonly keys: readonly string[];
}

async function readRows(
  database: Database,
  wanted: PageWanted,
  { keys, direction }: Order,
  { search, level, after }: { search: SearchQuery | null; level: number; after: readonly string[] | undefined },
): Promise<readonly Row[]> {
  const values: unknown[] = [];
  const parameter: Parameter = (value) => `$${values.push(value)}`;
  const sorted = keys.map(({ expression }) => expression);
  const source = sourceOf(wanted, search, level, parameter);
  const passed = after?.map((value, index) => `${parameter(value)}::${keys[index]?.type}`);
  const beyond = passed && `where (${sorted.join(', ')}) ${direction === 'asc' ? '>' : '<'} (${passed.join(', ')})`;
  const { rows } = await database.query<Row>(
    `${source.with}
     select l.product_id as id, l.variants, array[${sorted.map((key) => `${key}::text`).join(', ')}] as keys
     from ${source.from} l
     ${beyond ?? ''}
     order by ${sorted.map((key) => `${key} ${direction}`).join(', ')}
     limit ${parameter(wanted.limit + 1)}`,
    values,
  );
  return rows;
}

/** Binds a value to the statement; what stands for it there. */
type Parameter = (value: unknown) => string;

/** The rows a list is taken from. */
function sourceOf(
  { category, unlisted, sort }: PageWanted,
  search: SearchQuery | null,
  level: number,
  parameter: Parameter,
): { readonly with: string; readonly from: string } {
  const filters = [
    ...(unlisted ? [] : ['shown']),
    ...(category === undefined ? [] : [`category = ${parameter(category)}`]),
  ];
  if (!search) {
    return {
      with: '',
      from: filters.length > 0 ? `(select * from listings where ${filters.join(' and ')})` : 'listings',
    };
  }
  const query = `${parameter(search.levels[level])}::tsquery`;
  if (sort === 'relevance') return { with: rankedBy(query, search, filters, parameter), from: 'ranked' };
  const found = [`document @@ ${query}`, ...filters].join(' and ');
  return {
    with: `with found as materialized (select product_id from documents where ${found})`,
    from: '(select * from listings join found using (product_id))',
  };
}

/**
 * To rank a product takes 10 to 20 microseconds, and "tea" may match every third: only the newest so many of each kind
 * are ranked. Those whose whole name or head it is, those named with all of it, and, where these are few, those whose
 * descriptions mention it. Measured with 100,000 products: 30,000 matches in 1,000 ms if all are ranked, in 50 ms so.
 */
const RANKED_MAX = 1_000;

function rankedBy(query: string, { ranking }: SearchQuery, filters: readonly string[], parameter: Parameter): string {
  const asked = `${parameter(ranking)}::tsquery[]`;
  const newest = (...conditions: readonly string[]) =>
    `select product_id from documents where ${[...conditions, ...filters].join(' and ')}
     order by product_id desc limit ${RANKED_MAX}`;
  return `with
    called as materialized (${newest(`names @@ (${query} && ((${asked})[1] || (${asked})[2]))`)}),
    named as materialized (${newest(`names @@ ${query}`)}),
    mentioned as materialized (${newest(`document @@ ${query}`, `(select count(*) from named) < ${RANKED_MAX}`)}),
    found as (select * from called union select * from named union select * from mentioned),
    ranked as materialized (
      select l.* from found cross join lateral (
        select l.*, ${rankExpression('d.document', asked)} as rank
        from documents d join listings l using (product_id)
        where d.product_id = found.product_id
        -- Row by row: the planner would read all listings for what it takes for many.
        offset 0) l)`;
}

function pageOf(rows: readonly Row[], { sort, limit }: PageWanted, level: number): PageOfIds {
  let variants = 0;
  const fits = rows.slice(0, limit).findIndex((row, index) => {
    variants += row.variants;
    return index > 0 && variants > VARIANTS_MAX;
  });
  const page = rows.slice(0, fits === -1 ? limit : fits);
  const last = page.at(-1);
  return {
    ids: page.map((row) => row.id),
    nextCursor: last && rows.length > page.length ? encodeCursor([sort, level, ...last.keys]) : null,
  };
}
