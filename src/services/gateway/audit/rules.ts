import type { LedgerFacts, OrderFacts, PaymentFacts, StockFacts, Violation } from '#contracts/audit.ts';
import type { Instant } from '#kernel/clock.ts';

/** Everything that the services know of one order. */
export interface Knowledge {
  readonly orderId: string;
  readonly ordering: OrderFacts | undefined;
  readonly inventory: StockFacts | undefined;
  readonly payment: PaymentFacts | undefined;
  readonly wallet: LedgerFacts | undefined;
}

/** How long what is under way may take before it counts as stuck. */
export interface Bounds {
  readonly now: Instant;
  readonly boundMs: number;
}

type Rule = (knowledge: Knowledge, bounds: Bounds) => readonly Omit<Violation, 'orderId'>[];

/** Everything that does not fit together about one order. Pure: what is only late is judged by the bounds. */
export function judge(knowledge: Knowledge, bounds: Bounds): Violation[] {
  return rules.flatMap((rule) => rule(knowledge, bounds).map((found) => ({ ...found, orderId: knowledge.orderId })));
}

const paidOrLater = new Set(['PAID', 'CONFIRMED', 'SHIPPED', 'COMPLETED']);
const ended = new Set(['FAILED', 'CANCELLED']);

/** The order of LIFECYCLE as the messages tell it: what may follow what. */
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

function isLate(changedAtMs: number, { now, boundMs }: Bounds): boolean {
  return now - changedAtMs > boundMs;
}

/** I2: a succeeded attempt over the balance has its journal, and a payment journal its attempt; refunds are what was refunded. */
const moneyHasItsJournal: Rule = ({ payment, wallet }, bounds) => {
  const journals = wallet?.journals ?? [];
  const paid = new Map(
    journals.filter(({ kind }) => kind === 'payment').map((journal) => [journal.attemptId, journal]),
  );
  const found: Omit<Violation, 'orderId'>[] = [];
  for (const { id, method, status, amount } of payment?.attempts ?? []) {
    const journal = paid.get(id);
    if (status === 'SUCCEEDED' && method === 'balance' && journal?.amount !== amount) {
      found.push({
        invariant: 'I2',
        detail: `attempt ${id} captured ${amount}, its journal has ${journal?.amount ?? 'nothing'}`,
      });
    }
  }
  const succeeded = new Set(
    (payment?.attempts ?? []).filter(({ status }) => status === 'SUCCEEDED').map(({ id }) => id),
  );
  const reversed = sumBy(journals.filter(({ kind }) => kind === 'refund'));
  for (const journal of paid.values()) {
    const isReversed = (reversed.get(journal.attemptId) ?? 0) === journal.amount;
    if (!succeeded.has(journal.attemptId) && !isReversed && isLate(journal.atMs, bounds)) {
      found.push({
        invariant: 'I2',
        detail: `journal ${journal.id} has no succeeded attempt ${journal.attemptId}, nor a reversal`,
      });
    }
  }
  const refunded = [...reversed.values()].reduce((sum, amount) => sum + amount, 0);
  const balanceOnly = payment?.attempts.every(({ method }) => method === 'balance') ?? true;
  if (payment && balanceOnly && refunded !== payment.refunded && isLate(payment.changedAtMs, bounds)) {
    found.push({ invariant: 'I2', detail: `payment refunded ${payment.refunded}, the ledger ${refunded}` });
  }
  return found;
};

function sumBy(journals: readonly LedgerFacts['journals'][number][]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { attemptId, amount } of journals) sums.set(attemptId, (sums.get(attemptId) ?? 0) + amount);
  return sums;
}

/** I3: a paid order is confirmed, or cancelled and given back in full, within the bound. */
const paidOrdersEnd: Rule = ({ ordering, payment }, bounds) => {
  const kept = (payment?.captured ?? 0) - (payment?.refunded ?? 0);
  if (ordering?.status === 'PAID' && isLate(ordering.changedAtMs, bounds)) {
    return [{ invariant: 'I3', detail: 'paid, and neither confirmed nor cancelled' }];
  }
  if (!payment || !isLate(payment.changedAtMs, bounds) || (ordering && !isLate(ordering.changedAtMs, bounds)))
    return [];
  if (ordering && ended.has(ordering.status) && kept !== 0) {
    return [{ invariant: 'I3', detail: `${ordering.status}, and ${kept} of what was captured is not given back` }];
  }
  if (
    payment.status === 'SUCCEEDED' &&
    !(ordering && (paidOrLater.has(ordering.status) || ended.has(ordering.status)))
  ) {
    return [{ invariant: 'I3', detail: `the payment succeeded and the order is ${ordering?.status ?? 'unknown'}` }];
  }
  if (ordering && paidOrLater.has(ordering.status) && payment.captured < ordering.total) {
    return [{ invariant: 'I3', detail: `${ordering.status} with ${payment.captured} captured of ${ordering.total}` }];
  }
  return [];
};

