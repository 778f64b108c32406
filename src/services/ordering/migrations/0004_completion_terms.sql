-- When a shipped order counts as received is one of the terms that it was placed under. Orders placed before have the default,
-- and so have those that a process of the version before still places.
alter table orders add column completion_ms bigint not null default 1296000000;
