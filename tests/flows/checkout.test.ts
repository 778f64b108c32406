import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkout } from '../../src/contracts/http/gateway.ts';
import { listOrders } from '../../src/contracts/http/ordering.ts';
import { getWallet } from '../../src/contracts/http/wallet.ts';
import { violationsAtRest } from '../proof/audits.ts';
import { commonTestShop } from '../support/arrangement.ts';
import type { TestShop } from '../support/shop.ts';
import { type Goods, newGoods, orderOf, untilOrder } from '../support/trade.ts';

let shop: TestShop;
let tea: Goods;

beforeAll(async () => {
  shop = await commonTestShop();
  tea = await newGoods(shop, { stock: 100, price: 2_000 });
});
afterAll(() => shop?.[Symbol.asyncDispose]());

const click = (quantity = 1) => ({ ...orderOf([[tea, quantity]]), payment: { method: 'balance' as const } });

describe('one click (002: the order, then its payment)', () => {
  it('places the order and pays it', async () => {
    const buyer = await shop.shopper(10_000);
    const reply = await buyer.ask(checkout, { body: click() });
    expect(reply).toMatchObject({
      status: 201,
      body: { order: { status: 'PENDING' }, payment: { status: 'SUCCEEDED' } },
    });
    const { order } = reply.body as { order: { id: string } };
    await untilOrder(shop, order.id, ({ status }) => status === 'CONFIRMED');
  });

  it('leaves the order payable, and says why, where it cannot be paid', async () => {
    const buyer = await shop.shopper();
    const reply = await buyer.ask(checkout, { body: click() });
    expect(reply).toMatchObject({
      status: 201,
      body: { order: { status: 'PENDING' }, payment: { status: 402, code: 'insufficient_balance' } },
    });
    const orders = await buyer.ask(listOrders);
    expect(orders.body).toMatchObject({ data: [{ status: 'PENDING' }] });
  });

  it('is refused as the order would be', async () => {
    const buyer = await shop.shopper(10_000);
    const reply = await buyer.ask(checkout, { body: click(500) });
    expect(reply).toMatchObject({ status: 409, body: { code: 'insufficient_stock' } });
  });

  it('has one effect and one answer however often it is sent with its key', async () => {
    const buyer = await shop.shopper(10_000);
    const input = { body: click(), idempotencyKey: 'the very same' };
    const replies = await Promise.all([1, 2, 3].map(() => buyer.ask(checkout, input)));
    const again = await buyer.ask(checkout, input);
    for (const reply of replies) expect(reply.body).toEqual(again.body);
    expect(again.headers).toMatchObject({ 'idempotency-replayed': 'true' });
    expect((await buyer.ask(getWallet)).body).toMatchObject({ balance: { amount: 8_000 } });
    const other = await buyer.ask(checkout, { ...input, body: click(2) });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  });
});

it('after all of this the audit finds nothing amiss', async () => {
  expect(await violationsAtRest(shop)).toEqual([]);
});
