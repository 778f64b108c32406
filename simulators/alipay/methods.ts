import { type AnnounceMeans, announce } from './announcing.ts';
import type { Books, Trade } from './books.ts';
import { type Content, failure, success } from './content.ts';
import type { GatewayRequest } from './request.ts';
import { dayOf, fenOf, timeOf, yuanOf } from './wire-forms.ts';

export interface MethodMeans extends AnnounceMeans {
  readonly books: Books;
  readonly codesDieWhenClosed: boolean;
  now(): number;
  /** Tells the merchant what has become of a trade; `refund` where money went back. */
  notify(trade: Trade, refundNumber?: string): void;
  /** The address of a day's bill, good for half a minute; undefined where there is none. */
  billAddress(day: string): string | undefined;
}

type Method = (request: GatewayRequest, means: MethodMeans) => Content;

const notExist = (fields: Readonly<Record<string, unknown>> = {}) =>
  failure('ACQ.TRADE_NOT_EXIST', '交易不存在', fields);
const invalid = (name: string) => failure('ACQ.INVALID_PARAMETER', `参数无效: ${name}`);

export const methods: Readonly<Record<string, Method>> = {
  'alipay.trade.precreate': (request, means) => {
    const announced = announce('code', request, means);
    if ('code' in announced) return announced;
    return success({ out_trade_no: announced.number, qr_code: means.phoneAddress(announced.token) });
  },
  'alipay.trade.query': (request, means) => {
    const trade = tradeIn(request, means, ['query_options', 'org_pid']);
    return typeof trade === 'string' ? invalid(trade) : trade ? success(shown(trade)) : notExist();
  },
  'alipay.trade.close': (request, means) => {
    const trade = tradeIn(request, means, ['operator_id']);
    if (typeof trade === 'string') return invalid(trade);
    if (!trade) {
      if (means.codesDieWhenClosed) means.books.kill(String(request.content.out_trade_no));
      return notExist();
    }
    if (trade.status !== 'WAIT_BUYER_PAY') return failure('ACQ.TRADE_STATUS_ERROR', '交易状态不合法');
    means.books.close(trade, means.now());
    means.notify(trade);
    return success(namesOf(trade));
  },
  'alipay.trade.cancel': cancel,
  'alipay.trade.refund': refund,
  'alipay.trade.fastpay.refund.query': refundQuery,
  'alipay.data.dataservice.bill.downloadurl.query': (request, means) => {
    const { bill_type: type, bill_date: day, ...more } = request.content;
    if (Object.keys(more).length > 0 || !['trade', 'signcustomer'].includes(String(type))) {
      return failure('isv.invalid-arguments', '入参不合法');
    }
    if (typeof day !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(day) || day >= dayOf(means.now())) {
      return failure('isv.invalid-arguments', '入参不合法: bill_date');
    }
    const address = means.billAddress(day);
    return address ? success({ bill_download_url: address }) : failure('isp.bill_not_exist', '入参的账单不存在');
  },
};

/** Ends a trade whatever it is: gives back what was paid. Says `action` only where there was a trade. */
function cancel(request: GatewayRequest, means: MethodMeans): Content {
  const trade = tradeIn(request, means, []);
  if (typeof trade === 'string') return invalid(trade);
  if (!trade) {
    const number = String(request.content.out_trade_no);
    if (means.codesDieWhenClosed) means.books.kill(number);
    return success({ out_trade_no: number, retry_flag: 'N' });
  }
  if (trade.refunds.length > 0) return failure('ACQ.REASON_TRADE_REFUND_FEE_ERR', '退款金额无效', { retry_flag: 'N' });
  if (trade.status === 'TRADE_FINISHED') return failure('ACQ.TRADE_HAS_FINISHED', '交易已经完结', { retry_flag: 'N' });
  const wasPaid = trade.status === 'TRADE_SUCCESS';
  if (wasPaid) {
    means.books.refund(trade, { number: trade.order.number, amount: trade.order.amount, at: means.now() });
  } else if (trade.status === 'WAIT_BUYER_PAY') {
    means.books.close(trade, means.now());
  }
  means.notify(trade, wasPaid ? trade.order.number : undefined);
  return success({ ...namesOf(trade), retry_flag: 'N', action: wasPaid ? 'refund' : 'close' });
}

