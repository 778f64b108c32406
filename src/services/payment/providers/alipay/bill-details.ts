import { TextDecoder } from 'node:util';
import { money } from '#kernel/money.ts';
import { type BillLine, BillUnavailable } from '../provider.ts';
import { textLines } from '../text-lines.ts';
import { fromYuan } from './amount.ts';
import { fromBeijing } from './beijing.ts';

/** By the heads of the columns, less the unit and the tabs that keep spreadsheets from rounding numbers. */
const columns = {
  transaction: '支付宝交易号',
  number: '商户订单号',
  kind: '业务类型',
  product: '商品名称',
  createdAt: '创建时间',
  doneAt: '完成时间',
  amount: '订单金额',
  refundNumber: '退款批次号/请求号',
  fee: '服务费',
} as const;
type Column = keyof typeof columns;
type Columns = Readonly<Record<Column, number>> & { readonly count: number };

/** Reading on would find differences that are none. */
const malformed = (message: string): BillUnavailable => new BillUnavailable('malformed', message);

const timeForm = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;

/** Whether this is the file with the details: the summary has other columns. */
export async function isDetails(parts: AsyncIterable<Uint8Array>): Promise<boolean> {
  for await (const line of filledLines(parts)) {
    if (!line.startsWith('#')) return headOf(line) !== undefined;
  }
  return false;
}

/**
 * The lines of a 业务明细 (bill_type `trade`): remarks behind `#` at the head and at the end, which say the days and how many
 * lines there are, and between them one line for each payment (交易) and each refund (退款). Amounts of refunds are negative,
 * and so is the service fee that Alipay keeps.
 */
export async function* detailsOf(day: string, parts: AsyncIterable<Uint8Array>): AsyncIterable<BillLine> {
  let head: Columns | undefined;
  const counted = { payment: 0, refund: 0 };
  const told: { payment?: number; refund?: number } = {};
  for await (const line of filledLines(parts)) {
    if (line.startsWith('#')) {
      checkDay(line, day);
      const [, kind, count] = /^#(交易|退款)合计：(\d+)笔/.exec(line) ?? [];
      if (kind) told[kind === '交易' ? 'payment' : 'refund'] = Number(count);
    } else if (head) {
      const read = lineOf(line, head);
      counted[read.kind] += 1;
      yield read;
    } else {
      head = headOf(line);
      if (!head) throw malformed('not a bill of trades: the columns have other names');
    }
  }
  for (const kind of ['payment', 'refund'] as const) {
    if (told[kind] === undefined) throw malformed('the bill is cut off: it has no totals');
    if (told[kind] !== counted[kind]) {
      throw malformed(`the bill has ${counted[kind]} lines of kind ${kind} and says ${told[kind]}`);
    }
  }
}

function checkDay(line: string, day: string): void {
  const [, year, month, date] = /^#起始日期：\[(\d{4})年(\d{2})月(\d{2})日/.exec(line) ?? [];
  if (year && `${year}-${month}-${date}` !== day) throw malformed(`this is the bill of ${year}-${month}-${date}`);
}

function headOf(line: string): Columns | undefined {
  const names = line.split(',').map((name) => name.replace(/[（(]元[）)]/g, '').trim());
  const found = Object.entries(columns).map(([column, name]) => [column, names.indexOf(name)] as const);
  if (found.some(([, index]) => index < 0)) return undefined;
  return { ...Object.fromEntries(found), count: names.length } as Columns;
}

function lineOf(raw: string, head: Columns): BillLine {
  const fields = fieldsOf(raw, head);
  const field = (column: Column): string => fields[head[column]] ?? '';
  const [amount, fee, at] = [fromYuan(field('amount')), fromYuan(field('fee')), fromBeijing(field('doneAt'))];
  const transaction = field('transaction');
  if (amount === undefined || fee === undefined || at === undefined || transaction === '') {
    throw malformed(`a line that cannot be read: ${raw.slice(0, 200)}`);
  }
  const isRefund = field('kind').includes('退款') || amount < 0n;
  return {
    kind: isRefund ? 'refund' : 'payment',
    // A refund that somebody made by hand at Alipay has no number of ours.
    number: field(isRefund ? 'refundNumber' : 'number') || null,
    transaction,
    amount: money(amount < 0n ? -amount : amount, 'CNY'),
    fee: money(-fee, 'CNY'),
    at,
    raw,
  };
}

/** Nothing is quoted: a comma in the name of the goods or in the remark, the last column, is one field more. */
function fieldsOf(raw: string, head: Columns): string[] {
  const fields = raw.split(',').map((field) => field.trim());
  const more = fields.findIndex((field, index) => index >= head.createdAt && timeForm.test(field)) - head.createdAt;
  if (more > 0) {
    const name = fields.slice(head.product, head.product + more + 1).join(',');
    fields.splice(head.product, more + 1, name);
  }
  if (fields.length < head.count) throw malformed(`a line that is cut off: ${raw.slice(0, 200)}`);
  return fields;
}

/** Lines without their ends, empty ones left out. */
async function* filledLines(parts: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  for await (const line of textLines(decoded(parts))) if (line.trim() !== '') yield line.trimEnd();
}

/** GBK as Alipay writes it, or UTF-8 as a spreadsheet may have saved it. */
async function* decoded(parts: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  let decoder: TextDecoder | undefined;
  for await (const part of parts) {
    decoder ??= new TextDecoder(isUtf8(part) ? 'utf-8' : 'gbk');
    yield decoder.decode(part, { stream: true });
  }
  if (decoder) yield decoder.decode();
}

function isUtf8(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 16));
  return start.indexOf(Buffer.from([0xef, 0xbb, 0xbf])) === 0 || start.indexOf('#支付宝', 0, 'utf8') === 0;
}
