import * as operations from '#contracts/http/reconciliation.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { refuse } from '#kernel/problem.ts';
import { decodeCursor, encodeCursor, refuseCursor } from '#runtime/http/paging.ts';
import { answer, type Context, type Origin } from '#runtime/service.ts';
import { type Difference, type Reconciliation, reconciliationIdOf } from '../domain/reconciliation.ts';
import { resolveDifference as resolveDifferenceDecider } from '../domain/reconciling.ts';
import { BillUnavailable } from '../providers/provider.ts';
import { billDay } from '../reconciliation/calendar.ts';
import { check } from '../reconciliation/checking.ts';
import { type BillAsked, isSetUp, readBill } from '../reconciliation/reading.ts';
import {
  findDifference,
  findReconciliations,
  listDifferences as readDifferences,
  listReconciliations as readReconciliations,
} from '../reconciliation/reads.ts';

/** A provider is waited for so long; whoever asked may be told earlier that it goes on. */
const patienceMs = 5 * 60_000;
/** Left of the caller's time to be told. */
const reserveMs = 2_000;

export const reconcile = answer(operations.reconcile, async (request, context) =>
  run(context, { ...request.body, action: 'reconciliation.fetch' }, request),
);

export const reconcileFile = answer(operations.reconcileFile, async (request, context) => {
  const { provider, day, file } = request.body;
  return run(context, { provider, day, action: 'reconciliation.upload', file: Buffer.from(file, 'base64') }, request);
});

async function run(context: Context, asked: Omit<BillAsked, 'deadline'>, origin: Origin) {
  const { provider, day } = asked;
  if (!isSetUp(context, provider)) refuse('method_not_available', `${provider} is not set up here.`);
  if (!billDay(provider, day))
    refuse('validation_failed', undefined, [{ pointer: asked.file ? '/query/day' : '/day', detail: 'is no day' }]);
  const { clock, log, scheduler } = context;
  const running = reconciled(context, { ...asked, deadline: clock.now() + patienceMs }, origin);
  // Who does not wait any more reads in the reconciliation what became of it.
  running.catch((error: unknown) => log.info({ err: error, provider, day }, 'a bill that was asked for did not come'));
  const stop = new AbortController();
  const waiting = scheduler.wait(Math.max(0, origin.deadline - clock.now() - reserveMs), stop.signal);
  const isDone = await Promise.race([running.then(() => true), waiting.then(() => false)]).finally(() => stop.abort());
  const body = viewOf(await found(context, reconciliationIdOf(provider, day)));
  return isDone ? { status: 200 as const, body } : { status: 202 as const, body };
}

async function reconciled(context: Context, asked: BillAsked, origin: Origin): Promise<void> {
  try {
    if (await readBill(context, asked, origin)) {
      await check(context, reconciliationIdOf(asked.provider, asked.day), origin);
    }
  } catch (error) {
    if (!(error instanceof BillUnavailable)) throw error;
    if (asked.file) refuse('validation_failed', error.message.slice(0, 300), [{ pointer: '' }]);
    refuse('bill_unavailable', `${error.why}: ${error.message}`.slice(0, 300));
  }
}

async function found({ database }: Context, id: string): Promise<Reconciliation> {
  const [row] = await findReconciliations(database, [id]);
  return row ?? refuse('not_found', 'There is no such reconciliation.');
}

const rowsPerPage = 20;
const latest = { day: '9999-12-31', id: '~' };

export const listReconciliations = answer(operations.listReconciliations, async ({ query }, { database }) => {
  const { limit = rowsPerPage } = query;
  const rows = await readReconciliations(database, query, placeOf(query.cursor), limit + 1);
  return { status: 200, body: pageOf(rows, limit, viewOf) };
});

export const getReconciliation = answer(operations.getReconciliation, async ({ params }, context) => {
  return { status: 200, body: viewOf(await found(context, params.id)) };
});

export const listDifferences = answer(operations.listDifferences, async ({ query }, { database }) => {
  const { limit = rowsPerPage } = query;
  const rows = await readDifferences(database, query, placeOf(query.cursor), limit + 1);
  return { status: 200, body: pageOf(rows, limit, differenceView) };
});

export const resolveDifference = answer(operations.resolveDifference, async (request, context) => {
  const { params, body, caller } = request;
  await context.write(resolveDifferenceDecider, { id: params.id, reason: body.reason, by: caller.id }, request);
  const row = await findDifference(context.database, params.id);
  return { status: 200, body: differenceView(row ?? refuse('not_found')) };
});

function pageOf<Row extends { readonly day: string; readonly id: string }, View>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => View,
): { data: View[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { data: shown.map(view), nextCursor: last ? encodeCursor([last.day, last.id]) : null };
}

function placeOf(cursor: string | undefined): typeof latest {
  const [day, id] = decodeCursor(cursor, 2) ?? [];
  if (day === undefined || id === undefined) return latest;
  return /^\d{4}-\d\d-\d\d$/.test(day) ? { day, id } : refuseCursor();
}

function viewOf(row: Reconciliation): operations.Reconciliation {
  const { id, provider, day, status, source, lines, openDifferences, fees, why, detail, checkedAt, nextTryAt } = row;
  const checked = openDifferences > 0 ? ('DIFFERENT' as const) : ('BALANCED' as const);
  const shown = { WAITING: 'WAITING', READ: 'CHECKING', CHECKED: checked } as const;
  return {
    ...{ id, provider, day, status: shown[status], source, lines, openDifferences },
    fees: Object.entries(fees).map(([currency, { amount }]) => ({ amount: Number(amount), currency })),
    failure: why === null ? null : { why, detail: detail ?? '' },
    ...{ checkedAt: timestampOf(checkedAt), nextTryAt: timestampOf(nextTryAt) },
  };
}

function differenceView(row: Difference): operations.Difference {
  const { id, reconciliationId, provider, day, kind, status, number, orderId, raw: line, evidence } = row;
  const { ours, billed, expectedFee, ledger } = evidence;
  return {
    ...{ id, reconciliationId, provider, day, kind, status, number, orderId, line, foundAt: toTimestamp(row.foundAt) },
    evidence: {
      ours: ours && { ...without(ours), amount: { amount: ours.amount, currency: ours.currency } },
      billed: billed && { amount: { amount: billed.amount, currency: billed.currency }, fee: billed.fee },
      expectedFee,
      ledger: ledger && [...ledger],
    },
    resolution:
      row.resolvedHow === null || row.resolvedAt === null
        ? null
        : { how: row.resolvedHow, by: row.resolvedBy, reason: row.reason, at: toTimestamp(row.resolvedAt) },
  };
}

function without({ attemptId, refundId, orderId, status }: NonNullable<Difference['evidence']['ours']>) {
  return { attemptId, refundId, orderId, status };
}

function timestampOf(instant: number | null): string | null {
  return instant === null ? null : toTimestamp(instant);
}
