create table filed (id text primary key, cause text not null);
grant select, insert on filed to :role;
