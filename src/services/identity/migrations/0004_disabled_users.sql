-- Whoever is disabled may not log in.
alter table users add column disabled_at timestamptz;
