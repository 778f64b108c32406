-- The writer knows rows of these tables without reading them again; whoever else changes one is noticed.
create trigger turn before insert or update or delete or truncate on products
  for each statement execute function take_turn_if_not_taken();
create trigger turn before insert or update or delete or truncate on variants
  for each statement execute function take_turn_if_not_taken();
create trigger turn before insert or update or delete or truncate on stock
  for each statement execute function take_turn_if_not_taken();
create trigger turn before insert or update or delete or truncate on categories
  for each statement execute function take_turn_if_not_taken();
create trigger turn before insert or update or delete or truncate on listings
  for each statement execute function take_turn_if_not_taken();