/** I4: what is kept never exceeds what is due; what is captured beyond goes back within the bound. */
const nothingBeyondDue: Rule = ({ payment }, bounds) => {
  if (!payment) return [];
  const { captured, refunded, due } = payment;
  if (refunded > captured) return [{ invariant: 'I4', detail: `refunded ${refunded} of ${captured} captured` }];
  if (captured - refunded > due && isLate(payment.changedAtMs, bounds)) {
    return [{ invariant: 'I4', detail: `${captured - refunded} is kept of ${due} due` }];
  }
  const succeeded = payment.attempts
    .filter(({ status }) => status === 'SUCCEEDED')
    .reduce((sum, { amount }) => sum + amount, 0);
  return succeeded === captured
    ? []
    : [{ invariant: 'I4', detail: `captured ${captured}, its attempts sum to ${succeeded}` }];
};

const once = [
  'ordering.order-created',
  'ordering.order-pending',
  'ordering.order-paid',
  'ordering.order-confirmed',
  'ordering.reserve-stock',
  'ordering.reduce-stock',
  'payment.payment-success',
  'payment.payment-failure',
];

/** I5: each cause takes effect once, so each of these is said once. */
const saidOnce: Rule = ({ ordering, payment, inventory }) => {
  const counts = new Map<string, number>();
  for (const { said } of [ordering, payment, inventory].filter((facts) => facts !== undefined)) {
    for (const { type } of said) counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  const captures = payment?.attempts.filter(({ status }) => status === 'SUCCEEDED').length ?? 0;
  const captured = counts.get('payment.payment-captured') ?? 0;
  return [
    ...once
      .filter((type) => (counts.get(type) ?? 0) > 1)
      .map((type) => ({ invariant: 'I5' as const, detail: `${type} was said ${counts.get(type)} times` })),
    ...(captured === captures
      ? []
      : [
          {
            invariant: 'I5' as const,
            detail: `${captures} attempts succeeded, payment.payment-captured was said ${captured} times`,
          },
        ]),
  ];
};

const stockOfEnded: Readonly<Record<string, readonly string[]>> = {
  CONFIRMED: ['REDUCED'],
  SHIPPED: ['REDUCED'],
  COMPLETED: ['REDUCED'],
  PENDING: ['HELD', 'LOST'],
  FAILED: ['RELEASED', 'REFUSED', 'BARRED', 'LOST'],
  CANCELLED: ['RELEASED', 'REFUSED', 'BARRED', 'RETURNED', 'LOST'],
};

/** I6: every reservation ends deducted (perhaps returned), released or lost, as its order ended. */
const reservationsEnd: Rule = ({ ordering, inventory }, bounds) => {
  if (!inventory) {
    const needed = ordering && ['PENDING', ...paidOrLater].includes(ordering.status);
    return needed ? [{ invariant: 'I6', detail: `${ordering.status} without a reservation` }] : [];
  }
  if (!isLate(inventory.changedAtMs, bounds)) return [];
  if (!ordering)
    return [{ invariant: 'I6', detail: `a reservation ${inventory.status} of an order that does not exist` }];
  const expected = stockOfEnded[ordering.status];
  if (!expected || expected.includes(inventory.status) || !isLate(ordering.changedAtMs, bounds)) return [];
  return [{ invariant: 'I6', detail: `the order is ${ordering.status}, its reservation ${inventory.status}` }];
};

/** I7: what was said of the order is a path through the state machine, and ends where the order is. */
const transitionsAreLegal: Rule = ({ ordering }) => {
  if (!ordering) return [];
  const steps = ordering.said.flatMap(({ type }) => transitionOf[type] ?? []);
  const found: Omit<Violation, 'orderId'>[] = [];
  let last = '';
  for (const step of steps) {
    if (step !== last && !follows[last]?.includes(step))
      found.push({ invariant: 'I7', detail: `${step} after ${last || 'nothing'}` });
    last = step;
  }
  return found;
};

/** I8: no message without its state, no state without its message. */
const stateAndMessagesAgree: Rule = ({ ordering, payment, inventory }, bounds) => {
  const found: Omit<Violation, 'orderId'>[] = [];
  if (ordering) {
    const last = ordering.said.flatMap(({ type }) => transitionOf[type] ?? []).at(-1) ?? 'nothing';
    if (!statusAfter[last]?.includes(ordering.status))
      found.push({ invariant: 'I8', detail: `${ordering.status}, but ${last} was said last` });
  }
  const success = payment?.said.some(({ type }) => type === 'payment.payment-success') ?? false;
  if (payment && success !== (payment.status === 'SUCCEEDED')) {
    found.push({
      invariant: 'I8',
      detail: `the payment is ${payment.status}, PaymentSuccess was ${success ? '' : 'not '}said`,
    });
  }
  const reserved = inventory?.said.some(({ type }) => type === 'inventory.stock-reserved') ?? false;
  if (inventory && ['HELD', 'REDUCED', 'RETURNED', 'LOST'].includes(inventory.status) && !reserved) {
    found.push({ invariant: 'I8', detail: `the reservation is ${inventory.status}, StockReserved was not said` });
  }
  if (!ordering && payment && isLate(payment.changedAtMs, bounds)) {
    found.push({ invariant: 'I8', detail: 'a payment of an order that does not exist' });
  }
  if (ordering && !payment && isLate(ordering.changedAtMs, bounds)) {
    found.push({ invariant: 'I8', detail: 'payment has not heard of the order' });
  }
  return found;
};

const rules: readonly Rule[] = [
  moneyHasItsJournal,
  paidOrdersEnd,
  nothingBeyondDue,
  saidOnce,
  reservationsEnd,
  transitionsAreLegal,
  stateAndMessagesAgree,
];
