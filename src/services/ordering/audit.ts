import type { FactsRange, OrderFacts, Violation } from '#contracts/audit.ts';
import type { Queries } from '#runtime/database/database.ts';
import { saidAsFacts } from '#runtime/log/said.ts';
import type { ServiceAudit } from '#runtime/service.ts';

/** I5: one number per order, one detail per order. The keys say so while their indexes stand; this says so also without them. */
const doubledNumbers = `
  select number, count(*) as orders from orders where number is not null group by number having count(*) > 1 limit 100`;
/** I8: orders that were said to exist and do not. */
const lostOrders = `
  select key from log where type = 'ordering.order-created' and not exists (select from orders where id = key) limit 100`;

/** I4: an order's figures are the sums of its refunds: what was asked of payment, what went back, and what waits to be decided. */
const wrongFigures = `
  with given as (
    select order_id,
      sum(amount) filter (where status not in ('REQUESTED', 'REJECTED') and requested_by <> 'payment') as asked,
      sum(amount) filter (where status = 'SUCCEEDED') as back,
      count(*) filter (where status = 'REQUESTED') as open
    from refunds group by order_id
  ), figures as (
    select id, paid, refund_requested, refunded, coalesce(jsonb_array_length(open_refunds), 0) as waiting,
      coalesce(asked, 0)::bigint as asked, coalesce(back, 0)::bigint as back, coalesce(open, 0) as open
    from orders left join given on order_id = id
  )
  select id, refund_requested as "refundRequested", refunded, waiting, asked, back, open from figures
  where refunded <> back or waiting <> open or (paid > 0 and refund_requested <> asked) order by id limit 100`;

interface Figures {
  readonly id: string;
  readonly refundRequested: bigint;
  readonly refunded: bigint;
  readonly waiting: number;
  readonly asked: bigint;
  readonly back: bigint;
  readonly open: bigint;
}

const selectFacts = `
  select id, status, total, paid, refund_requested, refunded, updated_at, coalesce(said.said, '[]') as said,
    (select coalesce(sum(amount), 0)::bigint from refunds where order_id = orders.id and settled_by_hand) as by_hand
  from orders, lateral (
    select ${saidAsFacts} as said
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
  readonly by_hand: bigint;
  readonly updated_at: number;
  readonly said: OrderFacts['said'];
}

export const audit: ServiceAudit = {
  async checks(database) {
    const [doubled, lost, wrong] = await Promise.all([
      database.query<{ number: string; orders: bigint }>(doubledNumbers),
      database.query<{ key: string }>(lostOrders),
      database.query<Figures>(wrongFigures),
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
      ...wrong.rows.map(({ id, refundRequested, refunded, waiting, asked, back, open }) => ({
        invariant: 'I4' as const,
        orderId: id,
        detail:
          `the order has ${refundRequested} asked back, ${refunded} refunded, ${waiting} waiting; ` +
          `its refunds ${asked}, ${back}, ${open}`,
      })),
    ];
    return { violations, checked: {} };
  },
  facts: readFacts,
};

async function readFacts(database: Queries, { after, upTo, limit }: FactsRange): Promise<OrderFacts[]> {
  const { rows } = await database.query<FactsRow>(selectFacts, [after, upTo ?? null, limit]);
  return rows.map(({ id, status, total, paid, refund_requested, refunded, by_hand, updated_at, said }) => ({
    orderId: id,
    status,
    total: Number(total),
    paid: Number(paid),
    refundRequested: Number(refund_requested),
    refunded: Number(refunded),
    settledByHand: Number(by_hand),
    changedAtMs: updated_at,
    said,
  }));
}
