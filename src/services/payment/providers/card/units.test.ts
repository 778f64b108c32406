import { assert, bigInt, constantFrom, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { money } from '#kernel/money.ts';
import { fromStripe, reportDecimals, toStripe } from './units.ts';

describe('an amount at Stripe', () => {
  test.each([
    ['CNY', 12_34n, 12_34],
    ['USD', 1n, 1],
    ['JPY', 500n, 500],
    // Five krónur and five shillings are written with two decimals that they do not have.
    ['ISK', 5n, 500],
    ['UGX', 5n, 500],
    // The ariary has two in ISO 4217 and none at Stripe.
    ['MGA', 500n, 5],
    ['KWD', 5_120n, 5_120],
  ] as const)('of %s %d is written as %d', (currency, amount, written) => {
    expect(toStripe(money(amount, currency))).toEqual({ amount: written, currency: currency.toLowerCase() });
    expect(fromStripe(written, currency.toLowerCase())).toEqual(money(amount, currency));
  });

  test.each([
    ['KWD', 5_124n],
    ['MGA', 550n],
    ['CNY', 0n],
    ['CNY', -1n],
    ['CNY', 2n ** 53n],
    ['ISK', 2n ** 52n],
    ['cny', 1n],
    ['', 1n],
  ] as const)('that cannot be written exactly (%s %d) is not written', (currency, amount) => {
    expect(toStripe(money(amount, currency))).toBeUndefined();
  });

  test.each([
    [12.5, 'cny'],
    ['1234', 'cny'],
    [2 ** 53, 'cny'],
    [Number.NaN, 'cny'],
    [-1, 'cny'],
    [1, ''],
    [1, 'yuan'],
    [1, null],
    [null, 'cny'],
    // Half a króna.
    [50, 'isk'],
  ])('that is none (%j %j) is not read', (amount, currency) => {
    expect(fromStripe(amount, currency)).toBeUndefined();
  });

  test('comes back as it went, to the last unit', () => {
    const currencies = constantFrom('CNY', 'USD', 'JPY', 'ISK', 'UGX', 'MGA', 'KWD');
    const arbitrary = property(bigInt({ min: 1n, max: 2n ** 53n }), currencies, (amount, currency) => {
      const written = toStripe(money(amount, currency));
      if (written) expect(fromStripe(written.amount, written.currency)).toEqual(money(amount, currency));
    });
    assert(arbitrary, { numRuns: 500 });
    expect(reportDecimals('jpy')).toBe(0);
  });
});
