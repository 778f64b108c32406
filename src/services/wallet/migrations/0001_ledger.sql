-- The double-entry ledger: balances of buyers, and the journals that they are the sum of.

create table balances (
  user_id text collate "C" primary key,
  currency text,
  amount bigint not null check (amount between 0 and 9007199254740991),
  -- How many journals move this account: the number of its last entry.
  entries int not null,
  opened_at timestamptz not null,
  cause text not null,
  check (amount = 0 or currency is not null)
) with (fillfactor = 50);

-- Append-only. One row is one journal in one currency, its lines in two arrays; the sums are checked by the table itself.
create table journals (
  cause_key text collate "C" primary key,
  id text collate "C" not null,
  kind text not null check (kind in ('payment', 'void', 'refund', 'adjustment', 'top_up')),
  order_id text collate "C",
  user_id text collate "C",
  entry int,
  currency text,
  accounts text[] not null,
  amounts bigint[] not null,
  balance_after bigint check (balance_after >= 0),
  reason text,
  created_at timestamptz not null,
  cause text not null,
  check (cardinality(accounts) = cardinality(amounts) and cardinality(amounts) <= 8),
  check (
    coalesce(amounts[1], 0) + coalesce(amounts[2], 0) + coalesce(amounts[3], 0) + coalesce(amounts[4], 0)
    + coalesce(amounts[5], 0) + coalesce(amounts[6], 0) + coalesce(amounts[7], 0) + coalesce(amounts[8], 0) = 0
  ),
  check ((kind = 'void') = (cardinality(amounts) = 0)),
  check ((kind = 'void') = (currency is null)),
  check ((user_id is null) = (entry is null) and (user_id is null) = (balance_after is null))
);

-- A buyer's entries in their order, without gaps.
create unique index journals_of_user on journals (user_id, entry) where user_id is not null;

-- An order's journals: its case file, and audits.
create index journals_of_order on journals (order_id) where order_id is not null;

-- The lines one by one, for sums per account.
create view journal_lines as
  select id as journal_id, line, account, amount, currency, created_at
  from journals, unnest(accounts, amounts) with ordinality as lines (account, amount, line);

-- How much of a debit went back: written by refunds alone.
create table debit_refunds (
  attempt_id text collate "C" primary key,
  debited bigint not null check (debited > 0),
  refunded bigint not null check (refunded between 0 and debited),
  cause text not null
);

grant select, insert, update on balances, debit_refunds to :role;
grant select, insert on journals to :role;
grant select on journal_lines to :role;
