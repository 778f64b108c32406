-- Users take other names. Of two messages about one the later in identity's log counts, whichever comes first; what was known
-- before, and what a process of the version before still writes, is older than all of them.
alter table recipients add column position bigint not null default 0;
