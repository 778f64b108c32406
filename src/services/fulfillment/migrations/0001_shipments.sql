-- What is to leave for an order, and whether it has. One row per order that was confirmed, or cancelled before that was heard.

create table shipments (
  order_id text collate "C" primary key,
  user_id text collate "C" not null,
  number text not null,
  status text not null check (status in ('CREATED', 'DISPATCHING', 'SHIPPED', 'DELIVERED', 'CANCELLED')),
  carrier text,
  tracking_number text,
  shipped_at timestamptz,
  delivered_at timestamptz,
  next_try_at timestamptz,
  tries int not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  cause text not null,
  check ((carrier is null) = (tracking_number is null)),
  check (carrier is not null or status in ('CREATED', 'CANCELLED')),
  check ((shipped_at is not null) = (status in ('SHIPPED', 'DELIVERED'))),
  check ((delivered_at is not null) = (status = 'DELIVERED')),
  check ((next_try_at is not null) = (status = 'DISPATCHING'))
) with (fillfactor = 70);

-- Those that ordering has not answered about: nearly always none.
create index shipments_dispatching on shipments (next_try_at) where next_try_at is not null;

grant select, insert, update on shipments to :role;
select know_rows('shipments');
