import type { TestProviders } from '../../support/providers.ts';

/** What customers pay with at a provider, and what it says of that in its own books. */
export interface Phone {
  /** Pays what the code asks for; nothing happens where that was done before. */
  pay(code: string): void;
  /** What was taken for the code and what went back of it, an amount per time. */
  booked(code: string): { readonly taken: readonly number[]; readonly back: readonly number[] };
}

export function phoneOf({ wechat }: TestProviders): Phone {
  const numberOf = (code: string): string => {
    const number = wechat.control.orderOf(code)?.number;
    if (number === undefined) throw new Error(`nobody knows the code ${code}`);
    return number;
  };
  const amounts = (booked: readonly { readonly amount: bigint }[]): number[] =>
    booked.map(({ amount }) => Number(amount));
  return {
    pay: (code) => void wechat.control.pay(numberOf(code)),
    booked(code) {
      const number = numberOf(code);
      return { taken: amounts(wechat.books.capturesOf(number)), back: amounts(wechat.books.refundsOf(number)) };
    },
  };
}
