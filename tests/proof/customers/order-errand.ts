import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { shipOrder } from '../../../src/contracts/http/fulfillment.ts';
import { checkout } from '../../../src/contracts/http/gateway.ts';
import { type AdminOrder, cancelOrder, getOrder, placeOrder } from '../../../src/contracts/http/ordering.ts';
import { payOrder } from '../../../src/contracts/http/payment.ts';
import type { AnswerOf, Operation } from '../../../src/contracts/operation.ts';
import type { Reply } from '../../../src/runtime/http/client.ts';
import type { CallInput } from '../../../src/runtime/service.ts';
import { expectStatus, orderOf } from '../../support/trade.ts';
import { type Buyer, type Desk, Unanswered } from './desk.ts';
import type { Errand } from './errand.ts';
import type { Phone } from './phone.ts';

/**
 * What a customer wants done with an order. `ship`: paid, and shipped by the operator as soon as that is possible. `race`: paid
 * and cancelled at the same instant. `charge`: paid by way of a provider, all else from the balance.
 */
export type Wish = 'buy' | 'checkout' | 'ship' | 'buy and cancel' | 'cancel' | 'race' | 'charge' | 'charge and cancel';

/** `refused`: the race was lost, and the answer was that the order cannot be paid. */
type PaymentAnswer = { readonly id: string; readonly captured: number } | 'refused';

type Payment = AnswerOf<typeof payOrder>['body'];

/** What the platform shows of a payment. */
export type ShownPayment = Pick<Payment, 'id' | 'captured' | 'refunded'>;

/** One customer's order, from the wish to what became of it. */
export class OrderErrand implements Errand {
  readonly wish: Wish;
  readonly buyer: Buyer;
  readonly #desk: Desk;
  readonly sku: string;
  readonly #orderKey = randomUUID();
  readonly #payKey = randomUUID();
  /** Of a 201 or a 202. */
  orderId: string | undefined;
  payment: PaymentAnswer | undefined;
  cancelled = false;
  /** The order was refused, or failed after it had been accepted: the problem's code, or the order's reason. */
  failure: string | undefined;
  /** Accepted with 202 first. */
  isLate = false;
  #isPayable = false;
  #isShipped = false;
  readonly #phone: Phone | undefined;
  /** What the provider has shown to be paid. */
  #code: string | undefined;

  constructor(desk: Desk, wish: Wish, buyer: Buyer, sku: string, phone?: Phone) {
    this.#desk = desk;
    this.#phone = phone;
    this.wish = wish;
    this.buyer = buyer;
    this.sku = sku;
  }

  /** What the order comes to. */
  get wanted(): AdminOrder['status'] {
    if (this.failure !== undefined) return 'FAILED';
    if (this.wish === 'ship') return 'SHIPPED';
    return ['buy', 'checkout', 'charge'].includes(this.wish) ? 'CONFIRMED' : 'CANCELLED';
  }

  /** By way of a provider, and not from the balance. */
  get isCharged(): boolean {
    return this.wish === 'charge' || this.wish === 'charge and cancel';
  }

  /** Paid for, and neither cancelled nor failed. */
  get isSale(): boolean {
    return this.wanted === 'CONFIRMED' || this.wanted === 'SHIPPED';
  }

  async run(): Promise<void> {
    await this.order();
    if (this.failure !== undefined) return;
    if (this.wish === 'race') {
      const outcomes = await Promise.allSettled([this.#pay(), this.#cancel()]);
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      return;
    }
    if (this.wish !== 'cancel') await this.#pay();
    if (['buy and cancel', 'charge and cancel', 'cancel'].includes(this.wish)) await this.#cancel();
    if (this.wish === 'ship' && !this.#isShipped) await this.#ship();
  }

  /** The order alone, until it can be paid. */
  async order(): Promise<void> {
    if (this.#isPayable || this.failure !== undefined) return;
    if (this.wish === 'checkout') return this.#checkOut();
    if (this.isLate) return this.#follow();
    const reply = await this.#ask(placeOrder, this.#orderInput());
    if (reply.status === 202) return this.#accepted(reply.body as { id: string });
    if (reply.status === 409) return this.#failed((reply.body as { code: string }).code);
    this.#ordered(expectStatus<typeof placeOrder, 201>(reply, 201).id);
  }

  async confirm(): Promise<void> {
    if (this.failure !== undefined) return this.#confirmFailure();
    const placing = this.wish === 'checkout' ? await this.#confirmCheckout() : await this.#confirmOrder();
    expect(placing.headers['idempotency-replayed']).toBe('true');
    if (this.payment === undefined || this.wish === 'checkout') return;
    const paid = await this.#ask(payOrder, this.#paymentInput());
    const first = this.payment === 'refused' ? { code: 'order_not_payable' } : { id: this.payment.id };
    expect(paid).toMatchObject({ status: this.payment === 'refused' ? 409 : 201, body: first });
    expect(paid.headers['idempotency-replayed']).toBe('true');
    if (this.#isShipped) await this.#ship();
  }

  /** At rest. */
  check(order: AdminOrder, payment: ShownPayment | undefined): void {
    expect([this.orderId, this.wish, order.status]).toEqual([order.id, this.wish, this.wanted]);
    if (this.failure !== undefined) {
      expect([order.id, payment?.captured.amount ?? 0]).toEqual([order.id, 0]);
      return;
    }
    if (!payment) throw new Error(`no payment of ${order.id}`);
    if (typeof this.payment === 'object') {
      expect([order.id, payment.id, payment.captured]).toEqual([order.id, this.payment.id, order.total]);
    }
    const back = this.isSale ? 0 : payment.captured.amount;
    expect([order.id, payment.refunded.amount]).toEqual([order.id, back]);
    if (this.isCharged) {
      const booked = this.#phone?.booked(this.#code ?? '');
      expect([order.id, booked]).toEqual([order.id, { taken: [order.total.amount], back: back > 0 ? [back] : [] }]);
    }
  }

  #orderInput() {
    return { body: orderOf([[{ sku: this.sku }, 1]]), idempotencyKey: this.#orderKey };
  }

  #paymentInput() {
    const method = this.isCharged ? ('wechat' as const) : ('balance' as const);
    return { body: { orderId: this.orderId ?? '', method }, idempotencyKey: this.#payKey };
  }

  #checkoutInput() {
    const { body, idempotencyKey } = this.#orderInput();
    return { body: { ...body, payment: { method: 'balance' } as const }, idempotencyKey };
  }

  /** One click; what was not settled in time is clicked once more. */
  async #checkOut(): Promise<void> {
    const reply = await this.#ask(checkout, this.#checkoutInput());
    if (reply.status === 409) return this.#failed((reply.body as { code: string }).code);
    if (reply.status === 202) return this.#accepted((reply.body as { order: { id: string } }).order);
    const { order, payment } = expectStatus<typeof checkout, 201>(reply, 201);
    this.orderId ??= this.#desk.noted(order.id);
    // The order stands, and the payment is as unanswered as a 5xx of its own.
    if ('code' in payment) {
      if (payment.status >= 500) throw new Unanswered(`${payment.status} ${payment.code} in a checkout`);
      throw new Error(`a checkout whose payment was refused: ${JSON.stringify(payment)}`);
    }
    this.#isPayable = true;
    this.#paid(payment);
  }

  #ordered(orderId: string): void {
    this.orderId ??= this.#desk.noted(orderId);
    expect(orderId).toBe(this.orderId);
    this.#isPayable = true;
  }

  /** 202: it goes on by itself, and will become payable, or fail for a reason of its own. */
  #accepted({ id }: { readonly id: string }): never {
    this.isLate = true;
    this.orderId ??= this.#desk.noted(id);
    expect(id).toBe(this.orderId);
    throw new Unanswered('it is not settled yet');
  }

  #failed(reason: string): void {
    this.failure = this.#desk.noted(reason);
  }

