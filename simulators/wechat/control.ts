import type { Cancel, Scheduler } from '#runtime/seams/scheduler.ts';
import type { Fields, WireAnswer } from './answers.ts';
import { billFile, dayOf, type Planted } from './bill.ts';
import type { Books, Order, Refund, RefundStatus } from './books.ts';
import type { Callbacks, Delivery } from './callbacks.ts';
import { type Forged, type ForgeryKind, forge } from './forgeries.ts';
import type { Mishap, Mishaps } from './mishaps.ts';
import type { Desk } from './orders.ts';

export interface ControlMeans {
  readonly desk: Desk;
  readonly callbacks: Callbacks;
  readonly scheduler: Scheduler;
  readonly mishaps: Mishaps;
  readonly refundAfterMs: number | null;
}

/** What a test, the demo or chaos does to the simulator, and what the buyer does on the phone. */
export class Control {
  readonly mishaps: Mishaps;
  readonly callbacks: Callbacks;
  readonly planted: Planted[] = [];
  /** What was asked of the provider, oldest first. */
  readonly requests: { readonly method: string; readonly path: string; readonly body: string }[] = [];
  givesCertificates = true;
  readonly #desk: Desk;
  readonly #scheduler: Scheduler;
  readonly #refundAfterMs: number | null;
  readonly #alarms = new Set<Cancel>();

  constructor({ desk, callbacks, scheduler, mishaps, refundAfterMs }: ControlMeans) {
    this.mishaps = mishaps;
    this.callbacks = callbacks;
    this.#desk = desk;
    this.#scheduler = scheduler;
    this.#refundAfterMs = refundAfterMs;
  }

  get books(): Books {
    return this.#desk.books;
  }

  get merchantId(): string {
    return this.#desk.merchant.merchantId;
  }

  now(): number {
    return this.#desk.now();
  }

  /** The next request meets with this. */
  failNext(mishap: Mishap, times = 1): void {
    this.mishaps.plan(mishap, times);
  }

  /** The buyer pays; whether that was possible. */
  pay(number: string): boolean {
    const order = this.books.orders.get(number);
    const { identity } = this.#desk;
    const day = dayOf(this.now()).replaceAll('-', '');
    if (!order || !this.books.pay(order, `4200002${identity.digits(3)}${day}${identity.digits(10)}`, this.now()))
      return false;
    if (order.openid === '') order.openid = `o${identity.nonce(27)}`;
    this.callbacks.paymentSucceeded(order);
    return true;
  }

  /**
   * The bank says no, and nobody is told. For good: the query tells PAYERROR from now on. This time only: the order waits on, as
   * the real one mostly has it for Native and JSAPI.
   */
  decline(number: string, how: 'for good' | 'this time' = 'for good'): boolean {
    const order = this.books.orders.get(number);
    if (!order || !this.books.isPayable(order, this.now())) return false;
    if (how === 'for good') order.state = 'PAYERROR';
    return true;
  }

  /** Carries out what was taken on, or all of it fails in this way. */
  settleRefunds(status: Exclude<RefundStatus, 'PROCESSING'> = 'SUCCESS'): void {
    for (const refund of this.books.refunds.values()) this.#settle(refund, status);
  }

  refundTaken(answer: WireAnswer): WireAnswer {
    const number = (answer.body as Fields | undefined)?.out_refund_no;
    const refund = typeof number === 'string' ? this.books.refunds.get(number) : undefined;
    if (refund?.status === 'PROCESSING' && this.#refundAfterMs !== null) {
      this.after(this.#refundAfterMs, () => this.#settle(refund, 'SUCCESS'));
    }
    return answer;
  }

  /** Runs later, unless the simulator stops before. */
  after(delayMs: number, run: () => void): void {
    const cancel = this.#scheduler.after(delayMs, () => {
      this.#alarms.delete(cancel);
      run();
    });
    this.#alarms.add(cancel);
  }

  /** A forged callback, not sent. Undefined where nobody has paid under this number. */
  forged(number: string, kind: ForgeryKind): Forged | undefined {
    const order = this.books.orders.get(number);
    return order?.transaction ? forge(this.#desk, this.callbacks, order, kind) : undefined;
  }

  async sendForged(number: string, kind: ForgeryKind): Promise<Delivery | undefined> {
    const forged = this.forged(number, kind);
    return forged && (await this.callbacks.send(forged.notice, forged.headers));
  }

  plant(planted: Planted): void {
    this.planted.push(planted);
  }

  billFile(day: string): Buffer {
    return billFile(this.#desk, day, this.planted);
  }

  today(): string {
    return dayOf(this.now());
  }

  /** A new platform certificate, which callbacks and answers are signed with from now on. */
  rotateCertificate(options = { withdrawOld: false }): void {
    const { identity } = this.#desk;
    identity.rotate(this.now(), options);
    if (this.callbacks.serial !== identity.publicKeyId) this.callbacks.serial = identity.current.serial;
  }

  signWith(what: 'public key' | 'certificate'): void {
    const { identity } = this.#desk;
    this.callbacks.serial = what === 'public key' ? identity.publicKeyId : identity.current.serial;
  }

  orderOf(name: string): Order | undefined {
    return this.books.orders.get(name) ?? this.books.orderOf(name);
  }

  stop(): void {
    for (const cancel of this.#alarms) cancel();
  }

  #settle(refund: Refund, status: Exclude<RefundStatus, 'PROCESSING'>): void {
    if (refund.status !== 'PROCESSING') return;
    Object.assign(refund, { status, settledAt: this.now() });
    this.callbacks.refundSettled(refund);
  }
}
