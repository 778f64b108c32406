-- What a broker needs beside the cursors of 0001: docs/adr/0014.

-- Messages heard ahead of the cursor. A broker may deliver out of order; the cursor follows as soon as the gap is closed, so
-- there are rows only for what lies beyond a gap. `previous` is the message before it that the subscription gets.
create table inbox (
  source text not null,
  position bigint not null,
  previous bigint not null,
  primary key (source, position)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- How far this service's log was handed to the broker for each consumer, and confirmed; `last` is the newest message among
-- that which the consumer gets.
create table publications (
  consumer text primary key,
  position bigint not null,
  last bigint not null,
  moved_at timestamptz not null default now()
) with (fillfactor = 50);

-- Compare-and-set as in 0001; and nothing up to there may have been heard by way of a broker but what the reader knows of and
-- skipped. Nothing but a move of the cursor takes rows away, so as many rows are the same rows.
create function advance_cursor(moved_source text, held_epoch bigint, from_position bigint, to_position bigint, skipped bigint[])
returns void language plpgsql set search_path = :schema, pg_temp as $$
declare
  passed bigint;
begin
  update cursors set position = to_position, moved_at = clock_timestamp()
    where source = moved_source and epoch = held_epoch and position = from_position;
  if not found then
    raise exception 'the cursor of % was moved by another reader', moved_source using errcode = 'SU001';
  end if;
  delete from inbox where source = moved_source and position > from_position and position <= to_position;
  get diagnostics passed = row_count;
  if passed <> cardinality(skipped) then
    raise exception 'messages of % were heard by another reader', moved_source using errcode = 'SU001';
  end if;
end $$;

-- The version before this one, while it still runs, has skipped nothing.
create or replace function advance_cursor(moved_source text, held_epoch bigint, from_position bigint, to_position bigint)
returns void language plpgsql set search_path = :schema, pg_temp as $$
begin
  perform advance_cursor(moved_source, held_epoch, from_position, to_position, '{}'::bigint[]);
end $$;

-- Messages that came by way of a broker have their effect in this transaction. The cursor goes on over all that is heard
-- without a gap; the rest is kept beyond it. Both lists are walked from the cursor on, side by side, and no further than the
-- first gap. What was heard before makes the transaction begin anew. `again`: what is kept beyond the cursor and came once more.
-- Where something was lost the source publishes all again from the cursor on, and what it says then of what comes before what
-- holds, whatever was said before.
create function hear(
  heard_source text, positions bigint[], previous_positions bigint[], again bigint[], again_previous bigint[]
) returns void language plpgsql set search_path = :schema, pg_temp as $$
declare
  begun bigint;
  reached bigint;
  ahead bigint[] := '{}';
  ahead_previous bigint[] := '{}';
  came record;
  kept record;
  beyond cursor for
    select position, previous from inbox where source = heard_source and position > begun order by position;
begin
  select position into begun from cursors where source = heard_source for update;
  if not found then
    insert into cursors (source) values (heard_source) on conflict do nothing;
    select position into begun from cursors where source = heard_source for update;
  end if;
  if begun >= any (positions)
    or exists (select from inbox where source = heard_source and position = any (positions)) then
    raise exception 'messages of % were heard by another reader', heard_source using errcode = 'SU002';
  end if;
  reached := begun;
  open beyond;
  fetch beyond into kept;
  for came in
    select *, true as is_new from unnest(positions, previous_positions) as new (position, previous)
    union all
    select *, false from unnest(again, again_previous) as old (position, previous)
    order by position
  loop
    while kept.previous <= reached loop
      reached := greatest(reached, kept.position);
      fetch beyond into kept;
    end loop;
    if came.previous <= reached then
      reached := greatest(reached, came.position);
    elsif came.is_new then
      ahead := ahead || came.position;
      ahead_previous := ahead_previous || came.previous;
    end if;
  end loop;
  while kept.previous <= reached loop
    reached := greatest(reached, kept.position);
    fetch beyond into kept;
  end loop;
  close beyond;
  if reached > begun then
    update cursors set position = reached, moved_at = clock_timestamp() where source = heard_source;
    delete from inbox where source = heard_source and position > begun and position <= reached;
  end if;
  insert into inbox (source, position, previous)
    select heard_source, * from unnest(ahead, ahead_previous) as beyond_gap (position, previous) where position > reached;
end $$;

grant select, insert, delete on inbox to :role;
grant select, insert, update, delete on publications to :role;
