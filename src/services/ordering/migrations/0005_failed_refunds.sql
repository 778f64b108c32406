-- A refund that failed is retried or settled by hand. Payment is asked once more under a name of its own, since it has given its
-- last word on the one before.
alter table refunds add column asked_as text collate "C", add column settled_by_hand boolean not null default false;
alter table refunds add check (not settled_by_hand or status = 'SUCCEEDED');

create table refund_retries (
  id text collate "C" primary key,
  refund_id text collate "C" not null,
  created_at timestamptz not null,
  cause text not null
);

-- What waits for a person.
create index refunds_status on refunds (status, id);

grant select, insert on refund_retries to :role;
select know_rows('refund_retries');
