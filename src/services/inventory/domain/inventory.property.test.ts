import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Ask, ask, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import { tables } from '../store.ts';
import { adjust, reduce, release, reserve, returned } from '../testing/given.ts';
import { receiveStock } from './adjustments.ts';
import type { InventoryTables, Reservation, ReservationStatus } from './stock.ts';

const skus = ['cup', 'pot', 'tea'];
const orders = ['ord-1', 'ord-2', 'ord-3', 'ord-4'];
const sku = fc.constantFrom(...skus);
const order = fc.constantFrom(...orders);
const lines = fc.dictionary(sku, fc.integer({ min: 1, max: 4 }), { minKeys: 1, maxKeys: 3 });

const command: fc.Arbitrary<Ask<InventoryTables>> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(order, lines).map(([orderId, wanted]) => reserve(orderId, wanted)) },
  { weight: 3, arbitrary: order.map(reduce) },
  { weight: 2, arbitrary: order.map(release) },
  { weight: 2, arbitrary: order.map(returned) },
  fc
    .tuple(sku, fc.integer({ min: -5, max: 8 }), fc.boolean(), fc.subarray(orders))
    .filter(([, delta, lost]) => delta < 0 || (delta > 0 && !lost))
    .map(([of, delta, lost, holders]) => adjust(of, delta, { lost, holders: lost ? holders : [] })),
  fc
    .tuple(sku, fc.integer({ min: 1, max: 3 }), fc.constantFrom('first', 'second'))
    .map(([of, quantity, reference]) =>
      ask(receiveStock, { reference, lines: [{ sku: of, quantity }], actor: 'gateway' }),
    ),
);
const batches = fc.array(fc.array(command, { minLength: 1, maxLength: 6 }), { maxLength: 12 });

/** docs/order-lifecycle.md, Stock: a hold ends once; only a sale goes on, to its return. */
const legal: Readonly<Record<string, readonly ReservationStatus[]>> = {
  none: ['HELD', 'REFUSED', 'BARRED', 'REDUCED', 'RELEASED', 'LOST', 'RETURNED'],
  HELD: ['HELD', 'REDUCED', 'RELEASED', 'LOST', 'RETURNED'],
  REDUCED: ['REDUCED', 'RETURNED'],
  RETURNED: ['RETURNED'],
  RELEASED: ['RELEASED'],
  LOST: ['LOST'],
  REFUSED: ['REFUSED'],
  BARRED: ['BARRED'],
};

function sumOf(reservations: readonly Reservation[], status: ReservationStatus, of: string): number {
  return reservations
    .filter((reservation) => reservation.status === status)
    .flatMap((reservation) => reservation.lines)
    .filter((line) => line.sku === of)
    .reduce((sum, line) => sum + line.quantity, 0);
}

function checkFigures(rehearsal: Rehearsal<InventoryTables>): void {
  const reservations = rehearsal.rows('reservations');
  for (const stock of rehearsal.rows('stock')) {
    const moved = rehearsal.rows('movements').filter((movement) => movement.sku === stock.sku);
    const received = moved.reduce((sum, { delta }) => sum + delta, 0);
    expect(stock.onHand - stock.reserved).toBeGreaterThanOrEqual(0);
    expect(stock.onHand + stock.sold).toBe(received);
    expect(stock.reserved).toBe(sumOf(reservations, 'HELD', stock.sku));
    expect(stock.sold).toBe(sumOf(reservations, 'REDUCED', stock.sku));
  }
}

test('whatever comes, in whatever order and however often: I1 and I6 hold after every batch', async () => {
  await fc.assert(
    fc.asyncProperty(batches, async (all) => {
      const rehearsal = new Rehearsal<InventoryTables>(tables);
      let before = new Map<string, ReservationStatus>();
      for (const [index, asks] of all.entries()) {
        // Each ask has its own cause in reality; one batch of one cause each keeps that true here.
        for (const [inner, one] of asks.entries()) {
          await rehearsal.batch([one], { now: index, cause: `request/${index}.${inner}` });
        }
        checkFigures(rehearsal);
        const now = new Map(rehearsal.rows('reservations').map(({ orderId, status }) => [orderId, status]));
        for (const [orderId, status] of now) expect(legal[before.get(orderId) ?? 'none']).toContain(status);
        before = now;
      }
    }),
    { numRuns: 300 },
  );
});

test('decisions of one batch see each other: together they come to what they come to one by one', async () => {
  const messages = fc.oneof(
    fc.tuple(order, lines).map(([orderId, wanted]) => reserve(orderId, wanted)),
    order.map(reduce),
    order.map(release),
    order.map(returned),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(messages, { maxLength: 20 }), async (asks) => {
      const stock = skus.map((one) => ({ sku: one, onHand: 6, reserved: 0, sold: 0 }));
      const together = new Rehearsal<InventoryTables>(tables, { stock });
      const apart = new Rehearsal<InventoryTables>(tables, { stock });
      await together.batch(asks);
      for (const one of asks) await apart.batch([one]);
      expect(together.rows('stock')).toEqual(apart.rows('stock'));
      expect(together.said).toEqual(apart.said);
    }),
    { numRuns: 300 },
  );
});

test('an order is told of its sale or of its failure, never of both', async () => {
  await fc.assert(
    fc.asyncProperty(batches, async (all) => {
      const rehearsal = new Rehearsal<InventoryTables>(tables, {
        stock: skus.map((one) => ({ sku: one, onHand: 5, reserved: 0, sold: 0 })),
      });
      for (const [index, one] of all.flat().entries()) {
        await rehearsal.batch([one], { now: index, cause: `request/${index}` });
      }
      for (const orderId of orders) {
        const types = new Set(
          rehearsal.said
            .filter(({ data }) => (data as { orderId?: string }).orderId === orderId)
            .map(({ contract }) => contract.type),
        );
        const reservation = rehearsal.row('reservations', orderId);
        if (types.has('inventory.stock-reduced')) {
          expect(types).not.toContain('inventory.stock-reduce-failed');
          expect(reservation?.status).toMatch(/REDUCED|RETURNED/);
        }
      }
    }),
    { numRuns: 200 },
  );
});
