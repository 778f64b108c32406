import { createHash } from 'node:crypto';
import { findJournals } from '#contracts/http/wallet.ts';
import type { Money } from '#kernel/money.ts';
import type { Context, Origin } from '#runtime/service.ts';
import {
  type Book,
  expectedFee,
  journalKeyOf,
  type Match,
  match,
  type OurCharge,
  type OurRefund,
} from '../domain/matching.ts';
import { numberOf, refundNumberOf } from '../domain/model.ts';
import type { BilledLine, DifferenceKind, Reconciliation } from '../domain/reconciliation.ts';
import { closeDifferences, endCheck, recordDifferences } from '../domain/reconciling.ts';
import { recording } from '../settle.ts';
import { askAbout, type Found } from './asking.ts';
import { billDay } from './calendar.ts';
import { rateOf } from './rates.ts';
import {
  chargesByNumber,
  findReconciliations,
  firstDayOf,
  linesAfter,
  onEarlierBills,
  openDifferencesOf,
  refundsByNumber,
  unbilledCharges,
  unbilledRefunds,
} from './reads.ts';

const linesAtOnce = 500;
const differencesPerCommit = 100;

interface Compared {
  readonly found: readonly Found[];
  readonly fees: readonly Money[];
}

/**
 * Compares a day's bill with our books and the ledger. What may be settled by asking the provider is asked about, through the
 * funnels that everything goes through, and looked at again; the rest is kept for a person, and what is right by now is closed.
 * Doing it again finds the same.
 */
export async function check(context: Context, id: string, origin: Origin): Promise<void> {
  const [day] = await findReconciliations(context.database, [id]);
  if (!day || day.status === 'WAITING') return;
  const first = await compare(context, day, new Set(), origin);
  await record(context, day, first.found, 'bill', origin);
  const asked = await askAbout(context, first.found, origin);
  const last = asked.length === 0 ? first : await compare(context, day, new Set(asked.map(journalKeyOf)), origin);
  if (asked.length > 0) await record(context, day, last.found, 'query', origin);
  if (last.found.length > 0) {
    const differences = last.found.length;
    context.log.warn({ reconciliation: id, differences }, "a provider's bill differs from our books");
  }
  const command = { id, generation: day.generation, fees: last.fees };
  await context.write(endCheck, command, recording(origin, context));
}

async function compare(
  context: Context,
  day: Reconciliation,
  unsettled: ReadonlySet<string>,
  origin: Origin,
): Promise<Compared> {
  const found: Found[] = [];
  const fees = new Map<string, bigint>();
  for (let after = ''; ; ) {
    const lines = await linesAfter(context.database, day.id, after, linesAtOnce);
    const book = await bookOf(context, day, lines, unsettled, origin);
    for (const line of lines) {
      const matched = match(line, book);
      if (matched.isOurFee) fees.set(line.feeCurrency, (fees.get(line.feeCurrency) ?? 0n) + line.fee);
      if (matched.difference) found.push(foundOnLine(day, line, { ...matched, difference: matched.difference }, book));
    }
    after = lines.at(-1)?.id ?? '';
    if (lines.length < linesAtOnce) break;
  }
  found.push(...(await notBilled(context, day)));
  return { found, fees: [...fees].map(([currency, amount]) => ({ amount, currency })) };
}

async function bookOf(
  context: Context,
  day: Reconciliation,
  lines: readonly BilledLine[],
  unsettled: ReadonlySet<string>,
  origin: Origin,
): Promise<Book> {
  const { database } = context;
  const numbers = [...new Set(lines.flatMap(({ number }) => number ?? []))];
  const [charges, refunds, before] = await Promise.all([
    chargesByNumber(database, numbers),
    refundsByNumber(database, numbers),
    onEarlierBills(database, numbers, day),
  ]);
  const ours = [...charges.values(), ...refunds.values()].filter(({ status }) => status === 'SUCCEEDED');
  const journals = await journalsOf(context, ours.map(journalKeyOf), origin);
  const { provider } = day;
  return { provider, charges, refunds, before, journals, unsettled, rate: rateOf(context, provider) };
}

