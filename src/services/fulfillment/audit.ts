import type { FactsRange, ShipmentFacts } from '#contracts/audit.ts';
import type { Queries } from '#runtime/database/database.ts';
import { saidAsFacts } from '#runtime/log/said.ts';
import type { ServiceAudit } from '#runtime/service.ts';

/** I8: shipments that were spoken of and are not there. */
const lostShipments = `
  select distinct key from log
  where type in ('fulfillment.shipment-created', 'fulfillment.shipment-shipped', 'fulfillment.shipment-delivered')
    and not exists (select from shipments where order_id = key) limit 100`;

const countRows = 'select count(*) as shipments from shipments';

const selectFacts = `
  select order_id, status, updated_at, coalesce(said.said, '[]') as said
  from shipments, lateral (
    select ${saidAsFacts} as said
    from log where key = order_id
  ) as said
  where order_id > $1 and ($2::text is null or order_id <= $2) order by order_id limit $3`;

interface FactsRow {
  readonly order_id: string;
  readonly status: string;
  readonly updated_at: number;
  readonly said: ShipmentFacts['said'];
}

export const audit: ServiceAudit = {
  async checks(database) {
    const [lost, counts] = await Promise.all([
      database.query<{ key: string }>(lostShipments),
      database.query<{ shipments: bigint }>(countRows),
    ]);
    const violations = lost.rows.map(({ key }) => ({
      invariant: 'I8' as const,
      orderId: key,
      detail: 'fulfillment spoke of a shipment that is not there',
    }));
    return { violations, checked: { shipments: Number(counts.rows[0]?.shipments ?? 0n) } };
  },
  facts: readFacts,
};

async function readFacts(database: Queries, { after, upTo, limit }: FactsRange): Promise<ShipmentFacts[]> {
  const { rows } = await database.query<FactsRow>(selectFacts, [after, upTo ?? null, limit]);
  return rows.map(({ order_id, status, updated_at, said }) => ({
    orderId: order_id,
    status,
    changedAtMs: updated_at,
    said,
  }));
}
