import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  deliverOrder,
  getAnyShipment,
  getShipment,
  listShipments,
  shipOrder,
} from '../../src/contracts/http/fulfillment.ts';
import { cancelAnyOrder, cancelOrder, confirmReceipt, getOrder } from '../../src/contracts/http/ordering.ts';
import { requestRefund } from '../../src/contracts/http/refunds.ts';
import { type Random, seededRandom } from '../../src/runtime/seams/random.ts';
import { systemScheduler } from '../../src/runtime/seams/scheduler.ts';
import { violationsAtRest } from '../proof/audits.ts';
import { commonTestShop } from '../support/arrangement.ts';
import { type Bought, confirmedIn, handover, paidIn, shippedIn } from '../support/bought.ts';
import type { Person, TestShop } from '../support/shop.ts';
import { balanceOf, demand, newGoods, order, refused, until, untilOrder, untilStock, yuan } from '../support/trade.ts';

/** 002 ("触发发货流程"): goods leave, arrive, or stay because the order was cancelled. Every order is one of 40.00, paid from 100.00. */

const dayMs = 86_400_000;
const scheduler = systemScheduler();
let shop: TestShop;
let operator: Person;

beforeAll(async () => {
  shop = await commonTestShop();
  operator = await shop.operator();
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

const paid = () => paidIn(shop);
const confirmed = () => confirmedIn(shop);
const ship = (id: string, body: typeof handover = handover) => operator.ask(shipOrder, { params: { id }, body });
const shipmentOf = (buyer: Person, id: string) => demand(buyer, getShipment, { params: { id } }, 200);

const shipped = () => shippedIn(shop);

describe('a confirmed order', () => {
  test('leaves, and is SHIPPED as soon as that is answered; its buyer sees with whom', async () => {
    const { buyer, id } = await confirmed();
    const answer = await demand(operator, shipOrder, { params: { id }, body: handover }, 200);
    expect(answer).toMatchObject({ id: id.replace('ord_', 'shp_'), orderId: id, userId: buyer.id, ...handover });
    expect(answer).toMatchObject({ status: 'SHIPPED', shippedAt: expect.any(String), deliveredAt: null });
    expect(await demand(buyer, getOrder, { params: { id } }, 200)).toMatchObject({ status: 'SHIPPED' });
    expect(await shipmentOf(buyer, id)).toMatchObject({ ...handover, status: 'SHIPPED' });
    expect(await demand(operator, getAnyShipment, { params: { id } }, 200)).toEqual(answer);
    expect(await demand(operator, shipOrder, { params: { id }, body: handover }, 200)).toEqual(answer);
    expect(await ship(id, { ...handover, trackingNumber: 'SF2' })).toEqual(refused(409, 'conflict'));
  });

  test('is COMPLETED once it is delivered', async () => {
    const { buyer, id } = await shipped();
    const delivered = await demand(operator, deliverOrder, { params: { id } }, 200);
    expect(delivered).toMatchObject({ status: 'DELIVERED', deliveredAt: expect.any(String) });
    await untilOrder(shop, id, ({ status }) => status === 'COMPLETED');
    expect(await demand(operator, deliverOrder, { params: { id } }, 200)).toEqual(delivered);
    expect(await demand(buyer, confirmReceipt, { params: { id } }, 200)).toMatchObject({ status: 'COMPLETED' });
  });

  test('or received, whatever the carrier says later', async () => {
    const { buyer, id } = await shipped();
    expect(await demand(buyer, confirmReceipt, { params: { id } }, 200)).toMatchObject({ status: 'COMPLETED' });
    expect(await demand(operator, deliverOrder, { params: { id } }, 200)).toMatchObject({ status: 'DELIVERED' });
  });

  test('or when nobody has spoken of it for some days', async () => {
    const { buyer, id } = await shipped();
    await shop.move(14 * dayMs);
    expect(await demand(buyer, getOrder, { params: { id } }, 200)).toMatchObject({ status: 'SHIPPED' });
    await shop.move(dayMs + 60_000);
    await untilOrder(shop, id, ({ status }) => status === 'COMPLETED');
  });
});

describe('what cannot be', () => {
  test('to arrive before it left, or to leave before it is confirmed', async () => {
    const { buyer, id } = await confirmed();
    expect(await buyer.ask(confirmReceipt, { params: { id } })).toEqual(refused(409, 'conflict'));
    expect(await operator.ask(deliverOrder, { params: { id } })).toEqual(refused(409, 'conflict'));
    const pending = await order(buyer, [await newGoods(shop, { stock: 1 }), 1]);
    expect(await ship(pending.id)).toEqual(refused(409, 'conflict'));
    expect(await operator.ask(deliverOrder, { params: { id: pending.id } })).toEqual(refused(409, 'conflict'));
  });

  test('to cancel what has left; what is asked back waits for an operator', async () => {
    const { buyer, id } = await shipped();
    expect(await buyer.ask(cancelOrder, { params: { id } })).toEqual(refused(409, 'order_not_cancellable'));
    expect(await operator.ask(cancelAnyOrder, { params: { id } })).toEqual(refused(409, 'order_not_cancellable'));
    const asked = await demand(buyer, requestRefund, { body: { orderId: id, reason: 'too late' } }, 202);
    expect(asked.status).toBe('REQUESTED');
  });

  test('to ship what was cancelled', async () => {
    const { buyer, id } = await confirmed();
    await demand(buyer, cancelOrder, { params: { id } }, 200);
    expect(await ship(id)).toEqual(refused(409, 'conflict'));
    await until(
      () => shipmentOf(buyer, id),
      ({ status, carrier }) => status === 'CANCELLED' && carrier === null,
    );
  });

  test('an order that does not exist, somebody else’s, somebody who is no operator', async () => {
    const [stranger, { buyer, id }] = [await shop.shopper(), await confirmed()];
    expect(await ship('ord_01890000-0000-7000-8000-000000000000')).toEqual(refused(404, 'not_found'));
    expect(await stranger.ask(getShipment, { params: { id } })).toEqual(refused(404, 'not_found'));
    expect(await buyer.ask(shipOrder, { params: { id }, body: handover })).toEqual(refused(403, 'forbidden'));
    expect(await buyer.ask(listShipments)).toEqual(refused(403, 'forbidden'));
    expect(await buyer.ask(getAnyShipment, { params: { id } })).toEqual(refused(403, 'forbidden'));
  });
});

test('operators see what is to be packed, newest first, page by page', async () => {
  const [first, second] = [await confirmed(), await confirmed()];
  const query = { status: 'CREATED', limit: 1 } as const;
  const page = await until(
    () => demand(operator, listShipments, { query }, 200),
    ({ data }) => data[0]?.orderId === second.id,
  );
  const next = await demand(operator, listShipments, { query: { ...query, cursor: page.nextCursor ?? '' } }, 200);
  expect(next.data).toMatchObject([{ orderId: first.id, userId: first.buyer.id, status: 'CREATED' }]);
  expect(await operator.ask(listShipments, { query: { cursor: 'WyJ4Il0' } })).toEqual(
    refused(400, 'validation_failed', [{ pointer: '/query/cursor' }]),
  );
});

test('who ships in the instant of the confirmation is not told that there is nothing to ship', async () => {
  for (let turn = 0; turn < 5; turn += 1) {
    const { buyer, id } = await paid();
    const answer = await until(
      () => ship(id),
      ({ status }) => status !== 409,
    );
    expect(answer).toMatchObject({ status: 200, body: { status: 'SHIPPED' } });
    expect(await demand(buyer, getOrder, { params: { id } }, 200)).toMatchObject({ status: 'SHIPPED' });
  }
});

describe('where ordering and fulfillment lose touch, the shipment gets its last word', () => {
  /** Fulfillment has heard of the order, and dies at the point as an operator ships it. */
  async function interrupted(point: string): Promise<Bought> {
    const bought = await confirmed();
    await until(
      () => bought.buyer.ask(getShipment, { params: { id: bought.id } }),
      ({ status }) => status === 200,
    );
    await shop.failOnce('fulfillment', point, 'requests');
    expect((await ship(bought.id)).status).toBeGreaterThanOrEqual(500);
    return bought;
  }

  const untilShipped = ({ buyer, id }: Bought) =>
    until(
      () => shipmentOf(buyer, id),
      ({ status }) => status === 'SHIPPED',
    );

  test('from the order, when the answer was lost', async () => {
    const bought = await interrupted('after-dispatch');
    expect(await demand(bought.buyer, getOrder, { params: { id: bought.id } }, 200)).toMatchObject({
      status: 'SHIPPED',
    });
    expect(await untilShipped(bought)).toMatchObject(handover);
  });

  test('by asking again, when the question was', async () => {
    const bought = await interrupted('before-dispatch');
    const { buyer, id } = bought;
    expect(await demand(buyer, getOrder, { params: { id } }, 200)).toMatchObject({ status: 'CONFIRMED' });
    expect(await shipmentOf(buyer, id)).toMatchObject({ status: 'DISPATCHING', ...handover });
    await shop.move(3_000);
    await untilShipped(bought);
    expect(await demand(buyer, getOrder, { params: { id } }, 200)).toMatchObject({ status: 'SHIPPED' });
  });

  test('which is that it was cancelled, if its buyer was faster', async () => {
    const { buyer, id } = await interrupted('before-dispatch');
    await demand(buyer, cancelOrder, { params: { id } }, 200);
    await until(
      () => shipmentOf(buyer, id),
      ({ status }) => status === 'CANCELLED',
    );
    await shop.move(3_000);
    expect(await ship(id)).toEqual(refused(409, 'conflict'));
  });
});

describe('cancelled while it is shipped: one of them wins', () => {
  const ways: readonly ((bought: Bought) => Promise<{ status: number }>)[] = [
    ({ buyer, id }) => buyer.ask(cancelOrder, { params: { id } }),
    ({ id }) => operator.ask(cancelAnyOrder, { params: { id } }),
    ({ buyer, id }) => buyer.ask(requestRefund, { body: { orderId: id, reason: 'too slow' } }),
  ];

  const winners = new Set<string>();
  let shippingMs = 0;

  /** What it takes to ship, when nobody is in the way. */
  beforeAll(async () => {
    const [, bought] = [await shipped(), await confirmed()];
    const startedMs = performance.now();
    await demand(operator, shipOrder, { params: { id: bought.id }, body: handover }, 200);
    shippingMs = performance.now() - startedMs;
  });

  /** Both at once: the seed says how far shipping has come when the cancellation is sent. */
  async function race(bought: Bought, random: Random, way: number) {
    const cancel = ways[way % ways.length] ?? ways[0];
    if (!cancel) throw new Error('there is no way');
    const headStartMs = random.fraction() * 0.7 * shippingMs;
    const [sent, asked] = await Promise.all([ship(bought.id), scheduler.wait(headStartMs).then(() => cancel(bought))]);
    return { bought, sent, asked };
  }

  test.each([1, 2, 3])('seed %i', async (seed) => {
    const random = seededRandom(seed);
    const outcomes: Awaited<ReturnType<typeof race>>[] = [];
    for (let way = 0; way < 9; way += 1) outcomes.push(await race(await confirmed(), random, way));
    for (const { bought, sent, asked } of outcomes) {
      const { buyer, tea, id } = bought;
      const shipment = await until(
        () => shipmentOf(buyer, id),
        ({ status }) => status === 'SHIPPED' || status === 'CANCELLED',
      );
      const end = await demand(buyer, getOrder, { params: { id } }, 200);
      expect([sent.status, end.status]).toEqual(sent.status === 200 ? [200, 'SHIPPED'] : [409, 'CANCELLED']);
      expect(shipment.status).toBe(end.status);
      winners.add(end.status);
      if (end.status === 'CANCELLED') {
        expect([200, 202]).toContain(asked.status);
        await untilOrder(shop, id, ({ refunded }) => refunded.amount === 4_000);
        expect(await balanceOf(buyer)).toBe(10_000);
        await untilStock(shop, tea, { onHand: 5, reserved: 0, sold: 0 });
      } else {
        // A refund that came too late to cancel waits for an operator.
        expect([202, 409]).toContain(asked.status);
        expect(await balanceOf(buyer)).toBe(6_000);
        expect(end.refunded).toEqual(yuan(0));
      }
    }
  });

  test('and now it is the one, now the other', () => {
    expect([...winners].sort()).toEqual(['CANCELLED', 'SHIPPED']);
  });
});

test('after all of this the audit finds nothing amiss', async () => {
  expect(await violationsAtRest(shop)).toEqual([]);
});
