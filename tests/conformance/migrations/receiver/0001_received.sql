create table received (
  place bigint generated always as identity primary key,
  addressee text not null,
  number integer not null check (number >= 0),
  cause text not null
);
grant select, insert on received to :role;
