-- What the counters of each process were, every few seconds of the last quarter of an hour: for the operators' overview, which can
-- ask any instance of a service but not each. Lost in a crash, and soon there again.
create unlogged table process_samples (
  process text not null,
  taken_at timestamptz not null,
  sample json not null,
  primary key (taken_at, process)
);
grant select, insert, delete on process_samples to :role;
