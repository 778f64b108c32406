-- Payments, the attempts to pay them, and the refunds of what was captured.

create table payments (
  id text collate "C" primary key,
  order_id text collate "C" not null,
  user_id text collate "C",
  status text not null check (status in ('DUE', 'SUCCEEDED', 'FAILED', 'CLOSED')),
  status_reason text,
  due bigint check (due >= 0),
  currency text,
  captured bigint not null check (captured >= 0),
  refunded bigint not null check (refunded between 0 and captured),
  payable_until timestamptz,
  closing text,
  attempts int not null,
  method text,
  open_attempt text collate "C",
  captured_attempts text[] not null,
  created_at timestamptz not null,
  cause text not null,
  -- A tombstone knows nothing of its order, and nothing can be paid on it.
  check ((due is null) = (currency is null)),
  check (due is not null or (status = 'CLOSED' and captured = 0)),
  -- Attempts are for all that is due: what is captured in part would have to go back when the payment is sealed.
  check (status <> 'DUE' or captured = 0)
) with (fillfactor = 60);

create table attempts (
  id text collate "C" primary key,
  payment_id text collate "C" not null,
  number int not null,
  method text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  status text not null check (
    status in ('STARTED', 'REQUIRES_ACTION', 'PROCESSING', 'UNKNOWN', 'CLOSING', 'SUCCEEDED', 'DECLINED', 'CLOSED')
  ),
  problem text,
  refunding bigint not null check (refunding between 0 and amount),
  next_check_at timestamptz,
  checks int not null,
  retried_as text collate "C",
  created_at timestamptz not null,
  cause text not null,
  check (refunding = 0 or status = 'SUCCEEDED'),
  check ((next_check_at is null) = (status in ('SUCCEEDED', 'DECLINED', 'CLOSED')))
) with (fillfactor = 80);

-- At most one open attempt per payment, whatever the code does; the sweeper reads it too.
create unique index attempts_open on attempts (payment_id)
  where status in ('STARTED', 'REQUIRES_ACTION', 'PROCESSING', 'UNKNOWN');
create index attempts_of_payment on attempts (payment_id);
create index attempts_closing on attempts (next_check_at) where status = 'CLOSING';

create table refunds (
  id text collate "C" primary key,
  payment_id text collate "C" not null,
  status text not null check (status in ('REQUESTED', 'SUCCEEDED', 'FAILED')),
  amount bigint not null check (amount >= 0),
  currency text not null,
  reason text not null,
  -- [{attemptId, method, amount, status}]: what each attempt gives back.
  parts jsonb not null,
  next_try_at timestamptz,
  tries int not null,
  created_at timestamptz not null,
  cause text not null,
  check ((next_try_at is null) = (status <> 'REQUESTED'))
);

create index refunds_requested on refunds (next_try_at) where status = 'REQUESTED';
create index refunds_of_payment on refunds (payment_id);

grant select, insert, update on payments, attempts, refunds to :role;
