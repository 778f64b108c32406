import type { Instant } from '#kernel/clock.ts';
import type { Table, Tables } from '#runtime/batch/workset.ts';
import type { Queries } from '#runtime/database/database.ts';
import { rowsOf } from '#runtime/database/rows-of.ts';
import type { AddressBook } from './domain/address-book.ts';
import type { Attempts } from './domain/throttle.ts';
import type { Administrators, PublicJwk, RefreshToken, Session, SigningKey, User } from './domain.ts';

const writtenAttempt =
  'scope text, failures integer, blocked_until timestamptz, succeeded_at timestamptz, changed_at timestamptz';
const writtenBook = 'user_id text, entries json, default_id text, updated_at timestamptz, cause text';

export const userColumns = `id, email, name, password_hash as "passwordHash", roles, language, created_at as "createdAt",
  disabled_at as "disabledAt", cause`;

const users: Table<User> = {
  keyOf: (user) => user.email,
  async load(transaction, emails) {
    const { rows } = await transaction.query<User>(`select ${userColumns} from users where email = any($1)`, [emails]);
    return rows;
  },
  insert: (transaction, rows) =>
    transaction.query(
      `insert into users (id, email, name, password_hash, roles, language, created_at, cause)
       select id, email, name, password_hash, string_to_array(roles, ' '), language, created_at, cause
       from ${rowsOf(`
           id text, email text, name text, password_hash text, roles text, language text, created_at timestamptz,
           cause text`)} as new`,
      [
        rows.map((user) => user.id),
        rows.map((user) => user.email),
        rows.map((user) => user.name),
        rows.map((user) => user.passwordHash),
        rows.map((user) => user.roles.join(' ')),
        rows.map((user) => user.language),
        rows.map((user) => user.createdAt),
        rows.map((user) => user.cause),
      ],
    ),
  update: (transaction, rows) =>
    transaction.query(
      `update users set name = new.name, password_hash = new.password_hash, roles = string_to_array(new.roles, ' '),
         disabled_at = new.disabled_at
       from ${rowsOf('email text, name text, password_hash text, roles text, disabled_at timestamptz')} as new
       where users.email = new.email`,
      [
        rows.map((user) => user.email),
        rows.map((user) => user.name),
        rows.map((user) => user.passwordHash),
        rows.map((user) => user.roles.join(' ')),
        rows.map((user) => user.disabledAt),
      ],
    ),
};

const sessionColumns = `id, user_id as "userId", created_at as "createdAt", last_used_at as "lastUsedAt",
  expires_at as "expiresAt", revoked_at as "revokedAt", user_agent as "userAgent", address, cause`;

const sessions: Table<Session> = {
  keyOf: (session) => session.id,
  async load(transaction, ids) {
    const { rows } = await transaction.query<Session>(`select ${sessionColumns} from sessions where id = any($1)`, [
      ids,
    ]);
    return rows;
  },
  insert: (transaction, rows) =>
    transaction.query(
      `insert into sessions (id, user_id, created_at, last_used_at, expires_at, revoked_at, user_agent, address, cause)
       select * from ${rowsOf(`
           id text, user_id text, created_at timestamptz, last_used_at timestamptz, expires_at timestamptz,
           revoked_at timestamptz, user_agent text, address text, cause text`)} as new`,
      [
        rows.map((session) => session.id),
        rows.map((session) => session.userId),
        rows.map((session) => session.createdAt),
        rows.map((session) => session.lastUsedAt),
        rows.map((session) => session.expiresAt),
        rows.map((session) => session.revokedAt),
        rows.map((session) => session.userAgent),
        rows.map((session) => session.address),
        rows.map((session) => session.cause),
      ],
    ),
  update: (transaction, rows) =>
    transaction.query(
      `update sessions set last_used_at = new.last_used_at, expires_at = new.expires_at, revoked_at = new.revoked_at
       from ${rowsOf('id text, last_used_at timestamptz, expires_at timestamptz, revoked_at timestamptz')} as new
       where sessions.id = new.id`,
      [
        rows.map((session) => session.id),
        rows.map((session) => session.lastUsedAt),
        rows.map((session) => session.expiresAt),
        rows.map((session) => session.revokedAt),
      ],
    ),
};

