import type { Instant } from '#kernel/clock.ts';
import type { Context, Job } from '#runtime/service.ts';
import type { ProviderMethod } from '../domain/methods.ts';
import { reconciliationIdOf } from '../domain/reconciliation.ts';
import { methods, type PaymentContext } from '../providers/methods.ts';
import { BillUnavailable } from '../providers/provider.ts';
import type { paymentSettings } from '../settings.ts';
import { type BillDay, daysBefore } from './calendar.ts';
import { check } from './checking.ts';
import { gaugesOf } from './gauges.ts';
import { isSetUp, readBill } from './reading.ts';
import { countOpenDifferences, findReconciliations } from './reads.ts';

const patienceMs = 5 * 60_000;
const dayMs = 86_400_000;

/**
 * Fetches each provider's bill of each day once it is due, and checks it; and again once a day for as long as it looks back,
 * without fetching it again: the next day's bill or a late callback may explain what differed, or differ.
 */
export const reconcileBills: Job<typeof paymentSettings> = {
  name: 'reconcile-bills',
  everyMs: ({ reconciliationLookEveryMs }) => reconciliationLookEveryMs,
  on: 'one',
  async run(context) {
    if (!context.settings.reconciles) return;
    const gauges = gaugesOf(context);
    for (const provider of methods) {
      if (!isSetUp(context, provider)) continue;
      try {
        gauges.waiting.set({ provider }, await reconcileDays(context, provider));
      } catch (error) {
        // Trouble with one provider's days is no reason to leave the others'.
        context.log.error(
          { err: error, provider },
          'days of a provider could not be reconciled; they are begun again later',
        );
      }
    }
    const open = await countOpenDifferences(context.database);
    for (const provider of methods) gauges.open.set({ provider }, open.get(provider) ?? 0);
  },
};

/** Oldest first, so that what belongs to an earlier day is known. Resolves with how many days are without a bill for too long. */
async function reconcileDays(context: PaymentContext, provider: ProviderMethod): Promise<number> {
  const { clock, database, settings } = context;
  const due = daysBefore(provider, clock.now(), settings.reconciliationDays)
    .filter(({ dueAt }) => dueAt <= clock.now())
    .reverse();
  const ids = due.map(({ day }) => reconciliationIdOf(provider, day));
  const known = new Map((await findReconciliations(database, ids)).map((row) => [row.day, row]));
  let late = 0;
  for (const day of due) {
    const row = known.get(day.day);
    const id = reconciliationIdOf(provider, day.day);
    // A file that was uploaded before the day's bill was due need not have been all of it.
    const isRead = row && row.status !== 'WAITING' && (row.checkedAt === null || row.checkedAt >= day.dueAt);
    const isWaiting = row?.nextTryAt != null && row.nextTryAt > clock.now();
    if (isRead) {
      const isDue = row.status === 'READ' || (row.checkedAt ?? 0) + dayMs <= clock.now();
      if (isDue) await check(context as Context, id, context.timer('reconcile-bills'));
    } else if (isWaiting || !(await reconcileDay(context, provider, day, id))) {
      late += isAlarming(context, provider, day) ? 1 : 0;
    }
  }
  return late;
}

async function reconcileDay(context: PaymentContext, provider: ProviderMethod, { day }: BillDay, id: string) {
  const origin = context.timer('reconcile-bills');
  const deadline: Instant = context.clock.now() + patienceMs;
  try {
    if (await readBill(context as Context, { provider, day, deadline }, origin))
      await check(context as Context, id, origin);
    return true;
  } catch (error) {
    if (!(error instanceof BillUnavailable)) throw error;
    context.log.info({ provider, day, why: error.why, detail: error.message }, 'no bill yet; it is fetched later');
    return false;
  }
}

function isAlarming(
  { clock, log, settings }: PaymentContext,
  provider: ProviderMethod,
  { day, dueAt }: BillDay,
): boolean {
  const isLate = clock.now() - dueAt >= settings.reconciliationAlarmAfterMs;
  if (isLate) log.error({ provider, day }, 'a day is still without its bill; fetch it or upload it');
  return isLate;
}
