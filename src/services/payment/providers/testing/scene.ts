import type { Instant } from '#kernel/clock.ts';
import type { Money } from '#kernel/money.ts';
import type { Charge, Provider, RawCallback } from '../provider.ts';

/** A provider's adapter, the provider played by its simulator, and the time of both. Fresh for each test. */
export interface Scene {
  readonly provider: Provider;
  readonly simulator: Simulated;
  /** What a charge of this provider is like. */
  readonly charge: Pick<Charge, 'flow' | 'returnUrl' | 'openid'> & { readonly currency: string };
  /** What a declined payment comes to: over, or the buyer may try again. */
  readonly declined: 'failed' | 'open';
  now(): Instant;
  /** Moves the time of the adapter and of the simulator. */
  move(byMs: number): void;
  stop(): Promise<void>;
}

/** What becomes of the next request: each leaves the adapter without an answer that it may believe. */
export type Mishap =
  | 'no answer in time, not applied'
  | 'no answer in time, applied'
  | 'connection cut, not applied'
  | 'connection cut, applied'
  | 'server error, not applied'
  | 'server error, applied'
  | 'answer unsigned, applied'
  | 'answer forged, applied';

export const isApplied = (mishap: Mishap): boolean => !mishap.endsWith('not applied');

/** A callback that the provider has not sent; of the payment of a charge that is paid. */
export type Forgery =
  /** Signed with a key that is not the provider's. */
  | 'signature'
  /** Signed as it has to be, an hour ago. */
  | 'stale'
  /** Signed as it has to be, an hour from now. */
  | 'early'
  /** Genuine, and of another merchant. */
  | 'merchant'
  /** Genuine, and of another app of the merchant. */
  | 'app'
  /** Genuine, with another amount: one cent more. For the caller to see. */
  | 'amount'
  /** Genuine, with another currency. For the caller to see. */
  | 'currency';

export interface Simulated {
  /** The buyer pays what was opened under our number; whether that was possible. */
  pay(number: string): Promise<boolean>;
  decline(number: string): Promise<void>;
  /** The provider carries out the refunds that it has taken on. */
  settleRefunds(): Promise<void>;
  /** What shall befall the next request, and that one only. */
  failNext(mishap: Mishap): void;
  /** The callbacks sent until now, oldest first, as they came in; those of its own accord only, and each delivery once. */
  callbacks(): Promise<readonly RawCallback[]>;
  /** A callback about the paid charge of this number; null where this provider's callbacks have nothing that could be wrong so. */
  forge(number: string, forgery: Forgery): Promise<RawCallback | null>;
  /** What buyers paid under our number by the provider's own books: one entry per time that money was taken. */
  captures(number: string): readonly Money[];
  /** What went back of the charge of this number: one entry per refund, those under way included. */
  refunds(number: string): readonly Money[];
  /** The day of the provider's calendar that it is. */
  today(): string;
  /** Moves time to when the bill of this day is there. */
  issueBill(day: string): Promise<void>;
  /** The bill as a person would download it. */
  billFile(day: string): Uint8Array;
}
