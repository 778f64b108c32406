import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Book, feeOf, journalKeyOf, match, type OurCharge, type OurRefund, parseFeeRate } from './matching.ts';
import type { BilledLine, DifferenceKind } from './reconciliation.ts';

const rate = { millionths: 6_000n, fixed: 0n };
const charge: OurCharge = {
  ...{ attemptId: 'att_1', paymentId: 'pay_1', orderId: 'ord_1', method: 'wechat', status: 'SUCCEEDED' },
  ...{ amount: 10_000n, currency: 'CNY' },
};
const refund: OurRefund = { ...charge, refundId: 'rfd_1', amount: 4_000n, status: 'SUCCEEDED' };
const line = (changes: Partial<BilledLine> = {}): BilledLine => ({
  ...{ id: 'l1', reconciliationId: 'rec', kind: 'payment', number: 'n1', transaction: 't1', amount: 10_000n },
  ...{ currency: 'CNY', fee: 60n, feeCurrency: 'CNY', at: 0, occurrence: 1, raw: '', generation: 1, cause: 'c' },
  ...changes,
});
const refundLine = (changes: Partial<BilledLine> = {}) =>
  line({ kind: 'refund', number: 'r1', amount: 4_000n, fee: -24n, ...changes });
const book = (changes: Partial<Book> = {}): Book => ({
  ...{ provider: 'wechat', before: new Set(), unsettled: new Set(), rate },
  charges: new Map([['n1', charge]]),
  refunds: new Map([['r1', refund]]),
  journals: new Map([
    ['attempt/att_1', 10_000n],
    ['refund/rfd_1/att_1', 4_000n],
  ]),
  ...changes,
});
const having = (changes: Partial<OurCharge>) => book({ charges: new Map([['n1', { ...charge, ...changes }]]) });
const havingRefund = (changes: Partial<OurRefund>) => book({ refunds: new Map([['r1', { ...refund, ...changes }]]) });

describe('a line of a bill', () => {
  const cases: [string, BilledLine, Book, DifferenceKind | undefined][] = [
    ['of a payment of ours', line(), book(), undefined],
    ['of a refund of ours', refundLine(), book(), undefined],
    ['of nothing of ours', line({ number: 'n2' }), book(), 'unknown'],
    ['without a number', line({ number: null }), book(), 'unknown'],
    ['of an attempt by another method', line(), having({ method: 'alipay' }), 'unknown'],
    ['of a refund that nobody here asked for', refundLine({ number: 'r2' }), book(), 'refund_unknown'],
    ['of a refund made by hand', refundLine({ number: null }), book(), 'refund_unknown'],
    ['of a refund that failed here', refundLine(), havingRefund({ status: 'FAILED' }), 'refund_unknown'],
    ['of a refund under way', refundLine(), havingRefund({ status: 'REQUESTED' }), undefined],
    ['of other money', line({ amount: 10_001n }), book(), 'amount'],
    ['of another currency', line({ currency: 'USD' }), book(), 'amount'],
    ['of a refund of other money', refundLine({ amount: 1n }), book(), 'amount'],
    ['that is there twice', line({ occurrence: 2 }), book(), 'duplicate'],
    ['that an earlier bill had', line(), book({ before: new Set(['payment/n1']) }), 'duplicate'],
    ['whose number is that of an earlier refund', line(), book({ before: new Set(['refund/n1']) }), undefined],
    ['of what we do not know as paid', line(), having({ status: 'CLOSED' }), 'callback_missing'],
    ['of what we still wait for', line(), having({ status: 'REQUIRES_ACTION' }), 'callback_missing'],
    ['of other money, not known as paid', line({ amount: 1n }), having({ status: 'UNKNOWN' }), 'amount'],
    ['with another fee', line({ fee: 61n }), book(), 'fee'],
    ['with any fee, where none was agreed', line({ fee: 61n }), book({ rate: undefined }), undefined],
    ['with a fee in another currency', line({ fee: 9n, feeCurrency: 'USD' }), book(), undefined],
    ['of a refund with any fee', refundLine({ fee: 3n }), book(), undefined],
    ['that is not journalled', line(), book({ journals: new Map() }), 'ledger'],
    ['that is journalled otherwise', line(), book({ journals: new Map([['attempt/att_1', 1n]]) }), 'ledger'],
    [
      'that was settled a moment ago',
      line(),
      book({ journals: new Map(), unsettled: new Set(['attempt/att_1']) }),
      undefined,
    ],
  ];
  test.each(cases)('%s', (_what, given, ours, expected) => {
    expect(match(given, ours).difference).toBe(expected);
  });

  test('is a cost of ours where it is of a payment or refund that we know, once', () => {
    const isOurs = (given: BilledLine, ours = book()) => match(given, ours).isOurFee;
    expect([line(), refundLine(), line({ fee: 61n }), line({ amount: 1n })].map((one) => isOurs(one))).toEqual(
      Array(4).fill(true),
    );
    expect([line({ number: 'n2' }), line({ occurrence: 2 })].map((one) => isOurs(one))).toEqual([false, false]);
    expect(isOurs(line(), having({ status: 'CLOSED' }))).toBe(false);
  });
});

