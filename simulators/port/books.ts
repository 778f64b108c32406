import type { Instant } from '../../src/kernel/clock.ts';
import type { Money } from '../../src/kernel/money.ts';
import type { PlayedMethod } from './habits.ts';

/** One charge as the provider knows it; `closed` and `failed` are for ever. */
export interface PlayedCharge {
  readonly number: string;
  readonly method: PlayedMethod;
  readonly amount: Money;
  readonly expiresAt: Instant;
  state: 'open' | 'paid' | 'closed' | 'failed';
  /** Whether there is more than a code that somebody may scan. */
  isBegun: boolean;
  transaction: string | null;
  paidAt: Instant;
}

export interface PlayedRefund {
  readonly number: string;
  readonly charge: PlayedCharge;
  readonly amount: Money;
  isSettled: boolean;
}

/** Money that was taken from a buyer, once; written down apart from the charges, so that a second time would be seen. */
interface Capture {
  readonly number: string;
  readonly amount: Money;
}

/** What one provider has taken and given back. */
export class PlayedBooks {
  readonly charges = new Map<string, PlayedCharge>();
  readonly refunds = new Map<string, PlayedRefund>();
  readonly captures: Capture[] = [];

  capturesOf(number: string): readonly Money[] {
    return this.captures.filter((capture) => capture.number === number).map(({ amount }) => amount);
  }

  refundsOf(number: string): readonly PlayedRefund[] {
    return [...this.refunds.values()].filter(({ charge }) => charge.number === number);
  }

  /** What is left of a charge after all that was given back, or is on its way. */
  leftOf(number: string): bigint {
    const sum = (all: readonly Money[]): bigint => all.reduce((total, { amount }) => total + amount, 0n);
    return sum(this.capturesOf(number)) - sum(this.refundsOf(number).map(({ amount }) => amount));
  }
}
