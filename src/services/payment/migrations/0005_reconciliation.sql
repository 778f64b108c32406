-- Providers' bills beside our own books: each day of each provider, its lines, and what differs.

-- When the provider says that it was paid, and when a part went back: which bill they have to be on.
alter table charges add column paid_at timestamptz;
create index charges_paid on charges (paid_at) where paid_at is not null;
alter table refunds add column settled_at timestamptz;
create index refunds_settled on refunds (settled_at) where settled_at is not null;

create table reconciliations (
  -- rec_<provider>_<yyyymmdd>: there is one for each day of each provider.
  id text collate "C" primary key,
  provider text not null check (provider in ('wechat', 'alipay', 'card')),
  day text collate "C" not null check (day ~ '^\d{4}-\d\d-\d\d$'),
  -- WAITING for the bill, READ, CHECKED against our books.
  status text not null check (status in ('WAITING', 'READ', 'CHECKED')),
  source text check (source in ('FETCHED', 'UPLOADED')),
  -- Counts the times that the bill was read, that under way included; of the last one that came to its end.
  reading int not null,
  generation int not null check (generation between 0 and reading),
  lines int not null,
  open_differences int not null check (open_differences >= 0),
  -- {<currency>: {amount, sequence}}: what of fees was told to the wallet, and how often that was put right.
  fees jsonb not null,
  why text,
  detail text,
  tries int not null,
  next_try_at timestamptz,
  checked_at timestamptz,
  created_at timestamptz not null,
  cause text not null,
  check ((status = 'WAITING') = (generation = 0))
) with (fillfactor = 80);
create index reconciliations_in_order on reconciliations (day, id);

create table bill_lines (
  -- <reconciliation>/<kind>/<number, or the provider's>/<which of those>: read again it is the same.
  id text collate "C" primary key,
  reconciliation_id text collate "C" not null,
  kind text not null check (kind in ('payment', 'refund')),
  number text collate "C",
  transaction text not null,
  amount bigint not null,
  currency text not null,
  fee bigint not null,
  fee_currency text not null,
  at timestamptz not null,
  occurrence int not null,
  raw text not null,
  -- The last reading that had it: one that an earlier reading had and the last had not is no line any more.
  generation int not null,
  cause text not null
);
create index bill_lines_of_reconciliation on bill_lines (reconciliation_id, id);
create index bill_lines_of_number on bill_lines (number) where number is not null;

create table differences (
  id text collate "C" primary key,
  reconciliation_id text collate "C" not null,
  provider text not null,
  day text collate "C" not null,
  kind text not null,
  status text not null check (status in ('OPEN', 'RESOLVED')),
  number text collate "C",
  order_id text collate "C",
  line_id text collate "C",
  -- As they were when it was found: the provider's line, what we have under the number, the ledger's entries.
  raw text,
  evidence jsonb not null,
  resolved_how text check (resolved_how in ('query', 'bill', 'person')),
  resolved_by text,
  reason text,
  found_at timestamptz not null,
  resolved_at timestamptz,
  cause text not null,
  check ((status = 'RESOLVED') = (resolved_at is not null) and (status = 'RESOLVED') = (resolved_how is not null))
) with (fillfactor = 80);
create index differences_of_reconciliation on differences (reconciliation_id, id);
create index differences_open on differences (provider) where status = 'OPEN';
create index differences_in_order on differences (day, id);

grant select, insert, update on reconciliations, bill_lines, differences to :role;
select know_rows('reconciliations', 'bill_lines', 'differences');
