import type { OrderStatus, ShippingAddress } from '#contracts/http/ordering.ts';
import type { RefundStatus } from '#contracts/http/refunds.ts';
import type { Language } from '#contracts/schema.ts';
import type { Instant } from '#kernel/clock.ts';
import type { WireMoney } from '#kernel/money.ts';
import type { Table } from '#runtime/batch/workset.ts';

export interface Shortage {
  readonly sku: string;
  readonly requested: number;
  readonly available: number;
}

/** How far one participant has come with an order: asked, holding it for a person to look at, or agreed. */
export type Agreement = 'asked' | 'reviewing' | 'agreed';

/** What changes about an order. Amounts are minor units of `currency`. */
export interface Order {
  readonly id: string;
  readonly userId: string;
  readonly status: OrderStatus;
  readonly statusReason: string | null;
  /** What was missing, where the order failed for want of stock. */
  readonly shortages: readonly Shortage[];
  /** Drawn with the draft; shown and said once it is payable. */
  readonly number: string;
  readonly currency: string;
  readonly subtotal: bigint;
  readonly discount: bigint;
  readonly total: bigint;
  /** What PaymentSuccess said was captured. */
  readonly paid: bigint;
  /** What payment was asked to give back; never more than was paid. */
  readonly refundRequested: bigint;
  /** What went back, refunds that payment made by itself included. */
  readonly refunded: bigint;
  /** Ids of refunds that wait for an operator. */
  readonly openRefunds: readonly string[];
  readonly participants: Readonly<Record<string, Agreement>>;
  /** The terms it was placed under: changed settings are for later orders. */
  readonly payableForMs: number;
  readonly graceMs: number;
  readonly completionMs: number;
  readonly payableUntil: Instant | null;
  /** When time alone will move it next. */
  readonly timerAt: Instant | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  /** What brought it to its present state. */
  readonly cause: string;
}

export interface Item {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  /** Minor units of the order's currency. */
  readonly unitPrice: number;
}

/** What never changes about an order, kept apart from what does. */
export interface OrderDetails {
  readonly orderId: string;
  readonly items: readonly Item[];
  readonly shippingAddress: ShippingAddress;
  readonly note: string | null;
  readonly language: Language;
  /** What placed it. */
  readonly cause: string;
}

/** An order with what never changes about it. */
export interface WholeOrder {
  readonly order: Order;
  readonly details: Omit<OrderDetails, 'orderId' | 'cause'>;
}

/** A fresh number from the sequence, drawn for a draft. */
export interface IssuedNumber {
  readonly orderId: string;
  readonly sequence: bigint;
}

/** That an order is to be looked at when this moment has come; whether it is due then is said by its `timerAt`. */
export interface Timer {
  readonly orderId: string;
  readonly dueAt: Instant;
}

export interface Refund {
  readonly id: string;
  readonly orderId: string;
  /** Null while only payment knows how much was captured. */
  readonly amount: bigint | null;
  readonly currency: string;
  readonly status: RefundStatus;
  readonly reason: string;
  /** A user's id; `system` for compensations; `payment` for what payment gave back by itself. */
  readonly requestedBy: string;
  readonly decidedBy: string | null;
  readonly decisionReason: string | null;
  /** What payment was last asked for it under, where it was asked again; its own id otherwise. */
  readonly askedAs: string | null;
  /** A person gave it back, by other means than payment's. */
  readonly settledByHand: boolean;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly cause: string;
}

/** A name under which payment was asked once more for a refund that had failed. */
export interface RefundRetry {
  readonly id: string;
  readonly refundId: string;
  readonly createdAt: Instant;
  readonly cause: string;
}

/** What a user means to order; it holds nothing back. */
export interface Cart {
  readonly userId: string;
  /** In the order in which they were put in. */
  readonly lines: readonly CartLine[];
  readonly updatedAt: Instant;
  readonly cause: string;
}

export interface CartLine {
  readonly sku: string;
  readonly quantity: number;
  /** What it cost when it was put in, or was last set. */
  readonly unitPrice: WireMoney;
  readonly addedAt: Instant;
}

export type OrderingTables = {
  readonly orders: Table<Order>;
  readonly details: Table<OrderDetails>;
  readonly numbers: Table<IssuedNumber>;
  readonly timers: Table<Timer>;
  readonly refunds: Table<Refund>;
  readonly retries: Table<RefundRetry>;
  readonly carts: Table<Cart>;
};
