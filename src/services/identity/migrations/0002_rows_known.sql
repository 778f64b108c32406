-- The writer knows rows of these tables without reading them again; whoever else changes one is noticed.
create trigger turn before insert or update or delete or truncate on users
  for each statement execute function take_turn_if_not_taken();
create trigger turn before insert or update or delete or truncate on sessions
  for each statement execute function take_turn_if_not_taken();
create trigger turn before insert or update or delete or truncate on refresh_tokens
  for each statement execute function take_turn_if_not_taken();
create trigger turn before insert or update or delete or truncate on login_attempts
  for each statement execute function take_turn_if_not_taken();
create trigger turn before insert or update or delete or truncate on signing_keys
  for each statement execute function take_turn_if_not_taken();
