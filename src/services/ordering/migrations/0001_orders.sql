-- Orders: what changes, narrow, apart from what never does, wide. An order's history is the service's own log.

-- Order numbers; gaps are allowed, repeats are not.
create sequence order_number as bigint;

create table orders (
  id text collate "C" primary key,
  user_id text collate "C" not null,
  status text not null check (status in
    ('CREATED', 'REVIEW', 'PENDING', 'PAID', 'CONFIRMED', 'SHIPPED', 'COMPLETED', 'FAILED', 'CANCELLED')),
  status_reason text,
  shortages jsonb,
  number text collate "C",
  currency text not null,
  subtotal bigint not null check (subtotal >= 0),
  discount bigint not null check (discount between 0 and subtotal),
  total bigint not null,
  paid bigint not null check (paid >= 0),
  refund_requested bigint not null,
  refunded bigint not null check (refunded >= 0),
  open_refunds jsonb,
  participants jsonb not null,
  payable_for_ms bigint not null,
  grace_ms bigint not null,
  payable_until timestamptz,
  timer_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  cause text not null,
  check (total = subtotal - discount),
  check (refund_requested between 0 and paid),
  check ((number is null) = (payable_until is null)),
  check (number is not null or status in ('CREATED', 'REVIEW', 'FAILED'))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- A buyer's orders, newest first: ids sort by time.
create index orders_user on orders (user_id, id);
create unique index orders_number on orders (number) where number is not null;
create index orders_timer on orders (timer_at) where timer_at is not null;

create table order_details (
  order_id text collate "C" primary key,
  -- json, not jsonb: a buyer gets back what was written, in its order.
  items json not null,
  shipping_address json not null,
  note text,
  language text not null,
  cause text not null
);

create table refunds (
  id text collate "C" primary key,
  order_id text collate "C" not null,
  amount bigint check (amount >= 0),
  currency text not null,
  status text not null
    check (status in ('REQUESTED', 'APPROVED', 'PROCESSING', 'SUCCEEDED', 'FAILED', 'REJECTED')),
  reason text not null,
  requested_by text not null,
  decided_by text,
  decision_reason text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  cause text not null
) with (fillfactor = 80);
create index refunds_order on refunds (order_id);

grant usage on sequence order_number to :role;
grant select, insert, update on orders, refunds to :role;
grant select, insert on order_details to :role;
