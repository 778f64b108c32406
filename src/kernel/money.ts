/** An amount of money: whole minor units (fen, cents) of an ISO 4217 currency. */
export interface Money {
  readonly amount: bigint;
  readonly currency: string;
}

/** Money on the wire: an integer JSON number of minor units. */
export interface WireMoney {
  readonly amount: number;
  readonly currency: string;
}

/** ISO 4217's code for no currency, where something says what it is worth before anybody knows in what. */
export const noCurrency = 'XXX';

export function money(amount: bigint, currency: string): Money {
  return { amount, currency };
}

export function fromWire(wire: WireMoney): Money {
  return { amount: BigInt(wire.amount), currency: wire.currency };
}

/** Throws a RangeError where the amount is past what a JSON number holds exactly (2^53 − 1 minor units). */
export function toWire(value: Money): WireMoney {
  const amount = Number(value.amount);
  if (!Number.isSafeInteger(amount)) throw new RangeError(`amount ${value.amount} does not fit a JSON number`);
  return { amount, currency: value.currency };
}

/** For people who look into things, in no language of theirs: `129.00 CNY`. */
export function inWords({ amount, currency }: Money): string {
  const { maximumFractionDigits: digits = 0 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions();
  const figures = (amount < 0n ? -amount : amount).toString().padStart(digits + 1, '0');
  const whole = digits === 0 ? figures : `${figures.slice(0, -digits)}.${figures.slice(-digits)}`;
  return `${amount < 0n ? '-' : ''}${whole} ${currency}`;
}
