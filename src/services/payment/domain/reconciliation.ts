import type { Instant } from '#kernel/clock.ts';
import type { ProviderMethod } from './methods.ts';

/** WAITING for the bill, READ to its end, CHECKED against our books. */
export type ReconciliationStatus = 'WAITING' | 'READ' | 'CHECKED';

/** What of the fees in one currency was told to the wallet, and how often that was put right. */
export interface SettledFee {
  /** Minor units; as text, since JSON has no bigint. */
  readonly amount: string;
  readonly sequence: number;
}

/** One day of one provider's calendar. */
export interface Reconciliation {
  readonly id: string;
  readonly provider: ProviderMethod;
  readonly day: string;
  readonly status: ReconciliationStatus;
  readonly source: 'FETCHED' | 'UPLOADED' | null;
  /** Counts the times that the bill was read, that under way included. */
  readonly reading: number;
  /** The last reading that came to its end. */
  readonly generation: number;
  readonly lines: number;
  readonly openDifferences: number;
  readonly fees: Readonly<Record<string, SettledFee>>;
  /** Why the last reading did not come to its end. */
  readonly why: string | null;
  readonly detail: string | null;
  readonly tries: number;
  readonly nextTryAt: Instant | null;
  readonly checkedAt: Instant | null;
  readonly createdAt: Instant;
  readonly cause: string;
}

/** A line of a bill as it is kept. */
export interface BilledLine {
  readonly id: string;
  readonly reconciliationId: string;
  readonly kind: 'payment' | 'refund';
  readonly number: string | null;
  readonly transaction: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly fee: bigint;
  readonly feeCurrency: string;
  readonly at: Instant;
  /** Which of the lines of this kind and number on this bill; from 1. */
  readonly occurrence: number;
  readonly raw: string;
  readonly generation: number;
  readonly cause: string;
}

/**
 * How a bill and our books may differ. `callback_missing`: the provider has it paid, we do not know it as paid; `unknown`: no
 * attempt of ours has the number; `amount`: other money than ours; `duplicate`: the number was there before, on this bill or an
 * earlier one; `fee`: other than the agreed rate makes; `refund_unknown`: it went back, and not by our books; `refund_missing` and
 * `payment_missing`: ours, and not on the bill; `ledger`: ours, and not journalled so.
 */
export type DifferenceKind =
  | 'callback_missing'
  | 'unknown'
  | 'amount'
  | 'duplicate'
  | 'fee'
  | 'refund_unknown'
  | 'refund_missing'
  | 'payment_missing'
  | 'ledger';

/** How a difference came to an end: the provider was asked, the bill or our books had it otherwise later, or a person decided. */
export type ResolvedHow = 'query' | 'bill' | 'person';

export interface Difference {
  readonly id: string;
  readonly reconciliationId: string;
  readonly provider: ProviderMethod;
  readonly day: string;
  readonly kind: DifferenceKind;
  readonly status: 'OPEN' | 'RESOLVED';
  readonly number: string | null;
  readonly orderId: string | null;
  readonly lineId: string | null;
  readonly raw: string | null;
  readonly evidence: Evidence;
  readonly resolvedHow: ResolvedHow | null;
  readonly resolvedBy: string | null;
  readonly reason: string | null;
  readonly foundAt: Instant;
  readonly resolvedAt: Instant | null;
  readonly cause: string;
}

/** What a person needs to judge; plain JSON. */
export interface Evidence {
  /** What we have under the number. */
  readonly ours: {
    readonly attemptId: string;
    readonly refundId: string | null;
    readonly orderId: string;
    readonly status: string;
    readonly amount: number;
    readonly currency: string;
  } | null;
  readonly billed: { readonly amount: number; readonly currency: string; readonly fee: number } | null;
  readonly expectedFee: number | null;
  /** What the ledger has journalled for it; null where it was not asked. */
  readonly ledger: readonly { readonly causeKey: string; readonly amount: number }[] | null;
}

export function reconciliationIdOf(provider: ProviderMethod, day: string): string {
  return `rec_${provider}_${day.replaceAll('-', '')}`;
}
