-- The writer knows rows of these tables without reading them again; whoever else changes one is noticed.
create trigger turn before insert or update or delete or truncate on balances
  for each statement execute function take_turn_if_not_taken();
create trigger turn before insert or update or delete or truncate on journals
  for each statement execute function take_turn_if_not_taken();
create trigger turn before insert or update or delete or truncate on debit_refunds
  for each statement execute function take_turn_if_not_taken();
