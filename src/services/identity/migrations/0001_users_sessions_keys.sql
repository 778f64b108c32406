-- Who may sign in, the sessions in which they are, the keys that sign, and what guards the door.

-- Keyed by the normalised e-mail address (NFC, trimmed, lower case): two registrations of one address meet in its index,
-- and the second, decided anew, finds the first.
create table users (
  id text collate "C" primary key,
  email text collate "C" not null unique check (length(email) between 3 and 254 and email !~ '[A-Z ]'),
  name text not null,
  password_hash text not null check (password_hash like '$argon2id$%'),
  roles text[] not null,
  language text not null,
  created_at timestamptz not null,
  cause text not null
);

create table sessions (
  id text collate "C" primary key,
  user_id text collate "C" not null,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  user_agent text,
  address text not null,
  cause text not null
) with (fillfactor = 80);
create index sessions_user on sessions (user_id, id) where revoked_at is null;
create index sessions_expires_at on sessions (expires_at);

-- Only the SHA-256 of a token is kept: whoever reads this table cannot sign in. A token that was exchanged stays until it
-- would have expired, so that its second use is recognised.
create table refresh_tokens (
  hash text collate "C" primary key,
  session_id text collate "C" not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  rotated_at timestamptz,
  cause text not null
) with (fillfactor = 80);
create index refresh_tokens_expires_at on refresh_tokens (expires_at);

-- Failures by scope (an address, an e-mail address, both together); scopes are hashed, since people type passwords
-- where an e-mail address belongs.
create table login_attempts (
  scope text collate "C" primary key,
  failures integer not null check (failures >= 0),
  blocked_until timestamptz,
  succeeded_at timestamptz,
  changed_at timestamptz not null
) with (fillfactor = 70);
create index login_attempts_changed_at on login_attempts (changed_at);

-- One generation after the other: published first, then used, then still published until its last token has expired.
create table signing_keys (
  generation integer primary key,
  kid text not null unique,
  public_key json not null,
  private_key text not null,
  created_at timestamptz not null,
  active_at timestamptz not null,
  retire_at timestamptz check (retire_at >= active_at),
  cause text not null
);

grant select, insert, update on users to :role;
grant select, insert, update, delete on sessions, refresh_tokens, login_attempts, signing_keys to :role;
