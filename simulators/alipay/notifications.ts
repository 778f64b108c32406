import type { KeyObject } from 'node:crypto';
import type { Trade } from './books.ts';
import { type Parameters, signedForm } from './signing.ts';
import { timeOf, yuanOf } from './wire-forms.ts';

const minuteMs = 60_000;
/** After the first try: 25 hours in all (second-hand). */
export const redeliveryWaitsMs: readonly number[] = [4, 10, 10, 60, 120, 360, 900].map((minutes) => minutes * minuteMs);
const patienceMs = 15_000;

export interface NotificationMeans {
  readonly appId: string;
  readonly sellerId: string;
  readonly key: KeyObject;
  now(): number;
  after(delayMs: number, run: () => void): () => void;
  refundedOf(trade: Trade): bigint;
}

/** One try at telling a merchant. */
export interface Delivery {
  readonly url: string;
  readonly notifyId: string;
  readonly body: string;
  readonly at: number;
  /** What came back: only the bare word `success` ends it. */
  answered: string | undefined;
}

/** What happens to notifications on their way. Held ones go out when they are released, newest first if so wished. */
export interface Disturbance {
  readonly hold?: boolean;
  /** How often each is sent where it is sent once. */
  readonly copies?: number;
  readonly delayMs?: number;
  /** Lost on the way; tried again on schedule. */
  readonly lose?: boolean;
}

/** Tells merchants what became of trades, again and again until they say `success`. */
export class Notifications {
  readonly deliveries: Delivery[] = [];
  readonly #means: NotificationMeans;
  readonly #cancels = new Set<() => void>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #held: (() => void)[] = [];
  readonly #stopping = new AbortController();
  #disturbance: Disturbance = {};
  #count = 0;

  constructor(means: NotificationMeans) {
    this.#means = means;
  }

  disturb(disturbance: Disturbance): void {
    this.#disturbance = disturbance;
  }

  release(order: 'as they came' | 'newest first' = 'as they came'): void {
    const held = this.#held.splice(0);
    for (const send of order === 'newest first' ? held.reverse() : held) send();
  }

  /** A trade was paid, closed or, with `refundNumber`, given back; never that a buyer was refused. */
  tell(trade: Trade, refundNumber?: string): void {
    const url = trade.order.notifyUrl;
    if (!url) return;
    this.#count += 1;
    const parameters = this.parametersOf(trade, refundNumber, this.#count);
    const { hold, copies = 1, delayMs = 0 } = this.#disturbance;
    for (let copy = 0; copy < copies; copy += 1) {
      const send = () =>
        delayMs > 0 ? this.#later(delayMs, () => this.#try(url, parameters, 0)) : this.#try(url, parameters, 0);
      if (hold) this.#held.push(send);
      else send();
    }
  }

  /** What a notification says of a trade (https://opendocs.alipay.com/open/270/105902). */
  parametersOf(trade: Trade, refundNumber: string | undefined, serial = 0): Parameters {
    const { appId, sellerId, now } = this.#means;
    const { order, tradeNo, status, createdAt, paidAt, closedAt } = trade;
    const amount = yuanOf(order.amount);
    const stamp = timeOf(now()).replace(/\D/g, '');
    const refund = trade.refunds.find(({ number }) => number === refundNumber);
    return {
      ...{
        notify_type: 'trade_status_sync',
        notify_id: `${stamp}${String(serial).padStart(20, '0')}`,
        charset: 'utf-8',
      },
      ...{ version: '1.0', app_id: appId, auth_app_id: appId, seller_id: sellerId, notify_time: timeOf(now()) },
      ...{ out_trade_no: order.number, trade_no: tradeNo, trade_status: status, subject: order.subject },
      ...{ total_amount: amount, gmt_create: timeOf(createdAt), buyer_id: '2088000000000001' },
      ...(paidAt === undefined
        ? {}
        : {
            ...{ gmt_payment: timeOf(paidAt), receipt_amount: amount, buyer_pay_amount: amount, point_amount: '0.00' },
            ...{ invoice_amount: amount, fund_bill_list: `[{"amount":"${amount}","fundChannel":"ALIPAYACCOUNT"}]` },
          }),
      // The sum of all that went back, this refund in it.
      ...(refund
        ? {
            ...{ refund_fee: yuanOf(this.#means.refundedOf(trade)), gmt_refund: `${timeOf(refund.at)}.000` },
            out_biz_no: refund.number,
          }
        : {}),
      ...(closedAt === undefined ? {} : { gmt_close: timeOf(closedAt) }),
    };
  }

  /** Sent as it is, outside of all schedules: for forgeries. */
  async send(url: string, body: string): Promise<string | undefined> {
    return await this.#post(url, body);
  }

  /** Once nothing is on its way. What is due later is later. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async stop(): Promise<void> {
    for (const cancel of this.#cancels) cancel();
    this.#stopping.abort();
    await this.idle();
  }

  #try(url: string, parameters: Parameters, tried: number): void {
    // The time is that of this try, so each try is signed anew; the id stays.
    const body = signedForm({ ...parameters, notify_time: timeOf(this.#means.now()) }, this.#means.key).toString();
    const delivery: Delivery = {
      url,
      notifyId: parameters.notify_id ?? '',
      body,
      at: this.#means.now(),
      answered: undefined,
    };
    this.deliveries.push(delivery);
    const again = (answered: string | undefined): void => {
      delivery.answered = answered;
      const waitMs = redeliveryWaitsMs[tried];
      if (answered?.trim() === 'success' || waitMs === undefined || this.#stopping.signal.aborted) return;
      this.#later(waitMs, () => this.#try(url, parameters, tried + 1));
    };
    const way = (this.#disturbance.lose ? Promise.resolve(undefined) : this.#post(url, body)).then(again);
    this.#underWay.add(way);
    way.finally(() => this.#underWay.delete(way));
  }

  async #post(url: string, body: string): Promise<string | undefined> {
    const late = new AbortController();
    const cancel = this.#means.after(patienceMs, () => late.abort());
    const signal = AbortSignal.any([late.signal, this.#stopping.signal]);
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    try {
      const answer = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'manual' });
      const text = await answer.text();
      return answer.status === 200 ? text : `HTTP ${answer.status}`;
    } catch {
      return undefined;
    } finally {
      cancel();
    }
  }

  #later(delayMs: number, run: () => void): void {
    const cancel = this.#means.after(delayMs, () => {
      this.#cancels.delete(cancel);
      run();
    });
    this.#cancels.add(cancel);
  }
}
