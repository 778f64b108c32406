import { type Money, money } from '#kernel/money.ts';
import { type Bill, type BillLine, BillUnavailable } from '../provider.ts';
import { isThing, numberOfCharge, numberOfRefund } from './answer.ts';
import { dayOf, lineOf } from './bill.ts';
import { fromStripe, reportDecimals } from './units.ts';

/**
 * A bill from a file: Stripe's report "Balance change from activity", itemized (CSV; docs.stripe.com/reports/report-types), or a
 * list of balance transactions as the API writes it. Lines of other days are left out.
 */
export function billFrom(day: string, bytes: Uint8Array): Bill {
  const { from, to } = dayOf(day);
  const text = textIn(bytes);
  const lines = text.trimStart().startsWith('{') ? jsonLines(text) : reportLines(text);
  return { day, lines: within(lines, from, to) };
}

function textIn(bytes: Uint8Array): string {
  try {
    // Drops a byte order mark.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new BillUnavailable('malformed', 'the file is no text in UTF-8');
  }
}

async function* within(lines: Iterable<BillLine>, from: number, to: number): AsyncIterable<BillLine> {
  for (const line of lines) if (line.at >= from && line.at < to) yield line;
}

function* jsonLines(text: string): Iterable<BillLine> {
  const list = parsed(text);
  if (!isThing(list) || !Array.isArray(list.data))
    throw new BillUnavailable('malformed', 'no list of balance transactions');
  if (list.has_more === true) throw new BillUnavailable('malformed', 'only one page of the list');
  for (const transaction of list.data) {
    const line = lineOf(transaction);
    if (line) yield line;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BillUnavailable('malformed', 'no JSON');
  }
}

const columnsNeeded = [
  'balance_transaction_id',
  'created_utc',
  'currency',
  'gross',
  'fee',
  'reporting_category',
  'source_id',
];

function* reportLines(text: string): Iterable<BillLine> {
  const records = recordsOf(text);
  const head: string[] | undefined = records.next().value?.fields;
  const missing = columnsNeeded.filter((column) => !head?.includes(column));
  if (!head || missing.length > 0)
    throw new BillUnavailable('malformed', `the report lacks the columns ${missing.join(', ')}`);
  for (const { fields, raw } of records) {
    if (fields.length === 1 && fields[0] === '') continue;
    if (fields.length !== head.length) throw new BillUnavailable('malformed', `a line is cut: ${raw.slice(0, 40)}`);
    const line = lineOfReport((column) => fields[head.indexOf(column)] ?? '', raw);
    if (line) yield line;
  }
}

const categories: Readonly<Record<string, BillLine['kind']>> = { charge: 'payment', refund: 'refund' };

function lineOfReport(field: (column: string) => string, raw: string): BillLine | undefined {
  const category = field('reporting_category');
  const kind = Object.hasOwn(categories, category) ? categories[category] : undefined;
  if (!kind) return undefined;
  const facing = field('customer_facing_amount') !== '' && field('customer_facing_currency') !== '';
  const gross = facing
    ? amountOf(field('customer_facing_amount'), field('customer_facing_currency'))
    : amountOf(field('gross'), field('currency'));
  const at = Date.parse(`${field('created_utc').trim().replace(' ', 'T')}Z`);
  const number =
    kind === 'payment' ? field(`payment_metadata[${numberOfCharge}]`) : field(`refund_metadata[${numberOfRefund}]`);
  if (Number.isNaN(at) || field('source_id') === '')
    throw new BillUnavailable('malformed', `unreadable: ${raw.slice(0, 40)}`);
  return {
    ...{ kind, number: number || null, transaction: field('source_id'), at, raw },
    ...{ amount: money(gross.amount < 0n ? -gross.amount : gross.amount, gross.currency) },
    fee: amountOf(field('fee'), field('currency')),
  };
}

/** `-12.34` and `cny`, by digits. */
function amountOf(text: string, currency: string): Money {
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text.trim());
  const decimals = reportDecimals(currency);
  const fraction = parts?.[3] ?? '';
  if (!parts || fraction.slice(decimals).replace(/0/g, '') !== '')
    throw new BillUnavailable('malformed', `not an amount: ${text}`);
  const units = Number(`${parts[2]}${fraction.slice(0, decimals).padEnd(decimals, '0')}`);
  const value = fromStripe(units, currency);
  if (!value) throw new BillUnavailable('malformed', `not an amount: ${text} ${currency}`);
  return parts[1] === '-' ? money(-value.amount, value.currency) : value;
}

/** The records of a CSV (RFC 4180), one at a time. */
function* recordsOf(text: string): Generator<{ fields: string[]; raw: string }, undefined> {
  let fields: string[] = [];
  let start = 0;
  const form = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (form.lastIndex < text.length) {
    const at = form.lastIndex;
    const found = form.exec(text);
    if (!found) throw new BillUnavailable('malformed', `no CSV at character ${at}`);
    const [, quoted, plain = '', end = ''] = found;
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',' && form.lastIndex < text.length) continue;
    if (end === ',') fields.push('');
    yield { fields, raw: text.slice(start, form.lastIndex).trimEnd() };
    [fields, start] = [[], form.lastIndex];
  }
  return undefined;
}
