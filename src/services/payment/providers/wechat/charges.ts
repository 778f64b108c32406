import type { Clock } from '#kernel/clock.ts';
import type { Action, Asking, Charge, ChargeName, ChargeState, Opened, Unknown } from '../provider.ts';
import type { Api } from './api.ts';
import { canonical, meaningOf } from './codes.ts';
import { textOf } from './json.ts';
import type { WechatAccount } from './settings.ts';
import { chargeState, toBeijing } from './states.ts';
import type { Answer, Question } from './transport.ts';

/** A `code_url` can be scanned for two hours, a `prepay_id` used for as long. */
const actionForMs = 2 * 3_600_000;
const descriptionBytesMost = 127;

/** What a look at the order under a number finds; `not there` is told apart from one that waits to be paid. */
type Found = ChargeState | { readonly kind: 'not there'; readonly code: string };

export class Charges {
  readonly #account: WechatAccount;
  readonly #api: Api;
  readonly #clock: Clock;

  constructor(account: WechatAccount, api: Api, clock: Clock) {
    this.#account = account;
    this.#api = api;
    this.#clock = clock;
  }

  async open(charge: Charge, origin: Asking): Promise<Opened> {
    const question = this.#order(charge);
    if (question.kind === 'refused') return question;
    const answer = await this.#api.ask(question, origin);
    if (answer.kind === 'unknown') return answer;
    switch (meaningOf(answer.status, answer.code)) {
      case 'done':
        return this.#opened(charge, answer);
      case 'unknown':
        return { kind: 'unknown', reason: `${answer.status} ${answer.code}` };
      case 'not there':
      case 'refused':
        return this.#refused(charge, answer, origin);
    }
  }

  async query(charge: ChargeName, origin: Asking): Promise<ChargeState> {
    return this.#believed(charge, await this.#find(charge, origin));
  }

  async close(charge: ChargeName, origin: Asking): Promise<ChargeState> {
    const path = `${orderPath(charge.number)}/close`;
    const body = { mchid: this.#account.merchantId };
    const answer = await this.#api.ask({ method: 'POST', path, body }, origin);
    if (answer.kind === 'unknown') return answer;
    if (answer.status === 204) return { kind: 'closed', code: 'CLOSED' };
    const meaning = meaningOf(answer.status, answer.code);
    if (meaning === 'unknown' || meaning === 'done')
      return { kind: 'unknown', reason: `${answer.status} ${answer.code}` };
    // Closed before, paid, or never there: the order itself says which.
    return this.query(charge, origin);
  }

  /**
   * The request is made of the charge and of nothing else: WeChat Pay takes a repeat under the same number only with the same
   * parameters.
   */
  #order(charge: Charge): (Question & { kind: 'question' }) | (Opened & { kind: 'refused' }) {
    const { merchantId, appId, notifyUrl } = this.#account;
    const refused = (code: string, detail: string) => ({ kind: 'refused' as const, code, detail });
    const { amount, currency } = charge.amount;
    if (currency !== 'CNY') return refused('CURRENCY', 'WeChat Pay takes CNY here');
    if (amount < 1n || amount > BigInt(Number.MAX_SAFE_INTEGER))
      return refused('AMOUNT', 'not an amount that can be paid');
    if (charge.flow !== 'qr' && charge.flow !== 'jsapi')
      return refused('FLOW', 'WeChat Pay is paid by QR code or in WeChat');
    if (charge.flow === 'jsapi' && !charge.openid)
      return refused('OPENID', 'paying in WeChat needs the buyer’s openid');
    const body = {
      ...{ appid: appId, mchid: merchantId, description: cut(charge.description, descriptionBytesMost) },
      ...{ out_trade_no: checked(charge.number), time_expire: toBeijing(charge.expiresAt), notify_url: notifyUrl },
      amount: { total: Number(amount), currency },
      ...(charge.flow === 'jsapi' ? { payer: { openid: charge.openid } } : {}),
    };
    const path = `/v3/pay/transactions/${charge.flow === 'jsapi' ? 'jsapi' : 'native'}`;
    return { kind: 'question', method: 'POST', path, body };
  }

