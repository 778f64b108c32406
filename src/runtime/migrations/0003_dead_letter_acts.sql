-- What one act on many objects was told and what came of it: the filter, how many, and which were the first.
alter table admin_trail add column details json;
create index admin_trail_cause on admin_trail (cause);

-- Who made a letter due by hand last: for people to see, and so that two of them do not act on what both have seen.
alter table dead_letters add column retried_at timestamptz, add column retried_by text;

-- All letters of a subject, settled ones too: for its history.
create index dead_letters_key on dead_letters (key);
