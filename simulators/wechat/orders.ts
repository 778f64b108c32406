import type { Instant } from '#kernel/clock.ts';
import {
  type Fields,
  notifyUrlOf,
  objectOf,
  onlyFields,
  optionalTextOf,
  parameterError,
  Refusal,
  requiredFen,
  requiredText,
  timeText,
  type WireAnswer,
} from './answers.ts';
import { type Books, type Order, payableForMs } from './books.ts';
import type { Identity } from './keys.ts';
import type { Merchant } from './wire.ts';

export interface Desk {
  readonly merchant: Merchant;
  readonly books: Books;
  readonly identity: Identity;
  now(): Instant;
}

const numberForm = /^[0-9A-Za-z_\-|*]{6,32}$/;
const orderFields = [
  ...['appid', 'mchid', 'description', 'out_trade_no', 'time_expire', 'attach', 'notify_url', 'goods_tag'],
  ...['support_fapiao', 'amount', 'detail', 'scene_info', 'settle_info', 'limit_pay'],
];
const handleForMs = 2 * 3_600_000;

/** `POST /v3/pay/transactions/native` and `/jsapi`. */
export function placeOrder(desk: Desk, kind: Order['kind'], fields: Fields): WireAnswer {
  const asked = readOrder(desk, kind, fields);
  const known = desk.books.order(asked.number, desk.now());
  const order = known ?? asked;
  if (known) {
    refuseRepeat(known, asked);
    // Asked for again as at first, what is too old to be scanned is replaced.
    if (known.handleUntil <= desk.now()) Object.assign(known, { handle: asked.handle, handleUntil: asked.handleUntil });
  } else {
    if (asked.expiresAt <= desk.now()) throw parameterError('time_expire', '订单失效时间须晚于当前时间');
    desk.books.orders.set(asked.number, asked);
  }
  return { status: 200, body: kind === 'native' ? { code_url: order.handle } : { prepay_id: order.handle } };
}

function refuseRepeat(known: Order, asked: Order): void {
  if (known.state === 'SUCCESS' || known.state === 'REFUND') throw new Refusal(400, 'ORDERPAID', '该订单已支付');
  if (known.state === 'CLOSED') throw new Refusal(400, 'ORDER_CLOSED', '该订单已关闭');
  if (known.state === 'PAYERROR') throw new Refusal(403, 'TRADE_ERROR', '支付失败，请重新下单');
  if (known.request !== asked.request) throw new Refusal(400, 'INVALID_REQUEST', '请求重入时，参数与首次请求时不一致');
}

function readOrder(desk: Desk, kind: Order['kind'], fields: Fields): Order {
  const { merchant, identity } = desk;
  onlyFields(fields, kind === 'jsapi' ? [...orderFields, 'payer'] : orderFields);
  if (requiredText(fields, 'mchid', /^\d+$/, 32) !== merchant.merchantId)
    throw parameterError('mchid', '商户号与签名不一致');
  if (requiredText(fields, 'appid', /^\w+$/, 32) !== merchant.appId) {
    throw new Refusal(400, 'APPID_MCHID_NOT_MATCH', 'appid和mch_id不匹配');
  }
  const amount = objectOf(fields, 'amount');
  onlyFields(amount, ['total', 'currency'], 'amount/');
  const currency = amount.currency ?? 'CNY';
  if (currency !== 'CNY') throw parameterError('amount/currency', '币种须为CNY');
  let openid = '';
  if (kind === 'jsapi') {
    const payer = objectOf(fields, 'payer');
    onlyFields(payer, ['openid'], 'payer/');
    openid = requiredText(payer, 'openid', /^[0-9A-Za-z_-]+$/, 128);
  }
  return {
    ...{ kind, openid, currency, createdAt: desk.now(), state: 'NOTPAY', transaction: null, paidAt: null },
    number: requiredText(fields, 'out_trade_no', numberForm, 32),
    request: `${kind} ${stable(fields)}`,
    description: requiredText(fields, 'description', /\S/, 127),
    attach: optionalTextOf(fields, 'attach', 128) ?? '',
    total: requiredFen(amount, 'total'),
    notifyUrl: notifyUrlOf(fields),
    expiresAt: expiryOf(fields, desk.now()),
    handleUntil: desk.now() + handleForMs,
    handle: kind === 'native' ? `weixin://wxpay/bizpayurl?pr=${identity.nonce(9)}` : prepayId(desk),
  };
}

function prepayId({ identity, now }: Desk): string {
  return `wx${timeText(now()).replace(/\D/g, '').slice(0, 14)}${identity.digits(20)}`;
}

function expiryOf(fields: Fields, now: Instant): Instant {
  if (fields.time_expire === undefined) return now + payableForMs;
  return Date.parse(requiredText(fields, 'time_expire', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/, 32));
}

/** The same for the same content, in whatever order its fields stand. */
export function stable(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(stable).join()}]`;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([name, part]) => `${JSON.stringify(name)}:${stable(part)}`).join()}}`;
}

/** `GET /v3/pay/transactions/out-trade-no/{out_trade_no}` and `…/id/{transaction_id}`. */
export function showOrder(desk: Desk, order: Order | undefined, query: URLSearchParams): WireAnswer {
  ownMerchant(desk, query.get('mchid'));
  if (!order) throw notThere();
  return { status: 200, body: transactionOf(desk.merchant, order) };
}

/** `POST …/out-trade-no/{out_trade_no}/close`. */
export function closeOrder(desk: Desk, number: string, fields: Fields): WireAnswer {
  onlyFields(fields, ['mchid']);
  ownMerchant(desk, requiredText(fields, 'mchid', /^\d+$/, 32));
  const order = desk.books.order(number, desk.now());
  if (!order) throw notThere();
  if (order.state === 'SUCCESS' || order.state === 'REFUND') throw new Refusal(400, 'ORDERPAID', '该订单已支付');
  if (order.state === 'CLOSED') throw new Refusal(400, 'ORDER_CLOSED', '该订单已关闭');
  order.state = 'CLOSED';
  return { status: 204 };
}

function ownMerchant({ merchant }: Desk, given: string | null): void {
  if (given === null) throw parameterError('mchid', '缺少必填参数 mchid');
  if (given !== merchant.merchantId) throw parameterError('mchid', '商户号和订单不匹配');
}

const notThere = (): Refusal => new Refusal(404, 'ORDER_NOT_EXIST', '订单不存在');

const descriptions: Readonly<Record<Order['state'], string>> = {
  NOTPAY: '订单未支付',
  SUCCESS: '支付成功',
  REFUND: '订单发生过退款',
  CLOSED: '订单已关闭',
  PAYERROR: '支付失败，请重新下单支付',
};

/** An order as a query tells it, and a callback: what was not paid has no transaction. */
export function transactionOf({ merchantId, appId }: Pick<Merchant, 'merchantId' | 'appId'>, order: Order): object {
  const { number, total, currency, state, transaction, paidAt, openid, attach } = order;
  const amount = { total: Number(total), currency };
  const head = { appid: appId, mchid: merchantId, out_trade_no: number };
  const tail = { trade_state: state, trade_state_desc: descriptions[state], attach };
  if (transaction === null || paidAt === null) return { ...head, ...tail, amount, payer: {} };
  return {
    ...head,
    transaction_id: transaction,
    trade_type: order.kind === 'native' ? 'NATIVE' : 'JSAPI',
    ...tail,
    bank_type: 'OTHERS',
    success_time: timeText(paidAt),
    payer: { openid },
    amount: { ...amount, payer_total: Number(total), payer_currency: currency },
  };
}
