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
import type { Order, Refund } from './books.ts';
import { type Desk, stable } from './orders.ts';

const refundForm = /^[0-9A-Za-z_\-|*@]{1,64}$/;
const refundsMost = 50;
const refundableForMs = 365 * 86_400_000;
const refundFields = [
  ...['transaction_id', 'out_trade_no', 'out_refund_no', 'reason', 'notify_url', 'funds_account', 'amount'],
  'goods_detail',
];

const invalid = (message: string): Refusal => new Refusal(400, 'INVALID_REQUEST', message);

/** `POST /v3/refund/domestic/refunds`: takes it on, and carries it out later. */
export function takeRefund(desk: Desk, fields: Fields): WireAnswer {
  onlyFields(fields, refundFields);
  const number = requiredText(fields, 'out_refund_no', refundForm, 64);
  const reason = optionalTextOf(fields, 'reason', 80) ?? '';
  const notifyUrl = fields.notify_url === undefined ? null : notifyUrlOf(fields);
  const amount = objectOf(fields, 'amount');
  onlyFields(amount, ['refund', 'total', 'currency', 'from'], 'amount/');
  if (amount.currency !== 'CNY') throw parameterError('amount/currency', '币种须为CNY');
  const [back, total] = [requiredFen(amount, 'refund'), requiredFen(amount, 'total')];
  const order = refundableOrder(desk, fields);
  const request = stable(fields);
  const known = desk.books.refunds.get(number);
  if (known) {
    if (known.request !== request) throw invalid('请求重入时，参数与首次请求时不一致');
    return { status: 200, body: refundOf(known) };
  }
  if (total !== order.total) throw invalid('订单金额与之前请求不一致');
  if (desk.books.refunded(order) + back > order.total) throw invalid('申请退款金额超过可退金额');
  if (desk.books.refundsOf(order.number).length >= refundsMost) throw invalid('该订单退款次数已达上限');
  if (desk.now() - (order.paidAt ?? 0) > refundableForMs) throw invalid('交易已超过可退款期限');
  const id = `50${timeText(desk.now()).replace(/\D/g, '').slice(2, 8)}${desk.identity.digits(20)}`;
  const refund: Refund = {
    ...{ number, id, order, request, amount: back, reason, notifyUrl, createdAt: desk.now() },
    ...{ status: 'PROCESSING', settledAt: null },
  };
  desk.books.addRefund(refund);
  order.state = 'REFUND';
  return { status: 200, body: refundOf(refund) };
}

function refundableOrder({ books }: Desk, fields: Fields): Order {
  const { transaction_id: transaction, out_trade_no: number } = fields;
  if (transaction !== undefined && number !== undefined) throw parameterError('out_trade_no', '订单号二选一');
  const order =
    transaction === undefined
      ? books.orders.get(requiredText(fields, 'out_trade_no', /^[0-9A-Za-z_\-|*]+$/, 32))
      : books.orderByTransaction(requiredText(fields, 'transaction_id', /^\d+$/, 32));
  if (!order) throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '订单不存在');
  if (order.state !== 'SUCCESS' && order.state !== 'REFUND') throw invalid('订单未支付，不能退款');
  return order;
}

/** `GET /v3/refund/domestic/refunds/{out_refund_no}`. */
export function showRefund({ books }: Desk, number: string): WireAnswer {
  const refund = books.refunds.get(number);
  if (!refund) throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '退款单不存在');
  return { status: 200, body: refundOf(refund) };
}

/** As a request and a query tell it. */
function refundOf(refund: Refund): object {
  const { order, number, id, status, amount, createdAt, settledAt } = refund;
  const [back, total] = [Number(amount), Number(order.total)];
  return {
    ...{ refund_id: id, out_refund_no: number, transaction_id: order.transaction, out_trade_no: order.number },
    ...{ channel: 'ORIGINAL', user_received_account: '支付用户零钱', create_time: timeText(createdAt) },
    ...(status === 'SUCCESS' && settledAt !== null ? { success_time: timeText(settledAt) } : {}),
    ...{ status, funds_account: 'AVAILABLE' },
    amount: {
      ...{ total, refund: back, payer_total: total, payer_refund: back, settlement_refund: back },
      ...{ settlement_total: total, discount_refund: 0, currency: order.currency, from: [] },
    },
    promotion_detail: [],
  };
}

/** As a callback tells it: without an app, and without a currency. */
export function refundEventOf(merchantId: string, refund: Refund): object {
  const { order, number, id, status, amount, settledAt } = refund;
  const [back, total] = [Number(amount), Number(order.total)];
  return {
    ...{ mchid: merchantId, transaction_id: order.transaction, out_trade_no: order.number },
    ...{ refund_id: id, out_refund_no: number, refund_status: status },
    ...(status === 'SUCCESS' && settledAt !== null ? { success_time: timeText(settledAt) } : {}),
    user_received_account: '支付用户零钱',
    amount: { total, refund: back, payer_total: total, payer_refund: back },
  };
}