function refund(request: GatewayRequest, means: MethodMeans): Content {
  const own = ['refund_amount', 'out_request_no', 'refund_reason', 'query_options', 'refund_currency'];
  const trade = tradeIn(request, means, own);
  if (typeof trade === 'string') return invalid(trade);
  const { refund_amount: text, out_request_no: given, refund_reason: reason = '' } = request.content;
  const amount = fenOf(text);
  if (amount === undefined) return invalid('refund_amount');
  if (given !== undefined && !/^[\w-]{1,64}$/.test(String(given))) return invalid('out_request_no');
  if (typeof reason !== 'string' || reason.length > 256) return invalid('refund_reason');
  const zero = { refund_fee: '0.00' };
  if (!trade) return notExist(zero);
  const number = given === undefined ? trade.order.number : String(given);
  const { books } = means;
  const earlier = trade.refunds.find((candidate) => candidate.number === number);
  if (earlier) {
    return earlier.amount === amount
      ? success({ ...refundShown(trade, books), fund_change: 'N' })
      : failure('ACQ.DISCORDANT_REPEAT_REQUEST', '请求信息不一致', zero);
  }
  if (trade.status === 'TRADE_FINISHED') return failure('ACQ.TRADE_HAS_FINISHED', '交易已完结', zero);
  if (trade.paidAt === undefined) return failure('ACQ.TRADE_STATUS_ERROR', '交易状态不合法', zero);
  const left = trade.order.amount - books.refundedOf(trade);
  if (left === 0n) return failure('ACQ.TRADE_HAS_CLOSE', '交易已经关闭', zero);
  if (given === undefined && amount !== trade.order.amount) {
    return failure('ACQ.REFUND_AMT_NOT_EQUAL_TOTAL', '撤销或退款金额与订单金额不一致', zero);
  }
  if (amount > left) return failure('ACQ.REASON_TRADE_REFUND_FEE_ERR', '退款金额无效', zero);
  books.refund(trade, { number, amount, at: means.now() });
  means.notify(trade, number);
  return success({ ...refundShown(trade, books), fund_change: 'Y' });
}

/** 10000 is about the question; of a refund that is not there it says nothing more. */
function refundQuery(request: GatewayRequest, means: MethodMeans): Content {
  const trade = tradeIn(request, means, ['out_request_no', 'query_options', 'org_pid']);
  if (typeof trade === 'string') return invalid(trade);
  const { out_request_no: number, query_options: options } = request.content;
  if (typeof number !== 'string' || number === '') return invalid('out_request_no');
  if (!trade) return notExist();
  const found = trade.refunds.find((candidate) => candidate.number === number);
  if (!found) return success({});
  const withTime = Array.isArray(options) && options.includes('gmt_refund_pay');
  return success({
    ...namesOf(trade),
    out_request_no: number,
    total_amount: yuanOf(trade.order.amount),
    refund_amount: yuanOf(found.amount),
    refund_status: 'REFUND_SUCCESS',
    ...(withTime ? { gmt_refund_pay: timeOf(found.at) } : {}),
  });
}

/** The trade that is named, a text where it is named wrongly. A trade number of Alipay's goes before the merchant's. */
function tradeIn({ content }: GatewayRequest, means: MethodMeans, own: readonly string[]): Trade | undefined | string {
  const { out_trade_no: number, trade_no: tradeNo } = content;
  const stranger = Object.keys(content).find((name) => !['out_trade_no', 'trade_no', ...own].includes(name));
  if (stranger) return stranger;
  if (tradeNo !== undefined) {
    const found = [...means.books.trades.values()].find((trade) => trade.tradeNo === tradeNo);
    return means.books.tradeOf(found?.order.number, means.now());
  }
  return typeof number === 'string' && /^\w{1,64}$/.test(number)
    ? means.books.tradeOf(number, means.now())
    : 'out_trade_no';
}

function namesOf(trade: Trade): Readonly<Record<string, unknown>> {
  return { trade_no: trade.tradeNo, out_trade_no: trade.order.number };
}

function shown(trade: Trade): Readonly<Record<string, unknown>> {
  const { order, status, paidAt } = trade;
  const amount = yuanOf(order.amount);
  const paid = paidAt !== undefined;
  return {
    ...{ ...namesOf(trade), buyer_logon_id: 'sim***@example.com', trade_status: status, total_amount: amount },
    ...{ buyer_pay_amount: paid ? amount : '0.00', receipt_amount: paid ? amount : '0.00', invoice_amount: '0.00' },
    ...(paid ? { send_pay_date: timeOf(paidAt), fund_bill_list: [{ fund_channel: 'ALIPAYACCOUNT', amount }] } : {}),
    point_amount: '0.00',
  };
}

function refundShown(trade: Trade, books: Books): Readonly<Record<string, unknown>> {
  const sum = yuanOf(books.refundedOf(trade));
  return { ...namesOf(trade), buyer_logon_id: 'sim***@example.com', refund_fee: sum, send_back_fee: sum };
}
