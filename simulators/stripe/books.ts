import { numberOf } from './statement.ts';
import type { World } from './world.ts';

export interface Amount {
  readonly amount: number;
  readonly currency: string;
}

/** What Stripe did with money, by the shop's numbers: for tests that nobody was charged twice. */
export interface Books {
  /** One entry per time that a card was charged under this number. */
  captures(number: string): readonly Amount[];
  /** What went back, or is on its way, of the charges of this number. */
  refunds(number: string): readonly Amount[];
  /** All numbers under which there is a PaymentIntent. */
  numbers(): readonly string[];
  /** Fees kept, in the account's currency. */
  fees(): number;
  /** What is on the merchant's balance: everything that moved, less the fees. */
  balance(): number;
}

export function booksOf(world: World): Books {
  const chargesOf = (number: string) =>
    [...world.charges.values()].filter((charge) => charge.paid && numberOf(charge.metadata) === number);
  return {
    captures: (number) => chargesOf(number).map(({ amount_captured: amount, currency }) => ({ amount, currency })),
    refunds(number) {
      const ids = new Set(chargesOf(number).map(({ id }) => id));
      return [...world.refunds.values()]
        .filter(({ charge, status }) => ids.has(charge) && status !== 'failed' && status !== 'canceled')
        .map(({ amount, currency }) => ({ amount, currency }));
    },
    numbers: () => [...new Set([...world.intents.values()].flatMap(({ metadata }) => numberOf(metadata) ?? []))],
    fees: () => world.transactions.reduce((sum, { fee }) => sum + fee, 0),
    balance: () => world.transactions.reduce((sum, { net }) => sum + net, 0),
  };
}
