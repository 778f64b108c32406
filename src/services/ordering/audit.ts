import type { FactsRange, OrderFacts, Violation } from '#contracts/audit.ts';
import type { Queries } from '#runtime/database/database.ts';
import type { ServiceAudit } from '#runtime/service.ts';

/** I5: one number per order, one detail per order. The keys say so while their indexes stand; this says so also without them. */
const doubledNumbers = `
  select number, count(*) as orders from orders where number is not null group by number having count(*) > 1 limit 100`;
/** I8: orders that were said to exist and do not. */
const lostOrders = `
  select key from log where type = 'ordering.order-created' and not exists (select from orders where id = key) limit 100`;

const selectFacts = `
  select id, status, total, paid, refund_requested, refunded, updated_at, coalesce(said.said, '[]') as said
  from orders, lateral (
    select json_agg(json_build_object('type', type, 'atMs', floor(extract(epoch from said_at) * 1000)::bigint, 'cause', cause)
      order by position) as said
    from log where key = orders.id
  ) as said
  where id > $1 and ($2::text is null or id <= $2) order by id limit $3`;

interface FactsRow {
  readonly id: string;
  readonly status: string;
  readonly total: bigint;
  readonly paid: bigint;
  readonly refund_requested: bigint;
  readonly refunded: bigint;
  readonly updated_at: number;
  readonly said: OrderFacts['said'];
}

export const audit: ServiceAudit = {
  async checks(database) {
    const [doubled, lost] = await Promise.all([
      database.query<{ number: string; orders: bigint }>(doubledNumbers),
      database.query<{ key: string }>(lostOrders),
    ]);
    const violations: Violation[] = [
      ...doubled.rows.map(({ number, orders }) => ({
        invariant: 'I5' as const,
        detail: `${orders} orders have the number ${number}`,
      })),
      ...lost.rows.map(({ key }) => ({
        invariant: 'I8' as const,
        orderId: key,
        detail: 'OrderCreated was said, but there is no order',
      })),
    ];
    return { violations, checked: {} };
  },
  facts: readFacts,
};

async function readFacts(database: Queries, { after, upTo, limit }: FactsRange): Promise<OrderFacts[]> {
  const { rows } = await database.query<FactsRow>(selectFacts, [after, upTo ?? null, limit]);
  return rows.map(({ id, status, total, paid, refund_requested, refunded, updated_at, said }) => ({
    orderId: id,
    status,
    total: Number(total),
    paid: Number(paid),
    refundRequested: Number(refund_requested),
    refunded: Number(refunded),
    changedAtMs: updated_at,
    said,
  }));
}
