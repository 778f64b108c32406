import { expect, test } from 'vitest';
import { ask, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import { tables } from '../store.ts';
import { shortName } from '../testing/given.ts';
import { type AttemptOutcome, closeAttempt, concludeAttempt } from './funnel.ts';
import { paymentIdOf } from './model.ts';
import { openAttempt } from './opening.ts';
import { concludePart } from './refund.ts';

/** Payments for a wallet: opened by their buyer alone, tried once, and nothing that ordering would hear. */

const topUpId = 'top_one';
const paymentId = paymentIdOf(topUpId);
const order = { orderId: topUpId, userId: 'ann', total: { amount: 100, currency: 'CNY' }, payableUntil: 1_000_000 };
const charge = { flow: 'qr', returnUrl: null, openid: null, description: 'top-up', balance: null } as const;

async function opened() {
  const world = new Rehearsal(tables);
  const command = { attemptId: 'att_1', orderId: topUpId, userId: 'ann', method: 'wechat', order, charge } as const;
  await world.batch([ask(openAttempt, command)]);
  const conclude = (outcome: AttemptOutcome) =>
    world.batch([ask(concludeAttempt, { paymentId, attemptId: 'att_1', outcome })]);
  return { world, conclude, said: () => world.said.map(shortName) };
}

test('is credited once it is captured, however often that is told', async () => {
  const { world, conclude, said } = await opened();
  await conclude({ kind: 'succeeded' });
  await conclude({ kind: 'succeeded' });
  expect(said()).toEqual(['top-up-captured att_1 100']);
  expect(world.said[0]?.data).toMatchObject({ topUpId, isCredited: true });
  expect(world.row('payments', paymentId)).toMatchObject({ status: 'SUCCEEDED', credited: 100n });
});

test('that came to nothing is over, and its money goes back when it comes all the same', async () => {
  const { world, conclude, said } = await opened();
  await conclude({ kind: 'closed', detail: 'CLOSED' });
  expect(world.row('payments', paymentId)).toMatchObject({ status: 'CLOSED', statusReason: 'closed_by_provider' });
  await conclude({ kind: 'succeeded' });
  expect(world.said[0]?.data).toMatchObject({ isCredited: false });
  const command = { refundId: 'rfd_1', paymentId, attemptId: 'att_1', outcome: { kind: 'succeeded' } } as const;
  await world.batch([ask(concludePart, command)]);
  expect(said()).toEqual(['top-up-captured att_1 100', 'top-up-returned att_1 rfd_1 100']);
});

test('is no payment that a buyer closes', async () => {
  const { world } = await opened();
  const [decision] = await world.batch([ask(closeAttempt, { paymentId, userId: 'ann' })]);
  expect(decision?.refuse?.code).toBe('not_found');
});
