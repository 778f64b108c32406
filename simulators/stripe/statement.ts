import { inMajorUnits } from './currencies.ts';
import type { Charge, Refund, Transaction } from './objects.ts';
import { record } from './transactions.ts';
import type { World } from './world.ts';

/** Errors in the bill, as they have been seen in real ones. Each is about the payment of one of the shop's numbers. */
export type Planted =
  | { readonly kind: 'missing' | 'duplicate'; readonly number: string }
  /** So much more, or less, than was paid; in units of the currency. */
  | { readonly kind: 'amount' | 'fee'; readonly number: string; readonly by: number }
  /** A payment, or a refund, that the shop knows nothing of. */
  | {
      readonly kind: 'unknown' | 'unknown refund';
      readonly number: string;
      readonly amount: number;
      readonly currency: string;
    };

/** In the shop's metadata. */
export const numberOf = (metadata: Readonly<Record<string, string>>): string | undefined =>
  metadata.suanpan_charge ?? metadata.suanpan_refund;

/** The balance transactions as bills show them. */
export function statementOf(world: World, planted: readonly Planted[]): Transaction[] {
  return planted.reduce((lines, error) => withError(world, lines, error), world.transactions);
}

function withError(world: World, lines: Transaction[], error: Planted): Transaction[] {
  const isMeant = ({ source }: Transaction): boolean => {
    const of = world.charges.get(source) ?? world.refunds.get(source);
    return of !== undefined && numberOf(of.metadata) === error.number;
  };
  if (error.kind === 'missing') return lines.filter((line) => !isMeant(line));
  if (error.kind === 'duplicate') {
    return lines.flatMap((line) => (isMeant(line) ? [line, { ...line, id: `${line.id}again` }] : [line]));
  }
  if (error.kind === 'fee') return lines.map((line) => (isMeant(line) ? { ...line, fee: line.fee + error.by } : line));
  // Amounts and unknown payments are planted where they happen: in the charge (see `plant`).
  return lines;
}

/** Applies those errors that are in what the line is of. */
export function plant(world: World, error: Planted, list: Planted[]): void {
  if (error.kind === 'unknown refund') {
    const refund = strangeRefund(world, error);
    world.refunds.set(refund.id, refund);
    record(world, { kind: 'refund', amount: error.amount, currency: error.currency, source: refund.id });
    return;
  }
  if (error.kind === 'unknown') {
    const charge = strangeCharge(world, error);
    world.charges.set(charge.id, charge);
    world.transactions.push(transactionOf(world, charge));
    return;
  }
  if (error.kind === 'amount') {
    for (const [id, charge] of world.charges) {
      if (!charge.paid || numberOf(charge.metadata) !== error.number) continue;
      world.charges.set(id, { ...charge, amount: charge.amount + error.by });
      const at = world.transactions.findIndex(({ source, type }) => source === id && type === 'charge');
      const line = world.transactions[at];
      if (line) world.transactions[at] = { ...line, amount: line.amount + error.by, net: line.net + error.by };
    }
  }
  list.push(error);
}

type Strange = Extract<Planted, { readonly kind: 'unknown' | 'unknown refund' }>;

function strangeRefund(world: World, { number, amount, currency }: Strange): Refund {
  return {
    ...{ id: world.id('re'), object: 'refund', amount, balance_transaction: null, charge: world.id('ch') },
    ...{ created: world.seconds(), currency, metadata: { suanpan_refund: number }, payment_intent: world.id('pi') },
    ...{ reason: null, receipt_number: null, status: 'succeeded' },
  };
}

function strangeCharge(world: World, { number, amount, currency }: Strange): Charge {
  return {
    ...{ id: world.id('ch'), object: 'charge', amount, amount_captured: amount, amount_refunded: 0, currency },
    ...{ balance_transaction: null, captured: true, created: world.seconds(), description: null, failure_code: null },
    ...{ failure_message: null, livemode: world.account.livemode, metadata: { suanpan_charge: number }, paid: true },
    ...{ payment_intent: world.id('pi'), payment_method: world.id('pm'), refunded: false, status: 'succeeded' },
    payment_method_details: { type: 'card', card: { brand: 'visa', last4: '4242' } },
  };
}

function transactionOf(world: World, { id: source, amount, currency }: Charge): Transaction {
  return {
    ...{
      id: world.id('txn'),
      object: 'balance_transaction',
      amount,
      currency,
      net: amount,
      source,
      balance_type: 'payments',
    },
    ...{ available_on: world.seconds(), created: world.seconds(), description: null, exchange_rate: null, fee: 0 },
    ...{ fee_details: [], reporting_category: 'charge', status: 'available', type: 'charge' },
  };
}

const columns = [
  ...['balance_transaction_id', 'created_utc', 'created', 'available_on_utc', 'currency', 'gross', 'fee', 'net'],
  ...['reporting_category', 'source_id', 'description', 'customer_facing_amount', 'customer_facing_currency'],
  ...['charge_id', 'payment_intent_id', 'payment_metadata[suanpan_charge]', 'refund_metadata[suanpan_refund]'],
];

/** The report "Balance change from activity", itemized, of one day in UTC: what a person downloads from the dashboard. */
export function reportOf(world: World, planted: readonly Planted[], day: string): string {
  const rows = statementOf(world, planted)
    .filter(({ created, type }) => type !== 'payout' && new Date(created * 1_000).toISOString().startsWith(day))
    .map((line) => rowOf(world, line));
  return [columns, ...rows].map((row) => `${row.map(quoted).join(',')}\n`).join('');
}

function rowOf(world: World, line: Transaction): string[] {
  const refund = world.refunds.get(line.source);
  const charge = world.charges.get(refund?.charge ?? line.source);
  const of = refund ?? charge;
  const at = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ');
  const facing = of && line.exchange_rate !== null ? (refund ? -of.amount : of.amount) : undefined;
  return [
    ...[line.id, at(line.created), at(line.created), at(line.available_on), line.currency],
    ...[line.amount, line.fee, line.net].map((amount) => inMajorUnits(amount, line.currency)),
    ...[line.reporting_category, line.source, line.description ?? ''],
    ...(of && facing !== undefined ? [inMajorUnits(facing, of.currency), of.currency] : ['', '']),
    ...[charge?.id ?? '', charge?.payment_intent ?? '', charge?.metadata.suanpan_charge ?? ''],
    refund?.metadata.suanpan_refund ?? '',
  ];
}

const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
