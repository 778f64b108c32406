import type { EditedProduct } from '#contracts/http/catalog.ts';
import { type Saying, say } from '#contracts/message.ts';
import { PriceChanged } from '#contracts/messages/catalog/price-changed.v1.ts';
import { ProductChanged } from '#contracts/messages/catalog/product-changed.v1.ts';
import type { Language } from '#contracts/schema.ts';
import { type Money, toWire } from '#kernel/money.ts';
import { type Problem, problem } from '#kernel/problem.ts';
import type { Decider, Decision, Moment } from '#runtime/batch/decider.ts';
import type { State } from '#runtime/batch/workset.ts';
import type { CatalogTables, Localised, Product, Stock, Variant } from './domain/rows.ts';
import { documentOf, editedProduct, isShown, listingOf } from './domain/shelf.ts';

export type ProductTexts = { readonly [Name in Language]?: { readonly name: string; readonly description: string } };

export interface NewVariant {
  readonly sku: string;
  readonly names: Localised;
  readonly price: Money;
  readonly onSale: boolean;
}

export interface CreateProduct {
  readonly id: string;
  readonly category: string;
  readonly texts: ProductTexts;
  readonly images: readonly string[];
  readonly onSale: boolean;
  readonly variants: readonly NewVariant[];
  readonly reason?: string | undefined;
}

/** What is absent stays; so do texts in languages that are not named. */
export interface ChangeProduct {
  readonly id: string;
  readonly category?: string | undefined;
  readonly texts?: ProductTexts | undefined;
  readonly images?: readonly string[] | undefined;
  readonly onSale?: boolean | undefined;
  readonly reason?: string | undefined;
}

export interface AddVariants {
  readonly productId: string;
  readonly variants: readonly NewVariant[];
  readonly reason?: string | undefined;
}

export interface ChangeVariant {
  readonly productId: string;
  readonly sku: string;
  readonly price?: Money | undefined;
  readonly names?: Localised | undefined;
  readonly onSale?: boolean | undefined;
  readonly reason?: string | undefined;
}

type CatalogState = State<CatalogTables>;
type ProductDecision = Decision<CatalogTables, EditedProduct>;

/** A listing of one answer, and one call for its availability, hold a product whole. */
const VARIANTS_MAX = 1000;

export const createProduct: Decider<CatalogTables, CreateProduct, EditedProduct> = {
  name: 'create-product',
  needs: ({ variants }) => ({ stock: variants.map(({ sku }) => sku) }),
  needsThen: ({ category }) => ({ categories: [category] }),
  decide(state, command, moment) {
    const refuse = faultOf(command.variants, state) ?? currencyFault(command.variants, undefined);
    if (refuse) return { refuse };
    const product: Product = {
      id: command.id,
      category: command.category,
      ...mergeTexts({ names: {}, descriptions: {} }, command.texts),
      images: command.images,
      skus: command.variants.map(({ sku }) => sku),
      onSale: command.onSale,
      createdAt: moment.now,
      updatedAt: moment.now,
      cause: moment.cause,
    };
    const { variants, stock, stocked } = adopt(product.id, command.variants, state, moment);
    return {
      put: {
        products: [product],
        variants,
        stock,
        listings: [listingOf(product, variants, stocked, moment.cause)],
        documents: [documentOf(product, variants, state.categories.get(product.category), moment.cause)],
      },
      say: [changed(product)],
      answer: editedProduct(product, variants),
      trail: trail('create product', product.id, command.reason),
    };
  },
};

export const changeProduct: Decider<CatalogTables, ChangeProduct, EditedProduct> = {
  name: 'change-product',
  needs: ({ id }) => ({ products: [id] }),
  needsThen: ({ id, category }, state) => needsOfProduct(state, id, category),
  decide(state, command, moment) {
    const before = state.products.get(command.id);
    if (!before) return { refuse: problem('not_found') };
    const variants = variantsOf(state, before);
    const after: Product = {
      ...before,
      ...mergeTexts(before, command.texts ?? {}),
      category: command.category ?? before.category,
      images: command.images ?? before.images,
      onSale: command.onSale ?? before.onSale,
    };
    if (isSame(before, after)) return { answer: editedProduct(before, variants) };
    return revised(state, { before, after, variants }, moment, {
      say: [changed(after)],
      trail: trail('change product', after.id, command.reason),
    });
  },
};

