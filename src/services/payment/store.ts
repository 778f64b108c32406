import type { Queries } from '#runtime/database/database.ts';
import { rowsOf } from '#runtime/database/rows-of.ts';
import type { Attempt, Charge, Payment, PaymentTables, Refund, RefundPart } from './domain/model.ts';
import { reconciliationTables } from './reconciliation/tables.ts';

export const paymentColumns = `id, order_id as "orderId", user_id as "userId", status, status_reason as "statusReason", due, currency,
  captured, credited, refunded, payable_until as "payableUntil", closing, attempts, method, open_attempt as "openAttempt",
  open_balance as "openBalance", captured_attempts as "capturedAttempts", created_at as "createdAt", cause`;
const loadPayments = `select ${paymentColumns} from payments where id = any($1)`;
const paymentFields = `id, user_id, status, status_reason, due, currency, captured, credited, refunded, payable_until, closing, attempts,
  method, open_attempt, open_balance, captured_attempts`;
const writtenPayment = `id text, user_id text, status text, status_reason text, due bigint, currency text, captured bigint, credited bigint,
  refunded bigint, payable_until timestamptz, closing text, attempts int, method text, open_attempt text, open_balance text,
  captured_attempts text`;
const insertPayments = `
  insert into payments (${paymentFields}, order_id, created_at, cause)
  select id, user_id, status, status_reason, due, currency, captured, credited, refunded, payable_until, closing, attempts, method,
    open_attempt, open_balance, captured_attempts::text[], order_id, created_at, cause
  from ${rowsOf(`${writtenPayment}, order_id text, created_at timestamptz, cause text`)} as c`;
const updatePayments = `
  update payments as p set user_id = c.user_id, status = c.status, status_reason = c.status_reason, due = c.due,
    currency = c.currency, captured = c.captured, credited = c.credited, refunded = c.refunded, payable_until = c.payable_until,
    closing = c.closing, attempts = c.attempts, method = c.method, open_attempt = c.open_attempt, open_balance = c.open_balance,
    captured_attempts = c.captured_attempts::text[]
  from ${rowsOf(writtenPayment)} as c
  where p.id = c.id`;

const attemptColumns = `id, payment_id as "paymentId", number, method, amount, currency, status, problem, refunding,
  next_check_at as "nextCheckAt", checks, retried_as as "retriedAs", created_at as "createdAt", cause`;
const loadAttempts = `select ${attemptColumns} from attempts where id = any($1)`;
const writtenAttempt =
  'id text, status text, problem text, refunding bigint, next_check_at timestamptz, checks int, retried_as text';
const insertAttempts = `
  insert into attempts
    (id, status, problem, refunding, next_check_at, checks, retried_as, payment_id, number, method, amount, currency, created_at, cause)
  select * from ${rowsOf(`
      ${writtenAttempt}, payment_id text, number int, method text, amount bigint, currency text, created_at timestamptz,
      cause text`)} as new`;
const updateAttempts = `
  update attempts as a set status = c.status, problem = c.problem, refunding = c.refunding, next_check_at = c.next_check_at,
    checks = c.checks, retried_as = c.retried_as
  from ${rowsOf(writtenAttempt)} as c
  where a.id = c.id`;

const refundColumns = `id, payment_id as "paymentId", status, amount, currency, reason, parts, next_try_at as "nextTryAt", tries,
  settled_at as "settledAt", created_at as "createdAt", cause`;
const loadRefunds = `select ${refundColumns} from refunds where id = any($1)`;
const insertRefunds = `
  insert into refunds (id, status, parts, next_try_at, tries, settled_at, payment_id, amount, currency, reason, created_at, cause)
  select id, status, parts::jsonb, next_try_at, tries, settled_at, payment_id, amount, currency, reason, created_at, cause
  from ${rowsOf(`
      id text, status text, parts text, next_try_at timestamptz, tries int, settled_at timestamptz,
      payment_id text, amount bigint, currency text, reason text, created_at timestamptz, cause text`)} as c`;
