import {
  adjustStock as adjustStockOperation,
  getAvailability,
  getStock,
  listStock as listStockOperation,
  receiveStock as receiveStockOperation,
} from '#contracts/http/inventory.ts';
import { ProblemError, refuse } from '#kernel/problem.ts';
import { batchedReadBy } from '#runtime/batch/batched-read.ts';
import { decodeCursor, encodeCursor } from '#runtime/http/paging.ts';
import { answer, type Context, type Written } from '#runtime/service.ts';
import { type Adjustment, adjustStock, levelOf, receiveStock } from './domain/adjustments.ts';
import { listStock, readAvailability, readNewestHolders, readStock } from './store.ts';

const available = batchedReadBy(readAvailability);

export const availability = answer(getAvailability, async ({ body }, { database }) => {
  const known = await available(database, body.skus);
  return { status: 200, body: { data: body.skus.map((sku) => ({ sku, available: known.get(sku) ?? 0 })) } };
});

export const stockLevel = answer(getStock, async ({ params }, { database }) => {
  const stock = await readStock(database, params.sku);
  return stock ? { status: 200, body: levelOf(stock) } : refuse('not_found', `There is no stock of ${params.sku}.`);
});

export const stockLevels = answer(listStockOperation, async ({ query }, { database }) => {
  const { limit = 50, cursor, q, low } = query;
  const [after] = decodeCursor(cursor, 1) ?? [];
  const found = await listStock(database, { q, low, after, limit: limit + 1 });
  const data = found.slice(0, limit);
  const last = found.length > limit ? data.at(-1)?.sku : undefined;
  return {
    status: 200,
    body: { data: data.map(levelOf), nextCursor: last === undefined ? null : encodeCursor([last]) },
  };
});

export const adjustment = answer(adjustStockOperation, async (request, context) => {
  const { delta, reason, lost = false } = request.body;
  if (delta === 0) refuse('validation_failed', undefined, [{ pointer: '/delta', detail: 'must not be 0' }]);
  if (lost && delta > 0) {
    refuse('validation_failed', undefined, [{ pointer: '/delta', detail: 'must be negative where goods were lost' }]);
  }
  const asked = { sku: request.params.sku, delta, reason, lost, actor: request.caller.id };
  const written = await adjusted(context, request, asked);
  const level = written.answer;
  if (!level) throw new Error('an adjustment without an answer');
  return {
    status: 201,
    body: level,
    ...(written.replayed ? { headers: { 'idempotency-replayed': 'true' } } : {}),
  };
});

const attemptsMost = 5;

/**
 * Where goods were lost, who holds them is read first; the decision looks again when nobody else writes, and may ask for a new
 * look.
 */
async function adjusted(
  context: Context,
  request: Parameters<Context['write']>[2],
  asked: Omit<Adjustment, 'holders'>,
): Promise<Written<ReturnType<typeof levelOf>>> {
  for (let attempt = 1; ; attempt += 1) {
    const holders = asked.lost ? await holdersToLose(context, asked) : [];
    try {
      return await context.write(adjustStock, { ...asked, holders }, request);
    } catch (error) {
      const isStale = asked.lost && error instanceof ProblemError && error.problem.code === 'unavailable';
      if (!isStale || attempt === attemptsMost) throw error;
    }
  }
}

async function holdersToLose({ database }: Context, { sku, delta }: Omit<Adjustment, 'holders'>): Promise<string[]> {
  const stock = await readStock(database, sku);
  const missing = stock ? stock.reserved - (stock.onHand + delta) : 0;
  return missing > 0 ? readNewestHolders(database, sku, missing) : [];
}

export const receipt = answer(receiveStockOperation, async (request, context) => {
  const { reference, lines } = request.body;
  const written = await context.write(receiveStock, { reference, lines, actor: request.caller.id }, request);
  return { status: 200, body: { received: written.answer?.received ?? false } };
});
