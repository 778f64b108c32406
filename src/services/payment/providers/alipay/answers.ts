import type { Instant } from '#kernel/clock.ts';
import { type Money, money } from '#kernel/money.ts';
import type { ChargeName, ChargeState, RefundName, RefundState } from '../provider.ts';
import { fromYuan } from './amount.ts';
import { fromBeijing } from './beijing.ts';
import { type Answer, type Fields, textOf, unknown } from './gateway.ts';

/**
 * What Alipay's words come to. Codes are those of its pages about alipay.trade.precreate, .query, .close, .refund and
 * .fastpay.refund.query; whatever is not in a table is unknown.
 */

/** Nothing was opened, and will not be under this number. */
const refusedOpenings = codes(`
  ACQ.INVALID_PARAMETER ACQ.ACCESS_FORBIDDEN ACQ.EXIST_FORBIDDEN_WORD ACQ.PARTNER_ERROR ACQ.TOTAL_FEE_EXCEED
  ACQ.BUYER_SELLER_EQUAL ACQ.TRADE_BUYER_NOT_MATCH ACQ.BUYER_ENABLE_STATUS_FORBID ACQ.SELLER_BEEN_BLOCKED
  ACQ.ERROR_BUYER_CERTIFY_LEVEL_LIMIT ACQ.INVALID_STORE_ID ACQ.SUBJECT_EMPTY ACQ.SECONDARY_MERCHANT_STATUS_ERROR
  ACQ.SECONDARY_MERCHANT_ID_INVALID ACQ.SECONDARY_MERCHANT_ISV_PUNISH_INDIRECT ACQ.APPLY_PC_MERCHANT_CODE_ERROR
  ACQ.PRODUCT_AMOUNT_LIMIT_ERROR ACQ.BEYOND_PAY_RESTRICTION ACQ.BEYOND_PER_RECEIPT_RESTRICTION ACQ.NOT_SUPPORT_PAYMENT_INST
  ACQ.MERCHANT_PERM_RECEIPT_SUSPEND_LIMIT ACQ.MERCHANT_PERM_RECEIPT_SINGLE_LIMIT ACQ.MERCHANT_PERM_RECEIPT_DAY_LIMIT
  ACQ.MERCHANT_STATUS_NOT_NORMAL ACQ.SELLER_NOT_EXIST ACQ.BUYER_NOT_EXIST ACQ.INVALID_RECEIVE_ACCOUNT
  ACQ.RISK_MERCHANT_IP_NOT_EXIST ACQ.ACCESS_LIMIT`);

/** The number has a trade: what became of it, only a query tells. With other particulars it may be open and be paid. */
const takenNumbers = codes('ACQ.TRADE_HAS_SUCCESS ACQ.TRADE_HAS_CLOSE ACQ.TRADE_HAS_FINISHED ACQ.CONTEXT_INCONSISTENT');

/** A trade that can no longer be closed, because it was paid or because it is closed. */
const notClosable = codes(`
  ACQ.TRADE_STATUS_ERROR ACQ.REASON_TRADE_STATUS_INVALID ACQ.REASON_ILLEGAL_STATUS ACQ.TRADE_HAS_SUCCESS ACQ.TRADE_HAS_CLOSE
  ACQ.TRADE_HAS_FINISHED`);

/** No money goes back under this number: a person has to look. */
const failedRefunds = codes(`
  ACQ.INVALID_PARAMETER ACQ.SELLER_BALANCE_NOT_ENOUGH ACQ.REFUND_AMT_NOT_EQUAL_TOTAL ACQ.REASON_TRADE_BEEN_FREEZEN
  ACQ.TRADE_NOT_EXIST ACQ.TRADE_HAS_FINISHED ACQ.TRADE_HAS_CLOSE ACQ.TRADE_STATUS_ERROR ACQ.DISCORDANT_REPEAT_REQUEST
  ACQ.REASON_TRADE_REFUND_FEE_ERR ACQ.REFUND_FEE_ERROR ACQ.TRADE_NOT_ALLOW_REFUND ACQ.NOT_ALLOW_PARTIAL_REFUND
  ACQ.BUYER_NOT_EXIST ACQ.BUYER_ERROR ACQ.BUYER_ENABLE_STATUS_FORBID ACQ.ONLINE_TRADE_VOUCHER_NOT_ALLOW_REFUND
  ACQ.CURRENCY_NOT_SUPPORT ACQ.REFUND_CHARGE_ERROR ACQ.ALLOC_AMOUNT_VALIDATE_ERROR ACQ.CUSTOMER_VALIDATE_ERROR
  ACQ.USER_NOT_MATCH_ERR ACQ.ENTERPRISE_PAY_BIZ_ERROR ACQ.TRADE_SETTLE_ERROR ACQ.ACCESS_FORBIDDEN`);

