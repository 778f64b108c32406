import { dayOf } from './wire-forms.ts';

export type Status = 'WAIT_BUYER_PAY' | 'TRADE_SUCCESS' | 'TRADE_FINISHED' | 'TRADE_CLOSED';

/** What a merchant has announced: a code to be scanned, or a page that a browser brought. No trade yet. */
export interface Order {
  readonly number: string;
  readonly amount: bigint;
  readonly subject: string;
  readonly kind: 'code' | 'page';
  /** In the address of the code and of the phone's page. */
  readonly token: string;
  readonly scanUntil: number;
  readonly payUntil: number;
  readonly notifyUrl: string | undefined;
  readonly returnUrl: string | undefined;
}

export interface Refund {
  readonly number: string;
  readonly amount: bigint;
  readonly at: number;
}

export interface Trade {
  readonly order: Order;
  readonly tradeNo: string;
  readonly createdAt: number;
  status: Status;
  paidAt: number | undefined;
  closedAt: number | undefined;
  readonly refunds: Refund[];
}

/**
 * Money that moved: the bill is made of these. Amounts are positive; the fee is what Alipay keeps, negative where it gives
 * back.
 */
export interface Movement {
  readonly kind: 'payment' | 'refund';
  readonly trade: Trade;
  readonly refundNumber: string | undefined;
  readonly amount: bigint;
  readonly fee: bigint;
  readonly at: number;
}

/** Alipay's own books: what was announced, which trades there are, and every movement of money. */
export class Books {
  readonly orders = new Map<string, Order>();
  readonly trades = new Map<string, Trade>();
  readonly movements: Movement[] = [];
  readonly #feeBasisPoints: bigint;
  readonly #timedOut: (trade: Trade) => void;
  /** Numbers of codes that were closed before anybody scanned them, where that ends them. */
  readonly #dead = new Set<string>();
  #count = 0;

  /** `timedOut` hears of each trade that nobody has paid in time. */
  constructor(feeBasisPoints: number, timedOut: (trade: Trade) => void) {
    this.#feeBasisPoints = BigInt(feeBasisPoints);
    this.#timedOut = timedOut;
  }

  token(): string {
    this.#count += 1;
    return `bax${String(this.#count).padStart(8, '0')}`;
  }

  announce(order: Order): void {
    this.orders.set(order.number, order);
  }

  orderOf(token: string): Order | undefined {
    return [...this.orders.values()].find((order) => order.token === token);
  }

  /** Puts an end to a code that nobody has scanned. */
  kill(number: string): void {
    if (!this.trades.has(number)) this.#dead.add(number);
  }

  /** The buyer scans the code or sees the cashier's page: now there is a trade. Undefined where it is too late for that. */
  scan(number: string, now: number): Trade | undefined {
    const known = this.tradeOf(number, now);
    const order = this.orders.get(number);
    if (known || !order || this.#dead.has(number) || now >= order.scanUntil || now >= order.payUntil) return known;
    this.#count += 1;
    const serial = String(this.#count).padStart(12, '0');
    const trade: Trade = {
      ...{ order, tradeNo: `${dayOf(now).replaceAll('-', '')}2200${serial.padStart(16, '14')}`, createdAt: now },
      ...{ status: 'WAIT_BUYER_PAY', paidAt: undefined, closedAt: undefined, refunds: [] },
    };
    this.trades.set(number, trade);
    return trade;
  }

  /** As it is now: a trade past its time is closed. */
  tradeOf(number: string | undefined, now: number): Trade | undefined {
    const trade = this.trades.get(number ?? '');
    if (trade?.status === 'WAIT_BUYER_PAY' && now >= trade.order.payUntil) {
      this.close(trade, trade.order.payUntil);
      this.#timedOut(trade);
    }
    return trade;
  }

  /** Whether the money was taken: once, and only while the trade waits for it. */
  pay(number: string, now: number): Trade | undefined {
    const trade = this.scan(number, now);
    if (trade?.status !== 'WAIT_BUYER_PAY') return undefined;
    trade.status = 'TRADE_SUCCESS';
    trade.paidAt = now;
    const { amount } = trade.order;
    this.movements.push({ kind: 'payment', trade, refundNumber: undefined, amount, fee: this.#feeOf(amount), at: now });
    return trade;
  }

  close(trade: Trade, now: number): void {
    trade.status = 'TRADE_CLOSED';
    trade.closedAt = now;
  }

  /** Gives money of a paid trade back; the caller has looked whether that much is left. */
  refund(trade: Trade, refund: Refund): void {
    const before = this.refundedOf(trade);
    trade.refunds.push(refund);
    const after = before + refund.amount;
    // What is left of the trade has the fee of that much: all of it comes back with the last part.
    const fee = this.#feeOf(trade.order.amount - after) - this.#feeOf(trade.order.amount - before);
    const { number: refundNumber, amount, at } = refund;
    this.movements.push({ kind: 'refund', trade, refundNumber, amount, fee, at });
    if (after === trade.order.amount) this.close(trade, at);
  }

  refundedOf(trade: Trade): bigint {
    return trade.refunds.reduce((sum, { amount }) => sum + amount, 0n);
  }

  /** What was taken under this number: one entry for each time. */
  captures(number: string): bigint[] {
    return this.#amounts('payment', number);
  }

  refunds(number: string): bigint[] {
    return this.#amounts('refund', number);
  }

  #amounts(kind: Movement['kind'], number: string): bigint[] {
    const own = this.movements.filter((movement) => movement.kind === kind && movement.trade.order.number === number);
    return own.map(({ amount }) => amount);
  }

  #feeOf(amount: bigint): bigint {
    return (amount * this.#feeBasisPoints + 5_000n) / 10_000n;
  }
}
