import fc from 'fast-check';
import { expect, test } from 'vitest';
import { World } from './world.ts';

/*
 * Ordering, inventory and fulfillment together, with a post that delivers in any order and more than once: when all has come to
 * rest, the invariants hold, and nothing was ever parked: no disorder that the platform can produce is an error to it.
 */

const index = fc.nat({ max: 60 });
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('place' as const), quantity: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 20, arbitrary: fc.record({ does: fc.constant('deliver' as const), index }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('redeliver' as const), index }) },
  { weight: 8, arbitrary: fc.record({ does: fc.constant('pay' as const), index }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('ship' as const), index, isAnswerLost: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('arrive' as const), index }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('cancel' as const), index, byBuyer: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('lose' as const), quantity: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 10 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

async function take(world: World, next: Step): Promise<void> {
  const orderId = 'index' in next ? world.orderIds[next.index % Math.max(1, world.orderIds.length)] : undefined;
  switch (next.does) {
    case 'place':
      return world.place('tea', next.quantity);
    case 'deliver':
      return world.deliver(next.index);
    case 'redeliver':
      return world.redeliver(next.index);
    case 'pay':
      if (orderId) world.pay(orderId);
      return;
    case 'ship':
      if (orderId) await world.ship(orderId, next.isAnswerLost);
      return;
    case 'arrive':
      if (orderId) await world.arrive(orderId);
      return;
    case 'cancel':
      if (orderId) await world.cancel(orderId, next.byBuyer ? 'cancelOrder' : 'cancelAnyOrder');
      return;
    case 'lose':
      return world.lose('tea', next.quantity);
    case 'wait':
      return world.wait(next.minutes * 60_000);
  }
}

interface OrderRow {
  readonly id: string;
  readonly status: string;
  readonly refunded: bigint;
}
interface ReservationRow {
  readonly orderId: string;
  readonly status: string;
  readonly lines: readonly { readonly quantity: number }[];
}
interface StockRow {
  readonly onHand: number;
  readonly reserved: number;
  readonly sold: number;
}

/** What may have become of an order's goods, and of its money, when it has come to its end. */
const ends: Readonly<Record<string, End>> = {
  CONFIRMED: { goods: ['REDUCED'], isPaid: true, shipment: ['CREATED'] },
  SHIPPED: { goods: ['REDUCED'], isPaid: true, shipment: ['SHIPPED'] },
  COMPLETED: { goods: ['REDUCED'], isPaid: true, shipment: ['DELIVERED'] },
  CANCELLED: { goods: ['RELEASED', 'RETURNED', 'LOST'], isPaid: false, shipment: ['CANCELLED'] },
  FAILED: { goods: ['REFUSED', 'RELEASED', 'BARRED', 'LOST'], isPaid: false, shipment: [undefined] },
};

interface End {
  readonly goods: readonly string[];
  readonly isPaid: boolean;
  readonly shipment: readonly (string | undefined)[];
}

function check(world: World, received: number): void {
  expect(world.parked).toEqual([]);
  const reservations = world.inventory.rows('reservations') as ReservationRow[];
  const goods = new Map(reservations.map((reservation) => [reservation.orderId, reservation]));
  const sent = world.fulfillment.rows('shipments') as { readonly orderId: string; readonly status: string }[];
  const shipments = new Map(sent.map((shipment) => [shipment.orderId, shipment]));
  let sold = 0;
  for (const { id, status, refunded } of world.ordering.rows('orders') as OrderRow[]) {
    const reservation = goods.get(id);
    const payment = world.payments.get(id);
    const end = ends[status];
    if (!end || !payment) throw new Error(`order ${id} came to rest ${status}`);
    expect(end.goods).toContain(reservation?.status);
    expect(end.shipment).toContain(shipments.get(id)?.status);
    expect(payment.captured - payment.refunded).toBe(end.isPaid ? payment.captured : 0);
    expect(Number(refunded)).toBe(payment.refunded);
    if (end.isPaid) sold += reservation?.lines[0]?.quantity ?? 0;
  }
  const lost = (world.inventory.rows('movements') as { delta: number }[]).reduce((sum, { delta }) => sum + delta, 0);
  const [stock] = world.inventory.rows('stock') as StockRow[];
  expect(stock).toMatchObject({ reserved: 0, sold, onHand: received + lost - sold });
}

test('I1, I3, I4, I6, I7: whatever the post does, every order comes to its end and everything adds up', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 40, maxLength: 80 }),
      fc.array(index, { minLength: 1 }),
      async (steps, order) => {
        const world = new World({ tea: 6 });
        for (const next of steps) await take(world, next);
        await world.settle(order);
        check(world, 6);
      },
    ),
    { numRuns: 400 },
  );
});
