import { countsOf, isLate, paidOrLater, type Rule } from './rule.ts';

/** What a reservation may be when its order has come to rest. Lost goods are named when they are to be sold, or never. */
const stockOf: Readonly<Record<string, readonly string[]>> = {
  PENDING: ['HELD', 'LOST'],
  CONFIRMED: ['REDUCED'],
  SHIPPED: ['REDUCED', 'RETURNED'],
  COMPLETED: ['REDUCED', 'RETURNED'],
  FAILED: ['RELEASED', 'REFUSED', 'BARRED', 'LOST'],
  CANCELLED: ['RELEASED', 'REFUSED', 'BARRED', 'RETURNED', 'LOST'],
};

/** I6: every reservation ends deducted (perhaps returned), released or lost, as its order ended. */
export const reservationsEnd: Rule = ({ ordering, inventory }, bounds) => {
  if (!inventory) {
    const needed = ordering && (ordering.status === 'PENDING' || paidOrLater.has(ordering.status));
    return needed ? [{ invariant: 'I6', detail: `${ordering.status} without a reservation` }] : [];
  }
  if (!isLate(inventory.changedAtMs, bounds)) return [];
  if (!ordering) {
    return [{ invariant: 'I6', detail: `a reservation ${inventory.status} of an order that does not exist` }];
  }
  const expected = stockOf[ordering.status];
  if (!expected || expected.includes(inventory.status) || !isLate(ordering.changedAtMs, bounds)) return [];
  return [{ invariant: 'I6', detail: `the order is ${ordering.status}, its reservation ${inventory.status}` }];
};

/** I6: a reservation ends once: what was deducted was never released or lost, and the other way round. */
export const reservationsEndOnce: Rule = ({ inventory }) => {
  if (!inventory) return [];
  const counts = countsOf(inventory.said);
  const isReduced = counts.has('inventory.stock-reduced');
  const isReleased = counts.has('inventory.stock-released');
  if (isReduced && isReleased) return [{ invariant: 'I6', detail: 'deducted, and released as well' }];
  if (isReduced && ['RELEASED', 'LOST'].includes(inventory.status)) {
    return [{ invariant: 'I6', detail: `deducted, and ${inventory.status} as well` }];
  }
  if (isReleased && ['REDUCED', 'RETURNED'].includes(inventory.status)) {
    return [{ invariant: 'I6', detail: `released, and ${inventory.status} as well` }];
  }
  return [];
};
