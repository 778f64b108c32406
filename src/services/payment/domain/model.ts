import type { PaymentAction } from '#contracts/http/payment.ts';
import type { Instant } from '#kernel/clock.ts';
import { noCurrency } from '#kernel/money.ts';
import type { Table } from '#runtime/batch/workset.ts';
import type { PaymentMethod, ProviderMethod } from './methods.ts';
import type { BilledLine, Difference, Reconciliation } from './reconciliation.ts';

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
  /** What of that counts towards what is due; the rest came late or twice and goes back. Less than due while it is DUE. */
  readonly credited: bigint;
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
  /** The open attempt over the part that the balance is to pay, where a provider is to take the rest (the other leg). */
  readonly openBalance: string | null;
  /** Oldest first. */
  readonly capturedAttempts: readonly string[];
  readonly createdAt: Instant;
  readonly cause: string;
}

/** Over these a partial unique index lets a payment have one attempt per leg at a time. */
export const openStatuses = ['STARTED', 'REQUIRES_ACTION', 'PROCESSING', 'UNKNOWN'] as const;

/**
 * One try to pay. `UNKNOWN`: whoever was asked did not answer; `CLOSING`: not wanted any more, but the last word is not
 * said. Both are asked about until it is.
 */
export type AttemptStatus = (typeof openStatuses)[number] | 'CLOSING' | 'SUCCEEDED' | 'DECLINED' | 'CLOSED';

export interface Attempt {
  readonly id: string;
  readonly paymentId: string;
  /** Its ordinal within the payment, from 1. */
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

/** What an attempt is to a provider; written beside it, and not at all for the balance. */
export interface Charge {
  /** The attempt's; the number that the provider knows is made from it, so that a repeat names the same. */
  readonly id: string;
  readonly flow: 'qr' | 'page' | 'jsapi' | 'card';
  /** What the buyer reads at the provider. */
  readonly description: string;
  readonly returnUrl: string | null;
  readonly openid: string | null;
  readonly expiresAt: Instant;
  /** The attempt over the part that the balance pays; null where the provider takes it all. */
  readonly balanceAttempt: string | null;
  /** The provider's own name of it, where it has one before it is paid. */
  readonly reference: string | null;
  /** What the buyer has to do; null until the provider has said so. */
  readonly action: PaymentAction | null;
  /** The provider's number of the payment, once it was made. */
  readonly transaction: string | null;
  /** By the provider's word; null for what was paid before this was kept. The day of its bill comes of it. */
  readonly paidAt: Instant | null;
  /** The provider's own words for why it came to nothing, for operators. */
  readonly detail: string | null;
}

export type RefundStatus = 'REQUESTED' | 'SUCCEEDED' | 'FAILED';

/** What one attempt gives back of a refund. */
export interface RefundPart {
  readonly attemptId: string;
  readonly method: PaymentMethod;
  readonly amount: bigint;
  readonly status: RefundStatus;
  /** A provider may have heard of it: it is asked what became of it before it is asked for again. */
  readonly isAsked?: true;
  /** It failed, and its money is still set apart for it: other parts are not back yet, or are, and it is to be carried on with. */
  readonly isKept?: true;
  /** The provider's own name of it. */
  readonly reference?: string;
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
  /** When the last part that a provider gave back was known to be back. */
  readonly settledAt: Instant | null;
  readonly createdAt: Instant;
  readonly cause: string;
}

/** A provider's call as it was taken or refused: kept whole, for whoever has to look into it. */
export interface StoredCallback {
  /** `<provider>/<its own id>`, so that a repeat is the same; of a refused one `refused/<an id of ours>`. */
  readonly id: string;
  readonly provider: ProviderMethod;
  readonly receivedAt: Instant;
  readonly status: 'TAKEN' | 'REFUSED';
  /** Why it was refused, in a word; what was wrong, in more. */
  readonly why: string | null;
  readonly detail: string | null;
  /** The number of ours that it names. */
  readonly number: string | null;
  readonly orderId: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly cause: string;
}

export type PaymentTables = {
  readonly payments: Table<Payment>;
  readonly refunds: Table<Refund>;
  readonly attempts: Table<Attempt>;
  readonly charges: Table<Charge>;
  readonly callbacks: Table<StoredCallback>;
  readonly reconciliations: Table<Reconciliation>;
  readonly billLines: Table<BilledLine>;
  readonly differences: Table<Difference>;
};

/** A payment has its order's UUID, so that whoever knows the one knows the other. */
export function paymentIdOf(orderId: string): string {
  return `pay_${uuidOf(orderId)}`;
}

/** The refund that payment makes by itself of what one attempt captured; there is at most one. */
export function ownRefundIdOf(attemptId: string): string {
  return `rfd_${uuidOf(attemptId)}`;
}

/** A provider's number of an attempt: 32 of `[0-9a-f]`, which all of them take. */
export function numberOf(attemptId: string): string {
  return uuidOf(attemptId).replaceAll('-', '');
}

/** A provider's number of what one attempt gives back of a refund: 64 of `[0-9a-f]`. */
export function refundNumberOf(refundId: string, attemptId: string): string {
  return `${numberOf(refundId)}${numberOf(attemptId)}`;
}

/** The attempt of a number, or of the second half of a refund's; undefined where it cannot be one of ours. */
export function attemptOfNumber(number: string): string | undefined {
  return dashed(number.length === 64 ? number.slice(32) : number, 'att');
}

export function refundOfNumber(number: string): string | undefined {
  return number.length === 64 ? dashed(number.slice(0, 32), 'rfd') : undefined;
}

function dashed(hex: string, prefix: string): string | undefined {
  const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(hex)?.slice(1);
  return parts && `${prefix}_${parts.join('-')}`;
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
    // A tombstone knows nothing of its order.
    currency: payment.currency ?? noCurrency,
  };
}
