-- What users mean to order: one row each, since a cart is read and written as a whole.
create table carts (
  user_id text collate "C" primary key,
  -- [{sku, quantity, unitPrice, addedAt}] in the order in which they were put in.
  lines json not null check (json_array_length(lines) <= 100),
  updated_at timestamptz not null,
  cause text not null
) with (fillfactor = 80);

grant select, insert, update on carts to :role;
select know_rows('carts');
