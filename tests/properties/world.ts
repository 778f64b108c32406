import type { Message, Saying } from '../../src/contracts/message.ts';
import type { Operation } from '../../src/contracts/operation.ts';
import { uuidv7Ids } from '../../src/kernel/ids.ts';
import { ProblemError } from '../../src/kernel/problem.ts';
import type { Decision } from '../../src/runtime/batch/decider.ts';
import { type Ask, ask, deliver, Rehearsal } from '../../src/runtime/batch/testing/rehearsal.ts';
import type { Tables } from '../../src/runtime/batch/workset.ts';
import { seededRandom } from '../../src/runtime/seams/random.ts';
import type { Context, Request, Service } from '../../src/runtime/service.ts';
import { readSettings } from '../../src/runtime/settings/settings.ts';
import { fulfillment } from '../../src/services/fulfillment/service.ts';
import { inventory } from '../../src/services/inventory/service.ts';
import { ordering } from '../../src/services/ordering/service.ts';

/**
 * Ordering, inventory and fulfillment as they are, payment as a model, and a post that may deliver in any order and more than
 * once. Everything the services do goes through what their service.ts shows: routes, handlers and jobs, with rows in memory.
 */
export class World {
  nowMs = Date.UTC(2026, 10, 20);
  readonly orderIds: string[] = [];
  /** Said and not yet delivered. */
  readonly post: Message[] = [];
  readonly delivered: Message[] = [];
  /** Messages that a service set aside: there should be none. */
  readonly parked: string[] = [];
  readonly payments = new Map<string, PaymentModel>();
  readonly ordering: Rehearsal<Tables>;
  readonly inventory: Rehearsal<Tables>;
  readonly fulfillment = new Rehearsal<Tables>(fulfillment.tables);
  readonly #ids;
  #position = 0;
  #sequence = 0n;

  constructor(onHand: Readonly<Record<string, number>>) {
    const stock = Object.entries(onHand).map(([sku, count]) => ({ sku, onHand: count, reserved: 0, sold: 0 }));
    this.inventory = new Rehearsal<Tables>(inventory.tables, { stock });
    const numbers = (orderId: string) => {
      this.#sequence += 1n;
      return { orderId, sequence: this.#sequence };
    };
    this.ordering = new Rehearsal<Tables>(ordering.tables, {}, { numbers });
    const random = seededRandom(1);
    this.#ids = uuidv7Ids(
      () => this.nowMs,
      (target) => random.bytes(target),
    );
  }

  async place(sku: string, quantity: number): Promise<void> {
    const shippingAddress = {};
    const [placed] = await this.#ask(ordering, 'placeOrder', { body: { items: [{ sku, quantity }], shippingAddress } });
    if (!placed) throw new Error('nothing was placed');
    const { orderId } = placed.command as { orderId: string };
    this.orderIds.push(orderId);
    this.payments.set(orderId, new PaymentModel());
  }

  async cancel(orderId: string, by: 'cancelOrder' | 'cancelAnyOrder'): Promise<void> {
    await this.#ask(ordering, by, { params: { id: orderId }, body: {} });
  }

