create table sent (id text primary key);
grant insert on sent to :role;
