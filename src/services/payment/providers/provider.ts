import type { Instant } from '#kernel/clock.ts';
import type { Money } from '#kernel/money.ts';

/**
 * Somebody who takes money for the shop and keeps books of their own. All of it may be asked again: numbers are ours and
 * made from the attempt, so that a repeat names the same charge. Nothing here knows of attempts, orders or rows: an adapter
 * turns questions into the provider's words, and its words into the few things that can be true of a charge.
 *
 * No method throws for what a provider or a network can do, but those for bills, which throw `BillUnavailable`. What is not
 * certain is `unknown`, never a failure: a timeout, a cut connection, an answer that is not signed as it has to be, a 5xx, a
 * code that is not in the provider's list.
 */
export interface Provider {
  readonly method: 'wechat' | 'alipay' | 'card';
  /** Whether a new try at the same charge names the number of the one before or a number of its own (the provider's rule). */
  readonly renewal: 'same number until closed' | 'new number';
  open(charge: Charge, origin: Asking): Promise<Opened>;
  query(charge: ChargeName, origin: Asking): Promise<ChargeState>;
  /** Ends a charge that is not paid. What it answers is the last word unless it is `unknown` or `open`. */
  close(charge: ChargeName, origin: Asking): Promise<ChargeState>;
  /**
   * Asks for money to go back. `refunded` only where the provider says that it is done, not that it was taken on; `failed` where it
   * refuses, though an earlier request under the same number may stand: whoever asks looks for it (charges.ts).
   */
  refund(refund: RefundOrder, origin: Asking): Promise<RefundState>;
  queryRefund(refund: RefundName, origin: Asking): Promise<RefundState>;
  /** Never asks anybody: everything is in the bytes, the keys and the clock. */
  readCallback(raw: RawCallback): Callback | RefusedCallback;
  /** What to answer the provider's call with, in its own format. */
  readonly acknowledgement: Reply;
  readonly refusal: Reply;
  /**
   * The bill of one day of the provider's calendar (`2026-11-19`). Big ones are read line by line. Throws `BillUnavailable`, here
   * or while the lines are read: only who has come to the end of them has the whole bill. What is no day is a `RangeError`.
   */
  fetchBill(day: string, origin: Asking): Promise<Bill>;
  /** The same format from a file that a person has downloaded; what is none is `malformed`, here or while the lines are read. */
  readBill(day: string, bytes: Uint8Array): Bill;
  /** Looks at keys, certificates, merchant and clock, asking the provider for something harmless. For `suanpan payment check`. */
  check(origin: Asking): Promise<readonly Finding[]>;
}

/** What bounds a question: the caller's deadline is made a time limit of the request. */
export interface Asking {
  readonly deadline: Instant;
}

/** The name of a charge at the provider. */
export interface ChargeName {
  /** Ours, deterministic: 6 to 32 of `[0-9A-Za-z_]` (WeChat Pay's `out_trade_no`, Alipay's `out_trade_no`, Stripe's key). */
  readonly number: string;
  /** Theirs, once it is known: Stripe's `pi_…`. Providers that find a charge by our number do without. */
  readonly reference: string | null;
  readonly amount: Money;
  readonly openedAt: Instant;
  readonly expiresAt: Instant;
}

export interface Charge extends ChargeName {
  readonly flow: Flow;
  /** What the buyer reads at the provider: the shop and the order's number. */
  readonly description: string;
  readonly returnUrl: string | null;
  /** WeChat's id of the buyer in the shop's own app; for `jsapi`. */
  readonly openid: string | null;
}

export type Flow = 'qr' | 'page' | 'jsapi' | 'card';

export type Opened =
  | { readonly kind: 'opened'; readonly reference: string | null; readonly action: Action }
  /** A repeat found it paid. */
  | { readonly kind: 'state'; readonly state: ChargeState }
  /** It was not opened and never will be under this number. `code` is the provider's, for the operator. */
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string }
  | Unknown;

/** What the buyer has to do (API: `POST /v1/payments`, `action`). */
export type Action =
  | { readonly type: 'qr_code'; readonly content: string; readonly expiresAt: Instant }
  | { readonly type: 'redirect'; readonly url: string }
  | { readonly type: 'jsapi'; readonly parameters: Readonly<Record<string, string>> }
  | { readonly type: 'card'; readonly clientSecret: string; readonly publishableKey: string };

