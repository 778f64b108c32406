import { setTimeout as pause } from 'node:timers/promises';
import { settled, twoOf } from './closed-loop.ts';
import { Customer, type Purchase } from './customer.ts';
import { Connection } from './http.ts';
import type { Measured } from './measured.ts';
import type { Rate } from './protocol.ts';
import { Schedule } from './schedule.ts';
import type { Shop } from './shop.ts';

/** What is done at an arrival, which was due at `fromMs`; a purchase that is CONFIRMED in the end. */
type Serve = (customer: Customer, index: number, fromMs: number) => Promise<Purchase | undefined>;

/** Orders at a steady rate, however long they take. Each pays when the order is answered, on the same connection. */
export async function openLoop(shop: Shop, rate: Rate, measured: Measured): Promise<void> {
  const { host, port, skus } = shop.options;
  const last = await arrivals(shop, rate, measured, async (customer, index, fromMs) => {
    const placed = await customer.order(shop.buyers.at(index), twoOf(skus), { fromMs });
    if (!placed || !(await customer.pay(placed))) return undefined;
    measured.done += 1;
    return placed;
  });
  const customer = new Customer(await Connection.open(host, port), measured);
  await settled(customer, last);
  customer.connection.close();
}

/**
 * Something at a steady rate, however long it takes. Who finds no free connection waits for one, and that counts. Resolves with
 * the last purchase when all have been served.
 */
export async function arrivals(
  shop: Shop,
  { perSecond, seconds }: Rate,
  measured: Measured,
  serve: Serve,
): Promise<Purchase | undefined> {
  const { host, port, connections } = shop.options;
  const free = await Promise.all(
    Array.from({ length: connections }, async () => new Customer(await Connection.open(host, port), measured)),
  );
  const all = [...free];
  const schedule = new Schedule(perSecond, seconds);
  const waiting: number[] = [];
  const underWay = new Set<Promise<void>>();
  const startedMs = performance.now();
  let failure: unknown;
  let last: Purchase | undefined;

  const dispatch = (): void => {
    while (waiting.length > 0) {
      // Whoever has rested longest: a connection on which nothing was asked for ten seconds is closed.
      const customer = free.shift();
      if (!customer) return;
      const index = waiting.shift() ?? 0;
      const serving = serve(customer, index, startedMs + schedule.dueMs(index))
        .then((purchase) => {
          last = purchase ?? last;
          free.push(customer);
        })
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => {
          underWay.delete(serving);
          dispatch();
        });
      underWay.add(serving);
    }
  };
  while (!schedule.isOver && failure === undefined) {
    waiting.push(...schedule.due(performance.now() - startedMs));
    dispatch();
    await pause(schedule.waitMs(performance.now() - startedMs));
  }
  waiting.push(...schedule.due(performance.now() - startedMs));
  dispatch();
  while (underWay.size > 0 && failure === undefined) await Promise.race(underWay);
  if (failure !== undefined) throw failure;
  for (const { connection } of all) connection.close();
  return last;
}
