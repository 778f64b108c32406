import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StatementError } from './failure.ts';
import { quoteIdentifier } from './identifiers.ts';
import type { Session } from './session.ts';

/** A folder of forward-only SQL files `0001_name.sql`, `0002_…`, and the scope they are recorded under. */
export interface MigrationFolder {
  readonly scope: string;
  readonly folder: string | URL;
}

export interface Migration {
  readonly scope: string;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

export interface AppliedMigration {
  readonly scope: string;
  readonly name: string;
  readonly checksum: string;
}

/** What the placeholders in migrations stand for. */
export interface MigrationNames {
  readonly role: string;
  readonly schema: string;
}

/** The migrations and the database do not fit together; the message is for a person. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/** Held while a database is migrated: one process migrates, the others wait and then find nothing to do. */
const MIGRATION_LOCK = 'suanpan migrations';

const CREATE_TABLE = `
  CREATE TABLE IF NOT EXISTS schema_migrations (
    scope text NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, name)
  )`;

export const APPLIED = 'SELECT scope, name, checksum FROM schema_migrations ORDER BY scope, name';

/** Reads folders in their order. @throws MigrationError for a missing, doubled or misnamed file */
export async function readMigrations(folders: readonly MigrationFolder[]): Promise<Migration[]> {
  const read = await Promise.all(folders.map(readFolder));
  return read.flat();
}

async function readFolder({ scope, folder }: MigrationFolder): Promise<Migration[]> {
  const path = typeof folder === 'string' ? folder : fileURLToPath(folder);
  const names = (await readdir(path)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const expected = String(index + 1).padStart(4, '0');
      if (!/^\d{4}_[a-z0-9_-]+\.sql$/.test(name) || !name.startsWith(`${expected}_`)) {
        throw new MigrationError(
          `Migrations of ${scope}: expected a file ${expected}_….sql but found ${name} in ${path}. ` +
            'Files are numbered from 0001 without gaps.',
        );
      }
      const sql = await readFile(join(path, name), 'utf8');
      return { scope, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * The migrations still to be applied, in order. A database that is ahead of the code (a newer version has migrated it
 * already, and this one still runs) has nothing to apply.
 *
 * @throws MigrationError where an applied file was changed since, or files are missing between applied ones
 */
export function pendingMigrations(known: readonly Migration[], applied: readonly AppliedMigration[]): Migration[] {
  const checksums = new Map(applied.map((migration) => [keyOf(migration), migration.checksum]));
  const last = new Map<string, string>();
  for (const { scope, name } of applied) if (name > (last.get(scope) ?? '')) last.set(scope, name);

  return known.filter((migration) => {
    const checksum = checksums.get(keyOf(migration));
    if (checksum === migration.checksum) return false;
    if (checksum !== undefined) {
      throw new MigrationError(
        `Migration ${keyOf(migration)} was changed after it had been applied. ` +
          'An applied migration is never edited: put the old text back, and the change into a new file.',
      );
    }
    const after = last.get(migration.scope);
    if (after !== undefined && after > migration.name) {
      throw new MigrationError(
        `Migration ${keyOf(migration)} was never applied, though the later ${after} was. ` +
          'Migrations are only ever added at the end: give it the next free number.',
      );
    }
    return true;
  });
}

/**
 * Brings a database up to date, each migration in a transaction of its own, and lets `role` read what was applied.
 * `:role` and `:schema` in a file stand for the quoted names of the service's role and schema. Run it as the database's owner, with
 * the schema as the one where names are looked for.
 *
 * @throws MigrationError naming the file that failed; those before it stay applied
 */
export async function migrate(session: Session, known: readonly Migration[], names: MigrationNames): Promise<void> {
  await session.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [MIGRATION_LOCK]);
  try {
    await session.script(`${CREATE_TABLE}; GRANT SELECT ON schema_migrations TO ${quoteIdentifier(names.role)}`);
    const { rows } = await session.query<AppliedMigration>(APPLIED);
    for (const migration of pendingMigrations(known, rows)) await apply(session, migration, names);
  } finally {
    if (session.usable) await session.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [MIGRATION_LOCK]);
  }
}

async function apply(session: Session, migration: Migration, { role, schema }: MigrationNames): Promise<void> {
  // Not `::role`, which is a cast, nor `:roles`.
  const sql = migration.sql
    .replace(/(?<![:\w]):role\b/g, () => quoteIdentifier(role))
    .replace(/(?<![:\w]):schema\b/g, () => quoteIdentifier(schema));
  try {
    await session.script(`BEGIN; SET LOCAL lock_timeout = '30s'`);
    await session.script(sql);
    if (!session.inTransaction) {
      throw new MigrationError(`Migration ${keyOf(migration)} must not begin or end a transaction: it runs in one`);
    }
    await session.query('INSERT INTO schema_migrations (scope, name, checksum) VALUES ($1, $2, $3)', [
      migration.scope,
      migration.name,
      migration.checksum,
    ]);
    await session.script('COMMIT');
  } catch (error) {
    await session.script('ROLLBACK').catch(() => undefined);
    if (!(error instanceof StatementError)) throw error;
    throw new MigrationError(`Migration ${keyOf(migration)} failed: ${error.message} (${error.code})`, {
      cause: error,
    });
  }
}

function keyOf({ scope, name }: AppliedMigration): string {
  return `${scope}/${name}`;
}
