-- One transaction of a service writes at a time, and its number tells whoever wrote before whether anybody else has since: then
-- what was read still holds, and need not be read again. A sequence, since that is written in place, and a number drawn in vain
-- only costs a second look.
create sequence turns as bigint;
grant usage on sequence turns to :role;

create function lose_turn() returns void
language plpgsql as $$
begin
  raise exception 'somebody else has written meanwhile' using errcode = 'SU003';
end $$;

-- For whoever writes by hand. Writers do the same by statements of their own.
create function take_turn() returns bigint
language plpgsql set search_path = :schema, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtext('suanpan log ' || current_schema()));
  perform set_config('suanpan.turn', 'taken', true);
  return nextval('turns');
end $$;

create function take_turn_by_hand() returns trigger
language plpgsql set search_path = :schema, pg_temp as $$
begin
  perform take_turn();
  return null;
end $$;

-- For tables of which a writer knows rows without reading them again: whoever changes them otherwise, a job or a person, takes
-- the turn by doing so.
create function know_rows(variadic names text[]) returns void
language plpgsql set search_path = :schema, pg_temp as $$
declare
  name text;
begin
  foreach name in array names loop
    execute format('
      create trigger turn before insert or update or delete or truncate on %I for each statement
      when (current_setting(''suanpan.turn'', true) is distinct from ''taken'') execute function take_turn_by_hand()', name);
  end loop;
end $$;
