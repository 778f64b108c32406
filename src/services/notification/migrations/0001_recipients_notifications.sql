-- Whom to tell, and what each was told.

-- Written once per user, from UserRegistered.
create table recipients (
  user_id text collate "C" primary key,
  email text not null,
  name text not null,
  language text not null,
  cause text not null
);

-- One row per message and channel; the id is made from the message's name, the channel and its time, so the primary key is what
-- makes a message take effect once, and the list of a user is one walk along it. Rows of channel in_app never change. Those
-- of e-mail do while they are sent, wide as they are: a narrow table beside them would cost every order a row more to spare
-- what a mail server can take far fewer of.
create table notifications (
  id text collate "C" not null,
  user_id text collate "C" not null,
  order_id text collate "C",
  order_number text,
  type text not null,
  channel text not null check (channel in ('in_app', 'email')),
  title text not null,
  body text not null,
  language text not null,
  status text not null check (status in ('SENT', 'WAITING', 'QUEUED', 'SENDING', 'FAILED', 'KEPT')),
  created_at timestamptz not null,
  cause text not null,
  -- Of e-mail only.
  recipient text,
  attempts integer not null default 0,
  refusals integer not null default 0,
  next_attempt_at timestamptz,
  error text,
  primary key (user_id, id),
  check (channel = 'email' or status = 'SENT'),
  check (recipient is not null or channel = 'in_app' or status = 'WAITING')
) with (fillfactor = 90);

create unique index notifications_mail on notifications (id) where channel = 'email';
create index notifications_due on notifications (next_attempt_at) where status in ('QUEUED', 'SENDING');
create index notifications_waiting on notifications (user_id) where status = 'WAITING';

-- Whether new mail is sent or kept: written at the start from the settings, so that rules can read it as a row.
create table mail_policy (
  id text primary key check (id = 'mail'),
  mode text not null check (mode in ('SMTP', 'KEEP'))
);

grant select, insert on recipients to :role;
grant select, insert, update on notifications, mail_policy to :role;
