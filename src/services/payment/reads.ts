import type { PaymentAction } from '#contracts/http/payment.ts';
import type { Instant } from '#kernel/clock.ts';
import type { Database } from '#runtime/database/database.ts';
import type { Attempt, AttemptStatus, Charge, Payment, Refund } from './domain/model.ts';
import { paymentColumns, type RefundRow, readCharges, refundOf } from './store.ts';

/** A payment with the status of its open attempt, if it has one, and what the buyer is to do about it. */
export type PaymentWithAttempt = Payment & {
  readonly attemptStatus: AttemptStatus | null;
  readonly action: PaymentAction | null;
};

const selectPayments = `
  select ${paymentColumns}, (select status from attempts where attempts.id = open_attempt) as "attemptStatus",
    (select action from charges where charges.id = open_attempt) as action
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
export type AttemptToSettle = Attempt & {
  readonly orderId: string;
  readonly userId: string;
  /** Ordering waits for it to be closed. */
  readonly isClosing: boolean;
  /** Of an attempt at a provider. */
  readonly charge: Charge | null;
};

const settleColumns = `a.id, a.payment_id as "paymentId", a.number, a.method, a.amount, a.currency, a.status, a.problem, a.refunding,
  a.next_check_at as "nextCheckAt", a.checks, a.retried_as as "retriedAs", a.created_at as "createdAt", a.cause,
  p.order_id as "orderId", p.user_id as "userId", p.closing is not null as "isClosing"`;
const attemptsWithPayments = `select ${settleColumns} from attempts as a join payments as p on p.id = a.payment_id`;
const selectAttempts = `${attemptsWithPayments} where a.id = any($1)`;
const selectDueDebits = `
  ${attemptsWithPayments}
  where a.method = 'balance' and a.status in ('STARTED', 'REQUIRES_ACTION', 'PROCESSING', 'UNKNOWN')
    and a.next_check_at <= $1::timestamptz
  union all
  ${attemptsWithPayments} where a.method = 'balance' and a.status = 'CLOSING' and a.next_check_at <= $1::timestamptz
  limit $2`;
const selectDueCharges = `
  ${attemptsWithPayments}
  where a.method <> 'balance' and a.status in ('STARTED', 'REQUIRES_ACTION', 'PROCESSING', 'UNKNOWN', 'CLOSING')
    and a.next_check_at <= $1::timestamptz
  order by a.next_check_at limit $2`;

export async function findAttempt(database: Database, id: string): Promise<AttemptToSettle | undefined> {
  return (await findAttempts(database, [id]))[0];
}

export async function findAttempts(database: Database, ids: readonly string[]): Promise<readonly AttemptToSettle[]> {
  return withCharges(database, (await database.query<AttemptToSettle>(selectAttempts, [ids])).rows);
}

/** Attempts over the balance that nobody has concluded in time. */
export async function dueDebits(database: Database, now: Instant, most: number): Promise<readonly AttemptToSettle[]> {
  return withCharges(database, (await database.query<AttemptToSettle>(selectDueDebits, [now, most])).rows);
}

/** Attempts at providers that are to be asked about. */
export async function dueCharges(database: Database, now: Instant, most: number): Promise<readonly AttemptToSettle[]> {
  return withCharges(database, (await database.query<AttemptToSettle>(selectDueCharges, [now, most])).rows);
}

async function withCharges(
  database: Database,
  attempts: readonly AttemptToSettle[],
): Promise<readonly AttemptToSettle[]> {
  const ids = attempts.filter(({ method }) => method !== 'balance').map(({ id }) => id);
  const charges = new Map(ids.length === 0 ? [] : (await readCharges(database, ids)).map((one) => [one.id, one]));
  return attempts.map((attempt) => ({ ...attempt, charge: charges.get(attempt.id) ?? null }));
}

export type RefundToCarryOut = Refund & { readonly orderId: string; readonly userId: string };

const selectDueRefunds = `
  select r.id, r.payment_id as "paymentId", r.status, r.amount, r.currency, r.reason, r.parts, r.next_try_at as "nextTryAt",
    r.tries, r.settled_at as "settledAt", r.created_at as "createdAt", r.cause, p.order_id as "orderId", p.user_id as "userId"
  from refunds as r join payments as p on p.id = r.payment_id
  where r.status = 'REQUESTED' and r.next_try_at <= $1::timestamptz and exists (
    select from jsonb_to_recordset(r.parts) as part (status text, method text)
    where part.status = 'REQUESTED' and (part.method = 'balance') = $3
  )
  order by r.next_try_at limit $2`;

/** Refunds with parts that are to be given back, to balances or by providers. */
export async function dueRefunds(
  database: Database,
  to: 'balances' | 'providers',
  now: Instant,
  most: number,
): Promise<readonly RefundToCarryOut[]> {
  const { rows } = await database.query<RefundRow & { orderId: string; userId: string }>(selectDueRefunds, [
    now,
    most,
    to === 'balances',
  ]);
  return rows.map((row) => ({ ...refundOf(row), orderId: row.orderId, userId: row.userId }));
}

const selectRefund = `
  select r.id, r.payment_id as "paymentId", r.status, r.amount, r.currency, r.reason, r.parts, r.next_try_at as "nextTryAt",
    r.tries, r.settled_at as "settledAt", r.created_at as "createdAt", r.cause, p.order_id as "orderId", p.user_id as "userId"
  from refunds as r join payments as p on p.id = r.payment_id where r.id = $1`;

export async function findRefund(database: Database, id: string): Promise<RefundToCarryOut | undefined> {
  const [row] = (await database.query<RefundRow & { orderId: string; userId: string }>(selectRefund, [id])).rows;
  return row && { ...refundOf(row), orderId: row.orderId, userId: row.userId };
}

const selectFailedRefunds = `
  select id from refunds where payment_id = $1 and status = 'FAILED' order by id limit 100`;

/** Of one payment; those that ordering has asked for anew under another name are among them. */
export async function failedRefunds(database: Database, paymentId: string): Promise<readonly string[]> {
  return (await database.query<{ id: string }>(selectFailedRefunds, [paymentId])).rows.map(({ id }) => id);
}

const selectRefundPart = `
  select r.payment_id as "paymentId", p.order_id as "orderId", r.currency, part.amount, part.method
  from refunds as r join payments as p on p.id = r.payment_id,
    jsonb_to_recordset(r.parts) as part ("attemptId" text, method text, amount bigint)
  where r.id = $1 and part."attemptId" = $2`;

export interface FoundPart {
  readonly paymentId: string;
  readonly orderId: string;
  readonly currency: string;
  readonly amount: bigint;
  readonly method: string;
}

/** What one attempt gives back of a refund. */
export async function findRefundPart(
  database: Database,
  refundId: string,
  attemptId: string,
): Promise<FoundPart | undefined> {
  return (await database.query<FoundPart>(selectRefundPart, [refundId, attemptId])).rows[0];
}

const selectCallbacks = `
  select id, provider, received_at as "receivedAt", status, why, detail, number, order_id as "orderId", deliveries, body
  from callbacks
  where status = $1 and (received_at, id) < ($2::timestamptz, $3) order by received_at desc, id desc limit $4`;

export interface ShownCallback {
  readonly id: string;
  readonly provider: string;
  readonly receivedAt: Instant;
  readonly status: 'TAKEN' | 'REFUSED';
  readonly why: string | null;
  readonly detail: string | null;
  readonly number: string | null;
  readonly orderId: string | null;
  readonly deliveries: number;
  readonly body: string;
}

/** Newest first, from before that one. */
export async function listCallbacks(
  database: Database,
  status: ShownCallback['status'],
  before: { readonly receivedAt: string; readonly id: string },
  limit: number,
): Promise<readonly ShownCallback[]> {
  return (await database.query<ShownCallback>(selectCallbacks, [status, before.receivedAt, before.id, limit])).rows;
}
