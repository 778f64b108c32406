create table tallies (name text collate "C" primary key, count integer not null);
create table marks (
  id text collate "C" primary key,
  tally text not null,
  seen integer not null check (seen >= 0),
  cause text not null,
  -- Which marks were made in one transaction.
  batch xid8 not null default pg_current_xact_id()
);
grant select, insert, update on tallies to :role;
grant select, insert on marks to :role;
