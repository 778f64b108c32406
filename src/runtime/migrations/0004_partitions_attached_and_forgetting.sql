-- `create table … partition of` waits for everybody who reads the log, and everybody who comes after waits for it. A table that is
-- made first and attached then asks for no more than that nobody else changes the log's definition.
create or replace function extend_log() returns void
language plpgsql security definer set search_path = :schema, pg_temp as $$
declare
  size constant bigint := 1000000;
  head bigint := (select last_value from log_position);
  name text;
begin
  for part in (head / size)::int .. (head / size)::int + 1 loop
    name := 'log_' || part;
    continue when to_regclass(name) is not null;
    perform pg_advisory_xact_lock(hashtext('suanpan extend_log ' || current_schema()));
    continue when to_regclass(name) is not null;
    execute format('create table %I (like log including defaults including constraints including indexes)', name);
    execute format('alter table log attach partition %I for values from (%s) to (%s)', name, part * size, (part + 1) * size);
  end loop;
end $$;

-- What is forgotten by its age is found by it. Where space is used again, ranges of pages come to hold rows of every age, and a
-- summary of them excludes nothing any more.
create index idempotency_keys_created on idempotency_keys (created_at);
drop index idempotency_keys_created_at;
create index calls_started on calls (started_at);
drop index calls_started_at;
