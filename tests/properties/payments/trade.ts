import type { Notice, PlayedForgery } from '../../../simulators/port/callbacks.ts';
import type { PlayedMethod } from '../../../simulators/port/habits.ts';
import { PlayedProvider } from '../../../simulators/port/provider.ts';
import type { Operation } from '../../../src/contracts/operation.ts';
import { Rehearsal } from '../../../src/runtime/batch/testing/rehearsal.ts';
import type { Tables } from '../../../src/runtime/batch/workset.ts';
import { fulfillment } from '../../../src/services/fulfillment/service.ts';
import { inventory } from '../../../src/services/inventory/service.ts';
import { ordering } from '../../../src/services/ordering/service.ts';
import { payment, playProviders } from '../../../src/services/payment/service.ts';
import { wallet } from '../../../src/services/wallet/service.ts';
import { House, type Person } from '../house/house.ts';

export const buyer: Person = { id: 'usr_buyer', kind: 'user' };
const operator: Person = { id: 'usr_operator', kind: 'user' };
export const price = 1_000;
/** Enough for one thing and a part of another. */
export const opening = { balance: 1_500n, stock: 6 } as const;
const minuteMs = 60_000;

/** How a buyer may want to pay; a number is the part that the balance is to pay. */
export const choices = [
  { method: 'balance' },
  { method: 'wechat' },
  { method: 'wechat', flow: 'jsapi', openid: 'o-buyer' },
  { method: 'alipay' },
  { method: 'card' },
  { method: 'wechat', part: 400 },
  { method: 'alipay', part: 700 },
] as const;

/**
 * Goods, orders, payments, balances and three providers, all in this process; what comes of them is looked at in invariants.ts.
 */
export class Trade {
  readonly house: House;
  readonly providers: Readonly<Record<PlayedMethod, PlayedProvider>>;
  readonly orderIds: string[] = [];
  /** What was done and what came of it, a line each. */
  readonly story: string[] = [];
  /** Callbacks that wait to be delivered, or to be lost. */
  readonly #callbacks: { readonly method: PlayedMethod; readonly notice: Notice }[] = [];
  readonly #collected = new Map<PlayedMethod, number>();
  #requests = 0;
  #sequence = 0n;

