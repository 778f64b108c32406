import { type Instant, toTimestamp } from '#kernel/clock.ts';
import { inWords, money } from '#kernel/money.ts';
import type { RecordsOfOrder } from '#runtime/service.ts';

const selectOrder = `
  select number, status, status_reason as "statusReason", total, paid, refunded, currency, orders.created_at as "createdAt",
    order_details.cause, json_array_length(items) as lines,
    to_jsonb(orders) || jsonb_build_object('items', items, 'shipping_address', shipping_address, 'note', note) as raw
  from orders join order_details on order_id = id where id = $1`;

interface OrderRow {
  readonly number: string;
  readonly status: string;
  readonly statusReason: string | null;
  readonly total: bigint;
  readonly paid: bigint;
  readonly refunded: bigint;
  readonly currency: string;
  readonly createdAt: Instant;
  readonly cause: string;
  readonly lines: number;
  readonly raw: unknown;
}

const selectRefunds = `
  select id, status, amount, currency, reason, requested_by as "requestedBy", created_at as "createdAt", cause,
    to_jsonb(refunds) as raw
  from refunds where order_id = $1 order by id`;

interface RefundRow {
  readonly id: string;
  readonly status: string;
  readonly amount: bigint | null;
  readonly currency: string;
  readonly reason: string;
  readonly requestedBy: string;
  readonly createdAt: Instant;
  readonly cause: string;
  readonly raw: unknown;
}

/** The order and what was asked back of it. */
export const records: RecordsOfOrder = async (database, { orderId }) => {
  const [orders, refunds] = await Promise.all([
    database.query<OrderRow>(selectOrder, [orderId]),
    database.query<RefundRow>(selectRefunds, [orderId]),
  ]);
  return [
    ...orders.rows.map((row) => {
      const { number, status, statusReason, total, paid, refunded, currency, createdAt, cause, lines, raw } = row;
      const words = (amount: bigint): string => inWords(money(amount, currency));
      const because = statusReason === null ? '' : ` (${statusReason})`;
      const sums = `${lines} ${lines === 1 ? 'line' : 'lines'}, ${words(total)}; paid ${words(paid)}, refunded ${words(refunded)}`;
      return {
        at: toTimestamp(createdAt),
        kind: 'order' as const,
        id: orderId,
        title: `Order ${number}`,
        summary: `${status}${because}: ${sums}`,
        status,
        cause,
        raw,
      };
    }),
    ...refunds.rows.map(({ id, status, amount, currency, reason, requestedBy, createdAt, cause, raw }) => ({
      at: toTimestamp(createdAt),
      kind: 'refund' as const,
      id,
      title: 'Refund',
      summary: `${amount === null ? 'What was captured' : inWords(money(amount, currency))}, asked for by ${requestedBy}: ${reason}`,
      status,
      cause,
      raw,
    })),
  ];
};