const refreshTokens: Table<RefreshToken> = {
  keyOf: (token) => token.hash,
  async load(transaction, hashes) {
    const { rows } = await transaction.query<RefreshToken>(
      `select hash, session_id as "sessionId", created_at as "createdAt", expires_at as "expiresAt",
         rotated_at as "rotatedAt", cause
       from refresh_tokens where hash = any($1)`,
      [hashes],
    );
    return rows;
  },
  insert: (transaction, rows) =>
    transaction.query(
      `insert into refresh_tokens (hash, session_id, created_at, expires_at, rotated_at, cause)
       select * from ${rowsOf(`
           hash text, session_id text, created_at timestamptz, expires_at timestamptz, rotated_at timestamptz,
           cause text`)} as new`,
      [
        rows.map((token) => token.hash),
        rows.map((token) => token.sessionId),
        rows.map((token) => token.createdAt),
        rows.map((token) => token.expiresAt),
        rows.map((token) => token.rotatedAt),
        rows.map((token) => token.cause),
      ],
    ),
  update: (transaction, rows) =>
    transaction.query(
      `update refresh_tokens set rotated_at = new.rotated_at
       from ${rowsOf('hash text, rotated_at timestamptz')} as new where refresh_tokens.hash = new.hash`,
      [rows.map((token) => token.hash), rows.map((token) => token.rotatedAt)],
    ),
};

const attemptColumns = `scope, failures, blocked_until as "blockedUntil", succeeded_at as "succeededAt", changed_at as "changedAt"`;

const loginAttempts: Table<Attempts> = {
  keyOf: (attempts) => attempts.scope,
  async load(transaction, scopes) {
    const { rows } = await transaction.query<Attempts>(
      `select ${attemptColumns} from login_attempts where scope = any($1)`,
      [scopes],
    );
    return rows;
  },
  insert: (transaction, rows) =>
    transaction.query(
      `insert into login_attempts (scope, failures, blocked_until, succeeded_at, changed_at)
       select * from ${rowsOf(writtenAttempt)} as new`,
      attemptValues(rows),
    ),
  update: (transaction, rows) =>
    transaction.query(
      `update login_attempts set failures = new.failures, blocked_until = new.blocked_until,
         succeeded_at = new.succeeded_at, changed_at = new.changed_at
       from ${rowsOf(writtenAttempt)} as new
       where login_attempts.scope = new.scope`,
      attemptValues(rows),
    ),
};

function attemptValues(rows: readonly Attempts[]): readonly unknown[] {
  return [
    rows.map((attempts) => attempts.scope),
    rows.map((attempts) => attempts.failures),
    rows.map((attempts) => attempts.blockedUntil),
    rows.map((attempts) => attempts.succeededAt),
    rows.map((attempts) => attempts.changedAt),
  ];
}

const bookColumns = `user_id as "userId", entries, default_id as "defaultId", updated_at as "updatedAt", cause`;

const signingKeyColumns = `generation, kid, public_key as "publicKey", private_key as "privateKey",
  created_at as "createdAt", active_at as "activeAt", retire_at as "retireAt", cause`;

const signingKeys: Table<SigningKey> = {
  keyOf: (key) => String(key.generation),
  async load(transaction, generations) {
    const { rows } = await transaction.query<SigningKey>(
      `select ${signingKeyColumns} from signing_keys where generation = any($1::integer[])`,
      [generations],
    );
    return rows;
  },
  insert: (transaction, rows) =>
    transaction.query(
      `insert into signing_keys (generation, kid, public_key, private_key, created_at, active_at, retire_at, cause)
       select * from ${rowsOf(`
           generation integer, kid text, public_key json, private_key text, created_at timestamptz,
           active_at timestamptz, retire_at timestamptz, cause text`)} as new`,
      [
        rows.map((key) => key.generation),
        rows.map((key) => key.kid),
        rows.map((key) => key.publicKey),
        rows.map((key) => key.privateKey),
        rows.map((key) => key.createdAt),
        rows.map((key) => key.activeAt),
        rows.map((key) => key.retireAt),
        rows.map((key) => key.cause),
      ],
    ),
  update: (transaction, rows) =>
    transaction.query(
      `update signing_keys set retire_at = new.retire_at
       from ${rowsOf('generation integer, retire_at timestamptz')} as new
       where signing_keys.generation = new.generation`,
      [rows.map((key) => key.generation), rows.map((key) => key.retireAt)],
    ),
};

