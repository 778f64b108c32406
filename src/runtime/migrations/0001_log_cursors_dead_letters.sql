-- What every service's database has: its log, the cursors and dead letters of what it hears, the keys it answered,
-- the acts of its operators and the calls it took part in.

-- The log: outbox, audit trail and replay source in one. Append-only by grant; partitioned by position.
create sequence log_position as bigint;

create table log (
  position bigint not null default nextval('log_position'),
  type text not null,
  version smallint not null,
  key text collate "C" not null,
  said_at timestamptz not null,
  traceparent text not null,
  cause text not null,
  data json not null,
  primary key (position)
) partition by range (position);

-- A subject's history: the order's time line, the case file, the diagrams.
create index log_key on log (key, position);

-- Adds the partition of the head and the one after it; the service's role may call it but not create tables.
create function extend_log() returns void
language plpgsql security definer set search_path = :schema, pg_temp as $$
declare
  size constant bigint := 1000000;
  head bigint := (select last_value from log_position);
begin
  for part in (head / size)::int .. (head / size)::int + 1 loop
    if to_regclass('log_' || part) is null then
      perform pg_advisory_xact_lock(hashtext('suanpan extend_log ' || current_schema()));
      execute format('create table if not exists log_%s partition of log for values from (%s) to (%s)',
        part, part * size, (part + 1) * size);
    end if;
  end loop;
end $$;
select extend_log();

-- How far this service has read each log it follows. A cursor moves in the transaction of the effects.
create table cursors (
  source text primary key,
  position bigint not null default 0,
  epoch bigint not null default 0,
  moved_at timestamptz not null default now()
) with (fillfactor = 50);

-- Compare-and-set: whoever lost the lease to a later epoch has its whole transaction refused.
create function advance_cursor(moved_source text, held_epoch bigint, from_position bigint, to_position bigint)
returns void language plpgsql set search_path = :schema, pg_temp as $$
begin
  update cursors set position = to_position, moved_at = clock_timestamp()
    where source = moved_source and epoch = held_epoch and position = from_position;
  if not found then
    raise exception 'the cursor of % was moved by another reader', moved_source using errcode = 'SU001';
  end if;
end $$;

-- Messages set aside: to be retried, held behind one of the same subject, or parked for a person.
create table dead_letters (
  id text collate "C" primary key,
  source text not null,
  position bigint not null,
  type text not null,
  version smallint not null,
  key text collate "C" not null,
  said_at timestamptz not null,
  traceparent text not null,
  cause text not null,
  data json not null,
  status text not null check (status in ('RETRYING', 'HELD', 'PARKED', 'RETRIED', 'DISCARDED')),
  attempts integer not null,
  next_attempt_at timestamptz,
  error text,
  set_aside_at timestamptz not null,
  settled_at timestamptz,
  settled_by text,
  settled_reason text,
  unique (source, position)
);
create index dead_letters_open on dead_letters (key, source, position) where status in ('RETRYING', 'HELD', 'PARKED');
create index dead_letters_due on dead_letters (next_attempt_at) where status = 'RETRYING';

-- Answers by idempotency key: bound to an object, or stored. Written in the operation's own transaction.
create table idempotency_keys (
  scope text collate "C" not null,
  key text collate "C" not null,
  fingerprint text collate "C" not null,
  bound text collate "C",
  answer json,
  created_at timestamptz not null,
  primary key (scope, key)
);
create index idempotency_keys_created_at on idempotency_keys using brin (created_at);

-- Who changed what by hand, and why.
create table admin_trail (
  id bigint generated always as identity primary key,
  acted_at timestamptz not null,
  actor text not null,
  action text not null,
  object text not null,
  reason text,
  cause text not null
);
create index admin_trail_object on admin_trail (object);

-- Calls answered by this service, recorded with their cause: for case files and diagrams.
create table calls (
  trace_id text collate "C" not null,
  span_id text collate "C" not null,
  parent_span_id text collate "C",
  caller text not null,
  operation text not null,
  key text collate "C",
  status smallint not null,
  started_at timestamptz not null,
  duration_us integer not null
);
create index calls_trace on calls (trace_id);
create index calls_key on calls (key) where key is not null;
create index calls_started_at on calls using brin (started_at);

grant select, insert on log, admin_trail to :role;
grant usage on sequence log_position to :role;
grant select on log_position to :role;
grant select, insert, update on cursors, dead_letters to :role;
grant select, insert, update, delete on idempotency_keys to :role;
grant select, insert, delete on calls to :role;
revoke execute on function extend_log() from public;
grant execute on function extend_log() to :role;
