import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import { logIn, register } from '../../src/contracts/http/identity.ts';
import { adjustStock } from '../../src/contracts/http/inventory.ts';
import { type AdminOrder, cancelOrder, listAllOrders, placeOrder } from '../../src/contracts/http/ordering.ts';
import { listPayments, payOrder } from '../../src/contracts/http/payment.ts';
import { adjustWallet, getWallet, listWalletEntries } from '../../src/contracts/http/wallet.ts';
import type { AnswerOf, Operation } from '../../src/contracts/operation.ts';
import { type Client, makeClient, type Reply } from '../../src/runtime/http/client.ts';
import type { CallInput } from '../../src/runtime/service.ts';
import { demoAccounts } from '../../src/services/identity/service.ts';
import { expectStatus, orderOf } from '../support/trade.ts';

/** A demo product with one variant. */
const tea = { sku: 'TEA-LJ-100' };
const funds = 1_000_000_000;
const patience = { timeout: 30_000, interval: 50 };

/** What a customer wants done with an order. `race`: paid and cancelled at the same instant. */
type Wish = 'buy' | 'buy and cancel' | 'cancel' | 'race';
const wishes: readonly Wish[] = ['buy', 'buy', 'buy', 'buy and cancel', 'cancel', 'race'];

/** One customer's errand and what it was told: the record that the platform is held to. */
interface Errand {
  readonly wish: Wish;
  readonly buyer: Buyer;
  readonly orderKey: string;
  readonly payKey: string;
  /** Of the 201. */
  orderId?: string;
  /** `refused`: the race was lost, and the answer was that the order cannot be paid. */
  payment?: { readonly id: string; readonly captured: number } | 'refused';
  cancelled?: true;
  /** Asked again after a start, and answered the same. */
  confirmed?: true;
}

interface Buyer {
  readonly id: string;
  readonly token: string;
}

/** No answer that says what became of it: the connection broke, or a 5xx. It is asked again with the same key. */
class Unanswered extends Error {}

/** Customers who keep on buying whatever happens, and remember every answer. */
export class Customers {
  readonly #errands: Errand[] = [];
  readonly #buyers: Buyer[] = [];
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  #client: Client | undefined;
  #operatorToken = '';
  #acknowledged = 0;

  /** Sends to this address from now on; whoever was logged in still is. */
  async moveTo(url: string): Promise<void> {
    await this.#client?.close().catch(() => undefined);
    this.#client = makeClient({ baseUrl: url });
  }

