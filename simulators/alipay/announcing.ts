import type { Books, Order } from './books.ts';
import { type Content, failure } from './content.ts';
import type { GatewayRequest } from './request.ts';
import { fenOf, instantOf, spanOf } from './wire-forms.ts';

export interface AnnounceMeans {
  readonly books: Books;
  now(): number;
  /** The page on which a person pays by the simulator. */
  phoneAddress(token: string): string;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Fields of alipay.trade.precreate and alipay.trade.page.pay; any other is taken for a mistake. */
const fieldsOf: Readonly<Record<Order['kind'], ReadonlySet<string>>> = {
  code: new Set(
    words(`out_trade_no total_amount subject product_code seller_id body goods_detail extend_params business_params
      discountable_amount store_id operator_id terminal_id merchant_order_no timeout_express time_expire
      qr_code_timeout_express`),
  ),
  page: new Set(
    words(`out_trade_no total_amount subject product_code qr_pay_mode qrcode_width goods_detail time_expire timeout_express
      sub_merchant extend_params business_params promo_params integration_type request_from_url store_id
      merchant_order_no invoice_info body goods_type passback_params`),
  ),
};
const products: Readonly<Record<Order['kind'], readonly unknown[]>> = {
  code: ['FACE_TO_FACE_PAYMENT', 'QR_CODE_OFFLINE', undefined],
  page: ['FAST_INSTANT_TRADE_PAY'],
};

/** Takes on an order; an answer where that cannot be. The same order again is the same order. */
export function announce(kind: Order['kind'], request: GatewayRequest, means: AnnounceMeans): Order | Content {
  const { content, parameters } = request;
  const wrong = wrongIn(kind, content, means.now());
  if (wrong) return failure('ACQ.INVALID_PARAMETER', `参数无效: ${wrong}`);
  const number = String(content.out_trade_no);
  const known = means.books.orders.get(number);
  const trade = means.books.tradeOf(number, means.now());
  if (trade?.paidAt !== undefined) return failure('ACQ.TRADE_HAS_SUCCESS', '交易已被支付');
  if (trade?.status === 'TRADE_CLOSED') return failure('ACQ.TRADE_HAS_CLOSE', '交易已经关闭');
  const now = means.now();
  const payUntil = instantOf(content.time_expire) ?? now + (spanOf(content.timeout_express) ?? 15 * dayMs);
  const order: Order = {
    ...{ number, kind, payUntil, amount: fenOf(content.total_amount) ?? 0n, subject: String(content.subject) },
    scanUntil: kind === 'code' ? now + (spanOf(content.qr_code_timeout_express) ?? 2 * hourMs) : payUntil,
    token: known?.token ?? means.books.token(),
    ...{ notifyUrl: parameters.notify_url, returnUrl: parameters.return_url },
  };
  if (known && (known.amount !== order.amount || known.subject !== order.subject || known.kind !== order.kind)) {
    return failure('ACQ.CONTEXT_INCONSISTENT', '交易信息被篡改');
  }
  if (!trade) means.books.announce(order);
  return order;
}

/** The name of the field that is wrong. */
function wrongIn(kind: Order['kind'], content: GatewayRequest['content'], now: number): string | undefined {
  const { out_trade_no: number, total_amount: amount, subject, product_code: product, time_expire: end } = content;
  const stranger = Object.keys(content).find((name) => !fieldsOf[kind].has(name));
  if (stranger) return stranger;
  if (typeof number !== 'string' || !/^\w{1,64}$/.test(number)) return 'out_trade_no';
  if (fenOf(amount) === undefined) return 'total_amount';
  if (typeof subject !== 'string' || subject === '' || subject.length > 256 || /[/=&]/.test(subject)) return 'subject';
  if (!products[kind].includes(product)) return 'product_code';
  if (end !== undefined && (instantOf(end) ?? 0) <= now) return 'time_expire';
  return ['timeout_express', 'qr_code_timeout_express'].find(
    (name) => content[name] !== undefined && spanOf(content[name]) === undefined,
  );
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
