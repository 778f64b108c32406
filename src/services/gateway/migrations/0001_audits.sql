-- Audits that operators asked for, and what they found.
create table audits (
  id text collate "C" primary key,
  started_at timestamptz not null,
  finished_at timestamptz,
  checked json not null default '{}',
  violations json not null default '[]',
  -- Why it broke off; it found nothing then.
  error text,
  asked_by text not null,
  cause text not null
);
create index audits_finished_at on audits (finished_at desc) where finished_at is not null and error is null;
create index audits_running on audits (id) where finished_at is null;
grant select, insert, update on audits to :role;
