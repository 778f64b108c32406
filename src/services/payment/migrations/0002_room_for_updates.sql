-- A payment is updated three times within a second or two, all those of a batch at once: room on its page for a second version of
-- every row, so that no update has to leave it and write the indexes anew.
alter table payments set (fillfactor = 50);
