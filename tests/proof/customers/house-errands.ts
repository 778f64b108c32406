import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import {
  changeVariant,
  createProduct,
  getEditedProduct,
  listAllProducts,
  listProducts,
} from '../../../src/contracts/http/catalog.ts';
import { getAudit, getOrderDiagram, listDeadLetters, startAudit } from '../../../src/contracts/http/gateway.ts';
import { getMe, logIn, register } from '../../../src/contracts/http/identity.ts';
import { adjustStock, getStock } from '../../../src/contracts/http/inventory.ts';
import { getWallet } from '../../../src/contracts/http/wallet.ts';
import { uniqueName } from '../../support/postgres.ts';
import { expectStatus } from '../../support/trade.ts';
import { type Desk, Unanswered } from './desk.ts';
import type { Errand } from './errand.ts';

/** What is done in a shop beside ordering, so that every service has something to write and somebody to ask. */
export interface HouseErrand extends Errand {
  /** At rest: what was acknowledged is so. @throws Unanswered */
  check(): Promise<void>;
}

const nobody = { token: '' };

/** Somebody registers, and logs in. */
export class AccountErrand implements HouseErrand {
  readonly #desk: Desk;
  readonly #email = `${randomUUID()}@example.com`;
  #account: { readonly id: string; readonly token: string } | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async run(): Promise<void> {
    if (this.#account) return;
    const body = { email: this.#email, password: 'correct horse battery', name: 'Customer' };
    const reply = await this.#desk.ask(register, { body }, nobody);
    // A registration has no key: one whose answer was lost has taken the address.
    const { user, accessToken } =
      reply.status === 409 ? expectStatus(await this.#logIn(), 200) : expectStatus<typeof register, 201>(reply, 201);
    this.#account = this.#desk.noted({ id: user.id, token: accessToken });
  }

  async confirm(): Promise<void> {
    expect(expectStatus(await this.#logIn(), 200).user.id).toBe(this.#account?.id);
  }

  async check(): Promise<void> {
    const { id, token } = this.#account ?? { id: '', token: '' };
    expect(expectStatus(await this.#desk.ask(getMe, {}, { token }), 200)).toMatchObject({ id, email: this.#email });
    expect(expectStatus(await this.#desk.ask(getWallet, {}, { token }), 200).balance.amount).toBe(0);
  }

  #logIn() {
    return this.#desk.ask(logIn, { body: { email: this.#email, password: 'correct horse battery' } }, nobody);
  }
}

/** The operator brings a product into the shop, receives its goods, and changes its price. */
export class GoodsErrand implements HouseErrand {
  readonly #desk: Desk;
  readonly #sku = uniqueName('SKU').toUpperCase();
  readonly #receiptKey = randomUUID();
  #productId: string | undefined;
  #isReceived = false;
  #isPriced = false;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async run(): Promise<void> {
    this.#productId ??= this.#desk.noted(await this.#create());
    if (!this.#isReceived) await this.#receive();
    if (!this.#isPriced) await this.#price();
  }

  async confirm(): Promise<void> {
    await this.#receive();
  }

  async check(): Promise<void> {
    const stock = await this.#desk.askAsOperator(getStock, { params: { sku: this.#sku } });
    expect(expectStatus(stock, 200)).toEqual({ sku: this.#sku, onHand: 7, reserved: 0, available: 7, sold: 0 });
    const product = await this.#desk.askAsOperator(getEditedProduct, { params: { id: this.#productId ?? '' } });
    expect(expectStatus(product, 200).variants).toMatchObject([{ sku: this.#sku, price: { amount: 1_500 } }]);
  }

  async #create(): Promise<string> {
    const texts = { en: { name: `Tea ${this.#sku}`, description: 'Tea' } };
    const variants = [{ sku: this.#sku, price: { amount: 1_000, currency: 'CNY' } }];
    const reply = await this.#desk.askAsOperator(createProduct, { body: { category: 'tea', texts, variants } });
    if (reply.status !== 409) return expectStatus<typeof createProduct, 201>(reply, 201).id;
    // The answer of the first time was lost.
    const found = await this.#desk.askAsOperator(listAllProducts, { query: { q: this.#sku } });
    const [product] = expectStatus(found, 200).data;
    if (!product) throw new Error(`${this.#sku} is taken and cannot be found`);
    return product.id;
  }

  async #receive(): Promise<void> {
    const input = { params: { sku: this.#sku }, body: { delta: 7, reason: 'delivery' } };
    const reply = await this.#desk.askAsOperator(adjustStock, { ...input, idempotencyKey: this.#receiptKey });
    expect(expectStatus(reply, 201).onHand).toBe(7);
    this.#isReceived ||= this.#desk.noted(true);
  }

  async #price(): Promise<void> {
    const params = { id: this.#productId ?? '', sku: this.#sku };
    const price = { amount: 1_500, currency: 'CNY' };
    expectStatus(await this.#desk.askAsOperator(changeVariant, { params, body: { price } }), 200);
    this.#isPriced = this.#desk.noted(true);
  }
}

/** The operator asks for an audit. What it finds in the midst of things is not held against the platform; that it ends is. */
export class AuditErrand implements HouseErrand {
  readonly #desk: Desk;
  #id: string | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async run(): Promise<void> {
    this.#id ??= this.#desk.noted(expectStatus(await this.#desk.askAsOperator(startAudit), 202).id);
    if (expectStatus(await this.#find(), 200).finishedAt === null) throw new Unanswered('it has not finished yet');
  }

  async confirm(): Promise<void> {
    expectStatus(await this.#find(), 200);
  }

  async check(): Promise<void> {
    expect(expectStatus(await this.#find(), 200).finishedAt).not.toBeNull();
  }

  #find() {
    return this.#desk.askAsOperator(getAudit, { params: { id: this.#id ?? '' } });
  }
}

/**
 * Somebody looks at the shop window, and the operator at what happened to an order and at the dead letters. Nothing is written.
 */
export class LookErrand implements HouseErrand {
  readonly #desk: Desk;
  readonly #orderId: string | undefined;

  constructor(desk: Desk, orderId: string | undefined) {
    this.#desk = desk;
    this.#orderId = orderId;
  }

  async run(): Promise<void> {
    expectStatus(await this.#desk.ask(listProducts, { query: { limit: 5 } }, nobody), 200);
    expectStatus(await this.#desk.askAsOperator(listDeadLetters, { query: { limit: 5 } }), 200);
    if (this.#orderId === undefined) return;
    const drawn = await this.#desk.askAsOperator(getOrderDiagram, { params: { id: this.#orderId }, query: {} });
    expect(String(expectStatus(drawn, 200))).toContain('sequenceDiagram');
  }

  async confirm(): Promise<void> {
    await this.run();
  }

  async check(): Promise<void> {
    await this.run();
  }
}
