import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shipOrder } from '../../src/contracts/http/fulfillment.ts';
import { listNotices, listNotifications } from '../../src/contracts/http/notification.ts';
import { cancelOrder } from '../../src/contracts/http/ordering.ts';
import {
  type AdminRefund,
  approveRefund,
  createRefund,
  getAnyRefund,
  getRefund,
  listAllRefunds,
  listRefunds,
  rejectRefund,
  requestRefund,
  retryRefund,
  settleRefund,
} from '../../src/contracts/http/refunds.ts';
import { violationsAtRest } from '../proof/audits.ts';
import { startTestShop } from '../support/arrangement.ts';
import { type Bought, confirmedIn, shippedIn } from '../support/bought.ts';
import type { Person, TestShop } from '../support/shop.ts';
import { balanceOf, demand, refused, until, untilOrder, untilStock, yuan } from '../support/trade.ts';

/** Refunds that do not go through, their ways out, and who is told. Every order here is one of 40.00, paid from 100.00. */

let shop: TestShop;
let operator: Person;

beforeAll(async () => {
  shop = await startTestShop();
  operator = await shop.operator();
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
});

const confirmed = () => confirmedIn(shop);
const shipped = () => shippedIn(shop);
/** The wallet's book says that all of the order's money went back already: it refuses to give back any. */
async function spoil(orderId: string): Promise<void> {
  const paymentId = orderId.replace('ord_', 'pay_');
  const [attempt] = await shop.sql<{ id: string; amount: bigint }>(
    'payment',
    'select id, amount from attempts where payment_id = $1',
    [paymentId],
  );
  const row = [attempt?.id, attempt?.amount];
  await shop.sql('wallet', "insert into debit_refunds values ($1, $2, $2, 'hand/1')", row);
}

async function mend(orderId: string): Promise<void> {
  const paymentId = orderId.replace('ord_', 'pay_');
  const [attempt] = await shop.sql<{ id: string }>('payment', 'select id from attempts where payment_id = $1', [
    paymentId,
  ]);
  await shop.sql('wallet', 'delete from debit_refunds where attempt_id = $1', [attempt?.id]);
}

const untilRefund = (id: string, status: AdminRefund['status']) =>
  until(
    () => demand(operator, getAnyRefund, { params: { id } }, 200),
    (refund) => refund.status === status,
  );

/** 40.00 were to go back of a cancelled order, and did not. */
async function lost(): Promise<Bought & { readonly refundId: string }> {
  const bought = await confirmed();
  await spoil(bought.id);
  await demand(bought.buyer, cancelOrder, { params: { id: bought.id } }, 200);
  const refundId = bought.id.replace('ord_', 'rfd_');
  await untilRefund(refundId, 'FAILED');
  return { ...bought, refundId };
}

async function told(person: Person, type: string) {
  const { data } = await demand(person, listNotifications, { query: { limit: 100 } }, 200);
  return data.filter((notice) => notice.type === type);
}

