import { afterAll, beforeAll, expect, test } from 'vitest';
import { getOrderCase, listOrderActions } from '../../src/contracts/http/operator.ts';
import { refreshAnyPayment } from '../../src/contracts/http/payment.ts';
import { OrderConfirmed } from '../../src/contracts/messages/ordering/order-confirmed.v1.ts';
import { opened, type ProvidedShop, startProvidedShop } from '../support/charging.ts';
import { heard } from '../support/hearing.ts';
import { demand, paymentOf, until, yuan } from '../support/trade.ts';

/** What an operator sees and does where a provider takes the money. */

let provided: ProvidedShop;

beforeAll(async () => {
  provided = await startProvidedShop();
});
afterAll(() => provided?.[Symbol.asyncDispose]());

const caseOf = async (id: string) => demand(await provided.shop.operator(), getOrderCase, { params: { id } }, 200);

test('an open attempt is asked about again, and who had that done is on record', async () => {
  const operator = await provided.shop.operator();
  const bought = await provided.anOrder();
  const { orderId: id, buyer } = bought;
  await opened(bought, provided.tellers.wechat.choice);
  const { data } = await demand(operator, listOrderActions, { params: { id } }, 200);
  const payment = await paymentOf(buyer, id);
  expect(data.find(({ action }) => action === 'query_provider')).toMatchObject({
    object: payment.id,
    allowed: true,
    operation: { path: `/v1/admin/payments/${payment.id}/refresh` },
    steps: [
      expect.objectContaining({ code: 'asks', facts: expect.objectContaining({ whom: 'wechat' }) }),
      expect.anything(),
    ],
  });
  const asking = { params: { id: payment.id }, body: { reason: 'the buyer says it is paid' } };
  expect(await demand(operator, refreshAnyPayment, asking, 200)).toMatchObject({ status: 'REQUIRES_ACTION' });
  expect((await caseOf(id)).entries).toContainEqual(
    expect.objectContaining({ kind: 'act', service: 'payment', title: 'payment.queried' }),
  );
});

test('callbacks are in the case, and what a client pays with is masked', async () => {
  const bought = await provided.anOrder();
  const { orderId: id } = bought;
  const action = await opened(bought, provided.tellers.card.choice);
  if (action.type !== 'card') throw new Error('no card is asked for');
  const before = JSON.stringify(await caseOf(id));
  expect(before).toContain('clientSecret');
  expect(before).not.toContain(action.clientSecret);
  expect(provided.tellers.card.pay(await provided.numberOf(id, 'card'))).toBe(true);
  await heard(provided.shop, OrderConfirmed, id);
  const { entries, money } = await until(
    () => caseOf(id),
    (file) => file.entries.some(({ kind }) => kind === 'callback'),
  );
  expect(money).toMatchObject({ in: yuan(10_000), out: yuan(0) });
  expect(entries.find(({ kind }) => kind === 'attempt')).toMatchObject({
    status: 'SUCCEEDED',
    title: 'Attempt 1 over card',
  });
  expect(JSON.stringify(entries)).not.toContain(action.clientSecret);
});
