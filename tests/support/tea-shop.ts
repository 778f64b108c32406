import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { createProduct } from '../../src/contracts/http/catalog.ts';
import { getAudit, startAudit } from '../../src/contracts/http/gateway.ts';
import { adjustStock } from '../../src/contracts/http/inventory.ts';
import { placeOrder } from '../../src/contracts/http/ordering.ts';
import { listPayments, payOrder } from '../../src/contracts/http/payment.ts';
import { getWallet } from '../../src/contracts/http/wallet.ts';
import { type Person, startTestPlatform, type TestPlatform } from './platform.ts';

/** Of one tea, in fen. */
export const price = 2_500;
export const yuan = (amount: number) => ({ amount, currency: 'CNY' });
export const address = {
  name: '林小荷',
  phone: '13800000000',
  line1: '文三路 1 号',
  city: '杭州',
  region: '浙江',
  postalCode: '310000',
  country: 'CN',
};

export const refused = (status: number, code: string) =>
  expect.objectContaining({ status, body: expect.objectContaining({ code }) });

/** A shop that sells one kind of tea, and has enough of it. */
export async function openTeaShop(environment: Readonly<Record<string, string>> = {}) {
  const shop = await startTestPlatform(environment);
  const operator = await shop.operator();
  const sku = `TEA-${randomUUID().slice(0, 8)}`;
  const texts = { en: { name: 'Longjing', description: 'Green tea' } };
  const product = { category: 'tea', texts, variants: [{ sku, price: yuan(price) }] };
  const made = await operator.ask(createProduct, { body: product as never });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  const stocked = await operator.ask(adjustStock, { params: { sku }, body: { delta: 10_000, reason: 'delivery' } });
  if (stocked.status !== 201) throw new Error(JSON.stringify(stocked.body));
  return { shop, sku };
}

export async function orderOf(buyer: Person, sku: string, quantity = 1): Promise<string> {
  const body = { items: [{ sku, quantity }], shippingAddress: address };
  const placed = await buyer.ask(placeOrder, { body });
  if (placed.status !== 201) throw new Error(`${placed.status} ${JSON.stringify(placed.body)}`);
  return placed.body.id;
}

export const pay = (buyer: Person, orderId: string, idempotencyKey: string = randomUUID()) =>
  buyer.ask(payOrder, { body: { orderId, method: 'balance' }, idempotencyKey });

export async function balanceOf(buyer: Person): Promise<number> {
  const reply = await buyer.ask(getWallet);
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  return reply.body.balance.amount;
}

export async function paymentOf(buyer: Person, orderId: string) {
  const reply = await buyer.ask(listPayments, { query: { orderId } });
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  const [payment] = reply.body.data;
  if (!payment) throw new Error(`no payment of ${orderId}`);
  return payment;
}

/** The violations that an audit of everything finds. */
export async function audited(shop: TestPlatform) {
  const operator = await shop.operator();
  const started = await operator.ask(startAudit);
  if (started.status !== 202) throw new Error(JSON.stringify(started.body));
  const params = { id: started.body.id };
  const finished = async () => {
    const reply = await operator.ask(getAudit, { params });
    return reply.status === 200 && reply.body.finishedAt !== null ? reply.body : undefined;
  };
  await expect.poll(finished, { timeout: 20_000 }).toBeDefined();
  return (await finished())?.violations;
}
