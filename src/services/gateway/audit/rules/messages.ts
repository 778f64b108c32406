import type { Said } from '#contracts/audit.ts';
import { countsOf, type Found, isLate, type Rule } from './rule.ts';

/** The order's table (docs/order-lifecycle.md) as its messages tell it: what may follow what. */
const follows: Readonly<Record<string, readonly string[]>> = {
  '': ['OrderCreated'],
  OrderCreated: ['OrderPending', 'OrderFailed'],
  OrderPending: ['OrderPaid', 'OrderCancelled'],
  OrderPaid: ['OrderConfirmed', 'OrderCancelled'],
  OrderConfirmed: ['OrderShipped', 'OrderCancelled'],
  OrderShipped: ['OrderCompleted'],
};

const transitionOf: Readonly<Record<string, string>> = {
  'ordering.order-created': 'OrderCreated',
  'ordering.order-pending': 'OrderPending',
  'ordering.order-failed': 'OrderFailed',
  'ordering.order-paid': 'OrderPaid',
  'ordering.order-confirmed': 'OrderConfirmed',
  'ordering.order-cancelled': 'OrderCancelled',
  'ordering.order-shipped': 'OrderShipped',
  'ordering.order-completed': 'OrderCompleted',
};

const statusAfter: Readonly<Record<string, readonly string[]>> = {
  OrderCreated: ['CREATED', 'REVIEW'],
  OrderPending: ['PENDING'],
  OrderFailed: ['FAILED'],
  OrderPaid: ['PAID'],
  OrderConfirmed: ['CONFIRMED'],
  OrderCancelled: ['CANCELLED'],
  OrderShipped: ['SHIPPED'],
  OrderCompleted: ['COMPLETED'],
};

function stepsOf(said: Said): string[] {
  return said.flatMap(({ type }) => transitionOf[type] ?? []);
}

/** I7: what was said of the order is a path through the state machine. */
export const transitionsAreLegal: Rule = ({ ordering }) => {
  const found: Found[] = [];
  let last = '';
  for (const step of stepsOf(ordering?.said ?? [])) {
    // The same again is a matter of I5.
    if (step !== last && !follows[last]?.includes(step)) {
      found.push({ invariant: 'I7', detail: `${step} after ${last || 'nothing'}` });
    }
    last = step;
  }
  return found;
};

const once: readonly string[] = [
  ...Object.keys(transitionOf),
  'ordering.reserve-stock',
  'ordering.reduce-stock',
  'ordering.return-stock',
  'payment.payment-success',
  'payment.payment-failure',
  'payment.payment-closed',
  'fulfillment.shipment-created',
  'fulfillment.shipment-shipped',
  'fulfillment.shipment-delivered',
];

/** I5: each cause takes effect once: no message is said twice, and each capture and refund is said as often as it was made. */
export const saidOnce: Rule = ({ ordering, payment, inventory, fulfillment }) => {
  const found: string[] = [];
  const shipment = fulfillment === 'not here' ? undefined : fulfillment;
  for (const { said } of [ordering, payment, inventory, shipment].filter((facts) => facts !== undefined)) {
    for (const [type, count] of countsOf(said)) {
      if (count > 1 && once.includes(type)) found.push(`${type} was said ${count} times`);
    }
    for (const { type, cause } of twiceFromOneCause(said)) found.push(`${type} was said twice because of ${cause}`);
  }
  const counts = countsOf(payment?.said ?? []);
  for (const [type, made] of [
    ['payment.payment-captured', payment?.attempts],
    ['payment.refund-succeeded', payment?.refunds],
  ] as const) {
    const succeeded = made?.filter(({ status }) => status === 'SUCCEEDED').length ?? 0;
    const told = counts.get(type) ?? 0;
    if (told !== succeeded) found.push(`${succeeded} succeeded, ${type} was said ${told} times`);
  }
  return found.map((detail) => ({ invariant: 'I5', detail }));
};

/** A run of a timer does many things; a message or a request each of them once. */
function twiceFromOneCause(said: Said): Said {
  const seen = new Set<string>();
  return said.filter(({ type, cause }) => {
    const name = `${type} ${cause}`;
    const isAgain = seen.has(name) && !cause.startsWith('timer/') && !once.includes(type);
    seen.add(name);
    return isAgain;
  });
}

