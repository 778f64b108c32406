import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliverOrder, shipOrder } from '../../src/contracts/http/fulfillment.ts';
import {
  type CaseFile,
  getOrderCase,
  listOrderActions,
  type OrderAction,
  showOrderAction,
} from '../../src/contracts/http/operator.ts';
import { cancelAnyOrder, completeAnyOrder, getAnyOrder } from '../../src/contracts/http/ordering.ts';
import { refreshAnyPayment } from '../../src/contracts/http/payment.ts';
import { approveRefund, requestRefund } from '../../src/contracts/http/refunds.ts';
import type { ActionInput, ActionName } from '../../src/contracts/http/runtime-insight.ts';
import { violationsAtRest } from '../proof/audits.ts';
import { commonTestShop } from '../support/arrangement.ts';
import { eventually } from '../support/eventually.ts';
import type { Person, TestShop } from '../support/shop.ts';
import { demand, type Goods, newGoods, order, pay, paymentOf, refused, untilOrder, yuan } from '../support/trade.ts';

let shop: TestShop;
let operator: Person;
let tea: Goods;

beforeAll(async () => {
  shop = await commonTestShop();
  operator = await shop.operator();
  tea = await newGoods(shop, { stock: 100 });
});
afterAll(() => shop?.[Symbol.asyncDispose]());

const caseOf = (id: string): Promise<CaseFile> => demand(operator, getOrderCase, { params: { id } }, 200);

async function actionsOf(id: string): Promise<Partial<Record<ActionName, OrderAction>>> {
  const { data, missing } = await demand(operator, listOrderActions, { params: { id } }, 200);
  expect(missing).toEqual([]);
  return Object.fromEntries(data.map((action) => [action.action, action]));
}

const dryRun = (id: string, action: ActionName, input: ActionInput = {}): Promise<OrderAction> =>
  demand(operator, showOrderAction, { params: { id }, body: { action, input } }, 200);

async function confirmed(buyer: Person): Promise<string> {
  const { id } = await order(buyer, [tea, 2]);
  await pay(buyer, id);
  await untilOrder(shop, id, ({ status }) => status === 'CONFIRMED');
  return id;
}

/** Everything of the order that a dry run could have changed. */
async function stateOf(id: string) {
  const { entries, ...rest } = await caseOf(id);
  return { ...rest, entries: entries.map(({ kind, title, status }) => ({ kind, title, status })) };
}

async function quietCase(id: string) {
  let before = await stateOf(id);
  await eventually(async () => {
    const now = await stateOf(id);
    const then = before;
    before = now;
    expect(now).toEqual(then);
  });
  return before;
}

