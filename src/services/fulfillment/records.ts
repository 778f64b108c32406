import { type Instant, toTimestamp } from '#kernel/clock.ts';
import type { RecordsOfOrder } from '#runtime/service.ts';

const selectShipment = `
  select status, carrier, tracking_number as "trackingNumber", created_at as "createdAt", cause, to_jsonb(shipments) as raw
  from shipments where order_id = $1`;

interface ShipmentRow {
  readonly status: string;
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  readonly createdAt: Instant;
  readonly cause: string;
  readonly raw: unknown;
}

export const records: RecordsOfOrder = async (database, { orderId }) => {
  const { rows } = await database.query<ShipmentRow>(selectShipment, [orderId]);
  return rows.map(({ status, carrier, trackingNumber, createdAt, cause, raw }) => ({
    at: toTimestamp(createdAt),
    kind: 'shipment',
    id: orderId,
    title: 'Shipment',
    summary: carrier === null ? 'With nobody yet' : `With ${carrier} under ${trackingNumber}`,
    status,
    cause,
    raw,
  }));
};
