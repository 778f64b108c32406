import { createHash, randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import type { ConnectionOptions } from '../../src/runtime/database/database.ts';
import { quoteIdentifier, quoteLiteral } from '../../src/runtime/database/identifiers.ts';
import { type MigrationFolder, readMigrations } from '../../src/runtime/database/migrations.ts';
import { provision, schemaOf, withSession } from '../../src/runtime/database/provision.ts';
import { scramVerifier } from '../../src/runtime/database/scram.ts';

export interface FreshDatabase extends AsyncDisposable {
  /** The login of a service: what the migrations grant, and no more. */
  readonly connection: ConnectionOptions;
  /** The owner's login to the same database. */
  readonly owner: ConnectionOptions;
  drop(): Promise<void>;
}

/** The administrator's login to the PostgreSQL of this run. */
export function testCluster(): ConnectionOptions {
  return inject('cluster');
}

/** The administrator's login to a service's schema in the database that `provision` made under a prefix. */
export function ownerOf(prefix: string, service: string): ConnectionOptions {
  return { ...testCluster(), database: prefix, schemas: [schemaOf(service)] };
}

/** The same as a URL, for what takes a DATABASE_URL. */
export function urlOf({ host, port, role, password, database }: ConnectionOptions): string {
  const login = `${encodeURIComponent(role)}:${encodeURIComponent(password)}`;
  if (!host.startsWith('/')) return `postgres://${login}@${host}:${port}/${database}`;
  return `postgres://${login}@/${database}?host=${encodeURIComponent(host)}&port=${port}`;
}

/** A name nobody else has, also not in another run on the same server. */
export function uniqueName(prefix = 'test'): string {
  return `${prefix}_${randomBytes(6).toString('hex')}`;
}

/** The service whose schema is in the template. */
const templated = 'own';
const templates = new Map<string, Promise<string>>();

/**
 * A new database with a role of its own, cloned from one that was migrated once per run. `drop` it (or `await using`)
 * when done; whoever is still connected is thrown out.
 */
export async function freshDatabase(folders: readonly MigrationFolder[] = []): Promise<FreshDatabase> {
  const admin = testCluster();
  const template = await templateOf(admin, folders);
  const name = uniqueName();
  const password = randomBytes(12).toString('hex');
  const [database, group] = [quoteIdentifier(name), quoteIdentifier(`${template}_${templated}`)];
  await withSession(admin, async (session) => {
    const verifier = quoteLiteral(await scramVerifier(password));
    await session.script(`CREATE ROLE ${database} LOGIN PASSWORD ${verifier} IN ROLE ${group}`);
    await session.script(`CREATE DATABASE ${database} TEMPLATE ${quoteIdentifier(template)}`);
    await session.script(
      `REVOKE ALL ON DATABASE ${database} FROM PUBLIC; GRANT CONNECT ON DATABASE ${database} TO ${database}`,
    );
  });
  const drop = () =>
    withSession(admin, async (session) => {
      await session.script(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
      await session.script(`DROP ROLE IF EXISTS ${database}`);
    });
  return {
    connection: { ...admin, role: name, password, database: name, schemas: [templated] },
    owner: { ...admin, database: name, schemas: [templated] },
    drop,
    [Symbol.asyncDispose]: drop,
  };
}

/** Drops what `provision` created under a prefix. */
export async function dropDatabases(prefix: string): Promise<void> {
  await dropDatabasesOf(testCluster(), prefix);
}

/** The databases whose name begins so. */
export async function databasesOf(cluster: ConnectionOptions, prefix: string): Promise<readonly string[]> {
  return withSession(cluster, async (session) => {
    const ask = 'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)';
    return (await session.query<{ name: string }>(ask, [prefix])).rows.map(({ name }) => name);
  });
}

export async function dropDatabasesOf(cluster: ConnectionOptions, prefix: string): Promise<void> {
  await withSession(cluster, async (session) => {
    await session.script(`DROP DATABASE IF EXISTS ${quoteIdentifier(prefix)} WITH (FORCE)`);
    const { rows } = await session.query<{ name: string }>(
      "SELECT rolname AS name FROM pg_roles WHERE starts_with(rolname, $1 || '_')",
      [prefix],
    );
    for (const { name } of rows) await session.script(`DROP ROLE IF EXISTS ${quoteIdentifier(name)}`);
  });
}

async function templateOf(admin: ConnectionOptions, folders: readonly MigrationFolder[]): Promise<string> {
  const migrations = await readMigrations(folders);
  const contents = createHash('sha256').update(JSON.stringify(migrations)).digest('hex').slice(0, 16);
  const made = templates.get(contents) ?? makeTemplate(admin, contents, folders);
  templates.set(contents, made);
  return made;
}

/** Other test processes may want the same one. Complete, it is closed, so that nobody is connected while it is cloned. */
async function makeTemplate(
  admin: ConnectionOptions,
  contents: string,
  migrations: readonly MigrationFolder[],
): Promise<string> {
  const name = `test_template_${contents}`;
  await withSession(admin, async (session) => {
    await session.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
    const { count } = await session.query('SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate', [name]);
    if (count > 0) return;
    await provision({ admin, prefix: name, service: templated, migrations });
    await session.script(`ALTER DATABASE ${quoteIdentifier(name)} IS_TEMPLATE true ALLOW_CONNECTIONS false`);
  });
  return name;
}
