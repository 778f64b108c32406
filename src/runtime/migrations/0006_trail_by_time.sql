-- The acts of operators are shown newest first, those of all services on one page.
create index admin_trail_time on admin_trail (acted_at, id);
