-- Providers beside the balance. Narrow rows stay narrow: what only a provider's attempt has stands in a table of its own, which
-- paying from the balance never touches.

-- A payment can be captured in part while it is due: what the balance paid of it waits for the provider's part.
do $$
declare
  name text;
begin
  select conname into strict name from pg_constraint
  where conrelid = 'payments'::regclass and contype = 'c' and pg_get_constraintdef(oid) ~ 'DUE.*captured = 0'
    and pg_get_constraintdef(oid) !~ 'IS NOT NULL';
  execute format('alter table payments drop constraint %I', name);
end $$;
alter table payments add column credited bigint not null default 0 check (credited >= 0), add column open_balance text collate "C";
update payments set credited = least(captured, due) where status = 'SUCCEEDED';
alter table payments
  add constraint payments_credited check (credited <= captured and (due is null or credited <= due)),
  add constraint payments_due check (status <> 'DUE' or credited = 0 or credited < due);

-- At most one open attempt per payment and leg, whatever the code does: one over the balance, one over a provider.
drop index attempts_open;
create unique index attempts_open on attempts (payment_id, (method = 'balance'))
  where status in ('STARTED', 'REQUIRES_ACTION', 'PROCESSING', 'UNKNOWN');
-- Those that providers are asked about; buyers take their time, so there are many.
create index attempts_followed on attempts (next_check_at)
  where method <> 'balance' and status in ('STARTED', 'REQUIRES_ACTION', 'PROCESSING', 'UNKNOWN', 'CLOSING');

create table charges (
  id text collate "C" primary key,
  flow text not null check (flow in ('qr', 'page', 'jsapi', 'card')),
  description text not null,
  return_url text,
  openid text,
  expires_at timestamptz not null,
  balance_attempt text collate "C",
  reference text,
  action jsonb,
  transaction text,
  detail text
) with (fillfactor = 70);

create table callbacks (
  id text collate "C" primary key,
  provider text not null,
  received_at timestamptz not null,
  status text not null check (status in ('TAKEN', 'REFUSED')),
  why text,
  detail text,
  number text,
  order_id text collate "C",
  -- How often the provider has sent it.
  deliveries int not null default 1,
  headers jsonb not null,
  body text not null,
  cause text not null,
  check ((status = 'REFUSED') = (why is not null))
);

create index callbacks_of_order on callbacks (order_id) where order_id is not null;
create index callbacks_refused on callbacks (received_at, id) where status = 'REFUSED';

grant select, insert, update on charges, callbacks to :role;
select know_rows('charges');
