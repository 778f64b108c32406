import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getTopUp, topUpWallet } from '../../src/contracts/http/top-ups.ts';
import { listWalletEntries } from '../../src/contracts/http/wallet.ts';
import { violationsAtRest } from '../proof/audits.ts';
import { type ProvidedShop, startProvidedShop, untilBooked } from '../support/charging.ts';
import type { Person } from '../support/shop.ts';
import type { Teller } from '../support/tellers.ts';
import { balanceOf, demand, order, pay, refused, until, untilOrder, yuan } from '../support/trade.ts';

/** Money into a wallet by way of the providers: credited once, or back where it came from. */

const amount = 10_000;
const minuteMs = 60_000;
const methods: readonly Teller['method'][] = ['wechat', 'alipay', 'card'];
let provided: ProvidedShop;

beforeAll(async () => {
  provided = await startProvidedShop();
});

afterAll(() => provided?.[Symbol.asyncDispose]());

const topUp = (buyer: Person, teller: Teller, idempotencyKey: string = randomUUID()) => {
  const { method, flow } = teller.choice as { method: Teller['method']; flow?: 'qr' };
  return buyer.ask(topUpWallet, {
    body: { amount: yuan(amount), method, ...(flow ? { flow } : {}) },
    idempotencyKey,
  });
};

const untilBalance = (buyer: Person, balance: number) =>
  until(
    () => balanceOf(buyer),
    (seen) => seen === balance,
  );

describe.each(methods)('by %s', (method) => {
  const teller = (): Teller => provided.tellers[method];

  test('is credited once it is paid, however often that is told, and buys an order', async () => {
    const { shop, tea } = provided;
    const buyer = await shop.shopper();
    const key = randomUUID();
    const reply = await topUp(buyer, teller(), key);
    expect(reply).toMatchObject({ status: 201, body: { status: 'REQUIRES_ACTION', amount: yuan(amount) } });
    const { id } = reply.body as { id: string };
    const number = await provided.numberOf(id, method);
    expect(teller().pay(number)).toBe(true);
    await untilBalance(buyer, amount);
    await provided.providers.quiet();
    expect(await demand(buyer, getTopUp, { params: { id } }, 200)).toMatchObject({
      ...{ id, status: 'SUCCEEDED', captured: yuan(amount), refunded: yuan(0) },
    });
    expect(await topUp(buyer, teller(), key)).toMatchObject({ status: 201, body: { id, status: 'SUCCEEDED' } });
    const { data } = await demand(buyer, listWalletEntries, {}, 200);
    expect(data.map((entry) => [entry.kind, entry.amount.amount])).toEqual([['top_up', amount]]);
    const { id: orderId } = await order(buyer, [tea, 1]);
    await pay(buyer, orderId);
    await untilOrder(shop, orderId, ({ status }) => status === 'CONFIRMED');
    expect(await balanceOf(buyer)).toBe(0);
    const stranger = await shop.shopper();
    expect(await stranger.ask(getTopUp, { params: { id } })).toEqual(refused(404, 'not_found'));
  });

  test('that nobody pays in time is closed; money that comes all the same goes back', async () => {
    const buyer = await provided.shop.shopper();
    const { id } = await demand(buyer, topUpWallet, { body: topUpBody(teller()), idempotencyKey: randomUUID() }, 201);
    const number = await provided.numberOf(id, method);
    teller().silence(true);
    expect(teller().pay(number)).toBe(true);
    await provided.shop.sql(
      'payment',
      `update payments set status = 'CLOSED', open_attempt = null where order_id = $1`,
      [id],
    );
    teller().silence(false);
    await provided.move(minuteMs);
    await untilBooked(() => teller().refunds(number), [amount]);
    await provided.move(minuteMs);
    await until(
      () => demand(buyer, getTopUp, { params: { id } }, 200),
      ({ refunded }) => refunded.amount === amount,
    );
    expect(await balanceOf(buyer)).toBe(0);
  });

  test('that nobody pays is over after its time', async () => {
    const buyer = await provided.shop.shopper();
    const { id } = await demand(buyer, topUpWallet, { body: topUpBody(teller()), idempotencyKey: randomUUID() }, 201);
    await provided.move(35 * minuteMs);
    const closed = await until(
      () => demand(buyer, getTopUp, { params: { id } }, 200),
      ({ status }) => status === 'CLOSED',
    );
    expect(closed).toMatchObject({ captured: yuan(0), statusReason: 'closed_by_provider' });
  });
});

function topUpBody({ choice }: Teller) {
  const { method, flow } = choice as { method: Teller['method']; flow?: 'qr' };
  return { amount: yuan(amount), method, ...(flow ? { flow } : {}) };
}

test('in another currency than the wallet’s, or from the wallet itself, is refused', async () => {
  const buyer = await provided.shop.shopper();
  const body = { amount: { amount: 1, currency: 'USD' }, method: 'card' as const };
  expect(await buyer.ask(topUpWallet, { body })).toEqual(refused(422, 'currency_mismatch'));
  const own = { amount: yuan(1), method: 'balance' } as never;
  expect(await buyer.ask(topUpWallet, { body: own })).toEqual(refused(400, 'validation_failed'));
});

test('the clearing accounts say what the providers’ own books say', async () => {
  await provided.move(60 * minuteMs);
  expect(await violationsAtRest(provided.shop)).toEqual([]);
  const rows = await provided.shop.sql<{ account: string; sum: bigint }>(
    'wallet',
    `select account, sum(amount)::bigint as sum from journal_lines where account like 'house:clearing:%' group by account`,
  );
  const numbers = await provided.shop.sql<{ id: string; method: Teller['method'] }>(
    'payment',
    `select id, method from attempts where method <> 'balance'`,
  );
  for (const method of methods) {
    const teller = provided.tellers[method];
    const own = numbers.filter((one) => one.method === method).map(({ id }) => id.slice(4).replaceAll('-', ''));
    const sum = (amounts: readonly number[]) => amounts.reduce((total, one) => total + one, 0);
    const kept = sum(own.map((number) => sum(teller.captures(number)) - sum(teller.refunds(number))));
    const account = rows.find((row) => row.account === `house:clearing:${method}`);
    expect([method, Number(account?.sum ?? 0n)]).toEqual([method, -kept]);
  }
});
