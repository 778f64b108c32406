import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import { createProduct } from '../../../src/contracts/http/catalog.ts';
import { logIn, register } from '../../../src/contracts/http/identity.ts';
import { adjustStock, getStock } from '../../../src/contracts/http/inventory.ts';
import { type AdminOrder, getAnyOrder, listAllOrders } from '../../../src/contracts/http/ordering.ts';
import { listPayments } from '../../../src/contracts/http/payment.ts';
import { adjustWallet, getWallet, listWalletEntries } from '../../../src/contracts/http/wallet.ts';
import type { AnswerOf, Operation } from '../../../src/contracts/operation.ts';
import type { Reply } from '../../../src/runtime/http/client.ts';
import { systemScheduler } from '../../../src/runtime/seams/scheduler.ts';
import type { CallInput } from '../../../src/runtime/service.ts';
import { demoAccounts } from '../../../src/services/identity/service.ts';
import { inTurns } from '../../support/in-turns.ts';
import { uniqueName } from '../../support/postgres.ts';
import { expectStatus } from '../../support/trade.ts';
import { type Buyer, Desk, Unanswered } from './desk.ts';
import type { Errand } from './errand.ts';
import { AccountErrand, AuditErrand, GoodsErrand, type HouseErrand, LookErrand } from './house-errands.ts';
import { OrderErrand, type ShownPayment, type Wish } from './order-errand.ts';
import type { Phone } from './phone.ts';
import { TopUpErrand } from './top-up-errand.ts';

const funds = 1_000_000_000_000;
const stocked = 1_000_000;
const wishes: readonly Wish[] = ['buy', 'checkout', 'ship', 'buy and cancel', 'cancel', 'race'];
const wishesAtProviders: readonly Wish[] = [...wishes, 'charge', 'charge and cancel', 'charge'];
/** Longer than anything that the platform leaves to a later look. */
const patience = { timeout: 60_000, interval: 100 };
/** Between an answer that was missing and asking again. */
const again = { ms: 100 };
/** Those who do not order leave the machine to those who do. */
const houseEveryMs = 150;
const scheduler = systemScheduler();

export interface Counted {
  readonly orders: number;
  readonly payments: number;
  readonly cancelled: number;
  readonly failed: number;
}

/** Where the payments of many orders are looked up; by default the API is asked for each. */
export type PaymentsOf = (orders: readonly OrderErrand[]) => Promise<ReadonlyMap<string, ShownPayment>>;

/** Customers and an operator who go on whatever happens, and remember every answer. */
export class Customers {
  readonly desk = new Desk();
  readonly #orders: OrderErrand[] = [];
  readonly #buyers: Buyer[] = [];
  #house: HouseErrand[] = [];
  /** Not asked once more yet. */
  #unconfirmed: Errand[] = [];
  /** Not compared with the platform yet; what was is only counted from then on. */
  #unchecked: OrderErrand[] = [];
  readonly #tea = uniqueName('TEA').toUpperCase();
  #scarce: Promise<string> | undefined;
  #turn = 0;
  readonly #phone: Phone | undefined;

  /** Who has a phone also pays by way of a provider. */
  constructor(phone?: Phone) {
    this.#phone = phone;
  }

  /** Goes to the platform at these addresses from now on, and the operator logs in there. */
  async goTo(...urls: readonly string[]): Promise<void> {
    await this.desk.moveTo(...urls);
    const { email, password } = demoAccounts.administrator;
    const reply = await answered(() => this.desk.ask(logIn, { body: { email, password } }, { token: '' }));
    this.desk.operatorToken = expectStatus(reply, 200).accessToken;
  }

  close(): Promise<void> {
    return this.desk.close();
  }

  /** Registers so many buyers with plenty of money, and stocks up on a tea of their own. */
  async register(count: number): Promise<void> {
    await this.#stockUp(this.#tea, stocked);
    for (let index = 0; index < count; index += 1) {
      const account = { email: `${randomUUID()}@example.com`, password: 'correct horse battery', name: 'Customer' };
      const { user, accessToken } = expectStatus(await this.desk.ask(register, { body: account }, { token: '' }), 201);
      const adjustment = { amount: { amount: funds, currency: 'CNY' }, reason: 'test' };
      const input = { params: { userId: user.id }, body: adjustment, idempotencyKey: randomUUID() };
      expectStatus(await this.desk.askAsOperator(adjustWallet, input), 201);
      this.#buyers.push({ id: user.id, token: accessToken });
    }
  }

