import type { Instant } from '#kernel/clock.ts';
import type { Table } from '#runtime/batch/workset.ts';

export type PaymentMethod = 'balance' | 'wechat' | 'alipay' | 'card';
export type PaymentStatus = 'DUE' | 'SUCCEEDED' | 'FAILED' | 'CLOSED';

/**
 * The one payment of an order. What is not known yet is null: a payment that was closed before its order was heard of is a
 * tombstone, which refuses whatever comes late.
 */
export interface Payment {
  readonly id: string;
  readonly orderId: string;
  readonly userId: string | null;
  readonly status: PaymentStatus;
  readonly statusReason: string | null;
  /** Minor units of `currency`, like all amounts here. */
  readonly due: bigint | null;
  readonly currency: string | null;
  readonly captured: bigint;
  readonly refunded: bigint;
  /** Null until the order is PENDING. */
  readonly payableUntil: Instant | null;
  /** Why it is to be closed as soon as its open attempt has ended; no new attempt is let in. */
  readonly closing: string | null;
  /** How many attempts there were; the last one's number. */
  readonly attempts: number;
  /** That of the last attempt. */
  readonly method: PaymentMethod | null;
  readonly openAttempt: string | null;
  /** Oldest first. */
  readonly capturedAttempts: readonly string[];
  readonly createdAt: Instant;
  readonly cause: string;
}

/** Over these a partial unique index lets a payment have one attempt at a time. */
export const openStatuses = ['STARTED', 'REQUIRES_ACTION', 'PROCESSING', 'UNKNOWN'] as const;

/**
 * One try to pay. `UNKNOWN`: whoever was asked did not answer; `CLOSING`: not wanted any more, but the last word is not
 * said. Both are asked about until it is.
 */
export type AttemptStatus = (typeof openStatuses)[number] | 'CLOSING' | 'SUCCEEDED' | 'DECLINED' | 'CLOSED';

export interface Attempt {
  readonly id: string;
  readonly paymentId: string;
  /** Its ordinal within the payment, from 1: what a provider is told is made from it, so that a repeat names the same. */
  readonly number: number;
  readonly method: PaymentMethod;
  readonly amount: bigint;
  readonly currency: string;
  readonly status: AttemptStatus;
  /** Why it came to nothing, or, if it SUCCEEDED, why all of its money goes back. */
  readonly problem: string | null;
  /** How much of what it captured is given to refunds that have not failed; never more than the amount. */
  readonly refunding: bigint;
  /** When it is asked about next; null once it is final. */
  readonly nextCheckAt: Instant | null;
  readonly checks: number;
  /** The attempt that took over when this one was voided and its request came again. */
  readonly retriedAs: string | null;
  readonly createdAt: Instant;
  readonly cause: string;
}

export type RefundStatus = 'REQUESTED' | 'SUCCEEDED' | 'FAILED';

/** What one attempt gives back of a refund. */
export interface RefundPart {
  readonly attemptId: string;
  readonly method: PaymentMethod;
  readonly amount: bigint;
  readonly status: RefundStatus;
}

/** Money on its way back: asked for by ordering, or by payment itself for what came late or twice. */
export interface Refund {
  readonly id: string;
  readonly paymentId: string;
  readonly status: RefundStatus;
  readonly amount: bigint;
  readonly currency: string;
  readonly reason: string;
  readonly parts: readonly RefundPart[];
  /** When it is tried next; null once it is final. */
  readonly nextTryAt: Instant | null;
  readonly tries: number;
  readonly createdAt: Instant;
  readonly cause: string;
}

export type PaymentTables = {
  readonly payments: Table<Payment>;
  readonly refunds: Table<Refund>;
  readonly attempts: Table<Attempt>;
};

/** A payment has its order's UUID, so that whoever knows the one knows the other. */
export function paymentIdOf(orderId: string): string {
  return `pay_${uuidOf(orderId)}`;
}

/** The refund that payment makes by itself of what one attempt captured; there is at most one. */
export function ownRefundIdOf(attemptId: string): string {
  return `rfd_${uuidOf(attemptId)}`;
}

function uuidOf(id: string): string {
  return id.slice(id.indexOf('_') + 1);
}

/** Doubles with each time that was in vain, up to a minute. */
export function nextAfter(now: Instant, firstMs: number, times: number): Instant {
  return now + Math.min(60_000, firstMs * 2 ** Math.min(times, 10));
}

/** What payment shows of itself: plain JSON. */
export interface PaymentView {
  readonly id: string;
  readonly orderId: string;
  readonly method: PaymentMethod | null;
  readonly due: number;
  readonly captured: number;
  readonly refunded: number;
  readonly currency: string;
  readonly status: PaymentStatus;
  readonly statusReason: string | null;
}

/** ISO 4217's code for no currency: a tombstone knows nothing of its order. */
export const noCurrency = 'XXX';

export function viewOf(payment: Payment): PaymentView {
  const { id, orderId, method, status, statusReason } = payment;
  return {
    id,
    orderId,
    method,
    status,
    statusReason,
    due: Number(payment.due ?? 0n),
    captured: Number(payment.captured),
    refunded: Number(payment.refunded),
    currency: payment.currency ?? noCurrency,
  };
}
