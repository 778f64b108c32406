import type { Asking, RefundName, RefundOrder, RefundState } from '../provider.ts';
import type { Api } from './api.ts';
import { cut } from './charges.ts';
import { meaningOf } from './codes.ts';
import type { WechatAccount } from './settings.ts';
import { refundState } from './states.ts';
import type { Answer } from './transport.ts';

const reasonBytesMost = 80;
const path = '/v3/refund/domestic/refunds';

export class Refunds {
  readonly #account: WechatAccount;
  readonly #api: Api;

  constructor(account: WechatAccount, api: Api) {
    this.#account = account;
    this.#api = api;
  }

  async refund(refund: RefundOrder, origin: Asking): Promise<RefundState> {
    const { charge, amount } = refund;
    const body = {
      ...{
        out_trade_no: charge.number,
        out_refund_no: checked(refund.number),
        reason: cut(refund.reason, reasonBytesMost),
      },
      notify_url: this.#account.notifyUrl,
      amount: { refund: Number(amount.amount), total: Number(charge.amount.amount), currency: amount.currency },
    };
    const answer = await this.#api.ask({ method: 'POST', path, body }, origin);
    if (answer.kind === 'unknown') return answer;
    const meaning = meaningOf(answer.status, answer.code);
    if (meaning === 'done') return this.#read(refund, answer);
    if (meaning === 'unknown') return { kind: 'unknown', reason: `${answer.status} ${answer.code}` };
    // An earlier request under the same number may have been taken on: only a refund that is not there has failed.
    const found = await this.queryRefund(refund, origin);
    return found.kind === 'absent' ? { kind: 'failed', code: answer.code, detail: answer.message } : found;
  }

  async queryRefund(refund: RefundName, origin: Asking): Promise<RefundState> {
    const question = { method: 'GET', path: `${path}/${encodeURIComponent(checked(refund.number))}` } as const;
    const answer = await this.#api.ask(question, origin);
    if (answer.kind === 'unknown') return answer;
    const meaning = meaningOf(answer.status, answer.code);
    if (meaning === 'not there') return { kind: 'absent' };
    return meaning === 'done'
      ? this.#read(refund, answer)
      : { kind: 'unknown', reason: `${answer.status} ${answer.code}` };
  }

  #read(refund: RefundName, { fields }: Answer): RefundState {
    const isIt = fields.out_refund_no === refund.number && fields.out_trade_no === refund.charge.number;
    return isIt ? refundState(fields, 'status') : { kind: 'unknown', reason: 'the answer is of another refund' };
  }
}

/** Throws a RangeError for what is no number of ours: it would become another path. */
function checked(number: string): string {
  if (!/^[0-9A-Za-z_\-|*@]{1,64}$/.test(number)) throw new RangeError('not an out_refund_no');
  return number;
}