describe('what a provider keeps', () => {
  test.each([
    ['0.6%', 10_000n, 60n],
    ['0.6 %', 83n, 0n],
    ['0.6%', 84n, 1n],
    ['3.4%+235', 10_000n, 575n],
    ['0.38%', 12_345n, 47n],
    ['0%', 12_345n, 0n],
  ])('by %s of %d is %d', (text, amount, fee) => {
    const parsed = parseFeeRate(text);
    expect(parsed && feeOf(parsed, amount)).toBe(fee);
  });

  test.each(['', '0.6', '0,6%', '-1%', '100%', '0.12345%', '1%+', '1%+1.5'])('is not said by %j', (text) => {
    expect(parseFeeRate(text)).toBeUndefined();
  });
});

/** A day of trade as all have it, and what is planted into the bill, or into our books, one error at most for each number. */
const errors = [
  'none',
  'unknown',
  'amount',
  'duplicate',
  'fee',
  'callback_missing',
  'ledger',
  'refund_unknown',
] as const;
const entries = fc.array(
  fc.record({
    kind: fc.constantFrom('payment' as const, 'refund' as const),
    amount: fc.bigInt(1n, 10_000_000n),
    error: fc.constantFrom(...errors),
    by: fc.bigInt(1n, 1_000n),
  }),
  { maxLength: 60 },
);
type Entry = typeof entries extends fc.Arbitrary<(infer One)[]> ? One : never;

/** Not every error can befall every kind. */
function isPossible({ kind, error }: Entry): boolean {
  const ofOneKind: Readonly<Record<string, string>> = {
    ...{ unknown: 'payment', fee: 'payment', callback_missing: 'payment', refund_unknown: 'refund' },
  };
  return (ofOneKind[error] ?? kind) === kind;
}

function world(all: readonly Entry[]) {
  const charges = new Map<string, OurCharge>();
  const refunds = new Map<string, OurRefund>();
  const journals = new Map<string, bigint>();
  const lines: BilledLine[] = [];
  for (const [index, { kind, amount, error, by }] of all.entries()) {
    const [number, attemptId, refundId] = [`${kind}${index}`, `att_${index}`, `rfd_${index}`];
    const status = error === 'callback_missing' ? 'CLOSED' : error === 'refund_unknown' ? 'FAILED' : 'SUCCEEDED';
    const ours = { ...charge, attemptId, amount, status } as OurCharge;
    const ourRefund = { ...ours, refundId } as OurRefund;
    if (error !== 'unknown') {
      if (kind === 'payment') charges.set(number, ours);
      else refunds.set(number, ourRefund);
    }
    if (error !== 'ledger') journals.set(journalKeyOf(kind === 'payment' ? ours : ourRefund), amount);
    const billed = error === 'amount' ? amount + by : amount;
    const fee = (kind === 'payment' ? feeOf(rate, billed) : 0n) + (error === 'fee' ? by : 0n);
    const one = line({ id: number, kind, number, amount: billed, fee });
    lines.push(one, ...(error === 'duplicate' ? [{ ...one, id: `${number}/2`, occurrence: 2 }] : []));
  }
  return { lines, book: book({ charges, refunds, journals }) };
}

const differing = (lines: readonly BilledLine[], ours: Book): string[] =>
  lines.flatMap((one) => {
    const { difference } = match(one, ours);
    return difference ? [`${difference} ${one.number}`] : [];
  });

describe('random books with planted errors', () => {
  test('have each error found once, as what it is, and nothing else; and so again, in whatever order', () => {
    fc.assert(
      fc.property(entries, fc.infiniteStream(fc.nat()), (drawn, order) => {
        const all = drawn.filter(isPossible);
        const { lines, book: ours } = world(all);
        const planted = all.flatMap(({ kind, error }, index) => (error === 'none' ? [] : [`${error} ${kind}${index}`]));
        const found = differing(lines, ours);
        expect(found).toEqual(planted);
        const places = new Map(lines.map((one) => [one, order.next().value as number]));
        const shuffled = lines.toSorted((one, other) => (places.get(one) ?? 0) - (places.get(other) ?? 0));
        expect(differing(shuffled, ours).sort()).toEqual(planted.sort());
      }),
      { numRuns: 300 },
    );
  });
});
