import type { Instant } from '#kernel/clock.ts';

export type OrderState = 'NOTPAY' | 'SUCCESS' | 'REFUND' | 'CLOSED' | 'PAYERROR';
export type RefundStatus = 'PROCESSING' | 'SUCCESS' | 'CLOSED' | 'ABNORMAL';

export interface Order {
  readonly number: string;
  readonly kind: 'native' | 'jsapi';
  /** What it was opened with: a repeat has to be the same. */
  readonly request: string;
  readonly description: string;
  readonly attach: string;
  /** Fen. */
  readonly total: bigint;
  readonly currency: string;
  readonly notifyUrl: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  /** `weixin://…` for Native, `wx…` for JSAPI: good for two hours. */
  handle: string;
  handleUntil: Instant;
  openid: string;
  state: OrderState;
  transaction: string | null;
  paidAt: Instant | null;
}

export interface Refund {
  readonly number: string;
  readonly id: string;
  readonly order: Order;
  readonly request: string;
  readonly amount: bigint;
  readonly reason: string;
  readonly notifyUrl: string | null;
  readonly createdAt: Instant;
  status: RefundStatus;
  settledAt: Instant | null;
}

/** Money that was taken from a buyer, once. */
export interface Capture {
  readonly number: string;
  readonly transaction: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly at: Instant;
}

/** The longest that an order can be paid. */
export const payableForMs = 7 * 86_400_000;
/** Per mille of what is paid; WeChat Pay keeps 0.6 %, rounded to the fen. */
const feePerMille = 6n;

/** The platform's own books. Captures are written down apart from orders, so that a second one would be seen. */
export class Books {
  readonly orders = new Map<string, Order>();
  readonly refunds = new Map<string, Refund>();
  readonly captures: Capture[] = [];
  readonly #refundsByOrder = new Map<string, readonly Refund[]>();

  capturesOf(number: string): readonly Capture[] {
    return this.captures.filter((capture) => capture.number === number);
  }

  refundsOf(number: string): readonly Refund[] {
    return this.#refundsByOrder.get(number) ?? [];
  }

  addRefund(refund: Refund): void {
    this.refunds.set(refund.number, refund);
    this.#refundsByOrder.set(refund.order.number, [...this.refundsOf(refund.order.number), refund]);
  }

  /** As it is now: what nobody has paid within a week is closed. */
  order(number: string, now: Instant): Order | undefined {
    const order = this.orders.get(number);
    if (order?.state === 'NOTPAY' && now - order.createdAt >= payableForMs) order.state = 'CLOSED';
    return order;
  }

  /** What went back, or is on its way back. */
  refunded(order: Order): bigint {
    const counting = this.refundsOf(order.number).filter(({ status }) => status !== 'CLOSED');
    return counting.reduce((sum, { amount }) => sum + amount, 0n);
  }

  orderOf(handle: string): Order | undefined {
    return [...this.orders.values()].find((order) => order.handle === handle);
  }

  orderByTransaction(transaction: string): Order | undefined {
    return [...this.orders.values()].find((order) => order.transaction === transaction);
  }

  isPayable(order: Order, now: Instant): boolean {
    return order.state === 'NOTPAY' && now < order.expiresAt;
  }

  /** Takes the money, where that can be done now. */
  pay(order: Order, transaction: string, now: Instant): boolean {
    if (!this.isPayable(order, now)) return false;
    Object.assign(order, { state: 'SUCCESS', transaction, paidAt: now });
    const { number, total: amount, currency } = order;
    this.captures.push({ number, transaction, amount, currency, at: now });
    return true;
  }

  fee(amount: bigint): bigint {
    return (amount * feePerMille + 500n) / 1_000n;
  }

  /** The part of the fee that comes back with this refund: all of them together bring back all of it. */
  feeBack(refund: Refund): bigint {
    const earlier = this.refundsOf(refund.order.number).filter(({ status }) => status !== 'CLOSED');
    const before = earlier.slice(0, earlier.indexOf(refund)).reduce((sum, { amount }) => sum + amount, 0n);
    const fee = this.fee(refund.order.total);
    const until = (amount: bigint): bigint => (fee * amount) / refund.order.total;
    return until(before + refund.amount) - until(before);
  }
}
