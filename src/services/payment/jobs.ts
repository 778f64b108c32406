import type { Context, Job } from '#runtime/service.ts';
import { giveBackToBalance } from './balance.ts';
import { giveBackByProvider } from './charges.ts';
import { concludePart } from './domain/refund.ts';
import { dueCharges, dueDebits, dueRefunds, findAttempts, type RefundToCarryOut } from './reads.ts';
import { recording, resolve } from './settle.ts';

/** Done at once: the wallet's writer and ours merge them into few transactions. */
const mostAtOnce = 200;
/** Providers count requests, and answer each by itself. */
const mostAtProviders = 20;

/** Attempts over the balance whose request has gone, or whose outcome is unknown: the wallet has the last word. */
export const resolveAttempts: Job = {
  name: 'resolve-attempts',
  everyMs: 1_000,
  on: 'one',
  run: (context) => resolveAll(context, 'resolve-attempts', dueDebits, mostAtOnce),
};

/**
 * Attempts at providers: what is open is asked about, later each time, and what nobody wants any more is closed there. Callbacks
 * may get lost, and some providers have none for a failure.
 */
export const followCharges: Job = {
  name: 'follow-charges',
  everyMs: 1_000,
  on: 'one',
  run: (context) => resolveAll(context, 'follow-charges', dueCharges, mostAtProviders),
};

async function resolveAll(context: Context, name: string, dueAttempts: typeof dueDebits, most: number): Promise<void> {
  for (;;) {
    const due = await dueAttempts(context.database, context.clock.now(), most);
    await Promise.all(due.map((attempt) => resolve(context, attempt, context.timer(name))));
    if (due.length < most) return;
  }
}

/**
 * What goes back to balances is carried out here and nowhere else, soon after the commit that asked for it; a look at an index
 * that is nearly always empty. Two instances doing the same one do it once: the wallet is asked under refund and attempt.
 */
export const carryOutRefunds: Job = {
  name: 'carry-out-refunds',
  everyMs: 100,
  on: 'each',
  run: (context) => carryOutAll(context, 'balances', mostAtOnce),
};

/** What goes back by providers. By one instance: of two that ask at once one may be refused and the other not. */
export const carryOutAtProviders: Job = {
  name: 'carry-out-at-providers',
  everyMs: 500,
  on: 'one',
  run: (context) => carryOutAll(context, 'providers', mostAtProviders),
};

async function carryOutAll(context: Context, to: 'balances' | 'providers', most: number): Promise<void> {
  for (;;) {
    const due = await dueRefunds(context.database, to, context.clock.now(), most);
    await Promise.all(due.map((refund) => carryOut(context, refund, to)));
    if (due.length < most) return;
  }
}

async function carryOut(context: Context, refund: RefundToCarryOut, to: 'balances' | 'providers'): Promise<void> {
  const { id: refundId, paymentId } = refund;
  const origin = context.timer('carry-out-refunds');
  const open = refund.parts.filter(
    ({ status, method }) => status === 'REQUESTED' && (method === 'balance') === (to === 'balances'),
  );
  const ids = to === 'balances' ? [] : open.map(({ attemptId }) => attemptId);
  const attempts = ids.length === 0 ? [] : await findAttempts(context.database, ids);
  for (const part of open) {
    const attempt = attempts.find(({ id }) => id === part.attemptId);
    const outcome = await (attempt
      ? giveBackByProvider(context, refund, part, attempt)
      : giveBackToBalance(context, refund, part, origin));
    const command = { refundId, paymentId, attemptId: part.attemptId, outcome };
    await context.write(concludePart, command, recording(origin, context), { urgent: true });
  }
}
