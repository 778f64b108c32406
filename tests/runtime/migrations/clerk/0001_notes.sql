create table notes (id text primary key check (id not like '%bad'), tally text not null, cause text not null);
grant select, insert on notes to :role;