export const addVariants: Decider<CatalogTables, AddVariants, EditedProduct> = {
  name: 'add-variants',
  needs: ({ productId, variants }) => ({ products: [productId], stock: variants.map(({ sku }) => sku) }),
  needsThen: ({ productId }, state) => needsOfProduct(state, productId, undefined),
  decide(state, command, moment) {
    const before = state.products.get(command.productId);
    if (!before) return { refuse: problem('not_found') };
    const present = variantsOf(state, before);
    const refuse = faultOf(command.variants, state) ?? currencyFault(command.variants, present[0]?.price.currency);
    if (refuse) return { refuse };
    if (present.length + command.variants.length > VARIANTS_MAX) {
      return { refuse: problem('conflict', `A product has at most ${VARIANTS_MAX} variants.`) };
    }
    const { variants, stock, stocked } = adopt(before.id, command.variants, state, moment);
    const after: Product = { ...before, skus: [...before.skus, ...variants.map(({ sku }) => sku)] };
    return revised(state, { before, after, variants: [...present, ...variants], stockedMore: stocked }, moment, {
      put: { variants, stock },
      say: [changed(after)],
      trail: trail('add variants', after.id, command.reason),
    });
  },
};

export const changeVariant: Decider<CatalogTables, ChangeVariant, EditedProduct> = {
  name: 'change-variant',
  needs: ({ productId, sku }) => ({ products: [productId], stock: [sku] }),
  needsThen: ({ productId }, state) => needsOfProduct(state, productId, undefined),
  decide(state, command, moment) {
    const product = state.products.get(command.productId);
    const variants = product ? variantsOf(state, product) : [];
    const before = variants.find(({ sku }) => sku === command.sku);
    if (!product || !before) return { refuse: problem('not_found') };
    const others = variants.filter((variant) => variant !== before);
    const price = command.price ?? before.price;
    if (others.some((other) => other.price.currency !== price.currency)) return { refuse: otherCurrency('/price') };
    const after: Variant = {
      ...before,
      price,
      names: { ...before.names, ...command.names },
      onSale: command.onSale ?? before.onSale,
    };
    if (isSame(before, after)) return { answer: editedProduct(product, variants) };

    const variant = { ...after, cause: moment.cause };
    const isStocked = (state.stock.get(command.sku)?.available ?? 0) > 0;
    const repriced = !isSame(before.price, after.price);
    const edited = !isSame({ ...before, price }, after);
    return revised(
      state,
      {
        before: product,
        after: product,
        variants: variants.map((sibling) => (sibling === before ? variant : sibling)),
        stockedMore: isStocked ? Number(after.onSale) - Number(before.onSale) : 0,
        renamed: !isSame(before.names, after.names),
      },
      moment,
      {
        put: { variants: [variant] },
        say: [...(repriced ? [priceChanged(variant)] : []), ...(edited ? [changed(product)] : [])],
        trail: trail('change variant', `${product.id}/${variant.sku}`, command.reason),
      },
    );
  },
};

interface Revision {
  readonly before: Product;
  readonly after: Product;
  /** All variants of the product, as they shall be. */
  readonly variants: readonly Variant[];
  /** How many more of the variants on sale are in stock. */
  readonly stockedMore?: number;
  readonly renamed?: boolean;
}