export type ChargeState =
  /** Nobody has paid yet, and somebody still may. */
  | { readonly kind: 'open' }
  /** Paid, and the provider is still at it (a card under review); it may yet fail. */
  | { readonly kind: 'processing' }
  | Paid
  /** Over, unpaid, for ever. `failed`: the buyer's money was refused for good; `closed`: nobody paid in time, or it was ended. */
  | { readonly kind: 'failed' | 'closed'; readonly code: string }
  | Unknown;

export interface Paid {
  readonly kind: 'paid';
  /** What the provider says was paid, which need not be what was asked. */
  readonly amount: Money;
  /** The provider's own number of the payment: on its bills, and what a buyer shows. */
  readonly transaction: string;
  readonly paidAt: Instant;
}

export interface Unknown {
  readonly kind: 'unknown';
  /** For the log: what happened instead of an answer. Never a key, never a buyer's data. */
  readonly reason: string;
}

export interface RefundName {
  /** Ours, deterministic, 6 to 64 of `[0-9A-Za-z_]`. */
  readonly number: string;
  readonly reference: string | null;
  readonly charge: ChargeName;
  readonly transaction: string | null;
  readonly amount: Money;
  readonly askedAt: Instant;
}

export interface RefundOrder extends RefundName {
  readonly reason: string;
}

export type RefundState =
  | { readonly kind: 'processing'; readonly reference: string | null }
  | {
      readonly kind: 'refunded';
      readonly amount: Money;
      readonly reference: string | null;
      readonly refundedAt: Instant | null;
    }
  /** Not done and never will be under this number: a person has to look. */
  | { readonly kind: 'failed'; readonly code: string; readonly detail: string }
  /** The provider has never heard of it: it may be asked for again under the same number. */
  | { readonly kind: 'absent' }
  | Unknown;

/** A provider's call as it came in; nothing parsed. */
export interface RawCallback {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  readonly receivedAt: Instant;
}

/** Genuine: signed, fresh, of our merchant and app. Amount and currency are the caller's to compare. */
export type Callback =
  | {
      readonly kind: 'charge';
      readonly id: string;
      readonly number: string;
      readonly reference: string | null;
      readonly state: ChargeState;
    }
  | {
      readonly kind: 'refund';
      readonly id: string;
      readonly number: string;
      readonly reference: string | null;
      readonly state: RefundState;
    }
  /** Genuine, and nothing that changes a charge or a refund. */
  | { readonly kind: 'other'; readonly id: string; readonly type: string };

export interface RefusedCallback {
  readonly kind: 'refused';
  readonly why: 'signature' | 'stale' | 'merchant' | 'malformed';
  readonly detail: string;
}

export interface Reply {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: string;
}

/** There is no bill, or not all of it. Never half a bill for a whole one. */
export class BillUnavailable extends Error {
  /**
   * `not yet`: it is too early, to be asked for again later. `unavailable`: the provider did not hand it out, by what it said or
   * because nothing was heard; it may when it is asked again. `malformed`: it came and is no bill, not that one, or not all of it.
   */
  readonly why: 'not yet' | 'unavailable' | 'malformed';

  constructor(why: BillUnavailable['why'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BillUnavailable';
    this.why = why;
  }
}

export interface Bill {
  readonly day: string;
  readonly lines: AsyncIterable<BillLine>;
}

export interface BillLine {
  readonly kind: 'payment' | 'refund';
  /** Ours, as far as the bill has it. */
  readonly number: string | null;
  /** The provider's. */
  readonly transaction: string;
  /** Positive, for refunds too. */
  readonly amount: Money;
  /** What the provider keeps of it (negative: gives back). */
  readonly fee: Money;
  readonly at: Instant;
  /** The line as it stood, for a person. */
  readonly raw: string;
}

/** One thing that `suanpan payment check` looked at. */
export interface Finding {
  readonly what: string;
  readonly ok: boolean;
  /** What to do about it, in words for a merchant. */
  readonly advice: string | null;
}
