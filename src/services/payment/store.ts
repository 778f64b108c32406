import { type Instant, toTimestamp } from '#kernel/clock.ts';
import type { Database } from '#runtime/database/database.ts';
import type { Attempt, AttemptStatus, Payment, PaymentTables, Refund, RefundPart } from './domain/model.ts';

const paymentColumns = `id, order_id as "orderId", user_id as "userId", status, status_reason as "statusReason", due, currency,
  captured, refunded, payable_until as "payableUntil", closing, attempts, method, open_attempt as "openAttempt",
  captured_attempts as "capturedAttempts", created_at as "createdAt", cause`;
const loadPayments = `select ${paymentColumns} from payments where id = any($1)`;
const insertPayments = `
  insert into payments
    (id, user_id, status, status_reason, due, currency, captured, refunded, payable_until, closing, attempts, method, open_attempt,
     captured_attempts, order_id, created_at, cause)
  select id, user_id, status, status_reason, due, currency, captured, refunded, payable_until, closing, attempts, method,
    open_attempt, captured_attempts::text[], order_id, created_at, cause
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[],
    $9::timestamptz[], $10::text[], $11::int[], $12::text[], $13::text[], $14::text[], $15::text[], $16::timestamptz[], $17::text[])
    as c (id, user_id, status, status_reason, due, currency, captured, refunded, payable_until, closing, attempts, method,
      open_attempt, captured_attempts, order_id, created_at, cause)`;
const updatePayments = `
  update payments as p set user_id = c.user_id, status = c.status, status_reason = c.status_reason, due = c.due,
    currency = c.currency, captured = c.captured, refunded = c.refunded, payable_until = c.payable_until, closing = c.closing,
    attempts = c.attempts, method = c.method, open_attempt = c.open_attempt, captured_attempts = c.captured_attempts::text[]
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[],
    $9::timestamptz[], $10::text[], $11::int[], $12::text[], $13::text[], $14::text[])
    as c (id, user_id, status, status_reason, due, currency, captured, refunded, payable_until, closing, attempts, method,
      open_attempt, captured_attempts)
  where p.id = c.id`;

const attemptColumns = `id, payment_id as "paymentId", number, method, amount, currency, status, problem, refunding,
  next_check_at as "nextCheckAt", checks, retried_as as "retriedAs", created_at as "createdAt", cause`;
const loadAttempts = `select ${attemptColumns} from attempts where id = any($1)`;
const insertAttempts = `
  insert into attempts
    (id, status, problem, refunding, next_check_at, checks, retried_as, payment_id, number, method, amount, currency, created_at, cause)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[], $6::int[], $7::text[], $8::text[],
    $9::int[], $10::text[], $11::bigint[], $12::text[], $13::timestamptz[], $14::text[])`;
const updateAttempts = `
  update attempts as a set status = c.status, problem = c.problem, refunding = c.refunding, next_check_at = c.next_check_at,
    checks = c.checks, retried_as = c.retried_as
  from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[], $6::int[], $7::text[])
    as c (id, status, problem, refunding, next_check_at, checks, retried_as)
  where a.id = c.id`;

const refundColumns = `id, payment_id as "paymentId", status, amount, currency, reason, parts, next_try_at as "nextTryAt", tries,
  created_at as "createdAt", cause`;
const loadRefunds = `select ${refundColumns} from refunds where id = any($1)`;
const insertRefunds = `
  insert into refunds (id, status, parts, next_try_at, tries, payment_id, amount, currency, reason, created_at, cause)
  select id, status, parts::jsonb, next_try_at, tries, payment_id, amount, currency, reason, created_at, cause
  from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::int[], $6::text[], $7::bigint[], $8::text[], $9::text[],
    $10::timestamptz[], $11::text[])
    as c (id, status, parts, next_try_at, tries, payment_id, amount, currency, reason, created_at, cause)`;
const updateRefunds = `
  update refunds as r set status = c.status, parts = c.parts::jsonb, next_try_at = c.next_try_at, tries = c.tries
  from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::int[]) as c (id, status, parts, next_try_at, tries)
  where r.id = c.id`;

