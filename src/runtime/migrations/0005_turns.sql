-- One transaction of a service writes at a time, and its number tells whoever wrote before whether anybody else has since: then
-- what was read still holds, and need not be read again. A sequence, since that is written in place, and a number drawn in vain
-- only costs a second look.
create sequence turns as bigint;
grant usage on sequence turns to :role;

create function take_turn() returns bigint
language plpgsql set search_path = public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtext('suanpan log'));
  perform set_config('suanpan.turn', 'taken', true);
  return nextval('turns');
end $$;

create function keep_turn(last bigint) returns void
language plpgsql set search_path = public, pg_temp as $$
begin
  if take_turn() <> last + 1 then
    raise exception 'somebody else has written meanwhile' using errcode = 'SU003';
  end if;
end $$;

-- For tables whose rows writers know: whoever changes them otherwise, a job or a person, takes the turn by doing so.
create function take_turn_if_not_taken() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  if current_setting('suanpan.turn', true) is distinct from 'taken' then
    perform take_turn();
  end if;
  return null;
end $$;
