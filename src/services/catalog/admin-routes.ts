import {
  addVariants as addVariantsOperation,
  changeProduct as changeProductOperation,
  changeVariant as changeVariantOperation,
  createProduct as createProductOperation,
  getEditedProduct,
  listAllProducts,
  nameCategory as nameCategoryOperation,
} from '#contracts/http/catalog.ts';
import type { BodyOf } from '#contracts/operation.ts';
import { fromWire } from '#kernel/money.ts';
import { refuse } from '#kernel/problem.ts';
import { answer, type Written } from '#runtime/service.ts';
import { nameCategory } from './domain/categories.ts';
import { editedProduct } from './domain/shelf.ts';
import { addVariants, changeProduct, changeVariant, createProduct, type NewVariant } from './domain.ts';
import { findPage } from './pages.ts';
import { readProducts } from './reads.ts';

const LIMIT = 20;

const creation = answer(createProductOperation, async (request, context) => {
  const { category, texts, images = [], variants, onSale = true, reason } = request.body;
  const id = context.ids.next('product');
  const command = { id, category, texts, images, onSale, variants: newVariants(variants), reason };
  const body = answerOf(await context.write(createProduct, command, request));
  return { status: 201, headers: { location: `/v1/admin/products/${id}` }, body };
});

const change = answer(changeProductOperation, async (request, context) => {
  const command = { ...request.body, id: request.params.id };
  return { status: 200, body: answerOf(await context.write(changeProduct, command, request)) };
});

const addition = answer(addVariantsOperation, async (request, context) => {
  const { variants, reason } = request.body;
  const command = { productId: request.params.id, variants: newVariants(variants), reason };
  return { status: 201, body: answerOf(await context.write(addVariants, command, request)) };
});

const variantChange = answer(changeVariantOperation, async (request, context) => {
  const { price, names, onSale, reason } = request.body;
  const { id: productId, sku } = request.params;
  const command = { productId, sku, price: price && fromWire(price), names, onSale, reason };
  return { status: 200, body: answerOf(await context.write(changeVariant, command, request)) };
});

const naming = answer(nameCategoryOperation, async (request, context) => {
  const { slug, names, position } = answerOf(
    await context.write(nameCategory, { ...request.body, slug: request.params.slug }, request),
  );
  return { status: 200, body: { slug, names, position } };
});

const all = answer(listAllProducts, async ({ query, language }, { database }) => {
  const { q, category, limit = LIMIT, cursor } = query;
  const sort = query.sort ?? (q ? 'relevance' : 'newest');
  const { ids, nextCursor } = await findPage(database, { q, category, sort, limit, cursor, language, unlisted: true });
  const found = await readProducts(database, ids);
  const data = found.map(({ product, variants }) => editedProduct(product, variants));
  return { status: 200, body: { data, nextCursor } };
});

const one = answer(getEditedProduct, async ({ params }, { database }) => {
  const [found] = await readProducts(database, [params.id]);
  return found ? { status: 200, body: editedProduct(found.product, found.variants) } : refuse('not_found');
});

export const adminRoutes = [creation, change, addition, variantChange, naming, all, one];

function newVariants(given: BodyOf<typeof createProductOperation>['variants']): NewVariant[] {
  return given.map(({ sku, names = {}, price, onSale = true }) => ({ sku, names, price: fromWire(price), onSale }));
}

/** Without an idempotency key every decision that does not refuse answers. */
function answerOf<Answer>({ answer: given }: Written<Answer>): Answer {
  if (given === undefined) throw new Error('a decision without an answer');
  return given;
}