describe('a case file', () => {
  it('has all that services recorded of an order on one time line', async () => {
    const buyer = await shop.shopper(10_000);
    const id = await confirmed(buyer);
    await eventually(async () => {
      const file = await caseOf(id);
      expect(file).toMatchObject({
        order: { id, status: 'CONFIRMED', userId: buyer.id },
        customer: { id: buyer.id, email: buyer.email },
        money: { total: yuan(2_000), in: yuan(2_000), out: yuan(0), kept: 2_000 },
        missing: [],
      });
      const kinds = new Set(file.entries.map(({ kind }) => kind));
      for (const kind of [
        'transition',
        'message',
        'call',
        'order',
        'reservation',
        'payment',
        'attempt',
        'journal',
        'shipment',
        'notification',
      ] as const)
        expect(kinds).toContain(kind);
      const statuses = file.entries.filter(({ kind }) => kind === 'transition').map(({ status }) => status);
      expect(statuses).toEqual(['CREATED', 'PENDING', 'PAID', 'CONFIRMED']);
      const paid = file.entries.find(({ title }) => title === 'PaymentSuccess');
      expect(paid).toMatchObject({
        kind: 'message',
        from: 'payment',
        raw: { type: 'payment.payment-success', key: id },
      });
      expect(paid?.to?.toSorted()).toEqual(['notification', 'ordering']);
      expect(file.entries.map(({ at }) => at)).toEqual(file.entries.map(({ at }) => at).toSorted());
      expect(new Set(file.entries.map((entry) => entry.id)).size).toBe(file.entries.length);
    });
  });

  it('counts what went back, and names who acted and why', async () => {
    const buyer = await shop.shopper(10_000);
    const id = await confirmed(buyer);
    await demand(operator, cancelAnyOrder, { params: { id }, body: { reason: 'the tea is damp' } }, 200);
    await eventually(async () => {
      const file = await caseOf(id);
      expect(file.money).toMatchObject({ in: yuan(2_000), out: yuan(2_000), kept: 0 });
      expect(file.entries).toContainEqual(
        expect.objectContaining({
          kind: 'act',
          title: 'order.cancelled',
          summary: `By ${operator.email}: the tea is damp`,
        }),
      );
    });
  });

  it('shows what a message waits for that was set aside', async () => {
    const buyer = await shop.shopper(10_000);
    const { id } = await order(buyer, [tea, 1]);
    const letter = `dlt_${randomUUID()}`;
    await shop.sql(
      'notification',
      `insert into dead_letters (id, source, position, type, version, key, said_at, traceparent, cause, data, status, attempts, error, set_aside_at)
       values ($1, 'ordering', 1000000 + floor(random() * 1000000), 'ordering.order-unheard-of', 1, $2, now(), '00-0-0-00', 'test', '{"accessToken": "abc"}', 'PARKED', 8, 'planted', now())`,
      [letter, id],
    );
    expect((await caseOf(id)).entries).toContainEqual(
      expect.objectContaining({
        id: letter,
        kind: 'dead_letter',
        status: 'PARKED',
        raw: expect.objectContaining({ message: expect.objectContaining({ data: { accessToken: '•••' } }) }),
      }),
    );
    expect((await actionsOf(id)).retry_message).toMatchObject({
      object: letter,
      allowed: true,
      operation: { method: 'POST', path: `/v1/admin/dead-letters/${letter}/retry` },
    });
    const retry = { action: 'retry_message', object: letter } as const;
    expect(await demand(operator, showOrderAction, { params: { id }, body: retry }, 200)).toMatchObject({
      allowed: true,
      steps: [{ code: 'message.retry' }, { code: 'trail' }],
    });
    await shop.sql('notification', `delete from dead_letters where id = '${letter}'`);
  });

  it('is 404 for an order nobody knows, and nothing for a shopper', async () => {
    const params = { id: 'ord_00000000-0000-7000-8000-000000000000' };
    expect(await operator.ask(getOrderCase, { params })).toEqual(refused(404, 'not_found'));
    expect(await operator.ask(listOrderActions, { params })).toEqual(refused(404, 'not_found'));
    const shopper = await shop.shopper();
    expect(await shopper.ask(getOrderCase, { params })).toEqual(refused(403, 'forbidden'));
    expect(await shopper.ask(showOrderAction, { params, body: { action: 'cancel' } })).toEqual(
      refused(403, 'forbidden'),
    );
  });
});

