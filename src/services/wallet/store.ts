import type { Database } from '#runtime/database/database.ts';
import { rowsOf } from '#runtime/database/rows-of.ts';
import type { Balance, DebitRefund, Journal } from './domain/ledger.ts';
import type { WalletTables } from './domain.ts';

const balanceColumns = `user_id as "userId", currency, amount, entries, opened_at as "openedAt", cause`;
const journalColumns = `cause_key as "causeKey", id, kind, order_id as "orderId", user_id as "userId", entry, currency,
  accounts, amounts, balance_after as "balanceAfter", reason, created_at as "createdAt", cause`;

const loadBalances = `select ${balanceColumns} from balances where user_id = any($1)`;
const insertBalances = `
  insert into balances (user_id, currency, amount, entries, opened_at, cause)
  select * from ${rowsOf(`
      user_id text, currency text, amount bigint, entries int, opened_at timestamptz, cause text`)} as new`;
const updateBalances = `
  update balances as b set currency = c.currency, amount = c.amount, entries = c.entries
  from ${rowsOf('user_id text, currency text, amount bigint, entries int')} as c
  where b.user_id = c.user_id`;

const selectJournals = `select ${journalColumns} from journals where cause_key = any($1)`;
const insertJournals = `
  insert into journals
    (cause_key, id, kind, order_id, user_id, entry, currency, accounts, amounts, balance_after, reason, created_at, cause)
  select cause_key, id, kind, order_id, user_id, entry, currency, accounts::text[], amounts::bigint[], balance_after, reason,
    created_at, cause
  from ${rowsOf(`
      cause_key text, id text, kind text, order_id text, user_id text, entry int, currency text, accounts text,
      amounts text, balance_after bigint, reason text, created_at timestamptz, cause text`)} as c`;

const loadDebitRefunds = `
  select attempt_id as "attemptId", debited, refunded, cause from debit_refunds
  where attempt_id = any($1)`;
const insertDebitRefunds = `
  insert into debit_refunds (attempt_id, debited, refunded, cause)
  select * from ${rowsOf('attempt_id text, debited bigint, refunded bigint, cause text')} as new`;
const updateDebitRefunds = `
  update debit_refunds as d set refunded = c.refunded
  from ${rowsOf('attempt_id text, refunded bigint')} as c where d.attempt_id = c.attempt_id`;

export const tables: WalletTables = {
  balances: {
    keyOf: ({ userId }) => userId,
    // The same users come back; a balance that is read again is read by each flight.
    knownLeast: 8_192,
    load: async (transaction, keys) => (await transaction.query<Balance>(loadBalances, [keys])).rows,
    insert: (transaction, rows) =>
      transaction.query(insertBalances, [
        ...movedColumns(rows),
        rows.map(({ openedAt }) => openedAt),
        rows.map(({ cause }) => cause),
      ]),
    update: (transaction, rows) => transaction.query(updateBalances, movedColumns(rows)),
  },
  journals: {
    keyOf: ({ causeKey }) => causeKey,
    load: async (transaction, keys) => (await transaction.query<Journal>(selectJournals, [keys])).rows,
    insert: (transaction, rows) =>
      transaction.query(insertJournals, [
        rows.map(({ causeKey }) => causeKey),
        rows.map(({ id }) => id),
        rows.map(({ kind }) => kind),
        rows.map(({ orderId }) => orderId),
        rows.map(({ userId }) => userId),
        rows.map(({ entry }) => entry),
        rows.map(({ currency }) => currency),
        // Lines as array literals of their own: unnest would flatten arrays of arrays. Account names need no quoting.
        rows.map(({ accounts }) => `{${accounts.join(',')}}`),
        rows.map(({ amounts }) => `{${amounts.join(',')}}`),
        rows.map(({ balanceAfter }) => balanceAfter),
        rows.map(({ reason }) => reason),
        rows.map(({ createdAt }) => createdAt),
        rows.map(({ cause }) => cause),
      ]),
  },
  debitRefunds: {
    keyOf: ({ attemptId }) => attemptId,
    load: async (transaction, keys) => (await transaction.query<DebitRefund>(loadDebitRefunds, [keys])).rows,
    insert: (transaction, rows) =>
      transaction.query(insertDebitRefunds, [
        rows.map(({ attemptId }) => attemptId),
        rows.map(({ debited }) => debited),
        rows.map(({ refunded }) => refunded),
        rows.map(({ cause }) => cause),
      ]),
    update: (transaction, rows) =>
      transaction.query(updateDebitRefunds, [
        rows.map(({ attemptId }) => attemptId),
        rows.map(({ refunded }) => refunded),
      ]),
  },
};

function movedColumns(rows: readonly Balance[]): unknown[] {
  return [
    rows.map(({ userId }) => userId),
    rows.map(({ currency }) => currency),
    rows.map(({ amount }) => amount),
    rows.map(({ entries }) => entries),
  ];
}

const selectBalance = `select ${balanceColumns} from balances where user_id = $1`;

export async function findBalance(database: Database, userId: string): Promise<Balance | undefined> {
  return (await database.query<Balance>(selectBalance, [userId])).rows[0];
}

const selectEntries = `
  select ${journalColumns} from journals
  where user_id = $1 and entry < $2 order by entry desc limit $3`;

/** The buyer's journals, newest first, those before entry number `before`. */
export async function listEntries(
  database: Database,
  userId: string,
  before: number,
  most: number,
): Promise<readonly Journal[]> {
  return (await database.query<Journal>(selectEntries, [userId, before, most])).rows;
}

const selectMoved = `
  select cause_key as "causeKey", currency, (select sum(amount) from unnest(amounts) as line (amount) where amount > 0)::bigint as amount
  from journals where cause_key = any($1) and kind <> 'void'`;

/** What each of these causes moved, as far as it moved something. */
export async function movedBy(
  database: Database,
  causeKeys: readonly string[],
): Promise<readonly { readonly causeKey: string; readonly currency: string; readonly amount: bigint }[]> {
  return (await database.query<{ causeKey: string; currency: string; amount: bigint }>(selectMoved, [causeKeys])).rows;
}
