import { placeOrder } from '../../src/contracts/http/ordering.ts';
import { payOrder } from '../../src/contracts/http/payment.ts';
import type { BodyOf } from '../../src/contracts/operation.ts';
import type { Instant } from '../../src/kernel/clock.ts';
import type { ConnectionOptions } from '../../src/runtime/database/database.ts';
import { twoOf } from '../load/closed-loop.ts';
import { Model, setClock } from './model.ts';

export interface OrdersToMake {
  readonly admin: ConnectionOptions;
  /** Of the databases' names: those of a platform with its shop open, which is not running. */
  readonly prefix: string;
  /** Ids of buyers with money enough. */
  readonly buyers: readonly string[];
  /** How many SKUs the shop has, all of them in stock. */
  readonly skus: number;
  readonly orders: number;
  /** They are spread evenly over the time from here, after all orders that there are, … */
  readonly from: Instant;
  /** … to here, which is now. */
  readonly until: Instant;
  readonly progress: (line: string) => void;
}

const ordersPerBatch = 1_000;
/** As the platform forgets them (src/runtime/host/runtime-jobs.ts). */
const keyRetentionMs = 48 * 3_600_000;
/** Between an order and its payment, at most. */
const thinkingMostMs = 20_000;

const shippingAddress: BodyOf<typeof placeOrder>['shippingAddress'] = {
  name: 'Li Lei',
  phone: '13800000000',
  line1: '88 Century Avenue',
  city: 'Shanghai',
  region: 'Shanghai',
  postalCode: '200120',
  country: 'CN',
};

/** Makes orders of two SKUs each, paid and CONFIRMED, and all that goes with them in all seven databases. */
export async function makeOrders(options: OrdersToMake): Promise<void> {
  const { admin, prefix, orders, from, until, progress } = options;
  const clock = setClock(from);
  const model = new Model({ admin, prefix, clock, keysSince: until - keyRetentionMs });
  const startedMs = performance.now();
  let shownMs = startedMs;
  try {
    await model.open();
    const batches = Math.ceil(orders / ordersPerBatch);
    const batchMs = (until - from) / batches;
    const thinkingMs = Math.min(thinkingMostMs, Math.floor(batchMs / 2));
    for (let batch = 0; batch < batches; batch += 1) {
      clock.set(from + Math.floor(batch * batchMs));
      const made = batch * ordersPerBatch;
      const placed = await placeOrders(model, options, made, Math.min(ordersPerBatch, orders - made));
      clock.set(clock.now() + thinkingMs);
      await payOrders(model, placed);
      await model.save();
      if (performance.now() - shownMs > 5_000 || batch === batches - 1) {
        shownMs = performance.now();
        const done = Math.min(orders, made + ordersPerBatch);
        progress(`orders: ${done} of ${orders}, ${Math.round(done / ((shownMs - startedMs) / 1_000))}/s`);
      }
    }
    await model.check();
  } finally {
    await model.close();
  }
}

interface Placed {
  readonly buyer: string;
  readonly orderId: string;
}

async function placeOrders(
  model: Model,
  { buyers, skus }: OrdersToMake,
  first: number,
  count: number,
): Promise<readonly Placed[]> {
  const placed = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const buyer = buyers[(first + index) % buyers.length] ?? '';
      const items = twoOf(skus).map((sku) => ({ sku, quantity: 1 }));
      const answer = await model.perform(placeOrder, buyer, { items, shippingAddress });
      if (answer.status !== 201) throw new Error(`an order was answered ${answer.status}`);
      return { buyer, orderId: (answer.body as { id: string }).id };
    }),
  );
  await model.settled();
  return placed;
}

async function payOrders(model: Model, placed: readonly Placed[]): Promise<void> {
  await Promise.all(
    placed.map(async ({ buyer, orderId }) => {
      const answer = await model.perform(payOrder, buyer, { orderId, method: 'balance' });
      if (answer.status !== 201) throw new Error(`a payment was answered ${answer.status}`);
    }),
  );
  await model.settled();
}
