import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Instant } from '#kernel/clock.ts';
import type { Cancel, Scheduler } from '#runtime/seams/scheduler.ts';
import { timeText } from './answers.ts';
import type { Order, Refund } from './books.ts';
import { type Desk, transactionOf } from './orders.ts';
import { refundEventOf } from './refunds.ts';

const [second, minute, hour] = [1_000, 60_000, 3_600_000];
/** Between a delivery that was not acknowledged and the next: 24 h 4 min in all. */
export const redeliveryMs: readonly number[] = [
  ...[15 * second, 15 * second, 30 * second, 3 * minute, 10 * minute, 20 * minute, 30 * minute, 30 * minute],
  ...[30 * minute, 60 * minute, 3 * hour, 3 * hour, 3 * hour, 6 * hour, 6 * hour],
];
/** Who answers later has not answered. */
const answerMostMs = 5_000;

export interface Delivery {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly at: Instant;
  /** From 1. */
  readonly attempt: number;
  /** What the merchant answered; null: nothing in time. */
  status: number | null;
}

/** A callback without its signature, which each delivery gets anew. */
export interface Notice {
  readonly url: string;
  readonly body: string;
}

export type CallbackMode =
  | 'send'
  /** Keeps all until they are released. */
  | 'hold'
  /** Sends none: delivery is not guaranteed. */
  | 'lose';

export class Callbacks {
  readonly deliveries: Delivery[] = [];
  mode: CallbackMode = 'send';
  /** How often each delivery is made. */
  copies = 1;
  /** Before the first delivery. */
  delayMs = 0;
  readonly #desk: Desk;
  readonly #scheduler: Scheduler;
  readonly #held: Notice[] = [];
  readonly #alarms = new Set<Cancel>();
  readonly #stopping = new AbortController();
  #busy = 0;
  #idlers: (() => void)[] = [];
  #count = 0;
  /** What callbacks are signed with. */
  serial: string;

  constructor(desk: Desk, scheduler: Scheduler) {
    this.#desk = desk;
    this.#scheduler = scheduler;
    this.serial = desk.identity.publicKeyId;
  }

  paymentSucceeded(order: Order): void {
    this.announce(this.paymentNotice(order, {}));
  }

  /** The callback of a payment, with other content where somebody forges it. */
  paymentNotice(order: Order, changes: object): Notice {
    const content = { ...transactionOf(this.#desk.merchant, order), ...changes };
    return this.#notice(order.notifyUrl, 'TRANSACTION.SUCCESS', '支付成功', 'transaction', content);
  }

  /** SUCCESS, ABNORMAL and CLOSED are told, where the refund was asked for with an address. */
  refundSettled(refund: Refund): void {
    if (refund.notifyUrl === null) return;
    const summary = { SUCCESS: '退款成功', ABNORMAL: '退款异常', CLOSED: '退款关闭', PROCESSING: '退款处理中' }[
      refund.status
    ];
    const content = refundEventOf(this.#desk.merchant.merchantId, refund);
    this.announce(this.#notice(refund.notifyUrl, `REFUND.${refund.status}`, summary, 'refund', content));
  }

  announce(notice: Notice): void {
    if (this.mode === 'lose') return;
    if (this.mode === 'hold') this.#held.push(notice);
    else this.#begin(notice);
  }

  /** Sends what was held, in the order in which it happened or the other way round, and goes on sending. */
  release(order: 'as it happened' | 'reversed'): void {
    this.mode = 'send';
    const held = this.#held.splice(0);
    for (const notice of order === 'reversed' ? held.reverse() : held) this.#begin(notice);
  }

  /** Signs a notice as of now, with the key in use unless told otherwise, and sends it once. */
  async send(notice: Notice, headers = this.sign(notice, this.#desk.now()), attempt = 1): Promise<Delivery> {
    const delivery: Delivery = { ...notice, headers, at: this.#desk.now(), attempt, status: null };
    this.deliveries.push(delivery);
    this.#busy += 1;
    try {
      delivery.status = await this.#post(delivery);
    } finally {
      this.#busy -= 1;
      this.#wakeIdlers();
    }
    return delivery;
  }

  sign(notice: Notice, at: Instant, serial = this.serial): Record<string, string> {
    return { 'Content-Type': 'application/json', ...this.#desk.identity.signed(notice.body, at, serial) };
  }

  /** Once nothing is on its way; what waits for its next attempt does not count. */
  idle(): Promise<void> {
    return this.#busy === 0 ? Promise.resolve() : new Promise((resolve) => this.#idlers.push(resolve));
  }

  stop(): void {
    for (const cancel of this.#alarms) cancel();
    this.#alarms.clear();
    this.#stopping.abort();
  }

  #begin(notice: Notice): void {
    for (let copy = 0; copy < this.copies; copy += 1) {
      this.#busy += 1;
      this.#after(this.delayMs, () => {
        void this.#deliver(notice, 1).finally(() => {
          this.#busy -= 1;
          this.#wakeIdlers();
        });
      });
    }
  }

  async #deliver(notice: Notice, attempt: number): Promise<void> {
    const { status } = await this.send(notice, undefined, attempt);
    if (status === 200 || status === 204 || this.#stopping.signal.aborted) return;
    const waitMs = redeliveryMs[attempt - 1];
    if (waitMs !== undefined) this.#after(waitMs, () => void this.#deliver(notice, attempt + 1));
  }

  #after(delayMs: number, run: () => void): void {
    const cancel = this.#scheduler.after(delayMs, () => {
      this.#alarms.delete(cancel);
      run();
    });
    this.#alarms.add(cancel);
  }

  #wakeIdlers(): void {
    if (this.#busy > 0) return;
    for (const wake of this.#idlers.splice(0)) wake();
  }

  #notice(url: string, type: string, summary: string, original: string, content: object): Notice {
    this.#count += 1;
    const { identity, merchant } = this.#desk;
    const now = this.#desk.now();
    const body = JSON.stringify({
      id: `EV-${timeText(now).replace(/\D/g, '').slice(0, 14)}${String(this.#count).padStart(6, '0')}`,
      ...{ create_time: timeText(now), resource_type: 'encrypt-resource', event_type: type, summary },
      resource: { original_type: original, ...identity.sealed(JSON.stringify(content), merchant.apiV3Key, original) },
    });
    return { url, body };
  }

  /** The status of the answer, or null where none came in time. */
  #post({ url, headers, body }: Delivery): Promise<number | null> {
    const send = url.startsWith('https:') ? requestHttps : requestHttp;
    return new Promise((resolve) => {
      const { signal } = this.#stopping;
      const sent = send(url, {
        method: 'POST',
        headers: { ...headers, 'User-Agent': 'Mozilla/4.0' },
        agent: false,
        signal,
      });
      const cancel = this.#scheduler.after(answerMostMs, () => sent.destroy());
      const done = (status: number | null): void => {
        cancel();
        resolve(status);
      };
      sent.once('response', (response) => {
        response.resume();
        response.once('close', () => done(response.complete ? (response.statusCode ?? null) : null));
      });
      sent.once('error', () => done(null));
      sent.once('close', () => done(null));
      sent.end(body);
    });
  }
}