  async #opened(charge: Charge, { fields, status }: Answer): Promise<Opened> {
    const codeUrl = textOf(fields, 'code_url');
    const prepayId = textOf(fields, 'prepay_id');
    const expiresAt = Math.min(charge.expiresAt, this.#clock.now() + actionForMs);
    if (charge.flow === 'qr' && codeUrl) {
      return { kind: 'opened', reference: null, action: { type: 'qr_code', content: codeUrl, expiresAt } };
    }
    if (charge.flow === 'jsapi' && prepayId)
      return { kind: 'opened', reference: null, action: await this.#jsapi(prepayId) };
    return { kind: 'unknown', reason: `${status} without what the buyer is to do` };
  }

  /** What the page hands to WeChat, signed once more, over other lines than a request. */
  async #jsapi(prepayId: string): Promise<Action> {
    const { appId } = this.#account;
    const [timeStamp, nonceStr] = [String(Math.floor(this.#clock.now() / 1_000)), this.#api.transport.nonce()];
    const wrapped = `prepay_id=${prepayId}`;
    const paySign = await this.#api.transport.sign(`${appId}\n${timeStamp}\n${nonceStr}\n${wrapped}\n`);
    return { type: 'jsapi', parameters: { appId, timeStamp, nonceStr, package: wrapped, signType: 'RSA', paySign } };
  }

  /**
   * A refused request says nothing of an earlier one under the same number, whose answer may have been lost: only an order that
   * is not there was never opened.
   */
  async #refused(charge: Charge, { code, message }: Answer, origin: Asking): Promise<Opened> {
    const found = await this.#find(charge, origin);
    if (found.kind === 'not there') return { kind: 'refused', code, detail: message };
    return found.kind === 'unknown' ? found : { kind: 'state', state: found };
  }

  async #find(charge: ChargeName, origin: Asking): Promise<Found> {
    const { merchantId, appId } = this.#account;
    const path = `${orderPath(charge.number)}?mchid=${merchantId}`;
    const answer = await this.#api.ask({ method: 'GET', path }, origin);
    if (answer.kind === 'unknown') return answer;
    const meaning = meaningOf(answer.status, answer.code);
    if (meaning === 'not there') return { kind: 'not there', code: answer.code };
    if (meaning !== 'done') return unknownBy(answer);
    const { fields } = answer;
    const isOurs = fields.mchid === merchantId && fields.appid === appId && fields.out_trade_no === charge.number;
    return isOurs
      ? chargeState(fields)
      : { kind: 'unknown', reason: 'the answer is of another order, app or merchant' };
  }

  /** An order that is not there may still be on its way there, until it would come too late to be paid. */
  #believed(charge: ChargeName, found: Found): ChargeState {
    if (found.kind !== 'not there') return found;
    return this.#clock.now() < charge.expiresAt
      ? { kind: 'open' }
      : { kind: 'closed', code: canonicalName(found.code) };
  }
}

function unknownBy({ status, code }: Answer): Unknown {
  return { kind: 'unknown', reason: `${status} ${code}` };
}

function canonicalName(code: string): string {
  return canonical(code) === canonical('ORDER_NOT_EXIST') ? 'ORDER_NOT_EXIST' : code;
}

/** Throws a RangeError for what is no number of ours: it would become another path. */
function checked(number: string): string {
  if (!/^[0-9A-Za-z_\-|*]{6,32}$/.test(number)) throw new RangeError('not an out_trade_no');
  return number;
}

function orderPath(number: string): string {
  return `/v3/pay/transactions/out-trade-no/${encodeURIComponent(checked(number))}`;
}

/** The longest beginning of at most so many bytes of UTF-8, without what a bill would stumble over. */
export function cut(text: string, bytesMost: number): string {
  let cleaned = '';
  for (const character of text.replace(/[\p{Cc}`]/gu, ' ')) {
    if (Buffer.byteLength(cleaned + character) > bytesMost) break;
    cleaned += character;
  }
  return cleaned;
}