  constructor() {
    const now = (): number => this.house.nowMs;
    const played = (method: PlayedMethod) => new PlayedProvider(method, now);
    this.providers = { wechat: played('wechat'), alipay: played('alipay'), card: played('card') };
    const numbers = (orderId: string) => {
      this.#sequence += 1n;
      return { orderId, sequence: this.#sequence };
    };
    const account = {
      userId: buyer.id,
      currency: 'CNY',
      amount: opening.balance,
      entries: 0,
      openedAt: 0,
      cause: 'opening',
    };
    this.house = new House({
      services: [ordering, inventory, fulfillment, payment, wallet],
      rehearsals: {
        ordering: new Rehearsal<Tables>(ordering.tables, {}, { numbers }),
        inventory: new Rehearsal<Tables>(inventory.tables, {
          stock: [{ sku: 'tea', onHand: opening.stock, reserved: 0, sold: 0 }],
        }),
        // What comes again is counted by the store; here each delivery has its row.
        payment: new Rehearsal<Tables>({
          ...payment.tables,
          callbacks: { keyOf: ({ id, cause }: { id: string; cause: string }) => `${id}/${cause}` },
        }),
        wallet: new Rehearsal<Tables>(wallet.tables, { balances: [account] }),
      },
      elsewhere: quoted,
      begin: (service, context) => {
        if (service === payment) playProviders(context, this.providers as never);
      },
    });
  }

  async place(quantity: number): Promise<void> {
    const before = new Set(this.#orders());
    await this.#ask(buyer, 'placeOrder', { body: { items: [{ sku: 'tea', quantity }], shippingAddress: {} } });
    this.orderIds.push(...this.#orders().filter((id) => !before.has(id)));
  }

  /** Opens an attempt; asked again with the same key, or as another request. */
  async choose(orderId: string, which: number, isRepeat: boolean): Promise<void> {
    const choice = choices[which % choices.length] ?? choices[0];
    const { part, ...rest } = { part: undefined, ...choice };
    const split = part === undefined ? {} : { balanceAmount: { amount: part, currency: 'CNY' } };
    this.#requests += 1;
    const key = isRepeat ? `${orderId}/${which % choices.length}` : `key-${this.#requests}`;
    await this.#ask(buyer, 'payOrder', { body: { orderId, ...rest, ...split } }, key);
  }

  async giveUp(orderId: string): Promise<void> {
    await this.#ask(buyer, 'closePayment', { params: { id: paymentOf(orderId) } });
  }

  async comeBack(orderId: string): Promise<void> {
    await this.#ask(buyer, 'refreshPayment', { params: { id: paymentOf(orderId) } });
  }

  async cancel(orderId: string, isBuyer: boolean): Promise<void> {
    const name = isBuyer ? 'cancelOrder' : 'cancelAnyOrder';
    await this.#ask(isBuyer ? buyer : operator, name, { params: { id: orderId }, body: {} });
  }

  /** All of it where no amount is named. */
  async wantBack(orderId: string, amount: number | null, isBuyer: boolean): Promise<void> {
    const money = { amount: amount ?? price, currency: 'CNY' };
    if (!isBuyer) return this.#ask(operator, 'createRefund', { body: { orderId, amount: money, reason: 'broken' } });
    await this.#ask(buyer, 'requestRefund', {
      body: { orderId, reason: 'broken', ...(amount === null ? {} : { amount: money }) },
    });
  }

  async ship(orderId: string): Promise<void> {
    await this.#ask(operator, 'shipOrder', { params: { id: orderId }, body: { carrier: 'SF', trackingNumber: '1' } });
  }

  /** What a person has to do: decides what is asked for, and has what failed tried again. */
  async decide(): Promise<void> {
    for (const { id, status, askedAs } of this.house.rows<Named>('ordering', 'refunds')) {
      if (status === 'REQUESTED') await this.#approve(id);
      if (status === 'FAILED') await this.#tryAgain(id, askedAs ?? id);
    }
  }

  async #approve(id: string): Promise<void> {
    const { code } = await this.#told(operator, 'approveRefund', { params: { id }, body: {} });
    // Meanwhile somebody else has given it back.
    if (code !== '200') await this.#told(operator, 'rejectRefund', { params: { id }, body: { reason: 'done' } });
  }

