-- All reservations of a batch are reduced at about the same time: room on the page for a second version of every row, so that no
-- update has to leave it and write the index anew.
alter table reservations set (fillfactor = 50);
