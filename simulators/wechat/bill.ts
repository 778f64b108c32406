import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Instant } from '#kernel/clock.ts';
import { Refusal, timeText, type WireAnswer } from './answers.ts';
import type { Books, Capture, Refund } from './books.ts';
import type { Desk } from './orders.ts';

export const plantedKinds = ['missing', 'twice', 'amount', 'fee', 'extra', 'extra refund'] as const;

/** An error planted in the bill of a day: of the line of this order or refund, or of one that nobody has heard of. */
export interface Planted {
  readonly kind: (typeof plantedKinds)[number];
  readonly number: string;
}

const header =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const sums = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';

interface Line {
  readonly at: Instant;
  readonly number: string;
  readonly cells: readonly string[];
  readonly total: bigint;
  readonly back: bigint;
  readonly fee: bigint;
}

export const dayOf = (instant: Instant): string => timeText(instant).slice(0, 10);
const nextTen = (day: string): Instant => Date.parse(`${day}T00:00:00+08:00`) + 34 * 3_600_000;

function yuan(fen: bigint, places = 2): string {
  const [sign, value] = fen < 0n ? ['-', -fen] : ['', fen];
  return `${sign}${value / 100n}.${String(value % 100n)
    .padStart(2, '0')
    .padEnd(places, '0')}`;
}

/** `GET /v3/bill/tradebill`: from ten in the morning of the next day, for three months. */
export function announceBill(desk: Desk, query: URLSearchParams, planted: readonly Planted[], url: string): WireAnswer {
  const day = query.get('bill_date') ?? '';
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw new Refusal(400, 'PARAM_ERROR', 'bill_date 格式错误', 'bill_date');
  const [type, packing] = [query.get('bill_type') ?? 'ALL', query.get('tar_type')];
  if (type !== 'ALL') throw new Refusal(400, 'PARAM_ERROR', 'the simulator makes bills of type ALL only', 'bill_type');
  if (packing !== null && packing !== 'GZIP') throw new Refusal(400, 'PARAM_ERROR', 'tar_type 错误', 'tar_type');
  if (dayOf(desk.now()) <= day) throw new Refusal(400, 'INVALID_REQUEST', '账单日期不能为当日或未来日期');
  if (desk.now() - nextTen(day) > 92 * 86_400_000) throw new Refusal(400, 'INVALID_REQUEST', '仅支持三个月内的账单');
  const lines = billLines(desk, day, planted);
  if (lines.length === 0) throw new Refusal(400, 'NO_STATEMENT_EXIST', '账单文件不存在');
  if (desk.now() < nextTen(day)) throw new Refusal(400, 'STATEMENT_CREATING', '账单生成中，请在上午10点以后再下载');
  const hash = createHash('sha1').update(billText(lines)).digest('hex');
  const token = Buffer.from(JSON.stringify([day, packing])).toString('base64url');
  const download = `${url}/v3/billdownload/file?token=${token}${packing === 'GZIP' ? '&tartype=gzip' : ''}`;
  return { status: 200, body: { hash_type: 'SHA1', hash_value: hash, download_url: download } };
}

/** `GET /v3/billdownload/file`: not signed. */
export function downloadBill(desk: Desk, query: URLSearchParams, planted: readonly Planted[]): WireAnswer {
  const [day, packing] = tokenIn(query.get('token') ?? '');
  const text = billFile(desk, day, planted);
  return { status: 200, file: packing === 'GZIP' ? gzipSync(text) : text };
}

function tokenIn(token: string): readonly [string, string | null] {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as [string, string | null];
  } catch {
    throw new Refusal(400, 'PARAM_ERROR', 'token 错误', 'token');
  }
}

/** The bill of a day as a person downloads it. */
export function billFile(desk: Desk, day: string, planted: readonly Planted[]): Buffer {
  return Buffer.from(billText(billLines(desk, day, planted)));
}

function billText(lines: readonly Line[]): string {
  const add = (of: (line: Line) => bigint): bigint => lines.reduce((sum, line) => sum + of(line), 0n);
  const [total, back, fee] = [add((line) => line.total), add((line) => line.back), add((line) => line.fee)];
  const counted = [`${lines.length}.0`, yuan(total), yuan(back), '0.00', yuan(fee, 5), yuan(total), yuan(back)];
  const rows = [...lines.map(({ cells }) => cells), counted].map((cells) => cells.map((cell) => `\`${cell}`).join());
  const last = rows.pop() ?? '';
  return `\ufeff${[header, ...rows, sums, last].join('\r\n')}\r\n`;
}

