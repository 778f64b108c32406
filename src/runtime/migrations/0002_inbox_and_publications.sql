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
-- skipped.
create function advance_cursor(moved_source text, held_epoch bigint, from_position bigint, to_position bigint, skipped bigint[])
returns void language plpgsql set search_path = public, pg_temp as $$
begin
  perform advance_cursor(moved_source, held_epoch, from_position, to_position);
  if exists (
    select from inbox where source = moved_source and position <= to_position and position <> all (skipped)
  ) then
    raise exception 'messages of % were heard by another reader', moved_source using errcode = 'SU001';
  end if;
  delete from inbox where source = moved_source and position <= to_position;
end $$;

-- Messages that came by way of a broker have their effect in this transaction. The cursor goes on over all that is heard
-- without a gap; the rest is kept beyond it. What was heard before makes the transaction begin anew.
create function hear(heard_source text, positions bigint[], previous_positions bigint[])
returns void language plpgsql set search_path = public, pg_temp as $$
declare
  cursor_position bigint;
  reached bigint;
  ahead bigint[] := '{}';
  ahead_previous bigint[] := '{}';
  one record;
begin
  insert into cursors (source) values (heard_source) on conflict do nothing;
  select position into cursor_position from cursors where source = heard_source for update;
  if exists (
    select from unnest(positions) as fresh (position)
    where fresh.position <= cursor_position
      or exists (select from inbox where source = heard_source and inbox.position = fresh.position)
  ) then
    raise exception 'messages of % were heard by another reader', heard_source using errcode = 'SU002';
  end if;
  reached := cursor_position;
  for one in
    select * from unnest(positions, previous_positions) as fresh (position, previous) order by position
  loop
    if one.previous <= reached then
      reached := one.position;
    else
      ahead := ahead || one.position;
      ahead_previous := ahead_previous || one.previous;
    end if;
  end loop;
  if cardinality(ahead) > 0 then
    insert into inbox (source, position, previous) select heard_source, * from unnest(ahead, ahead_previous);
  end if;
  if reached = cursor_position then
    return;
  end if;
  for one in select position, previous from inbox where source = heard_source order by position loop
    exit when one.previous > reached;
    reached := greatest(reached, one.position);
  end loop;
  update cursors set position = reached, moved_at = clock_timestamp() where source = heard_source;
  delete from inbox where source = heard_source and position <= reached;
end $$;

grant select, insert, delete on inbox to :role;
grant select, insert, update, delete on publications to :role;
