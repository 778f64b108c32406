import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Instant } from '#kernel/clock.ts';
import type { Money } from '#kernel/money.ts';
import { type Bill, type BillLine, BillUnavailable } from '../provider.ts';
import { textLines } from '../text-lines.ts';

const malformed = (detail: string): BillUnavailable => new BillUnavailable('malformed', detail);

/** The columns that are read, by the names that the first line gives them: how many there are depends on the kind of bill. */
const columns = {
  at: '交易时间',
  merchant: '商户号',
  transaction: '微信订单号',
  number: '商户订单号',
  state: '交易状态',
  currency: '货币种类',
  refundTransaction: '微信退款单号',
  refundNumber: '商户退款单号',
  refundState: '退款状态',
  fee: '手续费',
  total: '订单金额',
  refundTotal: '申请退款金额',
} as const;

type Row = Readonly<Record<keyof typeof columns, string>>;

/** Free text stands in these; a buyer's or a shop's comma and back quote could look like the end of a cell. */
const freeText = '商品名称';
const freeTexts = 2;
const summary = '总交易单数';

/**
 * The trade bill (`bill_type=ALL`), plain or gzip: a line of names, lines of cells that begin with a back quote each, and two
 * lines of sums at the end. Amounts are yuan with two places, fees with five; times are China's.
 * https://pay.weixin.qq.com/doc/v3/merchant/4013071236
 */
export function readBill(day: string, bytes: Uint8Array, merchantId: string): Bill {
  return { day, lines: linesOf(day, bytes, merchantId) };
}

async function* linesOf(day: string, bytes: Uint8Array, merchantId: string): AsyncIterable<BillLine> {
  let names: readonly string[] | undefined;
  let part: 'lines' | 'sums' | 'end' = 'lines';
  let count = 0;
  for await (const ended of textLines(decoded(bytes))) {
    const line = ended.replace(/\r$/, '');
    if (names === undefined) names = readNames(line);
    else if (line === '') continue;
    else if (part === 'end') throw malformed('the bill goes on after its sums');
    else if (part === 'sums') {
      checkSum(line, count);
      part = 'end';
    } else if (line.startsWith(summary)) part = 'sums';
    else {
      count += 1;
      const row = readRow(line, names);
      if (row.merchant !== merchantId) throw malformed(`line ${count}: a bill of another merchant`);
      if (!row.at.startsWith(day)) throw malformed(`line ${count}: a bill of another day`);
      const read = readLine(row, line, count);
      if (read) yield read;
    }
  }
  if (part !== 'end') throw malformed('the bill breaks off: its sums are missing');
}

async function* decoded(bytes: Uint8Array): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const part of unpacked(bytes)) yield decode(decoder, part);
}

function decode(decoder: { decode(part: Uint8Array, how: { stream: boolean }): string }, part: Uint8Array): string {
  try {
    return decoder.decode(part, { stream: true });
  } catch {
    throw malformed('the file is not text in UTF-8');
  }
}

async function* unpacked(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const source = Readable.from(chunked(bytes), { objectMode: false });
  try {
    yield* isPacked ? source.pipe(createGunzip()) : source;
  } catch {
    throw malformed('the file cannot be unpacked');
  }
}

function* chunked(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let from = 0; from < bytes.length; from += 65_536) yield bytes.subarray(from, from + 65_536);
}

function readNames(line: string): readonly string[] {
  const names = line.split(',').map((name) => name.trim());
  const missing = Object.values(columns).filter((name) => !names.includes(name));
  if (missing.length > 0) throw malformed(`not a trade bill: no column ${missing.join(', ')}`);
  return names;
}

function readRow(line: string, names: readonly string[]): Row {
  if (!line.startsWith('`')) throw malformed('a line that does not begin with a back quote');
  let cells = line.slice(1).split(',`');
  if (cells.length > names.length) cells = joinFreeText(cells, names);
  if (cells.length !== names.length) throw malformed(`a line of ${cells.length} cells for ${names.length} columns`);
  const entries = Object.entries(columns).map(([key, name]) => [key, cells[names.indexOf(name)]?.trim() ?? '']);
  return Object.fromEntries(entries) as Row;
}

/** What is too much belongs to the texts in the middle; both sides of them are counted from the ends. */
function joinFreeText(cells: readonly string[], names: readonly string[]): string[] {
  const before = names.indexOf(freeText);
  const after = names.length - before - freeTexts;
  if (before < 0) return [...cells];
  const texts = cells.slice(before, cells.length - after);
  return [...cells.slice(0, before), texts.join(',`'), '', ...cells.slice(cells.length - after)];
}

function readLine(row: Row, raw: string, count: number): BillLine | undefined {
  const { currency } = row;
  const money = (text: string): Money => ({ amount: fen(text, count), currency });
  const at = instant(row.at, count);
  const fee = money(row.fee);
  switch (row.state) {
    case 'SUCCESS':
      return {
        kind: 'payment',
        number: row.number,
        transaction: row.transaction,
        amount: money(row.total),
        fee,
        at,
        raw,
      };
    case 'REFUND':
    case 'REVOKED': {
      // A refund that failed moved nothing.
      if (['FAIL', 'CHANGE'].includes(row.refundState)) return undefined;
      const number = ['', '0'].includes(row.refundNumber) ? null : row.refundNumber;
      return {
        kind: 'refund',
        number,
        transaction: row.refundTransaction,
        amount: money(row.refundTotal),
        fee,
        at,
        raw,
      };
    }
    default:
      throw malformed(`line ${count}: a transaction that is ${row.state.slice(0, 32)}`);
  }
}

/** Yuan as a decimal to fen, digit by digit. Fees have five places; what is less than a fen is no money that moved. */
function fen(text: string, count: number): bigint {
  const [, sign = '', yuan = '', places = ''] = /^(-?)(\d{1,15})(?:\.(\d{1,5}))?$/.exec(text) ?? [];
  if (yuan === '' || !/^\d{2}0*$/.test(places.padEnd(2, '0')))
    throw malformed(`line ${count}: no amount: ${text.slice(0, 32)}`);
  const amount = BigInt(yuan) * 100n + BigInt(places.padEnd(2, '0').slice(0, 2));
  return sign === '-' ? -amount : amount;
}

function instant(text: string, count: number): Instant {
  const at = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) ? Date.parse(`${text.replace(' ', 'T')}+08:00`) : Number.NaN;
  if (Number.isNaN(at)) throw malformed(`line ${count}: no time: ${text.slice(0, 32)}`);
  return at;
}

/** The bill counts its own lines: one that was cut short, or written on, is none. */
function checkSum(line: string, count: number): void {
  const told = /^`(\d+)(?:\.0+)?,/.exec(line)?.[1];
  if (told === undefined || Number(told) !== count)
    throw malformed(`the bill says ${told ?? 'nothing'} and has ${count} lines`);
}

/** SHA-1 of the bill unpacked, as WeChat Pay tells it with the address. */
export async function digestOf(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha1');
  for await (const part of unpacked(bytes)) hash.update(part);
  return hash.digest('hex');
}