/** Refused at the gate: 20001 and 40006 permission, 40001 to 40003 form. The trade was not looked at. */
const atTheGate = new Set(['20001', '40001', '40002', '40003', '40006']);
const tooMany = '40005';

/**
 * A code is scanned, or the cashier's page opened, before a trade is there; until then Alipay has never heard of the number.
 * A little longer than the charge may be paid, for clocks that differ.
 */
const notScannedGraceMs = 120_000;
/** A refund that was just asked for may not be seen by the query yet. */
const refundSeenAfterMs = 10_000;

export type Opening = 'opened' | 'taken' | { readonly code: string; readonly detail: string } | 'unknown';

export function openingOf(answer: Answer): Opening {
  if (answer.kind === 'ok') return 'opened';
  if (answer.kind !== 'refused') return 'unknown';
  if (takenNumbers.has(answer.code)) return 'taken';
  const refused = atTheGate.has(answer.class) || answer.class === tooMany || refusedOpenings.has(answer.code);
  return refused ? { code: answer.code, detail: answer.detail } : 'unknown';
}

/** The state of a charge by alipay.trade.query. */
export function queried(answer: Answer, charge: ChargeName, now: Instant): ChargeState {
  if (answer.kind === 'unknown') return answer;
  if (answer.kind === 'waiting') return { kind: 'open' };
  if (answer.kind === 'ok') return stateOf(answer.fields, charge.number, now);
  if (answer.code !== 'ACQ.TRADE_NOT_EXIST') return unknown('alipay.trade.query', answer.code);
  return notThere(charge, now);
}

export function notThere(charge: ChargeName, now: Instant): ChargeState {
  return now < charge.expiresAt + notScannedGraceMs
    ? { kind: 'open' }
    : { kind: 'closed', code: 'ACQ.TRADE_NOT_EXIST' };
}

/** What alipay.trade.close has brought; `look` where only the query tells. */
export function closed(answer: Answer, charge: ChargeName, now: Instant): ChargeState | 'look' {
  if (answer.kind === 'unknown') return answer;
  if (answer.kind === 'waiting') return 'look';
  if (answer.kind === 'ok') {
    const same = textOf(answer.fields, 'out_trade_no') === charge.number;
    return same
      ? { kind: 'closed', code: 'TRADE_CLOSED' }
      : unknown('alipay.trade.close', 'the answer is of another trade');
  }
  if (answer.code === 'ACQ.TRADE_NOT_EXIST') return notThere(charge, now);
  return notClosable.has(answer.code) ? 'look' : unknown('alipay.trade.close', answer.code);
}

/** A trade by its fields, which the query and the notification name alike but for the time of the payment. */
export function stateOf(fields: Fields, number: string, now: Instant): ChargeState {
  const about = 'the state of a trade';
  if (textOf(fields, 'out_trade_no') !== number) return unknown(about, 'it is another trade');
  const status = textOf(fields, 'trade_status');
  switch (status) {
    case 'WAIT_BUYER_PAY':
      return { kind: 'open' };
    case 'TRADE_SUCCESS':
    case 'TRADE_FINISHED':
      return paid(fields, now);
    case 'TRADE_CLOSED':
      // The same word for a trade that nobody paid and for one that was paid and wholly refunded.
      return wasPaid(fields) ? paid(fields, now) : { kind: 'closed', code: status };
    default:
      return unknown(about, `status ${String(status).slice(0, 40)}`);
  }
}

