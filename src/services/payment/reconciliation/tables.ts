import { rowsOf } from '#runtime/database/rows-of.ts';
import type { PaymentTables } from '../domain/model.ts';
import type { BilledLine, Difference, Reconciliation } from '../domain/reconciliation.ts';

export const reconciliationColumns = `id, provider, day, status, source, reading, generation, lines,
  open_differences as "openDifferences", fees, why, detail, tries, next_try_at as "nextTryAt", checked_at as "checkedAt",
  created_at as "createdAt", cause`;
const loadReconciliations = `select ${reconciliationColumns} from reconciliations where id = any($1)`;
const reconciliationState = `id, status, source, reading, generation, lines, open_differences, fees, why, detail, tries, next_try_at,
  checked_at`;
const writtenReconciliation = `id text, status text, source text, reading int, generation int, lines int, open_differences int, fees text,
  why text, detail text, tries int, next_try_at timestamptz, checked_at timestamptz`;
const insertReconciliations = `
  insert into reconciliations (${reconciliationState}, provider, day, created_at, cause)
  select id, status, source, reading, generation, lines, open_differences, fees::jsonb, why, detail, tries, next_try_at, checked_at,
    provider, day, created_at, cause
  from ${rowsOf(`${writtenReconciliation}, provider text, day text, created_at timestamptz, cause text`)} as c`;
const updateReconciliations = `
  update reconciliations as r set status = c.status, source = c.source, reading = c.reading, generation = c.generation,
    lines = c.lines, open_differences = c.open_differences, fees = c.fees::jsonb, why = c.why, detail = c.detail, tries = c.tries,
    next_try_at = c.next_try_at, checked_at = c.checked_at
  from ${rowsOf(writtenReconciliation)} as c where r.id = c.id`;

/** Read again it is the same line, and what a corrected bill says of it now stands. */
const insertLines = `
  insert into bill_lines (id, reconciliation_id, kind, number, transaction, amount, currency, fee, fee_currency, at, occurrence, raw,
    generation, cause)
  select * from ${rowsOf(`
      id text, reconciliation_id text, kind text, number text, transaction text, amount bigint, currency text,
      fee bigint, fee_currency text, at timestamptz, occurrence int, raw text, generation int, cause text`)} as new
  on conflict (id) do update set number = excluded.number, transaction = excluded.transaction, amount = excluded.amount,
    currency = excluded.currency, fee = excluded.fee, fee_currency = excluded.fee_currency, at = excluded.at, raw = excluded.raw,
    generation = excluded.generation`;

export const differenceColumns = `id, reconciliation_id as "reconciliationId", provider, day, kind, status, number, order_id as "orderId",
  line_id as "lineId", raw, evidence, resolved_how as "resolvedHow", resolved_by as "resolvedBy", reason, found_at as "foundAt",
  resolved_at as "resolvedAt", cause`;
const loadDifferences = `select ${differenceColumns} from differences where id = any($1)`;
const differenceState = 'id, status, raw, evidence, resolved_how, resolved_by, reason, resolved_at';
const writtenDifference =
  'id text, status text, raw text, evidence text, resolved_how text, resolved_by text, reason text, resolved_at timestamptz';
const insertDifferences = `
  insert into differences (${differenceState}, reconciliation_id, provider, day, kind, number, order_id, line_id, found_at, cause)
  select id, status, raw, evidence::jsonb, resolved_how, resolved_by, reason, resolved_at, reconciliation_id, provider, day, kind,
    number, order_id, line_id, found_at, cause
  from ${rowsOf(`
      ${writtenDifference}, reconciliation_id text, provider text, day text, kind text, number text, order_id text,
      line_id text, found_at timestamptz, cause text`)} as c`;
const updateDifferences = `
  update differences as d set status = c.status, raw = c.raw, evidence = c.evidence::jsonb, resolved_how = c.resolved_how,
    resolved_by = c.resolved_by, reason = c.reason, resolved_at = c.resolved_at
  from ${rowsOf(writtenDifference)} as c where d.id = c.id`;

export const reconciliationTables: Pick<PaymentTables, 'reconciliations' | 'billLines' | 'differences'> = {
  reconciliations: {
    keyOf: ({ id }) => id,
    load: async (queries, keys) => (await queries.query<Reconciliation>(loadReconciliations, [keys])).rows,
    insert: (transaction, rows) =>
      transaction.query(insertReconciliations, [
        ...stateOfReconciliations(rows),
        rows.map(({ provider }) => provider),
        rows.map(({ day }) => day),
        rows.map(({ createdAt }) => createdAt),
        rows.map(({ cause }) => cause),
      ]),
    update: (transaction, rows) => transaction.query(updateReconciliations, stateOfReconciliations(rows)),
  },
  billLines: {
    keyOf: ({ id }) => id,
    insert: (transaction, rows) => transaction.query(insertLines, valuesOfLines(rows)),
  },
  differences: {
    keyOf: ({ id }) => id,
    load: async (queries, keys) => (await queries.query<Difference>(loadDifferences, [keys])).rows,
    insert: (transaction, rows) =>
      transaction.query(insertDifferences, [
        ...stateOfDifferences(rows),
        rows.map(({ reconciliationId }) => reconciliationId),
        rows.map(({ provider }) => provider),
        rows.map(({ day }) => day),
        rows.map(({ kind }) => kind),
        rows.map(({ number }) => number),
        rows.map(({ orderId }) => orderId),
        rows.map(({ lineId }) => lineId),
        rows.map(({ foundAt }) => foundAt),
        rows.map(({ cause }) => cause),
      ]),
    update: (transaction, rows) => transaction.query(updateDifferences, stateOfDifferences(rows)),
  },
};

function stateOfReconciliations(rows: readonly Reconciliation[]): unknown[] {
  return [
    rows.map(({ id }) => id),
    rows.map(({ status }) => status),
    rows.map(({ source }) => source),
    rows.map(({ reading }) => reading),
    rows.map(({ generation }) => generation),
    rows.map(({ lines }) => lines),
    rows.map(({ openDifferences }) => openDifferences),
    rows.map(({ fees }) => JSON.stringify(fees)),
    rows.map(({ why }) => why),
    rows.map(({ detail }) => detail),
    rows.map(({ tries }) => tries),
    rows.map(({ nextTryAt }) => nextTryAt),
    rows.map(({ checkedAt }) => checkedAt),
  ];
}

function valuesOfLines(rows: readonly BilledLine[]): unknown[] {
  return [
    rows.map(({ id }) => id),
    rows.map(({ reconciliationId }) => reconciliationId),
    rows.map(({ kind }) => kind),
    rows.map(({ number }) => number),
    rows.map(({ transaction }) => transaction),
    rows.map(({ amount }) => amount),
    rows.map(({ currency }) => currency),
    rows.map(({ fee }) => fee),
    rows.map(({ feeCurrency }) => feeCurrency),
    rows.map(({ at }) => at),
    rows.map(({ occurrence }) => occurrence),
    rows.map(({ raw }) => raw),
    rows.map(({ generation }) => generation),
    rows.map(({ cause }) => cause),
  ];
}

function stateOfDifferences(rows: readonly Difference[]): unknown[] {
  return [
    rows.map(({ id }) => id),
    rows.map(({ status }) => status),
    rows.map(({ raw }) => raw),
    rows.map(({ evidence }) => JSON.stringify(evidence)),
    rows.map(({ resolvedHow }) => resolvedHow),
    rows.map(({ resolvedBy }) => resolvedBy),
    rows.map(({ reason }) => reason),
    rows.map(({ resolvedAt }) => resolvedAt),
  ];
}
