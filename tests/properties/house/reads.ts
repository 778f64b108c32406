import type { Rehearsal } from '../../../src/runtime/batch/testing/rehearsal.ts';
import type { Tables } from '../../../src/runtime/batch/workset.ts';

type Row = Readonly<Record<string, unknown>>;
export type Rows = (table: string) => Row[];
type Read = (rows: Rows, values: readonly unknown[]) => readonly object[];

export function rowsOf(rehearsal: Rehearsal<Tables>): Rows {
  return (table) => rehearsal.rows(table) as Row[];
}

/**
 * Answers one of the statements that a service reads its own rows with, beside the writer; each is known by words that only it
 * has.
 */
export function answerRead(service: string, rows: Rows, text: string, values: readonly unknown[]): readonly object[] {
  const found = reads[service]?.find(([words]) => words.every((word) => text.includes(word)));
  if (!found) throw new Error(`nobody knows what ${service} reads by ${text}`);
  return found[1](rows, values);
}

const isIn = (list: unknown, id: unknown): boolean => (list as unknown[]).includes(id);
const isDue = (at: unknown, now: unknown): boolean => typeof at === 'number' && at <= Number(now);

/** Attempts as they are settled: with whose payment they are of, but without their charges, which are read apart. */
function attempts(rows: Rows): Row[] {
  const payments = new Map(rows('payments').map((payment) => [payment.id, payment]));
  return rows('attempts').map((attempt) => {
    const { orderId, userId, closing } = payments.get(attempt.paymentId) ?? {};
    return { ...attempt, orderId, userId, isClosing: closing !== null };
  });
}

const isFinal = ({ status }: Row): boolean => ['SUCCEEDED', 'DECLINED', 'CLOSED'].includes(String(status));

function dueAttempts(rows: Rows, now: unknown, most: unknown, isBalance: boolean): Row[] {
  return attempts(rows)
    .filter((attempt) => !isFinal(attempt) && (attempt.method === 'balance') === isBalance)
    .filter(({ nextCheckAt }) => isDue(nextCheckAt, now))
    .slice(0, Number(most));
}

interface Part {
  readonly attemptId: string;
  readonly method: string;
  readonly status: string;
  readonly amount: bigint;
}

/** Amounts of parts are numbers in the store's JSON. */
function refunds(rows: Rows): (Row & { readonly parts: readonly Part[] })[] {
  const payments = new Map(rows('payments').map((payment) => [payment.id, payment]));
  return rows('refunds').map((refund) => {
    const { orderId, userId } = payments.get(refund.paymentId) ?? {};
    return { ...refund, orderId, userId, parts: refund.parts as readonly Part[] };
  });
}

const wholeOrders = (rows: Rows): Row[] => {
  const details = new Map(rows('details').map((one) => [one.orderId, one]));
  return rows('orders').map((order) => ({ ...details.get(order.id), ...order }));
};

const reads: Readonly<Record<string, readonly (readonly [readonly string[], Read])[]>> = {
  payment: [
    // Within the time that is played nothing is old enough.
    [['delete from callbacks'], () => []],
    [
      ['from payments where id = any($1)', 'as "attemptStatus"'],
      (rows, [ids]) =>
        rows('payments')
          .filter(({ id, due }) => isIn(ids, id) && due !== null)
          .map((payment) => ({
            ...payment,
            attemptStatus: rows('attempts').find(({ id }) => id === payment.openAttempt)?.status ?? null,
            action: rows('charges').find(({ id }) => id === payment.openAttempt)?.action ?? null,
          })),
    ],
    [['where a.id = any($1)'], (rows, [ids]) => attempts(rows).filter(({ id }) => isIn(ids, id))],
    [["where a.method = 'balance'"], (rows, [now, most]) => dueAttempts(rows, now, most, true)],
    [["where a.method <> 'balance'"], (rows, [now, most]) => dueAttempts(rows, now, most, false)],
    [['from charges where id = any($1)'], (rows, [ids]) => rows('charges').filter(({ id }) => isIn(ids, id))],
    [
      ['r.next_try_at <= $1'],
      (rows, [now, most, toBalances]) =>
        refunds(rows)
          .filter(({ status, nextTryAt }) => status === 'REQUESTED' && isDue(nextTryAt, now))
          .filter(({ parts }) =>
            parts.some(({ status, method }) => status === 'REQUESTED' && (method === 'balance') === toBalances),
          )
          .slice(0, Number(most)),
    ],
    [
      ['where r.id = $1 and part."attemptId" = $2'],
      (rows, [refundId, ofAttempt]) =>
        refunds(rows)
          .filter(({ id }) => id === refundId)
          .flatMap((refund) =>
            refund.parts
              .filter(({ attemptId }) => attemptId === ofAttempt)
              .map(({ amount, method }) => ({ ...refund, amount, method })),
          ),
    ],
  ],
  ordering: [
    [['delete from timers'], () => []],
    [
      ['from timers', 'order by due_at'],
      (rows, [now, , after, most]) =>
        rows('timers')
          .map(({ orderId, dueAt }, index) => ({ dueAt, id: BigInt(index + 1), orderIds: [orderId] }))
          .filter(({ dueAt, id }) => isDue(dueAt, now) && id > (after as bigint))
          .slice(0, Number(most)),
    ],
    [
      ['timer_at <= $2'],
      (rows, [ids, now]) => rows('orders').filter(({ id, timerAt }) => isIn(ids, id) && isDue(timerAt, now)),
    ],
    [['join order_details'], (rows, [orderId]) => wholeOrders(rows).filter(({ id }) => id === orderId)],
    [
      ['payable_until as "payableUntil"', 'from orders where id = any'],
      (rows, [ids]) => rows('orders').filter(({ id }) => isIn(ids, id)),
    ],
    [
      ['where refunds.id = $1'],
      (rows, [refundId]) => {
        const orders = new Map(rows('orders').map((order) => [order.id, order]));
        return rows('refunds')
          .filter(({ id }) => id === refundId)
          .map((refund) => ({ ...refund, userId: orders.get(refund.orderId)?.userId }));
      },
    ],
  ],
  fulfillment: [
    [['where order_id = $1'], (rows, [id]) => rows('shipments').filter(({ orderId }) => orderId === id)],
    [['next_try_at <= $1'], (rows, [now]) => rows('shipments').filter(({ nextTryAt }) => isDue(nextTryAt, now))],
  ],
};
