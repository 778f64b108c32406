import type { Context, Job } from '#runtime/service.ts';
import { orderTimer } from './domain/deciders.ts';
import { findDueOrders } from './queries.ts';
import type { orderingSettings } from './settings.ts';

const ordersMost = 500;

/** Deadlines, expiry, grace and completion: what only time moves. One look along a partial index when nothing is due. */
export const orderTimers: Job<typeof orderingSettings> = {
  name: 'order-timers',
  everyMs: 500,
  on: 'one',
  async run(context) {
    let due = ordersMost;
    while (due === ordersMost) due = await runDue(context);
  },
};

async function runDue({ database, clock, timer, write }: Context<typeof orderingSettings>): Promise<number> {
  const due = await findDueOrders(database, clock.now(), ordersMost);
  if (due.length === 0) return 0;
  const origin = timer('order');
  await Promise.all(
    // Each effect has a cause of its own: this order at this moment.
    due.map(({ id, timerAt }) => write(orderTimer, { orderId: id }, { ...origin, cause: `timer/${id}/${timerAt}` })),
  );
  return due.length;
}