  async lose(sku: string, quantity: number): Promise<void> {
    await this.#ask(inventory, 'adjustStock', {
      params: { sku },
      body: { delta: -quantity, reason: 'wet', lost: true },
    });
  }

  /** An operator hands the goods to a carrier; ordering's answer may be lost on the way back. */
  async ship(orderId: string, isAnswerLost: boolean): Promise<void> {
    const body = { carrier: 'SF', trackingNumber: '1' };
    await this.#live('shipOrder', { params: { id: orderId }, body }, isAnswerLost).catch(expected);
  }

  async arrive(orderId: string): Promise<void> {
    await this.#live('deliverOrder', { params: { id: orderId } }).catch(expected);
  }

  pay(orderId: string): void {
    this.#payment(orderId, (payment) => payment.pay(orderId));
  }

  /** Time passes, and ordering's job looks at what is due. */
  async wait(byMs: number): Promise<void> {
    this.nowMs += byMs;
    for (const job of ordering.jobs ?? []) {
      const asks: Ask<Tables>[] = [];
      await job.run(this.#context(ordering, asks, 'go on'));
      await this.#decide(this.ordering, 'ordering', asks);
    }
    for (const job of fulfillment.jobs ?? []) await job.run(this.#liveContext(fulfillment, false));
  }

  /** One message that waits goes to whoever hears it; it stays known, so that it can come again. */
  async deliver(index: number): Promise<void> {
    const [message] = this.post.splice(index % Math.max(1, this.post.length), 1);
    if (!message) return;
    this.delivered.push(message);
    await this.#hear(message);
  }

  async redeliver(index: number): Promise<void> {
    const message = this.delivered[index % Math.max(1, this.delivered.length)];
    if (message) await this.#hear(message);
  }

  /** Everything is delivered, in the order that `indexes` make, and time goes on until nothing happens any more. */
  async settle(indexes: readonly number[]): Promise<void> {
    let taken = 0;
    for (let round = 0; round < 6; round += 1) {
      for (; this.post.length > 0; taken += 1) await this.deliver(indexes[taken % indexes.length] ?? 0);
      await this.wait(40 * 60_000);
    }
    if (this.post.length > 0) throw new Error('the world does not come to rest');
  }

  async #hear(message: Message): Promise<void> {
    if (fulfillment.hears.some(({ contract }) => contract.type === message.type)) {
      await this.#decide(this.fulfillment, 'fulfillment', [deliver(fulfillment.hears, message)]);
    }
    if (inventory.hears.some(({ contract }) => contract.type === message.type)) {
      await this.#decide(this.inventory, 'inventory', [deliver(inventory.hears, message)]);
    } else if (ordering.hears.some(({ contract }) => contract.type === message.type)) {
      await this.#decide(this.ordering, 'ordering', [deliver(ordering.hears, message)]);
    } else if (message.type.startsWith('ordering.')) {
      this.#payment(message.key, (payment) => payment.hear(message));
    }
  }

  #payment(orderId: string, act: (payment: PaymentModel) => readonly [string, object][]): void {
    const payment = this.payments.get(orderId);
    if (!payment) throw new Error(`no payment of ${orderId}`);
    for (const [type, data] of act(payment))
      this.#send('payment', { type: `payment.${type}`, data: { orderId, ...data } });
  }

  async #ask(service: Service, name: string, input: object): Promise<Ask<Tables>[]> {
    const asks: Ask<Tables>[] = [];
    const answering = service.answers.find(({ operation }) => operation.name === name);
    if (!answering) throw new Error(`nobody answers ${name}`);
    const caller = { kind: 'user', id: 'usr_buyer', roles: [] };
    const request = {
      caller,
      language: 'en',
      params: {},
      query: {},
      body: {},
      ...input,
      deadline: this.nowMs + 60_000,
    };
    await answering
      .respond(request as unknown as Request, this.#context(service, asks, 'stop'))
      .catch((error: unknown) => {
        if (error !== stopped) throw error;
      });
    await this.#decide(service === ordering ? this.ordering : this.inventory, service.name, asks);
    return asks;
  }

  /** What fulfillment or ordering answers, every write of it decided at once. */
  async #live(name: string, input: object, isAnswerLost = false): Promise<{ status: number; body: unknown }> {
    const service = [fulfillment, ordering].find(({ answers }) =>
      answers.some(({ operation }) => operation.name === name),
    );
    const answering = service?.answers.find(({ operation }) => operation.name === name);
    if (!service || !answering) throw new Error(`nobody answers ${name}`);
    const caller = { kind: 'service', id: 'fulfillment', roles: [] };
    const request = { caller, params: {}, query: {}, body: {}, ...input, deadline: this.nowMs + 60_000 };
    return answering.respond(request as unknown as Request, this.#liveContext(service, isAnswerLost));
  }

  #liveContext(service: Service, isAnswerLost: boolean): Context {
    const rehearsal = service === ordering ? this.ordering : this.fulfillment;
    const write = async (decider: unknown, command: unknown) => {
      const [decision] = await this.#decide(rehearsal, service.name, [ask(decider as never, command) as Ask<Tables>]);
      if (decision?.refuse) throw new ProblemError(decision.refuse);
      return { replayed: false, answer: decision?.answer };
    };
    const call = async ({ name }: Operation, input: object) => {
      const answered = await this.#live(name, input);
      if (isAnswerLost) throw new ProblemError({ code: 'unavailable' });
      return answered;
    };
    return {
      ...this.#context(service, [], 'go on'),
      write,
      call,
      log: { warn: () => undefined },
    } as unknown as Context;
  }

  async #decide(
    rehearsal: Rehearsal<Tables>,
    source: string,
    asks: readonly Ask<Tables>[],
  ): Promise<Decision<Tables, unknown>[]> {
    const decisions: Decision<Tables, unknown>[] = [];
    for (const one of asks) {
      const before = rehearsal.said.length;
      this.#position += 1;
      const [decision] = await rehearsal.batch([one], { now: this.nowMs, cause: `cause/${this.#position}` });
      if (decision) decisions.push(decision);
      if (decision?.setAside) this.parked.push(decision.setAside.reason);
      for (const { contract, data } of rehearsal.said.slice(before)) this.#send(source, { type: contract.type, data });
    }
    return decisions;
  }

  #send(source: string, { type, data }: { type: string; data: Saying['data'] }): void {
    const key = (data as { orderId?: string }).orderId ?? '';
    if (!heard.has(type)) return;
    this.#position += 1;
    this.post.push({
      source,
      position: this.#position,
      type,
      version: 1,
      key,
      timeMs: this.nowMs,
      traceparent: '',
      causationId: 'cause',
      data,
    });
  }

  /** What routes and jobs touch: a quote at one price, rows from memory, and writes that are collected. */
  #context(service: Service, asks: Ask<Tables>[], then: 'stop' | 'go on'): Context {
    const write: Context['write'] = (decider, command) => {
      asks.push(ask(decider as never, command) as Ask<Tables>);
      return then === 'stop' ? Promise.reject(stopped) : Promise.resolve({ replayed: false });
    };
    const call = (_operation: Operation, { body }: { body: { skus: string[] } }) => {
      const price = { amount: 1_000, currency: 'CNY' };
      return Promise.resolve({
        status: 200,
        body: { items: body.skus.map((sku) => ({ sku, forSale: true, name: sku, price })) },
      });
    };
    return {
      settings: readSettings(service.settings ?? {}, {}),
      clock: { now: () => this.nowMs },
      ids: this.#ids,
      database: {
        query: (text: string, values: readonly unknown[]) =>
          Promise.resolve({ rows: this.#rows(text, values), count: 0 }),
      },
      write,
      call,
      said: () => new Promise(() => undefined),
      timer: () => ({ cause: 'timer' }),
      failPoints: { armed: false },
    } as unknown as Context;
  }

  /** A few reads are made beside the writer: what is due, a SKU's stock, and who holds it. */
  #rows(text: string, values: readonly unknown[]): readonly object[] {
    if (text.includes('delete from timers')) return [];
    if (text.includes('from timers')) {
      const timers = this.ordering.rows('timers') as { orderId: string; dueAt: number }[];
      const [, , after, most] = values as readonly [unknown, unknown, bigint, number];
      return timers
        .map(({ orderId, dueAt }, index) => ({ dueAt, id: BigInt(index + 1), orderIds: [orderId] }))
        .filter(({ dueAt, id }) => dueAt <= this.nowMs && id > after)
        .slice(0, most);
    }
    if (text.includes('timer_at <=')) {
      const due = new Set(values[0] as string[]);
      const orders = this.ordering.rows('orders') as { id: string; timerAt: number | null }[];
      return orders.filter(({ id }) => due.has(id)).filter(({ timerAt }) => timerAt !== null && timerAt <= this.nowMs);
    }
    if (text.includes('from shipments')) {
      const shipments = this.fulfillment.rows('shipments') as { orderId: string; nextTryAt: number | null }[];
      if (text.includes('where order_id = $1')) return shipments.filter(({ orderId }) => orderId === values[0]);
      return shipments.filter(({ nextTryAt }) => nextTryAt !== null && nextTryAt <= this.nowMs);
    }
    if (text.includes('join order_details')) {
      return (this.ordering.rows('orders') as { id: string }[]).filter(({ id }) => id === values[0]);
    }
    if (text.includes('from stock where sku = $1')) return this.inventory.rows('stock') as object[];
    if (text.includes("status = 'HELD'")) {
      return (this.inventory.rows('reservations') as { orderId: string; status: string }[])
        .filter(({ status }) => status === 'HELD')
        .sort((left, right) => (left.orderId < right.orderId ? 1 : -1));
    }
    throw new Error(`nobody knows what ${text} reads`);
  }
}

