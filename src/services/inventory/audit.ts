import type { FactsRange, StockFacts, Violation } from '#contracts/audit.ts';
import type { Queries } from '#runtime/database/database.ts';
import { saidAsFacts } from '#runtime/log/said.ts';
import type { ServiceAudit } from '#runtime/service.ts';

/** I1, in one statement so that it sees one moment: per SKU the shelf, the reservations and the movements tell the same. */
const unbalancedStock = `
  with moved as (
    select sku, sum(delta) as received from stock_movements group by sku
  ), taken as (
    select line.sku,
      sum(line.quantity) filter (where status = 'HELD') as held,
      sum(line.quantity) filter (where status = 'REDUCED') as reduced
    from reservations, jsonb_to_recordset(lines) as line (sku text, quantity bigint)
    where status in ('HELD', 'REDUCED') group by line.sku
  )
  select sku, on_hand, reserved, sold, coalesce(received, 0)::bigint as received, coalesce(held, 0)::bigint as held,
    coalesce(reduced, 0)::bigint as reduced
  from stock full join moved using (sku) full join taken using (sku)
  where on_hand is null or on_hand < reserved or reserved < 0 or on_hand + sold <> coalesce(received, 0)
    or reserved <> coalesce(held, 0) or sold <> coalesce(reduced, 0)
  order by sku limit 100`;

/** I8: reservations that were spoken of and are not there. */
const lostReservations = `
  select distinct key from log
  where type in ('inventory.stock-reserved', 'inventory.stock-reserve-failed', 'inventory.stock-reduced', 'inventory.stock-released')
    and not exists (select from reservations where order_id = key) limit 100`;

const countRows = 'select (select count(*) from stock) as skus, (select count(*) from reservations) as reservations';

const selectFacts = `
  select order_id, status, updated_at, coalesce(said.said, '[]') as said
  from reservations, lateral (
    select ${saidAsFacts} as said
    from log where key = order_id
  ) as said
  where order_id > $1 and ($2::text is null or order_id <= $2) order by order_id limit $3`;

interface Shelf {
  readonly sku: string;
  readonly on_hand: bigint | null;
  readonly reserved: bigint;
  readonly sold: bigint;
  readonly received: bigint;
  readonly held: bigint;
  readonly reduced: bigint;
}

export const audit: ServiceAudit = {
  async checks(database) {
    const [shelves, lost, counts] = await Promise.all([
      database.query<Shelf>(unbalancedStock),
      database.query<{ key: string }>(lostReservations),
      database.query<{ skus: bigint; reservations: bigint }>(countRows),
    ]);
    const { skus = 0n, reservations = 0n } = counts.rows[0] ?? {};
    return {
      violations: [
        ...shelves.rows.map(unbalanced),
        ...lost.rows.map(({ key }) => ({
          invariant: 'I8' as const,
          orderId: key,
          detail: 'inventory spoke of a reservation that is not there',
        })),
      ],
      checked: { skus: Number(skus), reservations: Number(reservations) },
    };
  },
  facts: readFacts,
};

function unbalanced({ sku, on_hand, reserved, sold, received, held, reduced }: Shelf): Violation {
  const detail =
    on_hand === null
      ? `${sku} moved or is reserved, but is not in stock`
      : `${sku}: on hand ${on_hand}, reserved ${reserved}, sold ${sold}; received ${received}, held by orders ${held}, sold to orders ${reduced}`;
  return { invariant: 'I1', detail };
}

async function readFacts(database: Queries, { after, upTo, limit }: FactsRange): Promise<StockFacts[]> {
  const { rows } = await database.query<{
    order_id: string;
    status: string;
    updated_at: number;
    said: StockFacts['said'];
  }>(selectFacts, [after, upTo ?? null, limit]);
  return rows.map(({ order_id, status, updated_at, said }) => ({
    orderId: order_id,
    status,
    changedAtMs: updated_at,
    said,
  }));
}
