-- What providers keep: journals of the kind `fee`, between the provider's clearing account and house:fees.
alter table journals drop constraint journals_kind_check;
alter table journals add constraint journals_kind_check
  check (kind in ('payment', 'void', 'refund', 'adjustment', 'top_up', 'fee')) not valid;
alter table journals validate constraint journals_kind_check;