describe('a refund that failed', () => {
  test('waits for a person, who is told of it and finds it; the buyer is told that it takes longer', async () => {
    const { buyer, id, refundId } = await lost();
    const { data } = await demand(operator, listAllRefunds, { query: { status: 'FAILED' } }, 200);
    expect(data.map((refund) => refund.id)).toContain(refundId);
    const notices = await until(
      () => demand(operator, listNotices, { query: { limit: 100 } }, 200),
      (list) => list.data.some(({ orderId }) => orderId === id),
    );
    const notice = notices.data.find(({ orderId }) => orderId === id);
    expect(notice).toMatchObject({ type: 'refund_to_settle', body: expect.stringContaining(refundId) });
    expect(await buyer.ask(listNotices)).toEqual(refused(403, 'forbidden'));
    await until(
      () => told(buyer, 'refund_failed'),
      (list) => list.length === 1,
    );
    await mend(id);
    const retried = { params: { id: refundId }, body: { reason: 'mended' } };
    expect(await buyer.ask(retryRefund, retried)).toEqual(refused(403, 'forbidden'));
    await demand(operator, retryRefund, retried, 200);
    await untilRefund(refundId, 'SUCCEEDED');
  });

  test('is retried: fails again while the cause is there, and goes through when it is gone', async () => {
    const { buyer, id, refundId } = await lost();
    const retried = { params: { id: refundId }, body: { reason: 'once more' } };
    expect(await demand(operator, retryRefund, retried, 200)).toMatchObject({ id: refundId, status: 'PROCESSING' });
    await untilRefund(refundId, 'FAILED');
    expect(await balanceOf(buyer)).toBe(6_000);
    await mend(id);
    const together = await Promise.all([1, 2, 3].map(() => operator.ask(retryRefund, retried)));
    expect(together.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect(await untilRefund(refundId, 'SUCCEEDED')).toMatchObject({ amount: yuan(4_000), settledByHand: false });
    expect(await balanceOf(buyer)).toBe(10_000);
    const after = await untilOrder(shop, id, ({ refunded }) => refunded.amount === 4_000);
    expect(after.refundRequested).toEqual(yuan(4_000));
    expect(await operator.ask(retryRefund, retried)).toEqual(refused(409, 'refund_not_failed'));
    const trail = await shop.sql('ordering', 'select actor, action, reason from admin_trail where object = $1', [
      refundId,
    ]);
    expect(trail).toEqual([1, 2].map(() => ({ actor: operator.id, action: 'refund.retried', reason: 'once more' })));
  });

  test('is settled by hand: counted once, told to the buyer, on the trail; and the audit takes it for given back', async () => {
    const { buyer, id, refundId } = await lost();
    const settled = { params: { id: refundId }, body: { reason: 'in cash' } };
    expect(await buyer.ask(settleRefund, settled)).toEqual(refused(403, 'forbidden'));
    expect(await operator.ask(settleRefund, { ...settled, body: { reason: 'half', amount: yuan(2_000) } })).toEqual(
      refused(400, 'validation_failed', [{ pointer: '/amount' }]),
    );
    expect(await demand(operator, settleRefund, settled, 200)).toMatchObject({
      status: 'SUCCEEDED',
      settledByHand: true,
      decidedBy: operator.id,
      decisionReason: 'in cash',
    });
    expect(await operator.ask(settleRefund, settled)).toEqual(refused(409, 'refund_not_failed'));
    expect((await untilOrder(shop, id, () => true)).refunded).toEqual(yuan(4_000));
    const [notice] = await until(
      () => told(buyer, 'refund_settled'),
      (list) => list.length === 2,
    );
    expect(notice?.body).toContain('(in cash)');
    expect(await balanceOf(buyer)).toBe(6_000);
    const trail = await shop.sql('ordering', 'select actor, action, reason from admin_trail where object = $1', [
      refundId,
    ]);
    expect(trail).toEqual([{ actor: operator.id, action: 'refund.settled', reason: 'in cash' }]);
    await mend(id);
  });
});

describe('refunds of a shipped order', () => {
  test('are asked for, listed, decided and told', async () => {
    const { buyer, tea, id } = await shipped();
    const stranger = await shop.shopper();
    const ask = (amount: number) =>
      demand(buyer, requestRefund, { body: { orderId: id, amount: yuan(amount), reason: 'a dent' } }, 202);
    const [first, second] = [await ask(1_000), await ask(500)];
    const waiting = await demand(operator, listAllRefunds, { query: { status: 'REQUESTED', orderId: id } }, 200);
    expect(waiting.data).toMatchObject([
      { id: second.id, userId: buyer.id, requestedBy: buyer.id },
      { id: first.id, amount: yuan(1_000), reason: 'a dent' },
    ]);
    const worn = { params: { id: second.id }, body: { reason: 'worn' } };
    expect(await demand(operator, rejectRefund, worn, 200)).toMatchObject({
      status: 'REJECTED',
      decisionReason: 'worn',
    });
    await demand(operator, approveRefund, { params: { id: first.id } }, 200);
    await untilRefund(first.id, 'SUCCEEDED');
    const page = await demand(buyer, listRefunds, { query: { limit: 1, orderId: id } }, 200);
    const rest = await demand(buyer, listRefunds, { query: { limit: 1, cursor: page.nextCursor ?? '' } }, 200);
    expect([...page.data, ...rest.data].map((refund) => refund.id)).toEqual([second.id, first.id]);
    expect((await demand(stranger, listRefunds, {}, 200)).data).toEqual([]);
    expect(await stranger.ask(getRefund, { params: { id: first.id } })).toEqual(refused(404, 'not_found'));
    expect(await stranger.ask(listAllRefunds)).toEqual(refused(403, 'forbidden'));
    expect(await buyer.ask(listRefunds, { query: { cursor: 'WyJ4Il0' } })).toEqual(
      refused(400, 'validation_failed', [{ pointer: '/query/cursor' }]),
    );
    const types = async () => (await demand(buyer, listNotifications, { query: { limit: 100 } }, 200)).data;
    await until(
      async () => (await types()).map(({ type, channel }) => `${type} ${channel}`).sort(),
      (all) =>
        ['refund_requested in_app', 'refund_approved in_app', 'refund_rejected email', 'refund_succeeded email'].every(
          (one) => all.includes(one),
        ),
    );
    expect((await told(buyer, 'refund_rejected'))[0]?.body).toContain('worn');
    expect((await told(buyer, 'order_shipped'))[0]?.body).toContain('SF1000');
    await untilStock(shop, tea, { onHand: 3, sold: 2 });
  });

  test('whose goods came back are booked in with the approval', async () => {
    const { buyer, tea, id } = await shipped();
    const asked = await demand(buyer, requestRefund, { body: { orderId: id, reason: 'too bitter' } }, 202);
    await demand(operator, approveRefund, { params: { id: asked.id }, body: { restock: true } }, 200);
    await untilStock(shop, tea, { onHand: 5, reserved: 0, sold: 0 });
    await untilRefund(asked.id, 'SUCCEEDED');
    expect(await balanceOf(buyer)).toBe(10_000);
  });
});

test('the last of the money given back before anything has left cancels the order: nothing is shipped unpaid', async () => {
  const { buyer, tea, id } = await confirmed();
  const body = { orderId: id, amount: yuan(1_000), reason: 'late' };
  const asked = await demand(buyer, requestRefund, { body }, 202);
  const most = { orderId: id, amount: yuan(3_000), reason: 'goodwill' };
  await demand(operator, createRefund, { body: most }, 202);
  await demand(operator, approveRefund, { params: { id: asked.id } }, 200);
  const params = { id };
  const handover = { carrier: 'SF', trackingNumber: '1' };
  expect(await operator.ask(shipOrder, { params, body: handover })).toEqual(refused(409, 'conflict'));
  expect((await untilOrder(shop, id, ({ refunded }) => refunded.amount === 4_000)).status).toBe('CANCELLED');
  expect(await balanceOf(buyer)).toBe(10_000);
  await untilStock(shop, tea, { onHand: 5, reserved: 0, sold: 0 });
});

test('after all of this the audit finds nothing amiss', async () => {
  expect(await violationsAtRest(shop)).toEqual([]);
});
