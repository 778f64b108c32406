import type { Movement } from './books.ts';
import { gbkOf } from './gbk.ts';
import { dayOf, timeOf, yuanOf } from './wire-forms.ts';
import { zipOf } from './zip.ts';

/** An error for a bill to have: what a reconciliation has to find. Numbers are those of payments and refunds. */
export type PlantedError =
  | { readonly kind: 'missing' | 'twice'; readonly number: string }
  | { readonly kind: 'amount' | 'fee'; readonly number: string; readonly fen: bigint }
  /** A payment or a refund that the merchant knows nothing of. */
  | { readonly kind: 'stranger' | 'strange refund'; readonly number: string; readonly fen: bigint };

interface Line {
  readonly kind: Movement['kind'];
  readonly tradeNo: string;
  readonly number: string;
  readonly refundNumber: string;
  readonly subject: string;
  readonly createdAt: number;
  readonly at: number;
  readonly amount: bigint;
  readonly fee: bigint;
}

const columns =
  '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,' +
  '支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,' +
  '退款批次号/请求号,服务费（元）,分润（元）,备注';
const summaryColumns =
  '门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,服务费（元）,实收净额（元）';
const dayMs = 86_400_000;

/** A day's bill as it is downloaded: an archive with the details and the summary, each a CSV in GBK. */
export function billOf(
  day: string,
  movements: readonly Movement[],
  options: { readonly sellerId: string; readonly errors: readonly PlantedError[]; readonly madeAt: number },
): Buffer {
  const lines = planted(movements.filter(({ at }) => dayOf(at) === day).map(lineOf), options.errors, day);
  const name = `${options.sellerId}0156_${day.replaceAll('-', '')}_业务明细`;
  return zipOf([
    { name: gbkOf(`${name}.csv`), content: gbkOf(detailsOf(day, lines, options)) },
    { name: gbkOf(`${name}(汇总).csv`), content: gbkOf(summaryOf(day, lines, options)) },
  ]);
}

function lineOf({ kind, trade, refundNumber = '', amount, fee, at }: Movement): Line {
  const { order, tradeNo, createdAt } = trade;
  const { number, subject } = order;
  return { ...{ kind, tradeNo, number, refundNumber, subject, createdAt, at, amount, fee } };
}

function planted(lines: readonly Line[], errors: readonly PlantedError[], day: string): Line[] {
  let changed = [...lines];
  const numberOf = (line: Line): string => (line.kind === 'refund' ? line.refundNumber : line.number);
  for (const error of errors) {
    const meant = (line: Line): boolean => numberOf(line) === error.number;
    if (error.kind === 'missing') changed = changed.filter((line) => !meant(line));
    else if (error.kind === 'twice') changed = changed.flatMap((line) => (meant(line) ? [line, line] : [line]));
    else if (error.kind === 'stranger') changed.push(stranger(error.number, error.fen, day));
    else if (error.kind === 'strange refund') changed.push(strangeRefund(error.number, error.fen, day));
    else if ('fen' in error)
      changed = changed.map((line) => (meant(line) ? { ...line, [error.kind]: error.fen } : line));
  }
  return changed;
}

function stranger(number: string, amount: bigint, day: string): Line {
  const at = Date.parse(`${day}T12:00:00+08:00`);
  const tradeNo = `${day.replaceAll('-', '')}22009999999999999999`;
  return {
    ...{ kind: 'payment', tradeNo, number, refundNumber: '', subject: '?', createdAt: at, at, amount, fee: 0n },
  };
}

function strangeRefund(refundNumber: string, amount: bigint, day: string): Line {
  const number = `of${refundNumber}`.slice(0, 32);
  return { ...stranger(number, amount, day), kind: 'refund', refundNumber };
}

function detailsOf(day: string, lines: readonly Line[], options: { sellerId: string; madeAt: number }): string {
  const bar = '-'.repeat(41);
  const rows = lines.map((line) => {
    const amount = yuanOf(line.kind === 'refund' ? -line.amount : line.amount);
    return [
      ...[`${line.tradeNo}\t`, `${line.number}\t`, line.kind === 'refund' ? '退款\t' : '交易\t', line.subject],
      ...[timeOf(line.createdAt), timeOf(line.at), '\t', '\t', '\t', '\t', '*拟(sim***@example.com)\t', amount, amount],
      ...['0.00', '0.00', '0.00', '0.00', '0.00', '', '0.00\t', '0.00', `${line.refundNumber}\t`],
      ...[yuanOf(-line.fee), '0.00', ''],
    ].join(',');
  });
  return [
    ...heading('支付宝业务明细查询', day, options.sellerId),
    ...[`#${bar}业务明细列表${bar.slice(1)}`, columns, ...rows, `#${bar}业务明细列表结束${bar.slice(5)}`],
    totalOf('交易', '商家实收', lines, 'payment'),
    totalOf('退款', '商家实收退款', lines, 'refund'),
    `#导出时间：[${inChinese(options.madeAt)}]`,
    '',
  ].join('\r\n');
}

function totalOf(name: string, what: string, lines: readonly Line[], kind: Line['kind']): string {
  const own = lines.filter((line) => line.kind === kind);
  const sum = own.reduce((total, { amount }) => total + amount, 0n);
  const shown = yuanOf(kind === 'refund' ? -sum : sum);
  return `#${name}合计：${own.length}笔，${what}共${shown}元，商家优惠${kind === 'refund' ? '退款' : ''}共0.00元`;
}

function summaryOf(day: string, lines: readonly Line[], options: { sellerId: string; madeAt: number }): string {
  const [payments, refunds] = (['payment', 'refund'] as const).map((kind) =>
    lines.filter((line) => line.kind === kind),
  );
  const total = lines.reduce((sum, { kind, amount }) => sum + (kind === 'refund' ? -amount : amount), 0n);
  const fee = lines.reduce((sum, line) => sum + line.fee, 0n);
  const counts = [payments?.length ?? 0, refunds?.length ?? 0];
  return [
    ...heading('支付宝业务汇总查询', day, options.sellerId),
    summaryColumns,
    ['合计', '', ...counts, yuanOf(total), yuanOf(total), yuanOf(-fee), yuanOf(total - fee)].join(','),
    `#导出时间：[${inChinese(options.madeAt)}]`,
    '',
  ].join('\r\n');
}

function heading(title: string, day: string, sellerId: string): string[] {
  const start = Date.parse(`${day}T00:00:00+08:00`);
  return [
    ...[`#${title}`, `#账号：[${sellerId}0156]`],
    `#起始日期：[${inChinese(start)}]   终止日期：[${inChinese(start + dayMs)}]`,
  ];
}

/** `2026年11月20日 03:36:59`. */
function inChinese(instant: number): string {
  return timeOf(instant).replace(/^(\d+)-(\d+)-(\d+)/, '$1年$2月$3日');
}
