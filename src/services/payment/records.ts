import type { CaseRecord } from '#contracts/http/runtime-insight.ts';
import { type Instant, toTimestamp } from '#kernel/clock.ts';
import { inWords, money, noCurrency, toWire } from '#kernel/money.ts';
import type { Queries } from '#runtime/database/database.ts';
import type { RecordsOfOrder } from '#runtime/service.ts';
import { paymentIdOf } from './domain/model.ts';

const selectPayment = `
  select id, status, status_reason as "statusReason", due, captured, refunded, currency, created_at as "createdAt", cause,
    to_jsonb(payments) as raw
  from payments where id = $1`;

interface Row {
  readonly id: string;
  readonly status: string;
  readonly currency: string;
  readonly createdAt: Instant;
  readonly cause: string;
  readonly raw: unknown;
}

interface PaymentRow extends Omit<Row, 'currency'> {
  readonly statusReason: string | null;
  readonly currency: string | null;
  readonly due: bigint | null;
  readonly captured: bigint;
  readonly refunded: bigint;
}

const selectAttempts = `
  select attempts.id, number, method, amount, currency, attempts.status, problem, created_at as "createdAt", cause,
    to_jsonb(attempts) || jsonb_build_object('charge', to_jsonb(charges)) as raw
  from attempts left join charges on charges.id = attempts.id where payment_id = $1 order by number`;

interface AttemptRow extends Row {
  readonly number: number;
  readonly method: string;
  readonly amount: bigint;
  readonly problem: string | null;
}

const selectRefunds = `
  select id, status, amount, currency, reason, parts, created_at as "createdAt", cause, to_jsonb(refunds) as raw
  from refunds where payment_id = $1 order by created_at, id`;

interface RefundRow extends Row {
  readonly amount: bigint;
  readonly reason: string;
  readonly parts: readonly { readonly amount: number; readonly status: string; readonly method: string }[];
}

const selectCallbacks = `
  select id, provider, received_at as "receivedAt", status, why, deliveries, cause, to_jsonb(callbacks) as raw
  from callbacks where order_id = $1 order by received_at, id`;

interface CallbackRow {
  readonly id: string;
  readonly provider: string;
  readonly receivedAt: Instant;
  readonly status: string;
  readonly why: string | null;
  readonly deliveries: number;
  readonly cause: string;
  readonly raw: unknown;
}

const selectDifferences = `
  select id, provider, day, kind, status, found_at as "foundAt", cause, to_jsonb(differences) as raw
  from differences where order_id = $1 order by found_at, id`;

interface DifferenceRow {
  readonly id: string;
  readonly provider: string;
  readonly day: string;
  readonly kind: string;
  readonly status: string;
  readonly foundAt: Instant;
  readonly cause: string;
  readonly raw: unknown;
}

/** The payment of an order, its attempts, what went back, what providers told of it, and where their bills differ. */
export const records: RecordsOfOrder = async (database, { orderId }) => {
  const id = paymentIdOf(orderId);
  const found = await Promise.all([
    payments(database, id),
    attempts(database, id),
    refunds(database, id),
    callbacks(database, orderId),
    differences(database, orderId),
  ]);
  return found.flat();
};

async function payments(database: Queries, paymentId: string): Promise<CaseRecord[]> {
  const { rows } = await database.query<PaymentRow>(selectPayment, [paymentId]);
  return rows.map((row) => {
    const { id, status, statusReason, due, captured, refunded, currency, createdAt, cause, raw } = row;
    const words = (amount: bigint): string => inWords(money(amount, currency ?? noCurrency));
    const sums =
      due === null
        ? 'Closed before its order was heard of'
        : `${words(due)} due, ${words(captured)} captured, ${words(refunded)} refunded`;
    const because = statusReason === null ? '' : ` (${statusReason})`;
    return {
      at: toTimestamp(createdAt),
      kind: 'payment',
      id,
      title: 'Payment',
      summary: `${sums}${because}`,
      status,
      cause,
      raw,
    };
  });
}

async function attempts(database: Queries, paymentId: string): Promise<CaseRecord[]> {
  const { rows } = await database.query<AttemptRow>(selectAttempts, [paymentId]);
  return rows.map(({ id, number, method, amount, currency, status, problem, createdAt, cause, raw }) => ({
    at: toTimestamp(createdAt),
    kind: 'attempt',
    id,
    title: `Attempt ${number} over ${method}`,
    summary: `${inWords(money(amount, currency))}${problem === null ? '' : `: ${problem}`}`,
    status,
    cause,
    ...(status === 'SUCCEEDED' && {
      moved: { direction: 'in' as const, amount: toWire(money(amount, currency)) },
    }),
    raw,
  }));
}

async function refunds(database: Queries, paymentId: string): Promise<CaseRecord[]> {
  const { rows } = await database.query<RefundRow>(selectRefunds, [paymentId]);
  return rows.map(({ id, status, amount, currency, reason, parts, createdAt, cause, raw }) => {
    const back = parts.filter((part) => part.status === 'SUCCEEDED').reduce((sum, part) => sum + part.amount, 0);
    const over = parts.map((part) => part.method).join(' and ');
    return {
      at: toTimestamp(createdAt),
      kind: 'refund',
      id,
      title: `Refund over ${over === '' ? 'nothing' : over}`,
      summary: `${inWords(money(amount, currency))}: ${reason}`,
      status,
      cause,
      ...(back > 0 && { moved: { direction: 'out' as const, amount: { amount: back, currency } } }),
      raw,
    };
  });
}

async function callbacks(database: Queries, orderId: string): Promise<CaseRecord[]> {
  const { rows } = await database.query<CallbackRow>(selectCallbacks, [orderId]);
  return rows.map(({ id, provider, receivedAt, status, why, deliveries, cause, raw }) => ({
    at: toTimestamp(receivedAt),
    kind: 'callback',
    id,
    title: `Callback of ${provider}`,
    summary: why ?? (deliveries === 1 ? 'Taken' : `Taken, delivered ${deliveries} times`),
    status,
    cause,
    raw,
  }));
}

async function differences(database: Queries, orderId: string): Promise<CaseRecord[]> {
  const { rows } = await database.query<DifferenceRow>(selectDifferences, [orderId]);
  return rows.map(({ id, provider, day, kind, status, foundAt, cause, raw }) => ({
    at: toTimestamp(foundAt),
    kind: 'difference',
    id,
    title: `Difference: ${kind}`,
    summary: `Against the bill of ${provider} for ${day}`,
    status,
    cause,
    raw,
  }));
}