function billLines(desk: Desk, day: string, planted: readonly Planted[]): readonly Line[] {
  const { books } = desk;
  const payments = books.captures.filter(({ at }) => dayOf(at) === day).map((capture) => paymentLine(desk, capture));
  const refunds = [...books.refunds.values()]
    .filter(({ createdAt, status }) => dayOf(createdAt) === day && status !== 'CLOSED')
    .map((refund) => refundLine(desk, refund));
  const lines = [...payments, ...refunds].sort((one, other) => one.at - other.at);
  const kept = lines.flatMap((line) =>
    spoiled(
      desk,
      line,
      planted.find(({ number }) => number === line.number),
    ),
  );
  const extra = planted
    .filter(({ kind }) => kind.startsWith('extra'))
    .map(({ kind, number }) => {
      const at = Date.parse(`${day}T12:00:00+08:00`);
      // The same each time that the bill is made: its digest was told before.
      const transaction = `4200009999${BigInt(`0x${createHash('sha1').update(number).digest('hex')}`) % 10n ** 18n}`;
      if (kind === 'extra') return paymentLine(desk, { number, transaction, amount: 66_66n, currency: 'CNY', at });
      return strangeRefundLine(desk, number, transaction, at);
    });
  return [...kept, ...extra];
}

function spoiled(desk: Desk, line: Line, planted: Planted | undefined): readonly Line[] {
  const capture = desk.books.captures.find(({ number }) => number === line.number);
  switch (planted?.kind) {
    case 'missing':
      return [];
    case 'twice':
      return [line, line];
    case 'amount':
      return capture ? [paymentLine(desk, { ...capture, amount: capture.amount + 1n })] : [line];
    case 'fee':
      return capture ? [paymentLine(desk, capture, 1n)] : [line];
    default:
      return [line];
  }
}

/** What both kinds of line begin with. */
function head({ merchant, books }: Desk, number: string, transaction: string, at: Instant, state: string): string[] {
  const order = books.orders.get(number);
  const type = order?.kind === 'jsapi' ? 'JSAPI' : 'NATIVE';
  return [
    ...[timeText(at).slice(0, 19).replace('T', ' '), merchant.appId, merchant.merchantId, '0', '', transaction, number],
    ...[order?.openid ?? '', type, state, 'OTHERS', 'CNY'],
  ];
}

const textCell = (text: string): string => text.replace(/[\r\n]/g, ' ');

function paymentLine(desk: Desk, capture: Capture, feeMore = 0n): Line {
  const { number, transaction, amount, at } = capture;
  const order = desk.books.orders.get(number);
  const fee = desk.books.fee(amount) + feeMore;
  const cells = [
    ...head(desk, number, transaction, at, 'SUCCESS'),
    ...[
      yuan(amount),
      '0.00',
      '0',
      '0',
      '0.00',
      '0.00',
      '',
      '',
      textCell(order?.description ?? ''),
      order?.attach ?? '',
    ],
    ...[yuan(fee, 5), '0.60%', yuan(amount), '0.00', ''],
  ];
  return { at, number, cells, total: amount, back: 0n, fee };
}

/** Of a refund that somebody made at WeChat Pay itself, of an order that nobody here knows. */
function strangeRefundLine(desk: Desk, number: string, transaction: string, at: Instant): Line {
  const cells = [
    ...head(desk, `of${number}`.slice(0, 32), transaction, at, 'REFUND'),
    ...['0.00', '0.00', `50${transaction}`, number, yuan(66_66n), '0.00', 'ORIGINAL', 'SUCCESS'],
    ...['', '', yuan(0n, 5), '0.60%', '0.00', yuan(66_66n), ''],
  ];
  return { at, number, cells, total: 0n, back: 66_66n, fee: 0n };
}

const refundWords = { PROCESSING: 'PROCESSING', SUCCESS: 'SUCCESS', ABNORMAL: 'CHANGE', CLOSED: 'FAIL' } as const;

function refundLine(desk: Desk & { readonly books: Books }, refund: Refund): Line {
  const { order, number, id, amount, createdAt: at, status } = refund;
  const fee = -desk.books.feeBack(refund);
  const cells = [
    ...head(desk, order.number, order.transaction ?? '', at, 'REFUND'),
    ...['0.00', '0.00', id, number, yuan(amount), '0.00', 'ORIGINAL', refundWords[status]],
    ...[textCell(order.description), order.attach, yuan(fee, 5), '0.60%', '0.00', yuan(amount), ''],
  ];
  return { at, number, cells, total: 0n, back: amount, fee };
}
