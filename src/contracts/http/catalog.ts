import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed, Language, list, Money, Page, Sku, Timestamp, text } from '../schema.ts';

/** Characters that no line has: control characters, line separators, lone surrogates. And a line of blanks says nothing. */
const linePattern = '^(?=[^]*\\S)[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ud800-\\udfff]*$';

function line(maxLength: number) {
  return Type.String({ minLength: 1, maxLength, pattern: linePattern });
}

/** At least one language; texts are kept as they came, and HTML in them means nothing. */
function byLanguage<const Value extends Type.TSchema>(value: Value, options: Type.TObjectOptions = {}) {
  return closed(
    { 'zh-CN': Type.Optional(value), 'zh-TW': Type.Optional(value), en: Type.Optional(value) },
    { minProperties: 1, ...options },
  );
}

/** Opaque; an id that never was is 404, not a malformed request. */
const ProductId = Type.String({ minLength: 1, maxLength: 64, pattern: '^[!-~]+$' });

/** The merchant's own word for a kind of goods, the same in all languages; its names are shown instead. */
const Category = Type.String({ minLength: 1, maxLength: 64, pattern: '^[\\p{L}\\p{N}][\\p{L}\\p{N} &._-]*$' });

/** An address of a picture: absolute, or one that the platform itself serves. */
const Image = Type.String({ minLength: 1, maxLength: 2000, pattern: '^(https?://|/v1/images/)[!-~]+$' });

const ProductText = closed({ name: line(200), description: text(0, 10_000) });
const VariantNames = byLanguage(line(200));
const ShownProduct = closed({
  id: ProductId,
  name: Type.String(),
  description: Type.String(),
  category: Category,
  images: Type.Array(Type.String()),
  variants: Type.Array(
    closed({ sku: Sku, name: Type.String(), price: Money, available: Type.Integer({ minimum: 0 }) }),
  ),
});

/**
 * `relevance` without `q` is the shop window: what is in stock first, newest first. Names sort as readers of the request's
 * language expect; prices of one currency stand together.
 */
const Sort = Type.Union([
  Type.Literal('relevance'),
  Type.Literal('newest'),
  Type.Literal('price_asc'),
  Type.Literal('price_desc'),
  Type.Literal('name'),
]);

const Search = {
  q: Type.Optional(text(0, 1000)),
  category: Type.Optional(Category),
  sort: Type.Optional(Sort),
  ...Page,
};

/** A page may be shorter than `limit`: it ends before its products have more than 1,000 variants together. */
export const listProducts = operation({
  service: 'catalog',
  name: 'listProducts',
  summary: 'Browse and search what is for sale (003 §3)',
  method: 'GET',
  path: '/v1/products',
  access: 'public',
  query: closed(Search),
  answers: { 200: list(ShownProduct) },
});

/** 404 too for what is not for sale (any more). */
export const getProduct = operation({
  service: 'catalog',
  name: 'getProduct',
  summary: 'A product with its variants',
  method: 'GET',
  path: '/v1/products/{id}',
  access: 'public',
  params: closed({ id: ProductId }),
  answers: { 200: ShownProduct },
  problems: ['not_found'],
});

export const listCategories = operation({
  service: 'catalog',
  name: 'listCategories',
  summary: 'Kinds of goods, with how many products of each are for sale',
  method: 'GET',
  path: '/v1/categories',
  access: 'public',
  query: closed(Page),
  answers: {
    200: list(closed({ slug: Category, name: Type.String(), products: Type.Integer({ minimum: 1 }) })),
  },
});

export const getImage = operation({
  service: 'catalog',
  name: 'getImage',
  summary: 'A picture of the demo catalogue',
  method: 'GET',
  path: '/v1/images/{name}',
  access: 'public',
  params: closed({ name: Type.String({ minLength: 5, maxLength: 64, pattern: '^[a-z0-9][a-z0-9-]*\\.svg$' }) }),
  answers: { 200: Type.String() },
  problems: ['not_found'],
  produces: 'image/svg+xml',
});

/** Prices and names as they are now, for an order; `forSale` is false for what is unknown or off sale. */
export const quoteItems = operation({
  service: 'catalog',
  name: 'quoteItems',
  summary: 'Price the SKUs of an order',
  method: 'POST',
  path: '/internal/catalog/quotes',
  access: 'service',
  body: closed({ skus: Type.Array(Sku, { minItems: 1, maxItems: 100 }), language: Language }),
  answers: {
    200: closed({
      items: Type.Array(
        Type.Union([
          closed({ sku: Sku, forSale: Type.Literal(true), name: Type.String(), price: Money }),
          closed({ sku: Sku, forSale: Type.Literal(false) }),
        ]),
      ),
    }),
  },
});

/**
 * What a cart shows of SKUs. What is off sale keeps its name and picture; of what was never known there is nothing to show.
 */
