import { type Instant, toTimestamp } from '#kernel/clock.ts';
import { inWords, money, noCurrency } from '#kernel/money.ts';
import type { RecordsOfOrder } from '#runtime/service.ts';

const selectJournals = `
  select id, kind, currency, accounts, amounts, created_at as "createdAt", cause, to_jsonb(journals) as raw
  from journals where order_id = $1 order by created_at, id`;

interface JournalRow {
  readonly id: string;
  readonly kind: string;
  readonly currency: string | null;
  readonly accounts: readonly string[];
  readonly amounts: readonly bigint[];
  readonly createdAt: Instant;
  readonly cause: string;
  readonly raw: unknown;
}

/** The ledger's journals of an order, line by line. */
export const records: RecordsOfOrder = async (database, { orderId }) => {
  const { rows } = await database.query<JournalRow>(selectJournals, [orderId]);
  return rows.map(({ id, kind, currency, accounts, amounts, createdAt, cause, raw }) => ({
    at: toTimestamp(createdAt),
    kind: 'journal',
    id,
    title: `Journal: ${kind}`,
    summary:
      accounts
        .map((account, index) => `${account} ${inWords(money(amounts[index] ?? 0n, currency ?? noCurrency))}`)
        .join(', ') || 'Nothing will ever be taken for it',
    status: kind,
    cause,
    raw,
  }));
};