/** I8: no transition without what it asks for. */
const asks: readonly (readonly [string, readonly string[]])[] = [
  ['ordering.order-created', ['ordering.reserve-stock']],
  ['ordering.order-paid', ['ordering.reduce-stock']],
  ['ordering.order-failed', ['ordering.release-stock']],
  ['ordering.order-cancelled', ['ordering.release-stock', 'ordering.return-stock']],
];

export const orderSaysWhatItIs: Rule = ({ ordering }) => {
  if (!ordering) return [];
  const { said, status, refundRequested } = ordering;
  const counts = countsOf(said);
  const found: string[] = [];
  const last = stepsOf(said).at(-1) ?? 'nothing';
  if (!statusAfter[last]?.includes(status)) found.push(`${status}, but ${last} was said last`);
  for (const [type, expected] of asks) {
    if (counts.has(type) && !expected.some((ask) => counts.has(ask))) {
      found.push(`${type} was said, but not ${expected.join(' or ')}`);
    }
  }
  if (refundRequested > 0 && !counts.has('ordering.refund-requested')) {
    found.push(`${refundRequested} is asked back, but ordering.refund-requested was not said`);
  }
  return found.map((detail) => ({ invariant: 'I8', detail }));
};

export const paymentSaysWhatItIs: Rule = ({ payment }) => {
  if (!payment) return [];
  const counts = countsOf(payment.said);
  const words = [
    ['SUCCEEDED', 'payment.payment-success'],
    ['CLOSED', 'payment.payment-closed'],
    ['FAILED', 'payment.payment-failure'],
  ] as const;
  return words
    .filter(([status, type]) => counts.has(type) !== (payment.status === status))
    .map(([, type]) => ({
      invariant: 'I8' as const,
      detail: `the payment is ${payment.status}, ${type} was ${counts.has(type) ? '' : 'not '}said`,
    }));
};

/** What must and what may not have been said of a reservation, by its status. */
const wordsOfStock: Readonly<Record<string, { readonly said: readonly string[]; readonly unsaid: readonly string[] }>> =
  {
    HELD: { said: ['stock-reserved'], unsaid: ['stock-reduced', 'stock-released'] },
    REDUCED: { said: ['stock-reserved', 'stock-reduced'], unsaid: ['stock-released'] },
    RETURNED: { said: ['stock-reserved', 'stock-reduced'], unsaid: ['stock-released'] },
    RELEASED: { said: ['stock-reserved', 'stock-released'], unsaid: ['stock-reduced'] },
    LOST: { said: ['stock-reserved'], unsaid: ['stock-reduced'] },
    REFUSED: { said: ['stock-reserve-failed'], unsaid: ['stock-reserved', 'stock-reduced', 'stock-released'] },
    BARRED: { said: [], unsaid: ['stock-reserved', 'stock-reduced', 'stock-released'] },
  };

export const stockSaysWhatItIs: Rule = ({ inventory }) => {
  if (!inventory) return [];
  const counts = countsOf(inventory.said);
  const { said = [], unsaid = [] } = wordsOfStock[inventory.status] ?? {};
  const missing = said.filter((word) => !counts.has(`inventory.${word}`)).map((word) => `${word} was not said`);
  const wrong = unsaid.filter((word) => counts.has(`inventory.${word}`)).map((word) => `${word} was said`);
  return [...missing, ...wrong].map((what) => ({
    invariant: 'I8',
    detail: `the reservation is ${inventory.status}, ${what}`,
  }));
};

/** I8: what was said of an order was heard: each service that takes part knows of it within the bound. */
export const everybodyHasHeard: Rule = ({ ordering, payment, inventory }, bounds) => {
  if (ordering) {
    if (!isLate(ordering.changedAtMs, bounds)) return [];
    return [
      ...(payment ? [] : [{ invariant: 'I8' as const, detail: 'payment has not heard of the order' }]),
      ...(inventory ? [] : [{ invariant: 'I8' as const, detail: 'inventory has not heard of the order' }]),
    ];
  }
  if (!payment || !isLate(payment.changedAtMs, bounds)) return [];
  return [{ invariant: 'I8', detail: 'a payment of an order that does not exist' }];
};