const updateRefunds = `
  update refunds as r set status = c.status, parts = c.parts::jsonb, next_try_at = c.next_try_at, tries = c.tries,
    settled_at = c.settled_at
  from ${rowsOf('id text, status text, parts text, next_try_at timestamptz, tries int, settled_at timestamptz')} as c
  where r.id = c.id`;

const chargeColumns = `id, flow, description, return_url as "returnUrl", openid, expires_at as "expiresAt",
  balance_attempt as "balanceAttempt", reference, action, transaction,
  paid_at as "paidAt", detail`;
const loadCharges = `select ${chargeColumns} from charges where id = any($1)`;
const insertCharges = `
  insert into charges
    (id, reference, action, transaction, paid_at, detail, flow, description, return_url, openid, expires_at, balance_attempt)
  select id, reference, action::jsonb, transaction, paid_at, detail, flow, description, return_url, openid, expires_at,
    balance_attempt
  from ${rowsOf(`
      id text, reference text, action text, transaction text, paid_at timestamptz, detail text, flow text,
      description text, return_url text, openid text, expires_at timestamptz, balance_attempt text`)} as c`;
const updateCharges = `
  update charges as h set reference = c.reference, action = c.action::jsonb, transaction = c.transaction, paid_at = c.paid_at,
    detail = c.detail
  from ${rowsOf('id text, reference text, action text, transaction text, paid_at timestamptz, detail text')} as c
  where h.id = c.id`;

/** What comes again is counted; the effect of it was that of the first time. */
const insertCallbacks = `
  insert into callbacks (id, provider, received_at, status, why, detail, number, order_id, headers, body, cause)
  select id, provider, received_at, status, why, detail, number, order_id, headers::jsonb, body, cause
  from ${rowsOf(`
      id text, provider text, received_at timestamptz, status text, why text, detail text, number text,
      order_id text, headers text, body text, cause text`)} as c
  on conflict (id) do update set deliveries = callbacks.deliveries + 1`;

export const tables: PaymentTables = {
  payments: {
    keyOf: ({ id }) => id,
    load: async (transaction, keys) => (await transaction.query<Payment>(loadPayments, [keys])).rows,
    insert: (transaction, rows) =>
      transaction.query(insertPayments, [
        ...paymentState(rows),
        rows.map(({ orderId }) => orderId),
        rows.map(({ createdAt }) => createdAt),
        rows.map(({ cause }) => cause),
      ]),
    update: (transaction, rows) => transaction.query(updatePayments, paymentState(rows)),
  },
  refunds: {
    keyOf: ({ id }) => id,
    load: async (transaction, keys) => (await transaction.query<RefundRow>(loadRefunds, [keys])).rows.map(refundOf),
    insert: (transaction, rows) =>
      transaction.query(insertRefunds, [
        ...refundState(rows),
        rows.map(({ paymentId }) => paymentId),
        rows.map(({ amount }) => amount),
        rows.map(({ currency }) => currency),
        rows.map(({ reason }) => reason),
        rows.map(({ createdAt }) => createdAt),
        rows.map(({ cause }) => cause),
      ]),
    update: (transaction, rows) => transaction.query(updateRefunds, refundState(rows)),
  },
  attempts: {
    keyOf: ({ id }) => id,
    load: async (transaction, keys) => (await transaction.query<Attempt>(loadAttempts, [keys])).rows,
    insert: (transaction, rows) =>
      transaction.query(insertAttempts, [
        ...attemptState(rows),
        rows.map(({ paymentId }) => paymentId),
        rows.map(({ number }) => number),
        rows.map(({ method }) => method),
        rows.map(({ amount }) => amount),
        rows.map(({ currency }) => currency),
        rows.map(({ createdAt }) => createdAt),
        rows.map(({ cause }) => cause),
      ]),
    update: (transaction, rows) => transaction.query(updateAttempts, attemptState(rows)),
  },
  charges: {
    keyOf: ({ id }) => id,
    load: async (queries, keys) => readCharges(queries, keys),
    insert: (transaction, rows) =>
      transaction.query(insertCharges, [
        ...chargeState(rows),
        rows.map(({ flow }) => flow),
        rows.map(({ description }) => description),
        rows.map(({ returnUrl }) => returnUrl),
        rows.map(({ openid }) => openid),
        rows.map(({ expiresAt }) => expiresAt),
        rows.map(({ balanceAttempt }) => balanceAttempt),
      ]),
    update: (transaction, rows) => transaction.query(updateCharges, chargeState(rows)),
  },
  ...reconciliationTables,
  callbacks: {
    keyOf: ({ id }) => id,
    insert: (transaction, rows) =>
      transaction.query(insertCallbacks, [
        rows.map(({ id }) => id),
        rows.map(({ provider }) => provider),
        rows.map(({ receivedAt }) => receivedAt),
        rows.map(({ status }) => status),
        rows.map(({ why }) => why),
        rows.map(({ detail }) => detail),
        rows.map(({ number }) => number),
        rows.map(({ orderId }) => orderId),
        rows.map(({ headers }) => JSON.stringify(headers)),
        rows.map(({ body }) => body),
        rows.map(({ cause }) => cause),
      ]),
  },
};

