import { ConnectionError, StatementError } from './failure.ts';
import {
  APPLIED,
  type AppliedMigration,
  type Migration,
  type MigrationFolder,
  migrate,
  pendingMigrations,
  quoteIdentifier,
  quoteLiteral,
  readMigrations,
} from './migrations.ts';
import type { ConnectionOptions } from './queries.ts';
import { rolePassword, scramVerifier } from './scram.ts';
import { openSession, type Session } from './session.ts';
import { StatementNames } from './statement-names.ts';

export interface ProvisionOptions {
  /** May create databases and roles; need not be a superuser. Its password is the secret the roles' derive from. */
  readonly admin: ConnectionOptions;
  /** The service's name; its database and its role are called `<prefix>_<service>`. */
  readonly service: string;
  /** Lets several Suanpans share a server. Default `suanpan`. */
  readonly prefix?: string;
  /** In the order they are applied: the runtime's folder, then the service's. */
  readonly migrations: readonly MigrationFolder[];
}

/** The server or its user cannot give what a service needs; the message is for a person. */
export class ProvisionError extends Error {
  override readonly name = 'ProvisionError';
}

/** How the service's own login answers while its database is not there, not ours yet, or has another password. */
const NOT_READY = new Set(['3D000', '28P01', '28000', '42P01', '42501']);

/**
 * Gives a service its database, its role with the least privileges, and its tables, and says how to connect as that
 * role. May be called at any time by any number of processes; where all is in place it costs one login and one query.
 *
 * @throws ProvisionError, MigrationError in plain words
 * @throws ConnectionError when the server cannot be reached
 */
export async function provision(options: ProvisionOptions): Promise<ConnectionOptions> {
  const { admin, service, prefix = 'suanpan' } = options;
  const role = `${prefix}_${service}`.replaceAll('-', '_');
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(role)) throw new ProvisionError(`"${role}" cannot name a database`);
  if (admin.password === '') {
    throw new ProvisionError(
      "DATABASE_URL has no password. The services' own passwords are derived from it, so it must have one.",
    );
  }
  const own: ConnectionOptions = { ...admin, role, database: role, password: rolePassword(admin.password, role) };
  const migrations = await readMigrations(options.migrations);
  if (!(await isReady(own, migrations))) await prepare(admin, own, migrations);
  return own;
}

async function isReady(own: ConnectionOptions, migrations: readonly Migration[]): Promise<boolean> {
  try {
    return await withSession(own, async (session) => {
      const { rows } = await session.query<AppliedMigration>(APPLIED);
      return pendingMigrations(migrations, rows).length === 0;
    });
  } catch (error) {
    const refused = error instanceof ConnectionError || error instanceof StatementError;
    if (refused && NOT_READY.has(error.code ?? '')) return false;
    throw error;
  }
}

/** One process does this at a time for a service; migrations come last, so that finding them means finding the rest. */
async function prepare(admin: ConnectionOptions, own: ConnectionOptions, migrations: Migration[]): Promise<void> {
  try {
    await withSession(admin, async (session) => {
      await session.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`suanpan provision ${own.database}`]);
      await ensureRole(session, own);
      await ensureDatabase(session, own);
      await withSession({ ...admin, database: own.database }, async (owner) => {
        await restrict(owner, own);
        await migrate(owner, migrations, own.role);
      });
    });
  } catch (error) {
    if (!(error instanceof StatementError) || error.code !== '42501') throw error;
    throw new ProvisionError(
      `The database user ${admin.role} may not set up ${own.database}: ${error.message}. ` +
        'It needs CREATEDB and CREATEROLE, and must own what an earlier start created.',
      { cause: error },
    );
  }
}

export async function ensureRole(session: Session, { role, password }: ConnectionOptions): Promise<void> {
  const { count } = await session.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  const verb = count === 0 ? 'CREATE' : 'ALTER';
  const verifier = quoteLiteral(await scramVerifier(password));
  await session.script(`${verb} ROLE ${quoteIdentifier(role)} LOGIN PASSWORD ${verifier}`);
}

async function ensureDatabase(session: Session, { database }: ConnectionOptions): Promise<void> {
  const { rows } = await session.query<{ ours: boolean }>(
    "SELECT pg_has_role(datdba, 'USAGE') AS ours FROM pg_database WHERE datname = $1",
    [database],
  );
  const [found] = rows;
  if (found === undefined) return createDatabase(session, database);
  if (!found.ours) throw new ProvisionError(`The database ${database} exists, but belongs to another user`);
}

/**
 * UTF-8 with byte order for sorting and Unicode's rules for letters. From PostgreSQL 17 that is built in, and does not
 * change with the operating system; where the system lacks the locale, the next best is taken.
 */
async function createDatabase(session: Session, database: string): Promise<void> {
  const { rows } = await session.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  const provider = (rows[0]?.version ?? 0) >= 170_000 ? "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' " : '';
  const locales = ["LOCALE 'C.UTF-8'", "LC_COLLATE 'C' LC_CTYPE 'en_US.UTF-8'", "LOCALE 'C'"];
  for (const [index, locale] of locales.entries()) {
    try {
      return await session.script(
        `CREATE DATABASE ${quoteIdentifier(database)} TEMPLATE template0 ENCODING 'UTF8' ${provider}${locale}`,
      );
    } catch (error) {
      const unknownLocale = error instanceof StatementError && ['42809', '22023'].includes(error.code);
      if (!unknownLocale || index === locales.length - 1) throw error;
    }
  }
}

/** The role may connect here and use what migrations grant it: no more; and nobody else may connect. */
async function restrict(owner: Session, { database, role }: ConnectionOptions): Promise<void> {
  await owner.script(`
    REVOKE ALL ON DATABASE ${quoteIdentifier(database)} FROM PUBLIC;
    GRANT CONNECT ON DATABASE ${quoteIdentifier(database)} TO ${quoteIdentifier(role)};
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    GRANT USAGE ON SCHEMA public TO ${quoteIdentifier(role)}`);
}

/** A short-lived session without time limits on statements: migrations take what they take, but wait for no lock long. */
export async function withSession<T>(to: ConnectionOptions, task: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(
    {
      ...to,
      applicationName: 'suanpan provision',
      connectTimeoutMs: 10_000,
      statementTimeoutMs: 0,
      lockTimeoutMs: 0,
      idleInTransactionTimeoutMs: 0,
    },
    new StatementNames(),
  );
  try {
    return await task(session);
  } finally {
    await session.close();
  }
}
