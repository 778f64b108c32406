import type { FactsRange, LedgerFacts, Violation } from '#contracts/audit.ts';
import type { Queries } from '#runtime/database/database.ts';
import type { ServiceAudit } from '#runtime/service.ts';

/** I2: every journal's lines sum to nothing. */
const unbalancedJournals = `
  select id, order_id, sum::bigint as sum from journals, lateral (select sum(amount) from unnest(amounts) as line (amount)) as lines
  where sum <> 0 limit 100`;
/** I2: a buyer's balance is the sum of the buyer's lines. */
const strayBalances = `
  with summed as (
    select account, sum(amount)::bigint as sum from journal_lines where account like 'buyer:%' group by account
  )
  select coalesce('buyer:' || user_id, account) as account, coalesce(amount, 0) as balance, coalesce(sum, 0) as sum
  from balances full join summed on account = 'buyer:' || user_id
  where coalesce(amount, 0) <> coalesce(sum, 0) limit 100`;
/** I5: one journal per cause. The key says so while its index stands; this says so also without it. */
const doubledJournals =
  'select cause_key, count(*) as journals from journals group by cause_key having count(*) > 1 limit 100';
const countRows = 'select (select count(*) from journals) as journals, (select count(*) from balances) as balances';

const selectFacts = `
  with page as (
    select distinct order_id from journals
    where order_id > $1 and ($2::text is null or order_id <= $2) and kind in ('payment', 'refund') order by order_id limit $3
  )
  select order_id, json_agg(json_build_object(
      'id', id, 'kind', kind, 'attemptId', substring(cause_key from '[^/]+$'),
      'amount', (select sum(amount) from unnest(amounts) as line (amount) where amount > 0),
      'atMs', floor(extract(epoch from created_at) * 1000)::bigint) order by created_at) as journals
  from journals join page using (order_id) where kind in ('payment', 'refund') group by order_id order by order_id`;

export const audit: ServiceAudit = {
  async checks(database) {
    const [unbalanced, stray, doubled, counts] = await Promise.all([
      database.query<{ id: string; order_id: string | null; sum: bigint }>(unbalancedJournals),
      database.query<{ account: string; balance: bigint; sum: bigint }>(strayBalances),
      database.query<{ cause_key: string; journals: bigint }>(doubledJournals),
      database.query<{ journals: bigint; balances: bigint }>(countRows),
    ]);
    const { journals = 0n, balances = 0n } = counts.rows[0] ?? {};
    const violations: Violation[] = [
      ...unbalanced.rows.map(({ id, order_id, sum }) => ({
        invariant: 'I2' as const,
        ...(order_id === null ? {} : { orderId: order_id }),
        detail: `journal ${id} is off by ${sum}`,
      })),
      ...stray.rows.map(({ account, balance, sum }) => ({
        invariant: 'I2' as const,
        detail: `${account} has a balance of ${balance}, its journals sum to ${sum}`,
      })),
      ...doubled.rows.map(({ cause_key, journals: count }) => ({
        invariant: 'I5' as const,
        detail: `${count} journals for ${cause_key}`,
      })),
    ];
    return { violations, checked: { journals: Number(journals), balances: Number(balances) } };
  },
  facts: readFacts,
};

async function readFacts(database: Queries, { after, upTo, limit }: FactsRange): Promise<LedgerFacts[]> {
  const { rows } = await database.query<{ order_id: string; journals: LedgerFacts['journals'] }>(selectFacts, [
    after,
    upTo ?? null,
    limit,
  ]);
  return rows.map(({ order_id, journals }) => ({ orderId: order_id, journals }));
}