  /** Goes to the platform at this address from now on, and logs in there. */
  async goTo(url: string): Promise<void> {
    await this.moveTo(url);
    const { email, password } = demoAccounts.administrator;
    this.#operatorToken = expectStatus(
      await this.client.request(logIn, { body: { email, password } }),
      200,
    ).accessToken;
  }

  get client(): Client {
    if (!this.#client) throw new Error('there is no platform to go to');
    return this.#client;
  }

  close(): Promise<void> {
    return this.client.close().catch(() => undefined);
  }

  /** Registers so many buyers with plenty of money, and stocks up on tea. */
  async register(count: number): Promise<void> {
    const delta = 1_000_000;
    await this.#demand(adjustStock, { params: tea, body: { delta, reason: 'delivery' } }, 201);
    for (let index = 0; index < count; index += 1) {
      const body = { email: `${randomUUID()}@example.com`, password: 'correct horse battery', name: 'Customer' };
      const { user, accessToken } = expectStatus(await this.client.request(register, { body }), 201);
      const adjustment = { amount: { amount: funds, currency: 'CNY' }, reason: 'test' };
      await this.#demand(adjustWallet, { params: { userId: user.id }, body: adjustment }, 201);
      this.#buyers.push({ id: user.id, token: accessToken });
    }
  }

  /** Resolves when this many more answers have come. */
  acknowledgements(more: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ count: this.#acknowledged + more, resolve }));
  }

  /** Each lane runs one errand after the other until it gets no answer, or the signal says that it is enough. */
  async buy(lanes: number, signal: AbortSignal): Promise<void> {
    const lane = async (index: number): Promise<void> => {
      for (let turn = index; !signal.aborted; turn += 1) {
        await this.#run(this.#newErrand(wishes[turn % wishes.length] ?? 'buy', index));
      }
    };
    const outcomes = await Promise.allSettled(Array.from({ length: lanes }, (_, index) => lane(index)));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected' && !(outcome.reason instanceof Unanswered)) throw outcome.reason;
    }
  }

  /**
   * So many order at once, over connections that are open already; `strike` comes with the first answer. Rejects where a
   * connection broke: all that were sent are to be answered, and be it with a 503.
   */
  async rush(count: number, strike: () => void): Promise<{ readonly answered: number; readonly refused: number }> {
    const errands = Array.from({ length: count }, (_, index) => this.#newErrand('buy', index));
    await Promise.all(errands.map(({ buyer }) => this.#ask(getWallet, {}, buyer)));
    void this.acknowledgements(1).then(strike);
    const outcomes = await Promise.allSettled(errands.map((errand) => this.#run(errand, 'order only')));
    const refused = outcomes.filter((outcome) => {
      const why: unknown = outcome.status === 'rejected' ? outcome.reason : undefined;
      if (why !== undefined && !(why instanceof Unanswered && why.cause === undefined)) throw why;
      return why !== undefined;
    });
    return { answered: count - refused.length, refused: refused.length };
  }

  /** Asks again, with the same keys, what was not answered; and what was answered, which must be answered the same. */
  async askAgain(): Promise<void> {
    await inTurns(this.#errands, async (errand) => {
      const { orderId, payment } = errand;
      await untilAnswered(() => this.#run(errand));
      if (orderId !== undefined && !errand.confirmed) {
        await untilAnswered(() => this.#repeat(errand, orderId, payment));
        errand.confirmed = true;
      }
    });
  }

  /** Everything comes to its end: no order in between, every refund carried out. */
  async untilSettled(): Promise<void> {
    for (const status of ['CREATED', 'PAID'] as const) {
      await vi.waitFor(async () => expect(await this.#allOrders(status)).toEqual([]), patience);
    }
    await vi.waitFor(async () => {
      const orders = await this.#allOrders('CANCELLED');
      expect(orders.filter(({ refundRequested, refunded }) => refunded.amount < refundRequested.amount)).toEqual([]);
      // Money that came after the cancellation may still be on its way to ordering, which then asks it back.
      const paid = new Map(this.#errands.map(({ orderId, payment }) => [orderId, payment]));
      const kept = orders.filter(({ id, refunded }) => {
        const payment = paid.get(id);
        return typeof payment === 'object' && refunded.amount < payment.captured;
      });
      expect(kept).toEqual([]);
    }, patience);
  }

  /** Every acknowledged order and payment is there, once, and nothing else is. */
  async check(): Promise<{ readonly orders: number; readonly payments: number; readonly cancelled: number }> {
    const orders = new Map((await this.#allOrders()).map((order) => [order.id, order]));
    const ids = this.#errands.map(({ orderId }) => orderId);
    expect(new Set(orders.keys())).toEqual(new Set(ids));
    expect(ids).toHaveLength(orders.size);
    await inTurns(this.#errands, async (errand) => {
      const order = orders.get(errand.orderId ?? '');
      if (!order) throw new Error(`no order ${errand.orderId}`);
      expect([errand.wish, order.status]).toEqual([errand.wish, errand.wish === 'buy' ? 'CONFIRMED' : 'CANCELLED']);
      await this.#checkPayment(errand, order);
    });
    for (const buyer of this.#buyers) await this.#checkWallet(buyer);
    const payments = this.#errands.filter(({ payment }) => typeof payment === 'object').length;
    const cancelled = this.#errands.filter((errand) => errand.cancelled).length;
    return { orders: orders.size, payments, cancelled };
  }

  /** For audits. */
  readonly operator = {
    ask: <O extends Operation>(operation: O, input: CallInput<O> = {}): Promise<Reply<O>> =>
      this.client.request(operation, input, { token: this.#operatorToken }),
  };

  #newErrand(wish: Wish, index: number): Errand {
    const buyer = this.#buyers[index % this.#buyers.length];
    if (!buyer) throw new Error('there is no buyer');
    const errand: Errand = { wish, buyer, orderKey: randomUUID(), payKey: randomUUID() };
    this.#errands.push(errand);
    return errand;
  }

  async #run(errand: Errand, what: 'all' | 'order only' = 'all'): Promise<void> {
    errand.orderId ??= await this.#place(errand);
    if (what === 'order only') return;
    if (errand.wish === 'race') {
      const outcomes = await Promise.allSettled([this.#pay(errand), this.#cancel(errand)]);
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      return;
    }
    if (errand.wish !== 'cancel') await this.#pay(errand);
    if (errand.wish !== 'buy') await this.#cancel(errand);
  }

  async #place({ buyer, orderKey }: Errand): Promise<string> {
    const input = { body: orderOf([[tea, 1]]), idempotencyKey: orderKey };
    const reply = await this.#ask(placeOrder, input, buyer);
    // Slower than the wait limit: the order is there, and asked for again by its key.
    if (reply.status === 202) throw new Unanswered('it is not settled yet');
    return this.#noted(expectStatus<typeof placeOrder, 201>(reply, 201).id);
  }

  async #pay(errand: Errand): Promise<void> {
    if (errand.payment !== undefined) return;
    const body = { orderId: errand.orderId ?? '', method: 'balance' } as const;
    const reply = await this.#ask(payOrder, { body, idempotencyKey: errand.payKey }, errand.buyer);
    if (errand.wish === 'race' && reply.status === 409) {
      expect(reply.body).toMatchObject({ code: 'order_not_payable' });
      errand.payment = this.#noted('refused');
      return;
    }
    const { id, captured } = expectStatus<typeof payOrder, 201>(reply, 201);
    errand.payment = this.#noted({ id, captured: captured.amount });
  }

  async #cancel(errand: Errand): Promise<void> {
    if (errand.cancelled) return;
    const input = { params: { id: errand.orderId ?? '' }, body: {} };
    expect(expectStatus(await this.#ask(cancelOrder, input, errand.buyer), 200).status).toBe('CANCELLED');
    errand.cancelled = this.#noted(true);
  }

  /** What was acknowledged is acknowledged again, from the same order and payment. */
  async #repeat({ buyer, orderKey, payKey }: Errand, orderId: string, payment: Errand['payment']): Promise<void> {
    const again = await this.#ask(placeOrder, { body: orderOf([[tea, 1]]), idempotencyKey: orderKey }, buyer);
    expect(again).toMatchObject({ status: 201, body: { id: orderId }, headers: { 'idempotency-replayed': 'true' } });
    if (payment === undefined) return;
    const body = { orderId, method: 'balance' } as const;
    const paid = await this.#ask(payOrder, { body, idempotencyKey: payKey }, buyer);
    const first = payment === 'refused' ? { code: 'order_not_payable' } : { id: payment.id, status: 'SUCCEEDED' };
    expect(paid).toMatchObject({ status: payment === 'refused' ? 409 : 201, body: first });
    expect(paid.headers['idempotency-replayed']).toBe('true');
  }

  async #checkPayment({ buyer, payment, wish }: Errand, { id, total }: AdminOrder): Promise<void> {
    const reply = await this.client.request(listPayments, { query: { orderId: id } }, { token: buyer.token });
    const [found] = expectStatus(reply, 200).data;
    if (!found) throw new Error(`no payment of ${id}`);
    if (typeof payment === 'object') expect(found).toMatchObject({ id: payment.id, captured: total });
    if (wish === 'buy') expect(found.refunded.amount).toBe(0);
    else expect(found.refunded).toEqual(found.captured);
  }

  /** The balance is what was given less what was bought; each order was debited once at most, and credited as often. */
  async #checkWallet(buyer: Buyer): Promise<void> {
    const bought = this.#errands.filter((errand) => errand.buyer === buyer && errand.wish === 'buy');
    const moved = new Map<string, number[]>();
    for (const { orderId, amount } of await this.#entries(buyer)) {
      if (orderId !== null) moved.set(orderId, [...(moved.get(orderId) ?? []), amount.amount]);
    }
    const prices = [...moved].map(([orderId, [refundedOrPaid = 0, paid]]) => {
      // Newest first: what went back came after what was taken.
      const isBack = paid !== undefined;
      expect([orderId, moved.get(orderId)]).toEqual([orderId, isBack ? [-paid, paid] : [refundedOrPaid]]);
      return isBack ? 0 : -refundedOrPaid;
    });
    expect(prices.filter((price) => price > 0)).toHaveLength(bought.length);
    const reply = await this.client.request(getWallet, {}, { token: buyer.token });
    const spent = prices.reduce((sum, price) => sum + price, 0);
    expect(expectStatus(reply, 200).balance.amount).toBe(funds - spent);
  }

  async #entries(buyer: Buyer): Promise<AnswerOf<typeof listWalletEntries>['body']['data']> {
    return paged((query) => this.client.request(listWalletEntries, { query }, { token: buyer.token }));
  }

  #allOrders(status?: AdminOrder['status']): Promise<AdminOrder[]> {
    return paged((page) => this.operator.ask(listAllOrders, { query: { ...page, ...(status && { status }) } }));
  }

  async #ask<O extends Operation>(operation: O, input: CallInput<O>, { token }: Buyer): Promise<Reply<O>> {
    const reply = await this.client.request(operation, input, { token }).catch((error: unknown) => {
      throw new Unanswered('the connection broke', { cause: error });
    });
    const status: number = reply.status;
    if (status >= 500) throw new Unanswered(`${status}: ${JSON.stringify(reply.body)}`);
    return reply;
  }

  async #demand<O extends Operation, Status extends AnswerOf<O>['status']>(
    operation: O,
    input: CallInput<O>,
    status: Status,
  ): Promise<void> {
    expectStatus<O, Status>(await this.operator.ask(operation, { ...input, idempotencyKey: randomUUID() }), status);
  }

  #noted<T>(answer: T): T {
    this.#acknowledged += 1;
    for (const waiting of this.#waiting.splice(0)) {
      if (waiting.count <= this.#acknowledged) waiting.resolve();
      else this.#waiting.push(waiting);
    }
    return answer;
  }
}

/** Asks until there is an answer, whatever it is. */
async function untilAnswered(ask: () => Promise<void>): Promise<void> {
  const outcome = await vi.waitFor(async () => {
    try {
      return { value: await ask() };
    } catch (error) {
      if (error instanceof Unanswered) throw error;
      return { error };
    }
  }, patience);
  if ('error' in outcome) throw outcome.error;
}

async function inTurns<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const rest = [...all];
  const lane = async (): Promise<void> => {
    for (let one = rest.pop(); one !== undefined; one = rest.pop()) await work(one);
  };
  await Promise.all(Array.from({ length: 16 }, lane));
}

async function paged<Row>(
  page: (query: { limit: number; cursor?: string }) => Promise<Reply<Operation>>,
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const reply = await page({ limit: 100, ...(cursor === undefined ? {} : { cursor }) });
    const body = expectStatus(reply, 200) as { data: Row[]; nextCursor: string | null };
    rows.push(...body.data);
    cursor = body.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}