/** A changed product with what follows from it: its listing always, its document only where it would be another. */
function revised(
  state: CatalogState,
  { before, after, variants, stockedMore = 0, renamed = false }: Revision,
  moment: Moment,
  rest: Pick<ProductDecision, 'put' | 'say' | 'trail'>,
): ProductDecision {
  const product: Product = { ...after, updatedAt: moment.now, cause: moment.cause };
  const stocked = (state.listings.get(after.id)?.stocked ?? 0) + stockedMore;
  const wasShown = isShown(before, variantsOf(state, before));
  const isFoundOtherwise =
    renamed ||
    wasShown !== isShown(after, variants) ||
    before.category !== after.category ||
    !isSame([before.names, before.descriptions, before.skus], [after.names, after.descriptions, after.skus]);
  return {
    ...rest,
    put: {
      ...rest.put,
      products: [product],
      listings: [listingOf(product, variants, stocked, moment.cause)],
      ...(isFoundOtherwise
        ? { documents: [documentOf(product, variants, state.categories.get(product.category), moment.cause)] }
        : {}),
    },
    answer: editedProduct(product, variants),
  };
}

/** `category` is the one it moves to, if it moves. */
function needsOfProduct({ products }: CatalogState, id: string, category: string | undefined) {
  const product = products.get(id);
  return {
    variants: product?.skus ?? [],
    listings: [id],
    documents: [id],
    categories: [category ?? product?.category].filter((slug) => slug !== undefined),
  };
}

function variantsOf({ variants }: CatalogState, product: Product): readonly Variant[] {
  return product.skus.map((sku) => variants.get(sku)).filter((variant) => variant !== undefined);
}

/** Variants of a product to be, with their stock as inventory has told it already. */
function adopt(productId: string, given: readonly NewVariant[], { stock }: CatalogState, { cause }: Moment) {
  const variants = given.map((variant): Variant => ({ ...variant, productId, cause }));
  const stocks = given.map(({ sku }): Stock => {
    const known = stock.get(sku);
    return { sku, productId, available: known?.available ?? 0, position: known?.position ?? 0, cause };
  });
  const stocked = given.filter(({ onSale }, index) => onSale && (stocks[index]?.available ?? 0) > 0).length;
  return { variants, stock: stocks, stocked };
}

/** SKUs named twice, or taken by a product before. */
function faultOf(variants: readonly NewVariant[], { stock }: CatalogState): Problem | undefined {
  const seen = new Set<string>();
  const twice = variants.flatMap(({ sku }, index) => {
    if (!seen.has(sku)) {
      seen.add(sku);
      return [];
    }
    return [{ pointer: `/variants/${index}/sku`, detail: 'is named twice', sku }];
  });
  if (twice.length > 0) return problem('validation_failed', undefined, twice);
  const taken = variants.flatMap(({ sku }, index) =>
    stock.get(sku)?.productId ? [{ pointer: `/variants/${index}/sku`, sku }] : [],
  );
  return taken.length > 0 ? problem('sku_taken', undefined, taken) : undefined;
}

function currencyFault(variants: readonly NewVariant[], currency: string | undefined): Problem | undefined {
  const expected = currency ?? variants[0]?.price.currency;
  const index = variants.findIndex(({ price }) => price.currency !== expected);
  return index === -1 ? undefined : otherCurrency(`/variants/${index}/price`);
}

function otherCurrency(pointer: string): Problem {
  return problem('currency_mismatch', 'The variants of a product are priced in one currency.', [
    { pointer: `${pointer}/currency` },
  ]);
}

function mergeTexts(before: Pick<Product, 'names' | 'descriptions'>, texts: ProductTexts) {
  const names: Record<string, string> = { ...before.names };
  const descriptions: Record<string, string> = { ...before.descriptions };
  for (const [language, { name, description }] of Object.entries(texts)) {
    names[language] = name;
    descriptions[language] = description;
  }
  return { names, descriptions };
}

function changed({ id, onSale }: Product): Saying {
  return say(ProductChanged, { productId: id, onSale });
}

function priceChanged({ productId, sku, price }: Variant): Saying {
  return say(PriceChanged, { productId, sku, price: toWire(price) });
}

function trail(action: string, object: string, reason: string | undefined) {
  return { action, object, ...(reason === undefined ? {} : { reason }) };
}

/** Equal as plain data. */
function isSame(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  const parts = Object.entries(left);
  const others = new Map(Object.entries(right));
  return (
    parts.length === others.size && parts.every(([name, part]) => others.has(name) && isSame(part, others.get(name)))
  );
}