async function journalsOf(
  context: Context,
  causeKeys: readonly string[],
  origin: Origin,
): Promise<ReadonlyMap<string, bigint>> {
  if (causeKeys.length === 0) return new Map();
  const { body } = await context.call(
    findJournals,
    { body: { causeKeys: [...causeKeys] } },
    recording(origin, context),
  );
  return new Map(body.journals.map(({ causeKey, amount }) => [causeKey, BigInt(amount.amount)]));
}

type Differing = Match & { readonly difference: DifferenceKind };

function foundOnLine(day: Reconciliation, line: BilledLine, { ours, difference: kind }: Differing, book: Book): Found {
  const expected = kind === 'fee' ? expectedFee(line, book) : undefined;
  const key = ours && journalKeyOf(ours);
  const journal = key === undefined ? undefined : book.journals.get(key);
  const evidence = {
    ours: ours ? shown(ours) : null,
    billed: { amount: Number(line.amount), currency: line.currency, fee: Number(line.fee) },
    expectedFee: expected === undefined ? null : Number(expected),
    ledger: key === undefined || journal === undefined ? [] : [{ causeKey: key, amount: Number(journal) }],
  };
  const about = { number: line.number, lineId: line.id, raw: line.raw, evidence, orderId: ours?.orderId ?? null };
  return { difference: { ...named(day, kind, line.id), ...about }, ours };
}

/** Ours, and on no bill: paid, or given back, on this day by the provider's own word. */
async function notBilled({ database }: Context, day: Reconciliation): Promise<Found[]> {
  const within = billDay(day.provider, day.day);
  const firstDay = await firstDayOf(database, day.provider);
  const since = firstDay === undefined ? undefined : billDay(day.provider, firstDay);
  if (!within || !since) return [];
  const [charges, refunds] = await Promise.all([
    unbilledCharges(database, day.provider, within),
    unbilledRefunds(database, day.provider, within, since.from),
  ]);
  const lacking = (ours: OurCharge | OurRefund, kind: DifferenceKind, number: string): Found => {
    const evidence = { ours: shown(ours), billed: null, expectedFee: null, ledger: null };
    const about = { number, lineId: null, raw: null, evidence, orderId: ours.orderId };
    return { difference: { ...named(day, kind, number), ...about }, ours };
  };
  return [
    ...charges.map((ours) => lacking(ours, 'payment_missing', numberOf(ours.attemptId))),
    ...refunds.map((ours) => lacking(ours, 'refund_missing', refundNumberOf(ours.refundId, ours.attemptId))),
  ];
}

/** Found again it has the same id. */
function named({ id: reconciliationId, provider, day }: Reconciliation, kind: DifferenceKind, about: string) {
  const digest = createHash('sha256').update(`${reconciliationId}/${kind}/${about}`).digest('hex');
  return { id: `dif_${digest.slice(0, 32)}`, reconciliationId, provider, day, kind };
}

function shown(ours: OurCharge | OurRefund) {
  const { attemptId, orderId, status, amount, currency } = ours;
  const refundId = 'refundId' in ours ? ours.refundId : null;
  return { attemptId, refundId, orderId, status, amount: Number(amount), currency };
}

/** What was found, and by what that ended which was not found any more. */
async function record(
  context: Context,
  { id }: Reconciliation,
  found: readonly Found[],
  how: 'bill' | 'query',
  origin: Origin,
): Promise<void> {
  const left = new Set(found.map(({ difference }) => difference.id));
  const open = await openDifferencesOf(context.database, id);
  const closed = open.filter((one) => !left.has(one.id));
  const differences = found.map(({ difference }) => difference);
  for (const some of inParts(differences)) {
    await context.write(recordDifferences, { id, found: some }, recording(origin, context));
  }
  for (const some of inParts(closed)) {
    await context.write(
      closeDifferences,
      { id, differences: some.map((one) => one.id), how },
      recording(origin, context),
    );
  }
}

function inParts<Item>(items: readonly Item[]): Item[][] {
  const parts: Item[][] = [];
  for (let from = 0; from < items.length; from += differencesPerCommit) {
    parts.push(items.slice(from, from + differencesPerCommit));
  }
  return parts;
}
