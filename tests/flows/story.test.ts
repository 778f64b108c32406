import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  discardDeadLetter,
  getOrderDiagram,
  listDeadLetters,
  retryDeadLetter,
  retryDeadLetters,
  showDeadLetter,
} from '../../src/contracts/http/gateway.ts';
import type { DeadLetter } from '../../src/contracts/http/runtime.ts';
import { violationsAtRest } from '../proof/audits.ts';
import { commonTestShop } from '../support/arrangement.ts';
import { eventually } from '../support/eventually.ts';
import { untilHeard } from '../support/hearing.ts';
import type { TestShop } from '../support/shop.ts';
import { type Goods, newGoods, order, pay, until, untilOrder } from '../support/trade.ts';

let shop: TestShop;
let tea: Goods;

beforeAll(async () => {
  shop = await commonTestShop();
  tea = await newGoods(shop, { stock: 100 });
});
afterAll(() => shop?.[Symbol.asyncDispose]());

/** Sets a message aside that nobody can handle: an order that ordering was never asked for. */
async function parkOne(): Promise<string> {
  const id = `dlt_${randomUUID()}`;
  await shop.sql(
    'notification',
    `insert into dead_letters (id, source, position, type, version, key, said_at, traceparent, cause, data, status, attempts, error, set_aside_at)
     values ($1, 'ordering', 1000000 + floor(random() * 1000000), 'ordering.order-unheard-of', 1, $1, now(), '00-0-0-00', 'test', '{}', 'PARKED', 8, 'planted', now())`,
    [id],
  );
  return id;
}

const arrows = /\w+-[->x)]+\w+: .+/g;

/** Whatever processes have to do with it. */
const purchase = [
  'client->>gateway: placeOrder',
  'gateway->>ordering: placeOrder',
  'ordering->>catalog: quoteItems',
  'catalog-->>ordering: 200',
  'ordering-)payment: OrderCreated',
  'ordering-)inventory: ReserveStock',
  'inventory-)ordering: StockReserved',
  'ordering-)payment: OrderPending',
  'ordering-->>gateway: 201',
  'gateway-->>client: 201',
  'client->>gateway: payOrder',
  'gateway->>payment: payOrder',
  'payment->>wallet: debitWallet',
  'wallet-->>payment: 200',
  'payment-)wallet: PaymentCaptured',
  'payment-)ordering: PaymentSuccess',
  'payment-)notification: PaymentSuccess',
  'payment-->>gateway: 201',
  'gateway-->>client: 201',
  'ordering-)ordering: OrderPaid',
  'ordering-)inventory: ReduceStock',
  'inventory-)ordering: StockReduced',
  'ordering-)notification: OrderConfirmed',
  'ordering-)fulfillment: OrderConfirmed',
  'fulfillment-)fulfillment: ShipmentCreated',
];

describe('what happened to an order (000: the dynamic diagram)', () => {
  it('is drawn with the calls, the messages and the actors of a purchase', async () => {
    const operator = await shop.operator();
    const buyer = await shop.shopper(10_000);
    const { id } = await order(buyer, [tea, 1]);
    // Before payment has heard of the order it would ask ordering.
    await untilHeard(shop, 'payment');
    await pay(buyer, id);
    await untilOrder(shop, id, ({ status }) => status === 'CONFIRMED');
    await eventually(async () => {
      const diagram = (await operator.ask(getOrderDiagram, { params: { id } })).body as string;
      expect(diagram.match(arrows)?.toSorted()).toEqual(purchase.toSorted());
    });
    const dynamic = await operator.ask(getOrderDiagram, { params: { id }, query: { view: 'dynamic' } });
    expect(dynamic.body).toMatch(/^C4Dynamic/);
  });

  it('is 404 for an order nobody knows, and nothing for a shopper', async () => {
    const params = { id: 'ord_00000000-0000-7000-8000-000000000000' };
    expect(await (await shop.operator()).ask(getOrderDiagram, { params })).toMatchObject({ status: 404 });
    expect(await (await shop.shopper()).ask(getOrderDiagram, { params })).toMatchObject({ status: 403 });
  });
});

describe('dead letters (003 §6, 004 §4.1)', () => {
  it('are listed, shown, retried and discarded by an operator', async () => {
    const operator = await shop.operator();
    const id = await parkOne();
    const listed = await operator.ask(listDeadLetters, { query: { status: 'PARKED', service: 'notification' } });
    expect((listed.body as { data: DeadLetter[] }).data.map((letter) => letter.id)).toContain(id);
    expect((await operator.ask(showDeadLetter, { params: { id } })).body).toMatchObject({ id, error: 'planted' });

    expect(await operator.ask(retryDeadLetter, { params: { id }, body: {} })).toMatchObject({
      status: 202,
      body: { status: 'RETRYING' },
    });
    await until(
      async () => (await operator.ask(showDeadLetter, { params: { id } })).body as DeadLetter,
      (letter) => letter.status === 'PARKED',
    );

    const discarded = await operator.ask(discardDeadLetter, { params: { id }, body: { reason: 'of no use' } });
    expect(discarded).toMatchObject({
      status: 200,
      body: { status: 'DISCARDED', settledReason: 'of no use', settledBy: operator.id },
    });
    expect(await operator.ask(discardDeadLetter, { params: { id }, body: { reason: 'again' } })).toMatchObject({
      status: 409,
      body: { code: 'dead_letter_closed' },
    });
    expect(await operator.ask(retryDeadLetter, { params: { id }, body: {} })).toMatchObject({ status: 409 });
  });

  it('are retried by filter, after a dry run that says which', async () => {
    const operator = await shop.operator();
    const ids = [await parkOne(), await parkOne()];
    const filter = { service: 'notification', type: 'ordering.order-unheard-of' };
    const dry = await operator.ask(retryDeadLetters, { body: { ...filter, dryRun: true } });
    expect((dry.body as { ids: string[] }).ids.toSorted()).toEqual(ids.toSorted());
    expect((await operator.ask(showDeadLetter, { params: { id: ids[0] ?? '' } })).body).toMatchObject({
      status: 'PARKED',
      attempts: 8,
    });
    const wet = await operator.ask(retryDeadLetters, { body: filter });
    expect((wet.body as { ids: string[] }).ids.toSorted()).toEqual(ids.toSorted());
    for (const id of ids) await operator.ask(discardDeadLetter, { params: { id }, body: { reason: 'planted' } });
  });

  it('are none of a shopper’s business, and unknown ones are 404', async () => {
    const params = { id: 'dlt_00000000-0000-7000-8000-000000000000' };
    expect(await (await shop.shopper()).ask(listDeadLetters)).toMatchObject({ status: 403 });
    expect(await (await shop.operator()).ask(showDeadLetter, { params })).toMatchObject({ status: 404 });
  });
});

it('after all of this the audit finds nothing amiss', async () => {
  expect(await violationsAtRest(shop)).toEqual([]);
});