export const describeItems = operation({
  service: 'catalog',
  name: 'describeItems',
  summary: 'Describe the SKUs of a cart',
  method: 'POST',
  path: '/internal/catalog/descriptions',
  access: 'service',
  body: closed({ skus: Type.Array(Sku, { minItems: 1, maxItems: 100 }), language: Language }),
  answers: {
    200: closed({
      items: Type.Array(
        closed({
          sku: Sku,
          productId: ProductId,
          name: Type.String(),
          image: Type.Union([Type.String(), Type.Null()]),
          /** null: not for sale. */
          price: Type.Union([Money, Type.Null()]),
          available: Type.Integer({ minimum: 0 }),
        }),
      ),
    }),
  },
});

const EditedProduct = closed({
  id: ProductId,
  category: Category,
  texts: byLanguage(ProductText),
  images: Type.Array(Image),
  onSale: Type.Boolean(),
  variants: Type.Array(
    closed({ sku: Sku, names: byLanguage(line(200), { minProperties: 0 }), price: Money, onSale: Type.Boolean() }),
  ),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type EditedProduct = Type.Static<typeof EditedProduct>;

const NewVariants = Type.Array(
  closed({ sku: Sku, names: Type.Optional(VariantNames), price: Money, onSale: Type.Optional(Type.Boolean()) }),
  { minItems: 1, maxItems: 1000 },
);
const Images = Type.Array(Image, { maxItems: 20 });
const Reason = Type.Optional(text(1, 500));

/** All variants of a product are priced in one currency. A repeat is refused by its SKUs (`sku_taken`). */
export const createProduct = operation({
  service: 'catalog',
  name: 'createProduct',
  summary: 'Create a product with its variants',
  method: 'POST',
  path: '/v1/admin/products',
  access: 'operator',
  body: closed({
    category: Category,
    texts: byLanguage(ProductText),
    images: Type.Optional(Images),
    variants: NewVariants,
    onSale: Type.Optional(Type.Boolean()),
    reason: Reason,
  }),
  answers: { 201: EditedProduct },
  problems: ['sku_taken', 'currency_mismatch'],
});

/** Texts of languages that are not named stay as they are. */
export const changeProduct = operation({
  service: 'catalog',
  name: 'changeProduct',
  summary: "Change a product's texts, category or pictures, or take it off sale",
  method: 'PATCH',
  path: '/v1/admin/products/{id}',
  access: 'operator',
  params: closed({ id: ProductId }),
  body: closed(
    {
      category: Type.Optional(Category),
      texts: Type.Optional(byLanguage(ProductText)),
      images: Type.Optional(Images),
      onSale: Type.Optional(Type.Boolean()),
      reason: Reason,
    },
    { minProperties: 1 },
  ),
  answers: { 200: EditedProduct },
  problems: ['not_found'],
});

/** A product has at most 1,000 variants. */
export const addVariants = operation({
  service: 'catalog',
  name: 'addVariants',
  summary: 'Add variants to a product',
  method: 'POST',
  path: '/v1/admin/products/{id}/variants',
  access: 'operator',
  params: closed({ id: ProductId }),
  body: closed({ variants: NewVariants, reason: Reason }),
  answers: { 201: EditedProduct },
  problems: ['not_found', 'sku_taken', 'currency_mismatch', 'conflict'],
});

export const changeVariant = operation({
  service: 'catalog',
  name: 'changeVariant',
  summary: "Change a variant's price or names, or take it off sale",
  method: 'PATCH',
  path: '/v1/admin/products/{id}/variants/{sku}',
  access: 'operator',
  params: closed({ id: ProductId, sku: Sku }),
  body: closed(
    {
      price: Type.Optional(Money),
      names: Type.Optional(VariantNames),
      onSale: Type.Optional(Type.Boolean()),
      reason: Reason,
    },
    { minProperties: 1 },
  ),
  answers: { 200: EditedProduct },
  problems: ['not_found', 'currency_mismatch'],
});

/** As `listProducts`, with what is off sale, all languages, and newest first unless asked otherwise. */
export const listAllProducts = operation({
  service: 'catalog',
  name: 'listAllProducts',
  summary: 'Browse and search all products, on and off sale',
  method: 'GET',
  path: '/v1/admin/products',
  access: 'operator',
  query: closed(Search),
  answers: { 200: list(EditedProduct) },
});

export const getEditedProduct = operation({
  service: 'catalog',
  name: 'getEditedProduct',
  summary: 'A product as its editors see it',
  method: 'GET',
  path: '/v1/admin/products/{id}',
  access: 'operator',
  params: closed({ id: ProductId }),
  answers: { 200: EditedProduct },
  problems: ['not_found'],
});

/** A category's place in the menu. */
const Position = Type.Integer({ minimum: 0, maximum: 100_000 });

/** Products are found by the names of their category; within a minute of a change by the new ones. */
export const nameCategory = operation({
  service: 'catalog',
  name: 'nameCategory',
  summary: 'Name a category in the languages of the shop',
  method: 'PUT',
  path: '/v1/admin/categories/{slug}',
  access: 'operator',
  params: closed({ slug: Category }),
  body: closed({ names: byLanguage(line(100)), position: Type.Optional(Position), reason: Reason }),
  answers: { 200: closed({ slug: Category, names: byLanguage(Type.String()), position: Position }) },
});