  /** Where only payment knows how much it is, or what is back of it, payment is told. */
  async #tryAgain(id: string, atPayment: string): Promise<void> {
    const there = this.house.rows<Named>('payment', 'refunds').find((refund) => refund.id === atPayment);
    // Its word is on the way: who does both has it back twice.
    if (there?.status !== 'FAILED') return;
    const body = { reason: 'paid in' };
    const { code } = await this.#told(operator, 'retryRefund', { params: { id }, body });
    if (code === 'conflict') await this.#told(operator, 'carryOnWithRefund', { params: { id: atPayment }, body });
  }

  charges(): readonly { readonly method: PlayedMethod; readonly number: string }[] {
    return Object.values(this.providers)
      .flatMap(({ method, books }) => [...books.charges.keys()].map((number) => ({ method, number })))
      .sort((left, right) => (left.number < right.number ? -1 : 1));
  }

  /** A provider calls: nothing is known of it any more afterwards, unless it comes again. */
  async call(index: number, how: 'once' | 'again' | 'never'): Promise<void> {
    this.collect();
    const at = index % Math.max(1, this.#callbacks.length);
    const [callback] = how === 'again' ? this.#callbacks.slice(at, at + 1) : this.#callbacks.splice(at, 1);
    if (!callback || how === 'never') return;
    const { method, notice } = callback;
    const answered = await this.#deliver(method, this.providers[method].sent(notice));
    // Who is not acknowledged calls again.
    if (answered !== '200' && how === 'once') this.#callbacks.push(callback);
  }

  async forge(index: number, forgery: PlayedForgery): Promise<void> {
    const charges = this.charges();
    const charge = charges[index % Math.max(1, charges.length)];
    const raw = charge && this.providers[charge.method].forge(charge.number, forgery);
    if (charge && raw) await this.#deliver(charge.method, raw);
  }

  async deliverAll(): Promise<void> {
    for (let letters = 0; this.house.post.length > 0 && letters < 100; letters += 1) await this.house.deliver(0);
  }

  isQuiet(): boolean {
    this.collect();
    return this.house.post.length === 0 && this.#callbacks.length === 0;
  }

  collect(): void {
    for (const { method, notices } of Object.values(this.providers)) {
      const known = this.#collected.get(method) ?? 0;
      for (const notice of notices.slice(known)) this.#callbacks.push({ method, notice });
      this.#collected.set(method, notices.length);
    }
  }

  async pass(byMs: number): Promise<void> {
    this.house.nowMs += byMs;
    await this.house.work();
  }

  /**
   * Nothing goes wrong any more: everything arrives, in the order that `indexes` make, people do what is theirs, and time goes
   * on.
   */
  async settle(indexes: readonly number[]): Promise<void> {
    this.house.live();
    let taken = 0;
    const next = (): number => {
      taken += 1;
      return indexes[taken % indexes.length] ?? 0;
    };
    for (const byMs of [1_000, minuteMs, 31 * minuteMs, ...Array(9).fill(2 * minuteMs)]) {
      for (const provider of Object.values(this.providers)) {
        provider.recover();
        provider.settleRefunds();
      }
      for (let letters = 0; !this.isQuiet(); letters += 1) {
        if (letters > 2_000) throw new Error('the post does not come to rest');
        await this.house.deliver(next());
        await this.call(next(), 'once');
      }
      await this.decide();
      await this.pass(byMs);
    }
  }

  #orders(): string[] {
    return this.house.rows<Named>('ordering', 'orders').map(({ id }) => id);
  }

  async #deliver(method: PlayedMethod, raw: ReturnType<PlayedProvider['sent']>): Promise<string> {
    const body = { path: raw.path, headers: raw.headers, body: Buffer.from(raw.body).toString('base64') };
    const provider = method === 'card' ? 'stripe' : method;
    const { code, body: reply } = await this.#told({ id: 'gateway', kind: 'service' }, 'takeCallback', {
      params: { provider },
      body,
    });
    return code === '200' ? String((reply as { status: number }).status) : code;
  }

  async #ask(by: Person, name: string, input: object, key?: string): Promise<void> {
    await this.#told(by, name, input, key);
  }

  async #told(by: Person, name: string, input: object, key?: string): Promise<{ code: string; body?: unknown }> {
    const answered = await this.house.ask(by, name, input, key);
    this.story.push(`${name} ${JSON.stringify(input).slice(0, 150)} → ${answered.code}`);
    return answered;
  }
}

interface Named {
  readonly id: string;
  readonly status: string;
  readonly askedAs: string | null;
}

export function paymentOf(orderId: string): string {
  return orderId.replace(/^ord_/, 'pay_');
}

/** The number under which a provider knows an attempt. */
export function numberOf(attemptId: string): string {
  return attemptId.slice(4).replaceAll('-', '');
}

function quoted({ name }: Operation, input: object): unknown {
  if (name !== 'quoteItems') throw new Error(`nobody answers ${name}`);
  const { skus } = (input as { body: { skus: string[] } }).body;
  const items = skus.map((sku) => ({ sku, forSale: true, name: sku, price: { amount: price, currency: 'CNY' } }));
  return { status: 200, body: { items } };
}
