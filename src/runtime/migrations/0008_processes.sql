-- Which processes are at work, those too that nobody asks anything: each tells of itself with its sample.
alter table process_samples add column state json;
