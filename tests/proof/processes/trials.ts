import { expect } from 'vitest';
import { systemScheduler } from '../../../src/runtime/seams/scheduler.ts';
import { auditBy } from '../audits.ts';
import type { Counted, Customers, PaymentsOf } from '../customers/customers.ts';
import type { Program } from './program.ts';

const scheduler = systemScheduler();

/** How long customers go on for a fail point to be reached. */
const hitMostMs = 90_000;

/** What it took until the program had killed itself at its fail point. */
export interface Hit {
  readonly answers: number;
  readonly seconds: number;
}

/** The fail point was never reached: the case shows nothing. */
export class NotHit extends Error {}

/** Customers buy until so many answers have come, then `strike` strikes in the midst of what is under way. */
export async function strikeDuring(
  customers: Customers,
  { lanes, answers }: { readonly lanes: number; readonly answers: number },
  strike: () => unknown,
): Promise<void> {
  const enough = new AbortController();
  const buying = customers.buy(lanes, enough.signal);
  try {
    await Promise.race([customers.desk.acknowledgements(answers), buying]);
    await strike();
  } finally {
    enough.abort();
    await buying;
  }
}

/** Customers buy until the program has killed itself. @throws NotHit */
export async function buyUntilDeath(customers: Customers, lanes: number, program: Program): Promise<Hit> {
  const [startedMs, before] = [performance.now(), customers.desk.acknowledged];
  const enough = new AbortController();
  const buying = customers.buy(lanes, enough.signal);
  const patience = new AbortController();
  const late = scheduler.wait(hitMostMs, patience.signal).then(() => 'not hit' as const);
  try {
    const first = await Promise.race([program.ended, late, buying.then(() => program.ended)]);
    if (first === 'not hit') throw new NotHit(`the fail point was not reached within ${hitMostMs / 1_000} s`);
    expect(first).toEqual({ code: null, signal: 'SIGKILL' });
  } finally {
    patience.abort();
    enough.abort();
    await buying;
  }
  return {
    answers: customers.desk.acknowledged - before,
    seconds: (performance.now() - startedMs) / 1_000,
  };
}

/** Everything comes to its end, and is as the customers remember it; an audit agrees. Nothing failed that was not meant to. */
export async function expectAllIsWell(
  customers: Customers,
  options: {
    readonly everyNth?: number;
    readonly paymentsOf?: PaymentsOf;
    readonly failed?: 'none' | 'some';
    readonly auditMostMs?: number;
  } = {},
): Promise<Counted> {
  await customers.askAgain(options.everyNth);
  await customers.untilSettled(options.paymentsOf);
  const counted = await customers.check(options.paymentsOf);
  if (options.failed !== 'some') expect(counted.failed).toBe(0);
  const operator: Parameters<typeof auditBy>[0] = {
    ask: (operation, input) => customers.desk.askAsOperator(operation, input),
  };
  const audit = await auditBy(operator, options.auditMostMs);
  expect(audit.violations).toEqual([]);
  expect(audit.checked.orders).toBe(counted.orders);
  return counted;
}