describe('what an operator may do about an order', () => {
  it('follows its way, says why not, and a dry run changes nothing', async () => {
    const buyer = await shop.shopper(10_000);
    const { id } = await order(buyer, [tea, 1]);
    expect(await actionsOf(id)).toMatchObject({
      cancel: { allowed: true, operation: { method: 'POST', path: `/v1/admin/orders/${id}/cancel` } },
      refund: { allowed: false, refusal: { code: 'refund_exceeds_payment' }, most: yuan(0) },
      ship: { allowed: false, refusal: { code: 'conflict' } },
      query_provider: { allowed: false, refusal: { code: 'conflict' } },
      retry_message: { allowed: false },
    });
    await pay(buyer, id);
    await untilOrder(shop, id, ({ status }) => status === 'CONFIRMED');
    const before = await quietCase(id);
    expect(await actionsOf(id)).toMatchObject({
      cancel: { allowed: true },
      refund: { allowed: true, most: yuan(1_000) },
      ship: { allowed: true },
      deliver: { allowed: false },
      complete: { allowed: false },
    });
    const cancelling = await dryRun(id, 'cancel', { reason: 'changed their mind' });
    expect(cancelling.steps.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['order.status', 'money.refund', 'stock.return', 'notice.OrderCancelled', 'trail']),
    );
    expect(cancelling.steps.find(({ code }) => code === 'order.status')?.facts).toMatchObject({
      from: 'CONFIRMED',
      to: 'CANCELLED',
    });
    expect(await dryRun(id, 'refund', { amount: yuan(1_001) })).toMatchObject({
      allowed: false,
      refusal: { code: 'refund_exceeds_payment' },
    });
    const partly = await dryRun(id, 'refund', { amount: yuan(300) });
    expect(partly.steps.find(({ code }) => code === 'money.refund')?.facts).toMatchObject({ amount: yuan(300) });
    expect(partly.steps.some(({ code }) => code === 'order.status')).toBe(false);
    expect(await stateOf(id)).toEqual(before);
  });

  it('is what the act then does: shipping, delivering, completing', async () => {
    const buyer = await shop.shopper(10_000);
    const id = await confirmed(buyer);
    const shipping = await dryRun(id, 'ship', { carrier: 'SF', trackingNumber: '1' });
    expect(shipping.steps.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['order.status', 'notice.OrderShipped', 'trail']),
    );
    await demand(operator, shipOrder, { params: { id }, body: { carrier: 'SF', trackingNumber: '1' } }, 200);
    expect(await actionsOf(id)).toMatchObject({
      cancel: { allowed: false, refusal: { code: 'order_not_cancellable' } },
      deliver: { allowed: true },
      complete: { allowed: true },
    });
    await demand(operator, completeAnyOrder, { params: { id }, body: { reason: 'the buyer rang' } }, 200);
    expect(await demand(operator, getAnyOrder, { params: { id } }, 200)).toMatchObject({ status: 'COMPLETED' });
    await demand(operator, deliverOrder, { params: { id } }, 200);
    await eventually(async () => expect((await actionsOf(id)).deliver).toMatchObject({ allowed: false }));
  });

  it('decides refunds that buyers ask for', async () => {
    const buyer = await shop.shopper(10_000);
    const id = await confirmed(buyer);
    const body = { orderId: id, amount: yuan(500), reason: 'a dent' };
    const refund = await demand(buyer, requestRefund, { body }, 202);
    expect(await actionsOf(id)).toMatchObject({
      approve_refund: { object: refund.id, allowed: true },
      reject_refund: { object: refund.id, allowed: true },
    });
    await demand(operator, approveRefund, { params: { id: refund.id }, body: { reason: 'seen' } }, 200);
    await eventually(async () =>
      expect((await caseOf(id)).entries).toContainEqual(
        expect.objectContaining({ kind: 'act', title: 'refund.approve', service: 'ordering' }),
      ),
    );
    expect((await actionsOf(id)).approve_refund).toMatchObject({ allowed: false });
  });

  it('does not ask a provider where none is asked to be paid', async () => {
    const buyer = await shop.shopper(10_000);
    const id = await confirmed(buyer);
    const payment = await paymentOf(buyer, id);
    const asking = { params: { id: payment.id }, body: { reason: 'the buyer says so' } };
    expect(await operator.ask(refreshAnyPayment, asking)).toEqual(refused(409, 'conflict'));
    expect(await buyer.ask(refreshAnyPayment, asking)).toEqual(refused(403, 'forbidden'));
  });
});

it('after all of this the audit finds nothing amiss', async () => {
  expect(await violationsAtRest(shop)).toEqual([]);
});
