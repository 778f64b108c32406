import type { ProviderMethod } from './methods.ts';
import type { AttemptStatus, RefundStatus } from './model.ts';
import type { BilledLine, DifferenceKind } from './reconciliation.ts';

/** An attempt at a provider as our books have it. */
export interface OurCharge {
  readonly attemptId: string;
  readonly paymentId: string;
  readonly orderId: string;
  readonly method: string;
  readonly status: AttemptStatus;
  readonly amount: bigint;
  readonly currency: string;
}

/** What one attempt gives back of a refund, as our books have it. */
export interface OurRefund extends Omit<OurCharge, 'status'> {
  readonly refundId: string;
  readonly status: RefundStatus;
}

/** Both of us on the numbers of some lines. Everything is found by our number, which is what the bill and we have in common. */
export interface Book {
  readonly provider: ProviderMethod;
  readonly charges: ReadonlyMap<string, OurCharge>;
  readonly refunds: ReadonlyMap<string, OurRefund>;
  /**
   * By `journalKeyOf`: what the ledger moved. What was only just settled is not in it yet, and not looked for: see `unsettled`.
   */
  readonly journals: ReadonlyMap<string, bigint>;
  readonly unsettled: ReadonlySet<string>;
  /** `<kind>/<number>` of lines on bills of earlier days. */
  readonly before: ReadonlySet<string>;
  readonly rate: FeeRate | undefined;
}

/** What a provider keeps of a payment: so many millionths of it, and a fixed part in minor units. */
export interface FeeRate {
  readonly millionths: bigint;
  readonly fixed: bigint;
}

/** Rounded half up, as the providers do. */
export function feeOf(rate: FeeRate, amount: bigint): bigint {
  return (amount * rate.millionths + 500_000n) / 1_000_000n + rate.fixed;
}

/** `0.6%`, `2.9%+30`: per cent with up to four places, and minor units. Undefined where it is none. */
export function parseFeeRate(text: string): FeeRate | undefined {
  const [, whole, places = '', fixed = '0'] =
    /^(\d{1,2})(?:\.(\d{1,4}))?%(?:\+(\d{1,6}))?$/.exec(text.replaceAll(' ', '')) ?? [];
  if (whole === undefined) return undefined;
  return { millionths: BigInt(whole) * 10_000n + BigInt(places.padEnd(4, '0')), fixed: BigInt(fixed) };
}

type Line = Pick<
  BilledLine,
  'kind' | 'number' | 'amount' | 'currency' | 'fee' | 'feeCurrency' | 'occurrence' | 'transaction'
>;

/** What is ours of a line, and how the line differs from it. Each line has one difference at most: what explains the most. */
export interface Match {
  readonly ours: OurCharge | OurRefund | undefined;
  readonly difference: DifferenceKind | undefined;
  /** What the provider keeps of it is a cost of ours: it is of a payment or refund that we know. */
  readonly isOurFee: boolean;
}

export function match(line: Line, book: Book): Match {
  const { number, kind } = line;
  const found = number === null ? undefined : (kind === 'payment' ? book.charges : book.refunds).get(number);
  const ours = found?.method === book.provider ? found : undefined;
  if (!ours) return { ours, difference: kind === 'payment' ? 'unknown' : 'refund_unknown', isOurFee: false };
  const isAgain = line.occurrence > 1 || book.before.has(`${kind}/${number}`);
  if (isAgain) return { ours, difference: 'duplicate', isOurFee: false };
  if (ours.amount !== line.amount || ours.currency !== line.currency) {
    return { ours, difference: 'amount', isOurFee: true };
  }
  const unknownHere = notDone(ours);
  if (unknownHere) return { ours, difference: unknownHere, isOurFee: false };
  return { ours, difference: feeDifference(line, book) ?? ledgerDifference(ours, book), isOurFee: true };
}

/** A refund that is under way is on the bill since the provider took it on. */
function notDone(ours: OurCharge | OurRefund): DifferenceKind | undefined {
  if ('refundId' in ours) return ours.status === 'FAILED' ? 'refund_unknown' : undefined;
  return ours.status === 'SUCCEEDED' ? undefined : 'callback_missing';
}

/** What goes back of fees with refunds is each provider's own way, and not compared; nor are fees in another currency. */
export function expectedFee(line: Line, { rate }: Pick<Book, 'rate'>): bigint | undefined {
  if (!rate || line.kind !== 'payment' || line.feeCurrency !== line.currency) return undefined;
  return feeOf(rate, line.amount);
}

function feeDifference(line: Line, book: Book): DifferenceKind | undefined {
  const expected = expectedFee(line, book);
  return expected === undefined || expected === line.fee ? undefined : 'fee';
}

function ledgerDifference(ours: OurCharge | OurRefund, { journals, unsettled }: Book): DifferenceKind | undefined {
  const key = journalKeyOf(ours);
  if (ours.status !== 'SUCCEEDED' || unsettled.has(key)) return undefined;
  return journals.get(key) === ours.amount ? undefined : 'ledger';
}

/** The ledger's name of the journal (wallet: cause keys). */
export function journalKeyOf(ours: OurCharge | OurRefund): string {
  return 'refundId' in ours ? `refund/${ours.refundId}/${ours.attemptId}` : `attempt/${ours.attemptId}`;
}