/** What somebody in this world listens to. */
const heard: ReadonlySet<string> = new Set([
  ...[...ordering.hears, ...inventory.hears, ...fulfillment.hears].map(({ contract }) => contract.type),
  'ordering.order-pending',
  'ordering.order-failed',
  'ordering.order-cancelled',
  'ordering.close-payment',
  'ordering.refund-requested',
]);

/** A refusal is an answer, and so is none at all. */
function expected(error: unknown): void {
  if (!(error instanceof ProblemError)) throw error;
}

const stopped = new Error('the command is known');

/** Payment as docs/order-lifecycle.md has it: payable with OrderPending, sealed by what ends the order, the arbiter of both. */
export class PaymentModel {
  status: 'DUE' | 'SUCCEEDED' | 'CLOSED' = 'DUE';
  captured = 0;
  refunded = 0;
  #due = 0;
  readonly #refunds = new Set<string>();

  pay(orderId: string): readonly [string, object][] {
    if (this.status !== 'DUE' || this.#due === 0) return [];
    this.status = 'SUCCEEDED';
    this.captured = this.#due;
    const amount = { amount: this.#due, currency: 'CNY' };
    return [['payment-success', { paymentId: 'pay_1', orderId, userId: 'usr_buyer', amount }]];
  }

  hear({ type, data }: Message): readonly [string, object][] {
    switch (type) {
      case 'ordering.order-pending':
        this.#due = (data as { total: { amount: number } }).total.amount;
        return [];
      case 'ordering.close-payment':
      case 'ordering.order-failed':
      case 'ordering.order-cancelled':
        if (this.status !== 'DUE') return [];
        this.status = 'CLOSED';
        return [['payment-closed', { paymentId: 'pay_1', reason: 'closed' }]];
      case 'ordering.refund-requested':
        return this.#refund(data as { refundId: string; amount: { amount: number } | null });
      default:
        return [];
    }
  }

  #refund({ refundId, amount }: { refundId: string; amount: { amount: number } | null }): readonly [string, object][] {
    if (this.#refunds.has(refundId)) return [];
    this.#refunds.add(refundId);
    const back = amount?.amount ?? this.captured - this.refunded;
    this.refunded += back;
    const given = {
      refundId,
      paymentId: 'pay_1',
      userId: 'usr_buyer',
      amount: { amount: back, currency: 'CNY' },
      parts: [],
    };
    return [['refund-succeeded', given]];
  }
}
