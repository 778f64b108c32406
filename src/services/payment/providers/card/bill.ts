import type { Clock } from '#kernel/clock.ts';
import { type Money, money } from '#kernel/money.ts';
import { type Asking, type Bill, type BillLine, BillUnavailable } from '../provider.ts';
import { idOf, instantOf, isThing, metadataOf, numberOfCharge, numberOfRefund, type Thing, textOf } from './answer.ts';
import type { Ask } from './client.ts';
import { fromStripe } from './units.ts';

export interface Day {
  readonly from: number;
  readonly to: number;
}

/** Stripe's calendar is UTC. The instants are in milliseconds, the end is the next day's first. */
export function dayOf(day: string): Day {
  const from = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(from) || new Date(from).toISOString().slice(0, 10) !== day)
    throw new RangeError(`not a day: ${day}`);
  return { from, to: from + 86_400_000 };
}

/** The balance transactions of a day with what each is of, newest first, page by page as they are read. */
export async function fetchedBill(ask: Ask, clock: Clock, day: string, origin: Asking): Promise<Bill> {
  const { from, to } = dayOf(day);
  if (clock.now() < to) throw new BillUnavailable('not yet', `the day ${day} (UTC) is not over`);
  const page = async (after: string | undefined): Promise<Thing> => {
    const created = { gte: from / 1_000, lt: to / 1_000 };
    const query = { created, limit: 100, expand: ['data.source'], ...(after && { starting_after: after }) };
    const outcome = await ask(origin, (stripe, options) => stripe.balanceTransactions.list(query, options));
    if (outcome.kind === 'answered') return outcome.thing;
    const why = outcome.kind === 'refusal' ? `HTTP ${outcome.status} ${outcome.code}` : outcome.reason;
    throw new BillUnavailable('unavailable', `the bill of ${day}: ${why}`);
  };
  const first = await page(undefined);
  return { day, lines: linesOf(first, page) };
}

async function* linesOf(first: Thing, page: (after: string) => Promise<Thing>): AsyncIterable<BillLine> {
  for (let current = first; ; ) {
    const { data } = current;
    if (!Array.isArray(data)) throw new BillUnavailable('malformed', 'a list of balance transactions without a list');
    for (const transaction of data) {
      const line = lineOf(transaction);
      if (line) yield line;
    }
    const last = idOf(data.at(-1));
    if (current.has_more !== true) return;
    if (!last) throw new BillUnavailable('malformed', 'a page that cannot be turned');
    current = await page(last);
  }
}

/** Payouts, fees of the account, disputes and the like are balance transactions too: no payments or refunds of ours. */
const kinds: Readonly<Record<string, BillLine['kind']>> = {
  charge: 'payment',
  payment: 'payment',
  refund: 'refund',
  payment_refund: 'refund',
};

/**
 * One balance transaction (docs.stripe.com/api/balance_transactions/object). Its own amount is in the currency in which Stripe
 * pays out, the buyer's is that of its source; the fee is in the former.
 */
export function lineOf(transaction: unknown): BillLine | undefined {
  if (!isThing(transaction)) throw new BillUnavailable('malformed', 'a balance transaction that is none');
  const type = textOf(transaction.type) ?? '';
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (!kind) return undefined;
  const source = isThing(transaction.source) ? transaction.source : undefined;
  const amount = source
    ? fromStripe(source.amount, source.currency)
    : fromStripe(Math.abs(Number(transaction.amount)), transaction.currency);
  const fee = feeOf(transaction);
  const [id, at] = [idOf(transaction.source), instantOf(transaction.created)];
  if (!amount || !fee || !id || at === undefined)
    throw new BillUnavailable('malformed', `unreadable: ${textOf(transaction.id)}`);
  const number = source && metadataOf(source, kind === 'payment' ? numberOfCharge : numberOfRefund);
  return { kind, number: number ?? null, transaction: id, amount, fee, at, raw: JSON.stringify(transaction) };
}

/** Negative where Stripe gives a fee back. */
function feeOf({ fee, currency }: Thing): Money | undefined {
  const amount = fromStripe(Math.abs(Number(fee)), currency);
  return amount && Number(fee) < 0 ? money(-amount.amount, amount.currency) : amount;
}
