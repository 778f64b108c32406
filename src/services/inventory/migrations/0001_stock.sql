-- Stock and what holds it. Hot rows are narrow and updated in place (fillfactor leaves room for HOT updates, and no index
-- covers a column that changes).

create table stock (
  sku text collate "C" primary key,
  on_hand bigint not null,
  reserved bigint not null default 0,
  sold bigint not null default 0,
  check (reserved >= 0),
  check (on_hand >= reserved),
  check (sold >= 0)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

-- One row per order that ever asked, or whose release came first. `lines` never changes.
create table reservations (
  order_id text collate "C" primary key,
  status text not null
    check (status in ('HELD', 'REDUCED', 'RETURNED', 'RELEASED', 'LOST', 'REFUSED', 'BARRED')),
  lines jsonb not null,
  shortages jsonb,
  cause text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (status = 'BARRED' or jsonb_array_length(lines) > 0)
) with (fillfactor = 70);

-- What came and went other than by sales; append-only. Per SKU their sum is on_hand + sold.
create table stock_movements (
  cause text collate "C" not null,
  sku text collate "C" not null,
  kind text not null check (kind in ('RECEIVED', 'ADJUSTED', 'LOST')),
  delta bigint not null,
  reason text not null,
  actor text not null,
  moved_at timestamptz not null,
  primary key (cause, sku)
);
create index stock_movements_sku on stock_movements (sku);

create table receipts (
  reference text collate "C" primary key,
  cause text not null,
  received_at timestamptz not null
);

grant select, insert, update on stock, reservations to :role;
grant select, insert on stock_movements, receipts to :role;
