import type { OrderLine } from '#contracts/schema.ts';
import { type Instant, toTimestamp } from '#kernel/clock.ts';
import type { RecordsOfOrder } from '#runtime/service.ts';

const selectReservation = `
  select status, lines, created_at as "createdAt", cause, to_jsonb(reservations) as raw from reservations where order_id = $1`;

interface ReservationRow {
  readonly status: string;
  readonly lines: readonly OrderLine[];
  readonly createdAt: Instant;
  readonly cause: string;
  readonly raw: unknown;
}

export const records: RecordsOfOrder = async (database, { orderId }) => {
  const { rows } = await database.query<ReservationRow>(selectReservation, [orderId]);
  return rows.map(({ status, lines, createdAt, cause, raw }) => ({
    at: toTimestamp(createdAt),
    kind: 'reservation',
    id: orderId,
    title: 'Reservation',
    summary: lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ') || 'Nothing',
    status,
    cause,
    raw,
  }));
};