function paymentState(rows: readonly Payment[]): unknown[] {
  return [
    rows.map(({ id }) => id),
    rows.map(({ userId }) => userId),
    rows.map(({ status }) => status),
    rows.map(({ statusReason }) => statusReason),
    rows.map(({ due }) => due),
    rows.map(({ currency }) => currency),
    rows.map(({ captured }) => captured),
    rows.map(({ credited }) => credited),
    rows.map(({ refunded }) => refunded),
    rows.map(({ payableUntil }) => payableUntil),
    rows.map(({ closing }) => closing),
    rows.map(({ attempts }) => attempts),
    rows.map(({ method }) => method),
    rows.map(({ openAttempt }) => openAttempt),
    rows.map(({ openBalance }) => openBalance),
    // As array literals of their own: unnest would flatten arrays of arrays.
    rows.map(({ capturedAttempts }) => `{${capturedAttempts.join(',')}}`),
  ];
}

function attemptState(rows: readonly Attempt[]): unknown[] {
  return [
    rows.map(({ id }) => id),
    rows.map(({ status }) => status),
    rows.map(({ problem }) => problem),
    rows.map(({ refunding }) => refunding),
    rows.map(({ nextCheckAt }) => nextCheckAt),
    rows.map(({ checks }) => checks),
    rows.map(({ retriedAs }) => retriedAs),
  ];
}

function chargeState(rows: readonly Charge[]): unknown[] {
  return [
    rows.map(({ id }) => id),
    rows.map(({ reference }) => reference),
    rows.map(({ action }) => (action === null ? null : JSON.stringify(action))),
    rows.map(({ transaction }) => transaction),
    rows.map(({ paidAt }) => paidAt),
    rows.map(({ detail }) => detail),
  ];
}

function refundState(rows: readonly Refund[]): unknown[] {
  return [
    rows.map(({ id }) => id),
    rows.map(({ status }) => status),
    rows.map(({ parts }) => JSON.stringify(parts.map((part) => ({ ...part, amount: Number(part.amount) })))),
    rows.map(({ nextTryAt }) => nextTryAt),
    rows.map(({ tries }) => tries),
    rows.map(({ settledAt }) => settledAt),
  ];
}

export interface RefundRow extends Omit<Refund, 'parts'> {
  readonly parts: readonly (Omit<RefundPart, 'amount'> & { readonly amount: number })[];
}

export function refundOf(row: RefundRow): Refund {
  return { ...row, parts: row.parts.map((part) => ({ ...part, amount: BigInt(part.amount) })) };
}

export async function readCharges(queries: Queries, ids: readonly string[]): Promise<readonly Charge[]> {
  return (await queries.query<Charge>(loadCharges, [ids])).rows;
}
