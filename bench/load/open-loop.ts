import { setTimeout as pause } from 'node:timers/promises';
import { settled, twoOf } from './closed-loop.ts';
import { Customer, type Purchase } from './customer.ts';
import { Connection } from './http.ts';
import type { Measured } from './measured.ts';
import { Schedule } from './schedule.ts';
import type { Shop } from './shop.ts';

/**
 * Orders at a steady rate, however long they take. Who finds no free connection waits for one, and that counts. Each pays when
 * the order is answered, on the same connection.
 */
export async function openLoop(shop: Shop, perSecond: number, seconds: number, measured: Measured): Promise<void> {
  const { host, port, connections, skus } = shop.options;
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

  const serve = async (customer: Customer, index: number): Promise<void> => {
    const fromMs = startedMs + schedule.dueMs(index);
    const placed = await customer.order(shop.buyers.at(index), twoOf(skus), { fromMs });
    if (placed && (await customer.pay(placed))) {
      measured.done += 1;
      last = placed;
    }
    free.push(customer);
  };
  const dispatch = (): void => {
    while (waiting.length > 0) {
      const customer = free.pop();
      if (!customer) return;
      const serving = serve(customer, waiting.shift() ?? 0)
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
  const [customer] = all;
  if (customer) await settled(customer, last);
  for (const { connection } of all) connection.close();
}
