import type { Context, Job } from '#runtime/service.ts';
import { giveBackToBalance } from './balance.ts';
import { concludePart } from './domain/refund.ts';
import { recording, resolve } from './settle.ts';
import { dueAttempts, dueRefunds, type RefundToCarryOut } from './store.ts';

/** Done at once: the wallet's writer and ours merge them into few transactions. */
const mostAtOnce = 200;

/** Attempts whose request has gone, or whose outcome is unknown: the wallet has the last word. */
export const resolveAttempts: Job = {
  name: 'resolve-attempts',
  everyMs: 1_000,
  on: 'one',
  async run(context) {
    for (;;) {
      const due = await dueAttempts(context.database, context.clock.now(), mostAtOnce);
      await Promise.all(due.map((attempt) => resolve(context, attempt, context.timer('resolve-attempts'))));
      if (due.length < mostAtOnce) return;
    }
  },
};

/**
 * Refunds are carried out here and nowhere else, soon after the commit that asked for them; a look at an index that is
 * nearly always empty. Two instances doing the same one do it once: the wallet is asked under refund and attempt.
 */
export const carryOutRefunds: Job = {
  name: 'carry-out-refunds',
  everyMs: 100,
  on: 'each',
  async run(context) {
    for (;;) {
      const due = await dueRefunds(context.database, context.clock.now(), mostAtOnce);
      await Promise.all(due.map((refund) => carryOut(context, refund)));
      if (due.length < mostAtOnce) return;
    }
  },
};

async function carryOut(context: Context, refund: RefundToCarryOut): Promise<void> {
  const { id: refundId, paymentId } = refund;
  const origin = context.timer('carry-out-refunds');
  const open = refund.parts.filter(({ status }) => status === 'REQUESTED');
  for (const part of open) {
    const outcome = await giveBackToBalance(context, refund, part, origin);
    const command = { refundId, paymentId, attemptId: part.attemptId, outcome };
    await context.write(concludePart, command, recording(origin, context), { urgent: true });
  }
}
