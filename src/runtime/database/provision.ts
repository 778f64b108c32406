import { ConnectionError, StatementError } from './failure.ts';
import { quoteIdentifier, quoteLiteral } from './identifiers.ts';
import {
  APPLIED,
  type AppliedMigration,
  type Migration,
  type MigrationFolder,
  type MigrationNames,
  migrate,
  pendingMigrations,
  readMigrations,
} from './migrations.ts';
import type { ConnectionOptions } from './queries.ts';
import { rolePassword, scramVerifier } from './scram.ts';
import { openSession, type Session } from './session.ts';
import { StatementNames } from './statement-names.ts';

export interface ProvisionOptions {
  /** May create databases and roles; need not be a superuser. Its password is the secret the roles' derive from. */
  readonly admin: ConnectionOptions;
  /** The service's name: its schema is called so, and its role `<prefix>_<service>`. */
  readonly service: string;
  /** The name of the database; lets several Suanpans share a server. Default `suanpan`. */
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
 * Gives a service its schema, its role with the least privileges, and its tables, and says how to connect as that
 * role. May be called at any time by any number of processes; where all is in place it costs one login and one query.
 *
 * @throws ProvisionError, MigrationError in plain words
 * @throws ConnectionError when the server cannot be reached
 */
export async function provision(options: ProvisionOptions): Promise<ConnectionOptions> {
  const { admin, service, prefix = 'suanpan' } = options;
  const schema = schemaOf(service);
  const role = `${prefix}_${schema}`;
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(role)) throw new ProvisionError(`"${role}" cannot name a role`);
  if (admin.password === '') {
    throw new ProvisionError(
      "DATABASE_URL has no password. The services' own passwords are derived from it, so it must have one.",
    );
  }
  const password = rolePassword(admin.password, role);
  const own: ConnectionOptions = { ...admin, role, database: prefix, schemas: [schema], password };
  const migrations = await readMigrations(options.migrations);
  if (!(await isReady(own, migrations))) await prepare(admin, own, { role, schema }, migrations);
  return own;
}

/**
 * Gives the services of one process a login that may become each of their roles, and may do nothing by itself: what they write in
 * one transaction (ADR 20) each writes as itself.
 *
 * @throws as {@link provision}
 */
export async function provisionShared(
  options: Pick<ProvisionOptions, 'admin' | 'prefix'> & { readonly services: readonly string[] },
): Promise<ConnectionOptions> {
  const { admin, prefix = 'suanpan', services } = options;
  const role = `${prefix}_shared`;
  const schemas = services.map(schemaOf);
  const roles = schemas.map((schema) => `${prefix}_${schema}`);
  const own = { ...admin, role, database: prefix, schemas, password: rolePassword(admin.password, role) };
  if (!(await mayBecome(own, roles))) await admit(admin, own, roles);
  return own;
}

async function mayBecome(own: ConnectionOptions, roles: readonly string[]): Promise<boolean> {
  const ask =
    "SELECT coalesce(bool_and(pg_has_role(oid, 'MEMBER')), false) AS may FROM pg_roles WHERE rolname = ANY ($1)";
  return ifReady(own, async (session) => (await session.query<{ may: boolean }>(ask, [roles])).rows[0]?.may === true);
}

async function admit(admin: ConnectionOptions, own: ConnectionOptions, roles: readonly string[]): Promise<void> {
  const [role, database] = [quoteIdentifier(own.role), quoteIdentifier(own.database)];
  await asAdmin(admin, own.database, async (session) => {
    await ensureRole(session, own);
    await session.script(`
      ALTER ROLE ${role} NOINHERIT;
      GRANT CONNECT ON DATABASE ${database} TO ${role};
      GRANT ${roles.map(quoteIdentifier).join(', ')} TO ${role}`);
  });
}

async function isReady(own: ConnectionOptions, migrations: readonly Migration[]): Promise<boolean> {
  return ifReady(own, async (session) => {
    const { rows } = await session.query<AppliedMigration>(APPLIED);
    return pendingMigrations(migrations, rows).length === 0;
  });
}

async function ifReady(own: ConnectionOptions, look: (session: Session) => Promise<boolean>): Promise<boolean> {
  try {
    return await withSession(own, look);
  } catch (error) {
    const refused = error instanceof ConnectionError || error instanceof StatementError;
    if (refused && NOT_READY.has(error.code ?? '')) return false;
    throw error;
  }
}

/** Migrations come last, so that finding them means finding the rest. */
async function prepare(
  admin: ConnectionOptions,
  own: ConnectionOptions,
  names: MigrationNames,
  migrations: Migration[],
): Promise<void> {
  await asAdmin(admin, own.database, async (session) => {
    await refuseOldStore(session, own);
    await ensureRole(session, own);
    await ensureDatabase(session, own);
    await withSession({ ...admin, database: own.database, schemas: [names.schema] }, async (owner) => {
      await restrict(owner, own.database, names);
      await migrate(owner, migrations, names);
    });
  });
}

/** One process sets up a database at a time. */
async function asAdmin(
  admin: ConnectionOptions,
  database: string,
  task: (session: Session) => Promise<void>,
): Promise<void> {
  try {
    await withSession(admin, async (session) => {
      await session.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`suanpan provision ${database}`]);
      await task(session);
    });
  } catch (error) {
    if (!(error instanceof StatementError) || error.code !== '42501') throw error;
    throw new ProvisionError(
      `The database user ${admin.role} may not set up ${database}: ${error.message}. ` +
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

/** The role may connect here and use what migrations grant it in its schema: no more; and nobody else may connect. */
async function restrict(owner: Session, database: string, { role, schema }: MigrationNames): Promise<void> {
  await owner.script(`
    REVOKE ALL ON DATABASE ${quoteIdentifier(database)} FROM PUBLIC;
    GRANT CONNECT ON DATABASE ${quoteIdentifier(database)} TO ${quoteIdentifier(role)};
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)};
    GRANT USAGE ON SCHEMA ${quoteIdentifier(schema)} TO ${quoteIdentifier(role)}`);
}

/** Before ADR 20 each service had a database of its own. Beside one of those an empty store would look as if all were lost. */
async function refuseOldStore(session: Session, { role, database }: ConnectionOptions): Promise<void> {
  const { count } = await session.query('SELECT 1 FROM pg_database WHERE datname = $1', [role]);
  if (count === 0) return;
  throw new ProvisionError(
    `The store on this server was made by a version before the first release, with a database for each service (${role}). ` +
      `This version keeps all of them in ${database} and cannot take it over: use another DATA_DIR or server, or the version ` +
      'that made it.',
  );
}

/** The name of the service's schema, as it stands in SQL. */
export function schemaOf(service: string): string {
  return service.replaceAll('-', '_');
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
