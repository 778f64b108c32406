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
/** I2: what went back of a debit is the sum of its refunds' journals. */
const strayRefunds = `
  with summed as (
    select split_part(cause_key, '/', 3) as attempt_id, min(order_id) as order_id, sum(amounts[1])::bigint as sum
    from journals where kind = 'refund' and user_id is not null group by 1
  )
  select attempt_id, order_id, coalesce(refunded, 0) as refunded, coalesce(sum, 0) as sum
  from debit_refunds full join summed using (attempt_id) where coalesce(refunded, 0) <> coalesce(sum, 0) limit 100`;
/** I5: a buyer's journals are numbered without gaps, each with the balance after it. */
const brokenEntries = `
  select user_id, order_id, entry from (
    select user_id, order_id, entry, balance_after, amounts[1] as moved,
      row_number() over mine as expected, coalesce(lag(balance_after) over mine, 0) as before
    from journals where user_id is not null window mine as (partition by user_id order by entry)
  ) as numbered
  where entry <> expected or balance_after <> before + moved limit 100`;
/** I5: one journal per cause. The key says so while its index stands; this says so also without it. */
const doubledJournals =
  'select cause_key, min(order_id) as order_id, count(*) as journals from journals group by cause_key having count(*) > 1 limit 100';
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
    const [unbalanced, stray, refunds, broken, doubled, counts] = await Promise.all([
      database.query<{ id: string; order_id: string | null; sum: bigint }>(unbalancedJournals),
      database.query<{ account: string; balance: bigint; sum: bigint }>(strayBalances),
      database.query<{ attempt_id: string; order_id: string | null; refunded: bigint; sum: bigint }>(strayRefunds),
      database.query<{ user_id: string; order_id: string | null; entry: number }>(brokenEntries),
      database.query<{ cause_key: string; order_id: string | null; journals: bigint }>(doubledJournals),
      database.query<{ journals: bigint; balances: bigint }>(countRows),
    ]);
    const { journals = 0n, balances = 0n } = counts.rows[0] ?? {};
    const violations: Violation[] = [
      ...unbalanced.rows.map(({ id, order_id, sum }) => ({
        invariant: 'I2' as const,
        ...named(order_id),
        detail: `journal ${id} is off by ${sum}`,
      })),
      ...refunds.rows.map(({ attempt_id, order_id, refunded, sum }) => ({
        invariant: 'I2' as const,
        ...named(order_id),
        detail: `${refunded} of attempt ${attempt_id} is marked as given back, its journals sum to ${sum}`,
      })),
      ...broken.rows.map(({ user_id, order_id, entry }) => ({
        invariant: 'I5' as const,
        ...named(order_id),
        detail: `journal ${entry} of buyer ${user_id} does not follow from the one before it`,
      })),
      ...stray.rows.map(({ account, balance, sum }) => ({
        invariant: 'I2' as const,
        detail: `${account} has a balance of ${balance}, its journals sum to ${sum}`,
      })),
      ...doubled.rows.map(({ cause_key, order_id, journals: count }) => ({
        invariant: 'I5' as const,
        ...named(order_id),
        detail: `${count} journals for ${cause_key}`,
      })),
    ];
    return { violations, checked: { journals: Number(journals), balances: Number(balances) } };
  },
  facts: readFacts,
};

function named(orderId: string | null): { readonly orderId?: string } {
  return orderId === null ? {} : { orderId };
}

async function readFacts(database: Queries, { after, upTo, limit }: FactsRange): Promise<LedgerFacts[]> {
  const { rows } = await database.query<{ order_id: string; journals: LedgerFacts['journals'] }>(selectFacts, [
    after,
    upTo ?? null,
    limit,
  ]);
  return rows.map(({ order_id, journals }) => ({ orderId: order_id, journals }));
}