  async #follow(): Promise<void> {
    const reply = await this.#ask(getOrder, { params: { id: this.orderId ?? '' } });
    const { status, statusReason } = expectStatus(reply, 200);
    if (status === 'CREATED') throw new Unanswered('it is not settled yet');
    if (status === 'FAILED') return this.#failed(statusReason ?? 'no reason');
    this.#isPayable = true;
  }

  async #pay(): Promise<void> {
    if (this.payment !== undefined) return;
    const reply = await this.#ask(payOrder, this.#paymentInput());
    if (this.wish === 'race' && reply.status === 409) {
      expect(reply.body).toMatchObject({ code: 'order_not_payable' });
      this.payment = this.#desk.noted('refused');
      return;
    }
    const payment = expectStatus<typeof payOrder, 201>(reply, 201);
    if (this.isCharged && payment.status !== 'SUCCEEDED') return this.#payAtProvider(payment);
    this.#paid(payment);
  }

  /** With the phone; whether that has come through is asked under the same key. */
  #payAtProvider({ status, action }: Payment): never {
    if (action?.type === 'qr_code') {
      this.#code = action.content;
      this.#phone?.pay(action.content);
    }
    throw new Unanswered(`the payment is ${status}`);
  }

  #paid({ id, captured }: Payment): void {
    this.payment = this.#desk.noted({ id, captured: captured.amount });
  }

  async #cancel(): Promise<void> {
    if (this.cancelled) return;
    const reply = await this.#ask(cancelOrder, { params: { id: this.orderId ?? '' }, body: {} });
    expect(expectStatus(reply, 200).status).toBe('CANCELLED');
    this.cancelled = this.#desk.noted(true);
  }

  /** Not before it is confirmed, which it will be. */
  async #ship(): Promise<void> {
    const handover = { carrier: 'SF', trackingNumber: this.#orderKey };
    const input = { params: { id: this.orderId ?? '' }, body: handover };
    const reply = await this.#desk.askAsOperator(shipOrder, input);
    if (!this.#isShipped && reply.status === 409) throw new Unanswered('it is not confirmed yet');
    expect(expectStatus(reply, 200)).toMatchObject({ status: 'SHIPPED', ...handover });
    this.#isShipped ||= this.#desk.noted(true);
  }

  async #confirmOrder(): Promise<Reply<typeof placeOrder>> {
    const again = await this.#ask(placeOrder, this.#orderInput());
    expect(again).toMatchObject({ status: 201, body: { id: this.orderId } });
    return again;
  }

  async #confirmCheckout(): Promise<Reply<typeof checkout>> {
    const again = await this.#ask(checkout, this.#checkoutInput());
    expect(again).toMatchObject({ status: 201, body: { order: { id: this.orderId } } });
    const { payment } = (again as Extract<AnswerOf<typeof checkout>, { status: 201 }>).body;
    if ('code' in payment && payment.status >= 500) throw new Unanswered(`${payment.code} in a checkout`);
    expect([this.orderId, payment]).toMatchObject([this.orderId, { id: (this.payment as { id: string }).id }]);
    return again;
  }

  async #confirmFailure(): Promise<void> {
    const again =
      this.wish === 'checkout'
        ? await this.#ask(checkout, this.#checkoutInput())
        : await this.#ask(placeOrder, this.#orderInput());
    expect(again.status).toBe(409);
  }

  #ask<O extends Operation>(operation: O, input: CallInput<O>): Promise<Reply<O>> {
    return this.#desk.ask(operation, input, this.buyer);
  }
}