export const tables: PaymentTables = {
  payments: {
    keyOf: ({ id }) => id,
    load: async (transaction, keys) => (await transaction.query<Payment>(loadPayments, [keys])).rows,
    insert: (transaction, rows) =>
      transaction.query(insertPayments, [
        ...paymentState(rows),
        rows.map(({ orderId }) => orderId),
        rows.map(({ createdAt }) => toTimestamp(createdAt)),
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
        rows.map(({ createdAt }) => toTimestamp(createdAt)),
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
        rows.map(({ createdAt }) => toTimestamp(createdAt)),
        rows.map(({ cause }) => cause),
      ]),
    update: (transaction, rows) => transaction.query(updateAttempts, attemptState(rows)),
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
    rows.map(({ refunded }) => refunded),
    rows.map(({ payableUntil }) => timestampOf(payableUntil)),
    rows.map(({ closing }) => closing),
    rows.map(({ attempts }) => attempts),
    rows.map(({ method }) => method),
    rows.map(({ openAttempt }) => openAttempt),
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
    rows.map(({ nextCheckAt }) => timestampOf(nextCheckAt)),
    rows.map(({ checks }) => checks),
    rows.map(({ retriedAs }) => retriedAs),
  ];
}

function refundState(rows: readonly Refund[]): unknown[] {
  return [
    rows.map(({ id }) => id),
    rows.map(({ status }) => status),
    rows.map(({ parts }) => JSON.stringify(parts.map((part) => ({ ...part, amount: Number(part.amount) })))),
    rows.map(({ nextTryAt }) => timestampOf(nextTryAt)),
    rows.map(({ tries }) => tries),
  ];
}

function timestampOf(instant: Instant | null): string | null {
  return instant === null ? null : toTimestamp(instant);
}

interface RefundRow extends Omit<Refund, 'parts'> {
  readonly parts: readonly (Omit<RefundPart, 'amount'> & { readonly amount: number })[];
}

function refundOf(row: RefundRow): Refund {
  return { ...row, parts: row.parts.map((part) => ({ ...part, amount: BigInt(part.amount) })) };
}

/** A payment with the status of its open attempt, if it has one. */
export type PaymentWithAttempt = Payment & { readonly attemptStatus: AttemptStatus | null };

const selectPayments = `
  select ${paymentColumns}, (select status from attempts where attempts.id = open_attempt) as "attemptStatus"
  from payments where id = any($1) and due is not null`;

/** Payments by id, once their order is known. */
export async function readPayments(
  database: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, PaymentWithAttempt>> {
  const { rows } = await database.query<PaymentWithAttempt>(selectPayments, [ids]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** An attempt with whose it is and for what: enough to go on with it. */
export type AttemptToSettle = Attempt & { readonly orderId: string; readonly userId: string };

const settleColumns = `a.id, a.payment_id as "paymentId", a.number, a.method, a.amount, a.currency, a.status, a.problem, a.refunding,
  a.next_check_at as "nextCheckAt", a.checks, a.retried_as as "retriedAs", a.created_at as "createdAt", a.cause,
  p.order_id as "orderId", p.user_id as "userId"`;
const selectAttempt = `
  select ${settleColumns} from attempts as a join payments as p on p.id = a.payment_id where a.id = $1`;
const selectDueAttempts = `
  select ${settleColumns} from attempts as a join payments as p on p.id = a.payment_id
  where a.status in ('STARTED', 'REQUIRES_ACTION', 'PROCESSING', 'UNKNOWN') and a.next_check_at <= $1::timestamptz
  union all
  select ${settleColumns} from attempts as a join payments as p on p.id = a.payment_id
  where a.status = 'CLOSING' and a.next_check_at <= $1::timestamptz
  limit $2`;

export async function findAttempt(database: Database, id: string): Promise<AttemptToSettle | undefined> {
  return (await database.query<AttemptToSettle>(selectAttempt, [id])).rows[0];
}

/** Attempts that nobody has concluded in time. */
export async function dueAttempts(database: Database, now: Instant, most: number): Promise<readonly AttemptToSettle[]> {
  return (await database.query<AttemptToSettle>(selectDueAttempts, [toTimestamp(now), most])).rows;
}

export type RefundToCarryOut = Refund & { readonly orderId: string; readonly userId: string };

const selectDueRefunds = `
  select r.id, r.payment_id as "paymentId", r.status, r.amount, r.currency, r.reason, r.parts, r.next_try_at as "nextTryAt",
    r.tries, r.created_at as "createdAt", r.cause, p.order_id as "orderId", p.user_id as "userId"
  from refunds as r join payments as p on p.id = r.payment_id
  where r.status = 'REQUESTED' and r.next_try_at <= $1::timestamptz order by r.next_try_at limit $2`;

export async function dueRefunds(database: Database, now: Instant, most: number): Promise<readonly RefundToCarryOut[]> {
  const { rows } = await database.query<RefundRow & { orderId: string; userId: string }>(selectDueRefunds, [
    toTimestamp(now),
    most,
  ]);
  return rows.map((row) => ({ ...refundOf(row), orderId: row.orderId, userId: row.userId }));
}
