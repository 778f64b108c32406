import { expect } from 'vitest';
import { buyer, numberOf, opening, paymentOf, type Trade } from './trade.ts';

interface Order {
  readonly id: string;
  readonly status: string;
  readonly total: bigint;
  readonly paid: bigint;
  readonly refunded: bigint;
}
interface Payment {
  readonly id: string;
  readonly orderId: string;
  readonly status: string;
  readonly due: bigint | null;
  readonly captured: bigint;
  readonly refunded: bigint;
  readonly openAttempt: string | null;
}
interface Attempt {
  readonly id: string;
  readonly paymentId: string;
  readonly method: 'balance' | 'wechat' | 'alipay' | 'card';
  readonly amount: bigint;
  readonly status: string;
}
interface Refund {
  readonly id: string;
  readonly status: string;
  readonly parts: readonly { readonly attemptId: string; readonly amount: bigint; readonly status: string }[];
}
interface Journal {
  readonly causeKey: string;
  readonly accounts: readonly string[];
  readonly amounts: readonly bigint[];
}

/** What may have become of an order's goods and its shipment, and whether the money is kept, when it has come to its end. */
const ends: Readonly<Record<string, { goods: readonly string[]; isPaid: boolean; shipment: readonly unknown[] }>> = {
  CONFIRMED: { goods: ['REDUCED'], isPaid: true, shipment: ['CREATED'] },
  SHIPPED: { goods: ['REDUCED'], isPaid: true, shipment: ['SHIPPED'] },
  CANCELLED: { goods: ['RELEASED', 'RETURNED'], isPaid: false, shipment: ['CANCELLED'] },
  FAILED: { goods: ['REFUSED', 'RELEASED', 'BARRED'], isPaid: false, shipment: [undefined] },
};

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

/** I1 to I8 over a trade that has come to rest. */
export function check(trade: Trade): void {
  const { house } = trade;
  expect(house.parked, 'nothing was set aside').toEqual([]);
  for (const order of house.rows<Order>('ordering', 'orders')) checkOrder(trade, order);
  checkLedger(trade);
  checkGoods(trade);
  const open = ['REQUESTED', 'APPROVED', 'PROCESSING', 'FAILED'];
  for (const { id, status } of house.rows<Refund>('ordering', 'refunds')) expect(open, id).not.toContain(status);
  for (const { id, status } of house.rows<Refund>('payment', 'refunds')) {
    // What failed and was asked for under another name is over.
    expect(['SUCCEEDED', 'FAILED'], id).toContain(status);
  }
}

function checkOrder(trade: Trade, { id, status, total, paid, refunded }: Order): void {
  const { house } = trade;
  const end = ends[status];
  if (!end) throw new Error(`order ${id} came to rest ${status}`);
  const reservation = house.rows<{ orderId: string; status: string }>('inventory', 'reservations');
  const shipment = house.rows<{ orderId: string; status: string }>('fulfillment', 'shipments');
  expect(end.goods, `goods of ${status}`).toContain(reservation.find(({ orderId }) => orderId === id)?.status);
  expect(end.shipment, `shipment of ${status}`).toContain(shipment.find(({ orderId }) => orderId === id)?.status);

  const payment = house.rows<Payment>('payment', 'payments').find(({ orderId }) => orderId === id);
  if (!payment) throw new Error(`order ${id} has no payment`);
  const attempts = house.rows<Attempt>('payment', 'attempts').filter(({ paymentId }) => paymentId === payment.id);
  const booked = attempts.map((attempt) => ({ attempt, ...booksOf(trade, attempt) }));
  for (const { attempt, captures, refunds } of booked) {
    expect(['SUCCEEDED', 'DECLINED', 'CLOSED'], `attempt ${attempt.id}`).toContain(attempt.status);
    expect(captures, `captures of ${attempt.id}`).toEqual(attempt.status === 'SUCCEEDED' ? [attempt.amount] : []);
    expect(sum(refunds)).toBeLessThanOrEqual(sum(captures));
  }
  expect(payment.id).toBe(paymentOf(id));
  expect(payment.openAttempt).toBeNull();
  expect(payment.captured, 'captured, by the books').toBe(sum(booked.flatMap(({ captures }) => captures)));
  expect(payment.refunded, 'refunded, by the books').toBe(sum(booked.flatMap(({ refunds }) => refunds)));
  expect(refunded, 'refunded, by ordering').toBe(payment.refunded);
  const kept = payment.captured - payment.refunded;
  expect(payment.status === 'SUCCEEDED', `payment ${payment.status} of an order ${status}`).toBe(paid > 0n);
  expect(['SUCCEEDED', 'FAILED', 'CLOSED']).toContain(payment.status);
  if (!end.isPaid) expect(kept, `kept of an order ${status}`).toBe(0n);
  // What came twice or late went back, what was asked for besides too: no more than the price is kept, and that was paid.
  else expect([paid, kept <= total], `paid and kept ${kept}`).toEqual([total, true]);
  checkWhatWasSaid(trade, id, end.isPaid ? total : 0n, kept);
}

