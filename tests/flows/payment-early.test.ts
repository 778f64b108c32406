import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createProduct } from '../../src/contracts/http/catalog.ts';
import { receiveStock } from '../../src/contracts/http/inventory.ts';
import { cancelOrder, placeOrder } from '../../src/contracts/http/ordering.ts';
import { payOrder } from '../../src/contracts/http/payment.ts';
import { getWallet, grantOpeningBalance } from '../../src/contracts/http/wallet.ts';
import { OrderConfirmed } from '../../src/contracts/messages/ordering/order-confirmed.v1.ts';
import type { Origin } from '../../src/runtime/service.ts';
import { catalog } from '../../src/services/catalog/service.ts';
import { inventory } from '../../src/services/inventory/service.ts';
import { ordering } from '../../src/services/ordering/service.ts';
import { payment } from '../../src/services/payment/service.ts';
import { wallet } from '../../src/services/wallet/service.ts';
import { heard } from '../support/hearing.ts';
import { startTestHost } from '../support/host.ts';
import { orderOf, yuan } from '../support/trade.ts';

/** 001 §2: payment asks for the order and its state where it has not heard of them; here it never hears of anything. */

const price = 2_500;

async function shopWithDeafPayment() {
  const deaf = { ...payment, hears: [] };
  const shop = await startTestHost([catalog, inventory, ordering, deaf, wallet]);
  const { host, time } = shop;
  const context = host.nodes.get('ordering')?.context;
  if (!context) throw new Error('ordering does not run here');
  const { call, ids, timer } = context;
  const originOf = (id: string, roles: readonly string[] = []): Origin => ({
    ...timer('test'),
    caller: { kind: 'user', id, roles },
  });
  const sku = 'TEA';
  const merchant = originOf(ids.next('user'), ['operator']);
  const texts = { en: { name: 'Longjing', description: 'Green tea' } };
  const product = { category: 'tea', texts, variants: [{ sku, price: yuan(price) }] };
  await call(createProduct, { body: product as never }, merchant);
  await call(receiveStock, { body: { reference: 'delivery', lines: [{ sku, quantity: 10 }] } }, merchant);
  const buyerId = ids.next('user');
  const buyer = originOf(buyerId);
  await call(grantOpeningBalance, { body: { userId: buyerId, amount: yuan(10_000), reference: 'test' } }, merchant);
  return {
    shop,
    ears: { platform: { host }, time },
    buyer,
    stranger: originOf(ids.next('user')),
    async order() {
      const placed = await call(placeOrder, { body: orderOf([[{ sku }, 1]]), idempotencyKey: randomUUID() }, buyer);
      return placed.body.id;
    },
    cancel: (id: string) => call(cancelOrder, { params: { id }, body: {} }, buyer),
    pay: (orderId: string, who = buyer, idempotencyKey = randomUUID()) =>
      call(payOrder, { body: { orderId, method: 'balance' }, idempotencyKey }, who),
    balance: async () => (await call(getWallet, {}, buyer)).body.balance.amount,
  };
}

const refusal = (code: string) => ({ problem: expect.objectContaining({ code }) });

test('an order that payment has not heard of is paid on ordering’s word, and on nobody else’s', async () => {
  const scene = await shopWithDeafPayment();
  await using _ = scene.shop;
  const orderId = await scene.order();
  await expect(scene.pay(orderId, scene.stranger)).rejects.toMatchObject(refusal('not_found'));
  const key = randomUUID();
  expect(await scene.pay(orderId, scene.buyer, key)).toMatchObject({ status: 201, body: { captured: yuan(price) } });
  await heard(scene.ears, OrderConfirmed, orderId);
  expect(await scene.pay(orderId, scene.buyer, key)).toMatchObject({ status: 201, body: { captured: yuan(price) } });
  await expect(scene.pay(orderId)).rejects.toMatchObject(refusal('order_not_payable'));
  expect(await scene.balance()).toBe(10_000 - price);

  const cancelled = await scene.order();
  await scene.cancel(cancelled);
  await expect(scene.pay(cancelled)).rejects.toMatchObject(refusal('order_not_payable'));
  expect(await scene.balance()).toBe(10_000 - price);
});
