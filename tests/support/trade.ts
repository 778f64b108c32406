import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { createProduct } from '../../src/contracts/http/catalog.ts';
import { adjustStock, getStock } from '../../src/contracts/http/inventory.ts';
import { getAnyOrder, placeOrder } from '../../src/contracts/http/ordering.ts';
import { listPayments, payOrder } from '../../src/contracts/http/payment.ts';
import { getWallet } from '../../src/contracts/http/wallet.ts';
import type { AnswerOf, BodyOf, Operation } from '../../src/contracts/operation.ts';
import type { Reply } from '../../src/runtime/http/client.ts';
import type { CallInput } from '../../src/runtime/service.ts';
import { eventually } from './eventually.ts';
import { uniqueName } from './postgres.ts';
import type { Person, TestShop } from './shop.ts';

/** What tests of the trade loop do again and again. */

export const yuan = (amount: number) => ({ amount, currency: 'CNY' });

export const address = {
  name: '林小荷',
  phone: '+86 138 0000 0000',
  line1: '文三路 1 号',
  city: '杭州',
  region: '浙江',
  postalCode: '310000',
  country: 'CN',
};

/** The answer of this status; anything else is an error that shows it. */
export function expectStatus<O extends Operation, Status extends AnswerOf<O>['status']>(
  reply: Reply<O>,
  status: Status,
): Extract<AnswerOf<O>, { status: Status }>['body'] {
  if (reply.status !== status) throw new Error(`${reply.status} instead of ${status}: ${JSON.stringify(reply.body)}`);
  return reply.body as Extract<AnswerOf<O>, { status: Status }>['body'];
}

export async function demand<O extends Operation, Status extends AnswerOf<O>['status']>(
  person: Person,
  operation: O,
  input: CallInput<O>,
  status: Status,
): Promise<Extract<AnswerOf<O>, { status: Status }>['body']> {
  return expectStatus<O, Status>(await person.ask(operation, input), status);
}

/** A reply that is this problem, whatever else it says; its errors have at least these members. */
export const refused = (status: number, code: string, errors?: readonly object[]) =>
  expect.objectContaining({
    status,
    body: expect.objectContaining({
      status,
      code,
      traceId: expect.any(String),
      ...(errors && { errors: errors.map((error) => expect.objectContaining(error)) }),
    }),
  });

export interface Goods {
  readonly sku: string;
  /** Minor units of CNY. */
  readonly price: number;
  readonly productId: string;
}

/** A product of its own for a test, with this much in stock. */
export async function newGoods(
  shop: TestShop,
  { stock, price = 1_000, currency = 'CNY' }: { stock: number; price?: number; currency?: string },
): Promise<Goods> {
  const operator = await shop.operator();
  const sku = uniqueName('SKU').toUpperCase();
  const body: BodyOf<typeof createProduct> = {
    category: 'tea',
    texts: { 'zh-CN': { name: `茶 ${sku}`, description: '茶' }, en: { name: `Tea ${sku}`, description: 'Tea' } },
    variants: [{ sku, price: { amount: price, currency } }],
  };
  const product = await demand(operator, createProduct, { body }, 201);
  if (stock > 0) {
    await demand(operator, adjustStock, { params: { sku }, body: { delta: stock, reason: 'delivery' } }, 201);
  }
  return { sku, price, productId: product.id };
}

export type Wanted = readonly (readonly [Pick<Goods, 'sku'>, number])[];

export function orderOf(wanted: Wanted): BodyOf<typeof placeOrder> {
  return { items: wanted.map(([{ sku }, quantity]) => ({ sku, quantity })), shippingAddress: address };
}

/** An order that is PENDING. */
export async function order(person: Person, ...wanted: Wanted) {
  return demand(person, placeOrder, { body: orderOf(wanted) }, 201);
}

/** What comes of asking to pay the order from the balance. */
export function submitPayment(person: Person, orderId: string, idempotencyKey: string = randomUUID()) {
  return person.ask(payOrder, { body: { orderId, method: 'balance' }, idempotencyKey });
}

/** The order's payment, made. */
export async function pay(person: Person, orderId: string) {
  return expectStatus(await submitPayment(person, orderId), 201);
}

export async function paymentOf(person: Person, orderId: string) {
  const [payment] = (await demand(person, listPayments, { query: { orderId } }, 200)).data;
  if (!payment) throw new Error(`no payment of ${orderId}`);
  return payment;
}

/** Minor units of CNY. */
export async function balanceOf(person: Person): Promise<number> {
  return (await demand(person, getWallet, {}, 200)).balance.amount;
}

/** Waits until the order is like this; fails with what it is instead. */
export async function untilOrder(
  shop: TestShop,
  orderId: string,
  isSo: (order: AnswerOf<typeof getAnyOrder>['body']) => boolean,
) {
  const operator = await shop.operator();
  return until(() => demand(operator, getAnyOrder, { params: { id: orderId } }, 200), isSo);
}

/** Looks again until it is so; fails with what was seen last. */
export async function until<Seen>(see: () => Promise<Seen>, isSo: (seen: Seen) => boolean): Promise<Seen> {
  return eventually(async () => {
    const seen = await see();
    if (!isSo(seen)) throw new Error(`still ${JSON.stringify(seen)}`);
    return seen;
  });
}

export async function stockOf(shop: TestShop, { sku }: Pick<Goods, 'sku'>) {
  return demand(await shop.operator(), getStock, { params: { sku } }, 200);
}

/** The SKU's figures once they are these. */
export async function untilStock(
  shop: TestShop,
  goods: Pick<Goods, 'sku'>,
  figures: Partial<Awaited<ReturnType<typeof stockOf>>>,
) {
  return until(
    () => stockOf(shop, goods),
    (stock) => Object.entries(figures).every(([name, value]) => stock[name as keyof typeof stock] === value),
  );
}
