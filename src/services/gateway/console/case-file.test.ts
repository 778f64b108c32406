import { describe, expect, it } from 'vitest';
import type { Operation } from '#contracts/operation.ts';
import { ProblemError, problem } from '#kernel/problem.ts';
import type { Context, Origin } from '#runtime/service.ts';
import { actionsOf } from './actions.ts';
import { caseFileOf } from './case-file.ts';

const services = ['ordering', 'payment', 'wallet'];
const orderId = 'ord_00000000-0000-7000-8000-000000000001';
const total = { amount: 900, currency: 'CNY' };
const said = {
  ...{
    source: 'ordering',
    position: 1,
    type: 'ordering.order-created',
    version: 1,
    key: orderId,
    causationId: 'request/1',
  },
  ...{ time: '2026-01-05T08:00:00.000Z', traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, data: {} },
};
const captured = {
  ...{ at: '2026-01-05T08:00:01.000Z', kind: 'attempt', id: 'att_1', title: 'Attempt 1', summary: '', raw: {} },
  moved: { direction: 'in', amount: total },
};
const act = { action: 'cancel', object: orderId, refusal: null, changes: [], says: [], asks: [] };
const rows = { table: 'orders', key: orderId, before: { status: 'PENDING' }, after: { status: 'CANCELLED' } };

/** What each service answers where it is not away. */
const answers: Readonly<Record<string, object>> = {
  getAnyOrder: { id: orderId, userId: 'usr_1', total },
  getUser: { id: 'usr_1', email: 'lin@example.com', sessions: [] },
  orderingHistory: { messages: [said], calls: [], deadLetters: [], heard: [] },
  paymentRecords: { records: [captured] },
  orderingRehearse: { acts: [{ ...act, changes: [rows] }] },
};
const none = { messages: [], calls: [], deadLetters: [], heard: [], records: [], acts: [], data: [] };

function platformWithout(...away: readonly string[]): Context {
  const call = async ({ service, name }: Operation) => {
    if (away.includes(service)) throw new ProblemError(problem('unavailable', `${service} is away`));
    return { status: 200, body: { ...none, ...answers[name] } };
  };
  return { call, clock: { now: () => 0 }, service: 'gateway' } as unknown as Context;
}

const origin = { deadline: 10_000, traceparent: said.traceparent } as unknown as Origin;
const caseWithout = (...away: readonly string[]) => caseFileOf(orderId, services, platformWithout(...away), origin);

describe('the case file while a service is away', () => {
  it('names nobody where all are there', async () => {
    expect(await caseWithout()).toMatchObject({
      order: { id: orderId },
      customer: { email: 'lin@example.com' },
      money: { total, in: total, kept: 900 },
      missing: [],
    });
  });

  it('names it once, and shows the rest', async () => {
    const file = await caseWithout('wallet');
    expect(file.missing).toEqual([{ service: 'wallet', why: 'wallet is away' }]);
    expect(file.entries.map(({ kind }) => kind)).toEqual(['transition', 'attempt']);
  });

  it('does not say what was paid while payment is away, nor whose order it is while ordering or identity is', async () => {
    expect(await caseWithout('payment')).toMatchObject({ order: { id: orderId }, money: null });
    expect(await caseWithout('ordering')).toMatchObject({
      order: null,
      customer: null,
      money: { in: total, total: null },
    });
    expect(await caseWithout('identity')).toMatchObject({
      customer: null,
      missing: [{ service: 'identity', why: 'identity is away' }],
    });
  });
});

describe('an act', () => {
  const actions = async (...away: readonly string[]) =>
    (await actionsOf({ orderId, input: {} }, services, platformWithout(...away), origin)).data;

  it('is shown with what it changes and what follows', async () => {
    expect((await actions())[0]).toMatchObject({
      action: 'cancel',
      allowed: true,
      steps: [{ code: 'order.status', facts: { from: 'PENDING', to: 'CANCELLED' } }, { code: 'trail' }],
    });
  });

  it('of an order that nobody knows is none', async () => {
    const platform = platformWithout();
    const context = { ...platform, call: async () => ({ status: 200, body: none }) } as unknown as Context;
    await expect(actionsOf({ orderId, input: {} }, services, context, origin)).rejects.toMatchObject({
      problem: { code: 'not_found' },
    });
  });

  it('cannot be while ordering is away, and that is said', async () => {
    const { data, missing } = await actionsOf({ orderId, input: {} }, services, platformWithout('ordering'), origin);
    expect(data.filter(({ allowed }) => allowed)).toEqual([]);
    expect(missing).toEqual([{ service: 'ordering', why: 'ordering is away' }]);
  });
});