/** One word of payment on the order, and of what is kept of a paid one only so much is missing as was asked for. */
function checkWhatWasSaid({ house }: Trade, orderId: string, due: bigint, kept: bigint): void {
  const said = house.said.filter(({ data }) => (data as { orderId?: string }).orderId === orderId);
  const words = said.filter(({ contract: { type } }) => /payment-(success|failure|closed)$/.test(type));
  expect(words, words.map(({ contract }) => contract.type).join()).toHaveLength(1);
  if (due === 0n) return;
  const asked = house
    .rows<{ orderId: string; status: string; requestedBy: string; amount: bigint }>('ordering', 'refunds')
    .filter(
      (refund) => refund.orderId === orderId && refund.status === 'SUCCEEDED' && refund.requestedBy !== 'payment',
    );
  expect(kept, 'kept is what is due less what was asked back').toBe(due - sum(asked.map(({ amount }) => amount)));
}

/** What whoever keeps the money has taken and given back for an attempt, one entry per time. */
function booksOf({ house, providers }: Trade, { id, method }: Attempt): { captures: bigint[]; refunds: bigint[] } {
  if (method === 'balance') {
    const moved = (wanted: RegExp) =>
      house
        .rows<Journal>('wallet', 'journals')
        .filter(({ causeKey, amounts }) => wanted.test(causeKey) && amounts.length > 0)
        .map(({ amounts: [first = 0n] }) => (first < 0n ? -first : first));
    return { captures: moved(new RegExp(`^attempt/${id}$`)), refunds: moved(new RegExp(`^refund/.*/${id}$`)) };
  }
  const { books } = providers[method];
  return {
    captures: books.capturesOf(numberOf(id)).map(({ amount }) => amount),
    refunds: books.refundsOf(numberOf(id)).map(({ amount: { amount } }) => amount),
  };
}

/** I2: each journal balances, and the ledger says of every provider what its own books say. */
function checkLedger({ house, providers }: Trade): void {
  const balances = new Map<string, bigint>();
  for (const { causeKey, accounts, amounts } of house.rows<Journal>('wallet', 'journals')) {
    expect(sum(amounts), causeKey).toBe(0n);
    for (const [nth, account] of accounts.entries())
      balances.set(account, (balances.get(account) ?? 0n) + (amounts[nth] ?? 0n));
  }
  for (const { method, books } of Object.values(providers)) {
    const taken = sum(books.captures.map(({ amount }) => amount.amount));
    const given = sum([...books.refunds.values()].map(({ amount }) => amount.amount));
    expect(balances.get(`house:clearing:${method}`) ?? 0n, `clearing of ${method}`).toBe(given - taken);
  }
  const [balance] = house.rows<{ amount: bigint }>('wallet', 'balances');
  expect(balance?.amount).toBe(opening.balance + (balances.get(`buyer:${buyer.id}`) ?? 0n));
}

/** I1, I6: all that was received is there, or sold to who has paid for it. */
function checkGoods({ house }: Trade): void {
  const paid = house.rows<Order>('ordering', 'orders').filter(({ status }) => ends[status]?.isPaid);
  const lines = new Map(
    house
      .rows<{ orderId: string; lines: readonly { quantity: number }[] }>('inventory', 'reservations')
      .map((reservation) => [reservation.orderId, reservation.lines[0]?.quantity ?? 0]),
  );
  const sold = paid.reduce((total, { id }) => total + (lines.get(id) ?? 0), 0);
  const [stock] = house.rows('inventory', 'stock');
  expect(stock).toMatchObject({ reserved: 0, sold, onHand: opening.stock - sold });
}