  /** Each lane runs one errand after the other until the signal says that it is enough; where an answer is missing, again. */
  async buy(lanes: number, signal: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const enough = AbortSignal.any([signal, failed.signal]);
    const buyers = Array.from({ length: lanes }, (_, index) => this.#lane(() => this.#newOrder(index), 0, enough));
    const house = this.#lane(() => this.#newHouseErrand(), houseEveryMs, enough);
    const all = [...buyers, house].map((lane) =>
      lane.catch((error: unknown) => {
        failed.abort();
        throw error;
      }),
    );
    for (const outcome of await Promise.allSettled(all)) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /**
   * Each lane places one order after the other and waits for none: what is not settled in time is followed when they are asked
   * again. Every fourth order is for goods of which there are few.
   */
  async place(lanes: number, signal: AbortSignal): Promise<void> {
    const lane = async (index: number): Promise<void> => {
      for (let turn = index; !signal.aborted; turn += 1) {
        const sku = turn % 4 === 0 ? await this.#scarceSku() : this.#tea;
        await isAnswered({ run: () => this.#newOrder(index, 'buy', sku).order() });
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
  }

  /** So many orders, placed and not paid yet. */
  async placeSome(count: number): Promise<readonly OrderErrand[]> {
    const errands = Array.from({ length: count }, (_, index) => this.#newOrder(index, 'buy'));
    await Promise.all(errands.map((errand) => answered(() => errand.order())));
    return errands;
  }

  /** Resolves when so many orders have been asked for since the beginning. */
  async ordered(count: number): Promise<void> {
    while (this.#orders.length < count) await this.desk.acknowledgements(1);
  }

  get hasPaid(): boolean {
    return this.#orders.some(({ payment }) => typeof payment === 'object');
  }

  /** What became of orders so far, while nobody has asked again. */
  get placed(): { readonly created: number; readonly late: number; readonly unanswered: number } {
    const late = this.#unchecked.filter(({ isLate }) => isLate).length;
    const told = this.#unchecked.filter(
      ({ orderId, failure }) => orderId !== undefined || failure !== undefined,
    ).length;
    return { created: told - late, late, unanswered: this.#unchecked.length - told };
  }

  /**
   * So many order at once, over connections that are open already; `strike` comes with the first answer. Rejects where a
   * connection broke: all that were sent are to be answered, and be it with a 503.
   */
  async rush(count: number, strike: () => void): Promise<{ readonly answered: number; readonly refused: number }> {
    const errands = Array.from({ length: count }, (_, index) => this.#newOrder(index, 'buy'));
    await Promise.all(errands.map(({ buyer }) => this.desk.ask(getWallet, {}, buyer)));
    void this.desk.acknowledgements(1).then(strike);
    const outcomes = await Promise.allSettled(errands.map((errand) => errand.order()));
    const refused = outcomes.filter((outcome) => {
      const why: unknown = outcome.status === 'rejected' ? outcome.reason : undefined;
      if (why !== undefined && !(why instanceof Unanswered && why.cause === undefined)) throw why;
      return why !== undefined;
    });
    return { answered: count - refused.length, refused: refused.length };
  }

  /** Asks again, with the same keys, what was not answered; and every n-th of what was, which must be answered the same. */
  async askAgain(everyNth = 1): Promise<void> {
    const errands = this.#unconfirmed;
    this.#unconfirmed = [];
    await inTurns(errands, async (errand, index) => {
      await answered(() => errand.run());
      if (index % everyNth === 0) await answered(() => errand.confirm());
    });
  }

  /** Everything comes to its end: no order in between, every refund carried out. */
  async untilSettled(paymentsOf: PaymentsOf = (orders) => this.#askPayments(orders)): Promise<void> {
    for (const status of ['CREATED', 'PAID'] as const) {
      await vi.waitFor(async () => expect(await this.#list({ status, limit: 10 })).toEqual([]), patience);
    }
    const errands = new Map(this.#unchecked.map((errand) => [errand.orderId, errand]));
    let unsettled = (await this.#freshOrders()).filter((order) => !isSettled(order, errands.get(order.id)));
    await vi.waitFor(async () => {
      const seen = await Promise.all(unsettled.slice(0, 50).map(({ id }) => this.#find(id)));
      const later = unsettled.slice(50);
      unsettled = [...seen.filter((order) => !isSettled(order, errands.get(order.id))), ...later];
      expect(unsettled).toEqual([]);
    }, patience);
    // Who lost the race against a cancellation may have paid all the same: then the money is on its way back.
    let refused = this.#unchecked.filter(({ payment }) => payment === 'refused');
    await vi.waitFor(async () => {
      const payments = await paymentsOf(refused);
      refused = refused.filter(({ orderId = '' }) => {
        const payment = payments.get(orderId);
        return payment && payment.refunded.amount < payment.captured.amount;
      });
      expect(refused.map(({ orderId }) => orderId)).toEqual([]);
    }, patience);
    // And what a cancelled or failed order had reserved, on its way back to the shelf.
    await vi.waitFor(async () => expect(await this.#stock()).toMatchObject({ reserved: 0 }), patience);
  }

  /** Every acknowledged order, payment and all else is there, once, and nothing else is. */
  async check(paymentsOf: PaymentsOf = (orders) => this.#askPayments(orders)): Promise<Counted> {
    const errands = this.#unchecked;
    const orders = new Map((await this.#freshOrders()).map((order) => [order.id, order]));
    const accepted = errands.filter(({ orderId }) => orderId !== undefined);
    const told = new Set(accepted.map(({ orderId }) => orderId));
    expect(told.size).toBe(accepted.length);
    const unknown = [...orders.values()].filter(({ id }) => !told.has(id));
    // Who was refused at once was not told of an order.
    expect(unknown.filter(({ status }) => status !== 'FAILED')).toEqual([]);
    expect(unknown.length).toBe(errands.length - accepted.length);
    const payments = await paymentsOf(accepted);
    for (const errand of accepted) {
      const order = orders.get(errand.orderId ?? '');
      if (!order) throw new Error(`order ${errand.orderId} was acknowledged and is not there`);
      errand.check(order, payments.get(order.id));
    }
    this.#unchecked = [];
    for (const buyer of this.#buyers) await this.#checkWallet(buyer);
    await this.#checkStock();
    await inTurns(this.#house, (errand) => answered(() => errand.check()));
    this.#house = [];
    return this.#count();
  }

  #count(): Counted {
    const orders = this.#orders;
    return {
      orders: orders.length,
      payments: orders.filter(({ payment }) => typeof payment === 'object').length,
      cancelled: orders.filter(({ cancelled }) => cancelled).length,
      failed: orders.filter(({ failure }) => failure !== undefined).length,
    };
  }

  async #lane(next: () => Errand, everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const errand = next();
      while (!(await isAnswered(errand)) && !signal.aborted) await scheduler.wait(again.ms, signal);
      if (everyMs > 0) await scheduler.wait(everyMs, signal);
    }
  }

  /** Goods of which there are few; made when they are first asked for. */
  #scarceSku(): Promise<string> {
    this.#scarce ??= this.#stockUp(uniqueName('RARE').toUpperCase(), 20);
    return this.#scarce;
  }

  /** A product with one variant, and so many of it in stock. */
  async #stockUp(sku: string, delta: number): Promise<string> {
    const texts = { en: { name: 'Tea', description: 'Tea' } };
    const variants = [{ sku, price: { amount: 12_800, currency: 'CNY' } }];
    const body = { category: 'tea', texts, variants };
    expectStatus(await this.desk.askAsOperator(createProduct, { body }), 201);
    const receipt = { params: { sku }, body: { delta, reason: 'delivery' }, idempotencyKey: randomUUID() };
    expectStatus(await this.desk.askAsOperator(adjustStock, receipt), 201);
    return sku;
  }

  #newOrder(lane: number, wish?: Wish, sku = this.#tea): OrderErrand {
    const buyer = this.#buyers[lane % this.#buyers.length];
    if (!buyer) throw new Error('there is no buyer');
    this.#turn += 1;
    const wanted = this.#phone ? wishesAtProviders : wishes;
    const next = wish ?? wanted[this.#turn % wanted.length] ?? 'buy';
    const errand = new OrderErrand(this.desk, next, buyer, sku, this.#phone);
    this.#orders.push(errand);
    this.#unchecked.push(errand);
    this.#unconfirmed.push(errand);
    return errand;
  }

  #newHouseErrand(): HouseErrand {
    const phone = this.#phone;
    const kinds = [
      ...(phone ? [() => new TopUpErrand(this.desk, phone)] : []),
      () => new GoodsErrand(this.desk),
      () => new AuditErrand(this.desk),
      () => new AccountErrand(this.desk),
      () => new LookErrand(this.desk, this.#orders.find(({ payment }) => payment !== undefined)?.orderId),
    ];
    const errand = (kinds[this.#house.length % kinds.length] ?? kinds[0])?.();
    if (!errand) throw new Error('there is nothing to do');
    this.#house.push(errand);
    this.#unconfirmed.push(errand);
    return errand;
  }

  async #askPayments(orders: readonly OrderErrand[]): Promise<Map<string, ShownPayment>> {
    const payments = new Map<string, ShownPayment>();
    await inTurns(orders, async ({ orderId = '', buyer }) => {
      const reply = await answered(() => this.desk.ask(listPayments, { query: { orderId } }, buyer));
      const [payment] = expectStatus(reply, 200).data;
      if (payment) payments.set(orderId, payment);
    });
    return payments;
  }

  /** The balance is what was given less what was bought; each order was debited once at most, and credited as often. */
  async #checkWallet(buyer: Buyer): Promise<void> {
    const bought = this.#orders.filter((errand) => errand.buyer === buyer && errand.isSale && !errand.isCharged);
    const moved = new Map<string, number[]>();
    for (const { orderId, amount } of await this.#entries(buyer)) {
      if (orderId !== null) moved.set(orderId, [...(moved.get(orderId) ?? []), amount.amount]);
    }
    const prices = [...moved].map(([orderId, [backOrTaken = 0, taken]]) => {
      // Newest first: what went back came after what was taken.
      const isBack = taken !== undefined;
      expect([orderId, moved.get(orderId)]).toEqual([orderId, isBack ? [-taken, taken] : [backOrTaken]]);
      return isBack ? 0 : -backOrTaken;
    });
    expect(prices.filter((price) => price > 0)).toHaveLength(bought.length);
    const reply = await answered(() => this.desk.ask(getWallet, {}, buyer));
    const spent = prices.reduce((sum, price) => sum + price, 0);
    expect(expectStatus(reply, 200).balance.amount).toBe(funds - spent);
  }

  /** What was sold has left the shelf, and nothing else has. */
  async #checkStock(): Promise<void> {
    const sku = this.#tea;
    const sold = this.#orders.filter((errand) => errand.sku === sku && errand.isSale).length;
    const left = stocked - sold;
    expect(await this.#stock()).toEqual({ sku, onHand: left, available: left, reserved: 0, sold });
  }

  async #stock(): Promise<AnswerOf<typeof getStock>['body']> {
    return expectStatus(await answered(() => this.desk.askAsOperator(getStock, { params: { sku: this.#tea } })), 200);
  }

  #entries(buyer: Buyer): Promise<AnswerOf<typeof listWalletEntries>['body']['data']> {
    return paged((query) => this.desk.ask(listWalletEntries, { query }, buyer));
  }

  /** Every order since the last check: newest first, so older than the newest that was checked is nothing new. */
  async #freshOrders(): Promise<AdminOrder[]> {
    const fresh = new Set(this.#unchecked.map(({ orderId }) => orderId));
    const known = new Set(this.#orders.flatMap(({ orderId }) => (fresh.has(orderId) ? [] : [orderId])));
    const orders = await paged(
      (page) => this.desk.askAsOperator(listAllOrders, { query: page }),
      (order: AdminOrder) => known.has(order.id),
    );
    return orders.filter(({ id }) => !known.has(id));
  }

  async #list(query: CallInput<typeof listAllOrders>['query']): Promise<readonly AdminOrder[]> {
    const reply = await this.desk.askAsOperator(listAllOrders, { ...(query && { query }) });
    return expectStatus(reply, 200).data;
  }

  async #find(id: string): Promise<AdminOrder> {
    return expectStatus(await this.desk.askAsOperator(getAnyOrder, { params: { id } }), 200);
  }
}

async function isAnswered(errand: Pick<Errand, 'run'>): Promise<boolean> {
  try {
    await errand.run();
    return true;
  } catch (error) {
    if (error instanceof Unanswered) return false;
    throw error;
  }
}

/** Money that came after a cancellation may still be on its way to ordering, which then asks it back. */
function isSettled({ status, refunded, refundRequested }: AdminOrder, errand: OrderErrand | undefined): boolean {
  if (status !== 'CANCELLED') return ['CONFIRMED', 'SHIPPED', 'FAILED'].includes(status);
  const captured = typeof errand?.payment === 'object' ? errand.payment.captured : 0;
  return refunded.amount >= Math.max(captured, refundRequested.amount);
}

/** Asks until there is an answer, whatever it is. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  const outcome = await vi.waitFor(async () => {
    try {
      return { value: await ask() };
    } catch (error) {
      if (error instanceof Unanswered) throw error;
      return { error };
    }
  }, patience);
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

async function paged<Row>(
  page: (query: { limit: number; cursor?: string }) => Promise<Reply<Operation>>,
  isEnd: (row: Row) => boolean = () => false,
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const reply = await answered(() => page({ limit: 100, ...(cursor === undefined ? {} : { cursor }) }));
    const body = expectStatus(reply, 200) as { data: Row[]; nextCursor: string | null };
    rows.push(...body.data);
    cursor = body.data.some(isEnd) ? undefined : (body.nextCursor ?? undefined);
  } while (cursor !== undefined);
  return rows;
}
