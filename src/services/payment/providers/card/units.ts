import { type Money, money } from '#kernel/money.ts';

/** An amount as Stripe writes it: a whole JSON number of what Stripe takes for the smallest unit, the currency in lower case. */
export interface StripeAmount {
  readonly amount: number;
  readonly currency: string;
}

/**
 * Stripe's smallest unit is ISO 4217's minor unit but for a few currencies (docs.stripe.com/currencies, special cases): ISK and
 * UGX have no decimals and are written with two, MGA has two and is written with none.
 */
const stripeUnitsPerMinor: Readonly<Record<string, bigint>> = { ISK: 100n, UGX: 100n };
const minorPerStripeUnit: Readonly<Record<string, bigint>> = { MGA: 100n };
/** Of three decimals the card networks take two: the last digit has to be 0. */
const threeDecimals: ReadonlySet<string> = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/** What to write to Stripe; undefined where there is no way to write exactly this amount. */
export function toStripe({ amount, currency }: Money): StripeAmount | undefined {
  const divisor = minorPerStripeUnit[currency] ?? 1n;
  const steps = threeDecimals.has(currency) ? 10n : divisor;
  if (!/^[A-Z]{3}$/.test(currency) || amount <= 0n || amount % steps !== 0n) return undefined;
  const units = Number((amount * (stripeUnitsPerMinor[currency] ?? 1n)) / divisor);
  return Number.isSafeInteger(units) ? { amount: units, currency: currency.toLowerCase() } : undefined;
}

/**
 * What Stripe wrote; undefined for what is no amount: a fraction, a text, past 2^53. Negative ones are none of a charge either.
 */
export function fromStripe(amount: unknown, currency: unknown): Money | undefined {
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount) || amount < 0) return undefined;
  if (typeof currency !== 'string' || !/^[A-Za-z]{3}$/.test(currency)) return undefined;
  const code = currency.toUpperCase();
  const units = BigInt(amount) * (minorPerStripeUnit[code] ?? 1n);
  const divisor = stripeUnitsPerMinor[code] ?? 1n;
  return units % divisor === 0n ? money(units / divisor, code) : undefined;
}

/** Decimals of a currency in Stripe's reports, which write major units with as many digits as the API's smallest unit has. */
export function reportDecimals(currency: string): number {
  const code = currency.toUpperCase();
  if (threeDecimals.has(code)) return 3;
  return noDecimals.has(code) ? 0 : 2;
}

const noDecimals: ReadonlySet<string> = new Set(
  'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '),
);