function paid(fields: Fields, now: Instant): ChargeState {
  const amount = moneyOf(fields, 'total_amount');
  const transaction = textOf(fields, 'trade_no');
  if (!amount || amount.amount <= 0n || !transaction) return unknown('a paid trade', 'without an amount or a number');
  return { kind: 'paid', amount, transaction, paidAt: paymentTimeOf(fields) ?? now };
}

function wasPaid(fields: Fields): boolean {
  const taken = ['receipt_amount', 'buyer_pay_amount', 'refund_fee'].some(
    (name) => (fromYuan(fields[name]) ?? 0n) > 0n,
  );
  return taken || paymentTimeOf(fields) !== undefined;
}

function paymentTimeOf(fields: Fields): Instant | undefined {
  return fromBeijing(fields.send_pay_date) ?? fromBeijing(fields.gmt_payment);
}

/** Trades are in yuan; only those of sellers abroad name a currency. */
function moneyOf(fields: Fields, name: string): Money | undefined {
  const amount = fromYuan(fields[name]);
  return amount === undefined ? undefined : money(amount, textOf(fields, 'trans_currency') ?? 'CNY');
}

/** What alipay.trade.refund says. 10000 alone means that it was understood: `fund_change` says whether money moved just now. */
export function refunded(answer: Answer, refund: RefundName): RefundState {
  const about = 'alipay.trade.refund';
  if (answer.kind === 'unknown') return answer;
  if (answer.kind === 'waiting') return { kind: 'processing', reference: null };
  if (answer.kind === 'refused') {
    const failed = atTheGate.has(answer.class) || failedRefunds.has(answer.code);
    return failed ? { kind: 'failed', code: answer.code, detail: answer.detail } : unknown(about, answer.code);
  }
  const { fields } = answer;
  if (textOf(fields, 'out_trade_no') !== refund.charge.number) return unknown(about, 'the answer is of another trade');
  // Also the answer to a refund that was made before: the query tells whether it is this one.
  if (textOf(fields, 'fund_change') !== 'Y') return { kind: 'processing', reference: null };
  // The sum of all refunds of the trade, this one in it.
  const sum = fromYuan(fields.refund_fee);
  if (sum === undefined || sum < refund.amount.amount) return unknown(about, 'less went back than was asked for');
  return { kind: 'refunded', amount: refund.amount, reference: null, refundedAt: refundTimeOf(fields) };
}

/** What alipay.trade.fastpay.refund.query says; its 10000 is about the question, not about the refund. */
export function refundQueried(answer: Answer, refund: RefundName, now: Instant): RefundState {
  const about = 'alipay.trade.fastpay.refund.query';
  const notSeen: RefundState =
    now < refund.askedAt + refundSeenAfterMs ? { kind: 'processing', reference: null } : { kind: 'absent' };
  if (answer.kind === 'unknown') return answer;
  if (answer.kind === 'waiting') return { kind: 'processing', reference: null };
  if (answer.kind === 'refused') {
    const absent = answer.code === 'ACQ.TRADE_NOT_EXIST' || answer.code === 'ACQ.REFUND_NOT_EXIST';
    return absent ? notSeen : unknown(about, answer.code);
  }
  const { fields } = answer;
  const status = textOf(fields, 'refund_status');
  if (status === undefined) return notSeen;
  if (status === 'REFUND_PROCESSING') return { kind: 'processing', reference: null };
  if (status === 'REFUND_FAIL') return { kind: 'failed', code: status, detail: '' };
  if (status !== 'REFUND_SUCCESS') return unknown(about, `status ${status.slice(0, 40)}`);
  const amount = moneyOf(fields, 'refund_amount');
  const same =
    textOf(fields, 'out_request_no') === refund.number && textOf(fields, 'out_trade_no') === refund.charge.number;
  if (!amount || !same) return unknown(about, 'the answer is of another refund');
  return { kind: 'refunded', amount, reference: null, refundedAt: refundTimeOf(fields) };
}

function refundTimeOf(fields: Fields): Instant | null {
  return fromBeijing(fields.gmt_refund_pay) ?? null;
}

function codes(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
