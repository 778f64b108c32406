import type { Instant } from '#kernel/clock.ts';
import type { Context, Job } from '#runtime/service.ts';
import { orderTimer } from './domain/deciders.ts';
import { type DueTimer, endTimers, findDueOrders, findDueTimers } from './queries.ts';
import type { orderingSettings } from './settings.ts';

const timersMost = 20;
const ordersMost = 500;

/** Deadlines, expiry, grace and completion: what only time moves. One look at the first of the timers when nothing is due. */
export const orderTimers: Job<typeof orderingSettings> = {
  name: 'order-timers',
  everyMs: 500,
  on: 'one',
  async run(context) {
    let after: DueTimer | undefined;
    const failures: unknown[] = [];
    do {
      const now = context.clock.now();
      const timers = await findDueTimers(context.database, now, after, timersMost);
      if (timers.length > 0) {
        const ids = timers.flatMap(({ orderIds }) => orderIds);
        failures.push(...(await runDue(context, ids, now)));
        await endTimers(context.database, timers, now);
      }
      after = timers.length < timersMost ? undefined : timers.at(-1);
    } while (after);
    if (failures.length > 0) throw failures[0];
  },
};

/** An order that cannot be moved holds up none of the others; its timer stays, and it is tried again. */
async function runDue(
  { database, timer, write }: Context<typeof orderingSettings>,
  orderIds: readonly string[],
  now: Instant,
): Promise<unknown[]> {
  const due = await findDueOrders(database, orderIds, now);
  const origin = timer('order');
  const failures: unknown[] = [];
  for (let from = 0; from < due.length; from += ordersMost) {
    const written = await Promise.allSettled(
      due.slice(from, from + ordersMost).map(({ id, timerAt }) =>
        // Each effect has a cause of its own: this order at this moment.
        write(orderTimer, { orderId: id }, { ...origin, cause: `timer/${id}/${timerAt}` }),
      ),
    );
    for (const each of written) if (each.status === 'rejected') failures.push(each.reason);
  }
  return failures;
}
