-- Where users have their goods sent: one row each, so that one address of it is the default and no two are.
create table address_books (
  user_id text collate "C" primary key,
  -- [{id, address}], newest first.
  entries json not null check (json_array_length(entries) <= 50),
  default_id text collate "C",
  updated_at timestamptz not null,
  cause text not null,
  check ((default_id is null) = (json_array_length(entries) = 0))
) with (fillfactor = 80);

grant select, insert, update on address_books to :role;
select know_rows('address_books');