const addressBooks: Table<AddressBook> = {
  keyOf: (book) => book.userId,
  async load(transaction, userIds) {
    const { rows } = await transaction.query<AddressBook>(
      `select ${bookColumns} from address_books where user_id = any($1)`,
      [userIds],
    );
    return rows;
  },
  insert: (transaction, rows) =>
    transaction.query(
      `insert into address_books (user_id, entries, default_id, updated_at, cause)
       select user_id, entries, default_id, updated_at, cause
       from ${rowsOf(writtenBook)} as new`,
      bookValues(rows),
    ),
  update: (transaction, rows) =>
    transaction.query(
      `update address_books as book
       set entries = new.entries, default_id = new.default_id, updated_at = new.updated_at, cause = new.cause
       from ${rowsOf(writtenBook)} as new
       where book.user_id = new.user_id`,
      bookValues(rows),
    ),
};

function bookValues(rows: readonly AddressBook[]): readonly unknown[] {
  return [
    rows.map((book) => book.userId),
    rows.map((book) => JSON.stringify(book.entries)),
    rows.map((book) => book.defaultId),
    rows.map((book) => book.updatedAt),
    rows.map((book) => book.cause),
  ];
}

/** Counted among users, whose rows are what is written. */
const administrators: Table<Administrators> = {
  isDerived: true,
  keyOf: ({ id }) => id,
  async load(transaction) {
    const { rows } = await transaction.query<{ count: bigint }>(
      `select count(*) as count from users where 'admin' = any(roles) and disabled_at is null`,
    );
    return rows.map(({ count }) => ({ id: 'all', count: Number(count) }));
  },
  update: () => Promise.resolve(),
};

export const tables = {
  users,
  sessions,
  refreshTokens,
  loginAttempts,
  signingKeys,
  addressBooks,
  administrators,
} satisfies Tables;

export async function findUserByEmail(database: Queries, email: string): Promise<User | undefined> {
  const { rows } = await database.query<User>(`select ${userColumns} from users where email = $1`, [email]);
  return rows[0];
}

export async function findUser(database: Queries, id: string): Promise<User | undefined> {
  const { rows } = await database.query<User>(`select ${userColumns} from users where id = $1`, [id]);
  return rows[0];
}

/** The session if the user may still act in it. */
export async function findLiveSession(
  database: Queries,
  { sessionId, userId, now }: { sessionId: string; userId: string; now: Instant },
): Promise<Session | undefined> {
  const { rows } = await database.query<Session>(
    `select ${sessionColumns} from sessions
     where id = $1 and user_id = $2 and revoked_at is null and expires_at > $3::timestamptz`,
    [sessionId, userId, now],
  );
  return rows[0];
}

export async function findAddressBook(database: Queries, userId: string): Promise<AddressBook | undefined> {
  const { rows } = await database.query<AddressBook>(`select ${bookColumns} from address_books where user_id = $1`, [
    userId,
  ]);
  return rows[0];
}

/** Newest first: the id holds the time. `before` is the id of the last session of the page before. */
export async function listLiveSessions(
  database: Queries,
  { userId, now, before, limit }: { userId: string; now: Instant; before: string | undefined; limit: number },
): Promise<readonly Session[]> {
  const { rows } = await database.query<Session>(
    `select ${sessionColumns} from sessions
     where user_id = $1 and revoked_at is null and expires_at > $2::timestamptz and ($3::text is null or id < $3)
     order by id desc limit $4`,
    [userId, now, before ?? null, limit],
  );
  return rows;
}

export async function findAttempts(
  database: Queries,
  scopes: readonly string[],
): Promise<ReadonlyMap<string, Attempts>> {
  const { rows } = await database.query<Attempts>(
    `select ${attemptColumns} from login_attempts where scope = any($1)`,
    [scopes],
  );
  return new Map(rows.map((attempts) => [attempts.scope, attempts]));
}

/** The key to sign with now. */
export async function findSigningKey(database: Queries, now: Instant): Promise<SigningKey | undefined> {
  const { rows } = await database.query<SigningKey>(
    `select ${signingKeyColumns} from signing_keys where active_at <= $1::timestamptz order by generation desc limit 1`,
    [now],
  );
  return rows[0];
}

export async function findNewestKey(database: Queries): Promise<SigningKey | undefined> {
  const { rows } = await database.query<SigningKey>(
    `select ${signingKeyColumns} from signing_keys order by generation desc limit 1`,
  );
  return rows[0];
}

/** All that verifies a token now or will soon. */
export async function listPublicKeys(database: Queries, now: Instant): Promise<readonly PublicJwk[]> {
  const { rows } = await database.query<{ publicKey: PublicJwk }>(
    `select public_key as "publicKey" from signing_keys
     where retire_at is null or retire_at > $1::timestamptz order by generation desc`,
    [now],
  );
  return rows.map((row) => row.publicKey);
}
