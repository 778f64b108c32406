import { chmodSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ConnectionOptions,
  connect,
  connectionOptionsOf,
  type Database,
} from '../../src/runtime/database/database.ts';
import { type EmbeddedPostgres, startEmbedded } from '../../src/runtime/database/embedded/embedded.ts';
import type { MigrationFolder } from '../../src/runtime/database/migrations.ts';
import {
  type ProvisionOptions,
  provision,
  provisionShared,
  withSession,
} from '../../src/runtime/database/provision.ts';
import { freshDatabase, testCluster, uniqueName, urlOf } from '../support/postgres.ts';

const home = mkdtempSync(join(tmpdir(), 'suanpan-provision-'));
chmodSync(home, 0o755); // so that PostgreSQL's user can enter
afterAll(() => rmSync(home, { recursive: true, force: true }));

function folder(scope: string, files: Readonly<Record<string, string>>): MigrationFolder {
  const path = mkdtempSync(join(home, `${scope}-`));
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(path, name), sql);
  return { scope, folder: path };
}

const runtime = folder('runtime', {
  '0001_log.sql': `CREATE TABLE log (position bigint PRIMARY KEY); GRANT SELECT, INSERT ON log TO :role;`,
});
const shop = folder('shop', {
  '0001_tea.sql': `CREATE TABLE tea (id int PRIMARY KEY, at text DEFAULT '10:role'::text); GRANT SELECT ON tea TO :role;`,
  '0002_more.sql': `INSERT INTO tea (id) VALUES (1); INSERT INTO log VALUES (1);`,
});

async function withDatabase<T>(to: ConnectionOptions, work: (database: Database) => Promise<T>): Promise<T> {
  const database = connect(to);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function errorOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => 'no error',
    (error: unknown) => error,
  );
}

/** Another PostgreSQL than the embedded one, mostly an older one; `npm test` installs it where it may. */
const debian = globSync('/usr/lib/postgresql/*/bin/initdb').sort().at(-1)?.replace('/bin/initdb', '');
const hasBuiltinLocale = Number(debian?.split('/').at(-1)) >= 17;

describe.each([
  { server: 'the embedded PostgreSQL', installation: undefined, collation: { provider: 'b', locale: 'C.UTF-8' } },
  {
    server: 'the PostgreSQL of Debian',
    installation: debian,
    collation: { provider: hasBuiltinLocale ? 'b' : 'c', locale: 'C.UTF-8' },
  },
])('on $server', ({ server: name, installation, collation }) => {
  describe.skipIf(name.endsWith('Debian') && installation === undefined)('a service', () => {
    const prefix = uniqueName('p');
    let server: EmbeddedPostgres | undefined;
    let superuser: ConnectionOptions;
    /** As the user of a DATABASE_URL: may create databases and roles, and is no superuser. */
    let admin: ConnectionOptions;
    let options: ProvisionOptions;

    beforeAll(async () => {
      if (installation) {
        const dataDir = join(home, 'old');
        mkdirSync(dataDir);
        const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
        server = await startEmbedded({ dataDir, installation, log });
      }
      superuser = server?.admin ?? testCluster();
      admin = { ...superuser, role: `${prefix}_admin`, password: 'of the admin', database: `${prefix}_home` };
      await withDatabase(superuser, async (database) => {
        await database.query(`CREATE ROLE ${admin.role} LOGIN CREATEDB CREATEROLE PASSWORD '${admin.password}'`);
        await database.query(`CREATE DATABASE ${admin.database} OWNER ${admin.role}`);
      });
      options = { admin, prefix, service: 'shop', migrations: [runtime, shop] };
    });

    afterAll(async () => {
      if (server) return server.stop();
      await withDatabase(superuser, async (database) => {
        const { rows } = await database.query<{ name: string }>(
          'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)',
          [prefix],
        );
        for (const { name } of rows) await database.query(`DROP DATABASE "${name}" WITH (FORCE)`);
        await database.query(`DROP ROLE ${prefix}_shop`);
        await database.query(`DROP ROLE ${prefix}_other`);
        await database.query(`DROP ROLE ${prefix}_shared`);
        await database.query(`DROP ROLE ${prefix}_admin`);
      });
    });

    test('gets its database, its role and its tables from many processes at once, and each gets the same', async () => {
      const answers = await Promise.all([1, 2, 3, 4].map(() => provision(options)));
      const [own] = answers;
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(own).toMatchObject({ role: `${prefix}_shop`, database: prefix, schemas: ['shop'] });
      await withDatabase(answers[0] as ConnectionOptions, async (database) => {
        const applied = await database.query(
          'SELECT scope, name FROM schema_migrations ORDER BY applied_at, scope, name',
        );
        expect(applied.rows).toEqual([
          { scope: 'runtime', name: '0001_log.sql' },
          { scope: 'shop', name: '0001_tea.sql' },
          { scope: 'shop', name: '0002_more.sql' },
        ]);
        expect((await database.query('SELECT id, at FROM tea')).rows).toEqual([{ id: 1, at: '10:role' }]);
        const locale = await database.query(
          `SELECT datlocprovider::text AS provider, coalesce(to_jsonb(d) ->> 'datlocale', datctype) AS locale,
             pg_encoding_to_char(encoding)::text AS encoding, lower('ÄÖ') AS lowered
           FROM pg_database d WHERE datname = current_database()`,
        );
        expect(locale.rows).toEqual([{ ...collation, encoding: 'UTF8', lowered: 'äö' }]);
      });
    });

    test('may do what its migrations grant, and nothing else', async () => {
      const own = await provision(options);
      await withDatabase(own, async (database) => {
        expect((await database.query('INSERT INTO log VALUES (2)')).count).toBe(1);
        for (const text of [
          'CREATE TABLE mine (id int)',
          'CREATE TEMPORARY TABLE mine (id int)',
          'CREATE SCHEMA mine',
          'DELETE FROM tea',
          'UPDATE log SET position = 3',
          'ALTER TABLE log ADD COLUMN mine int',
          "INSERT INTO schema_migrations VALUES ('shop', '0003', '')",
          'CREATE DATABASE mine',
          'CREATE ROLE mine',
          `SET ROLE ${admin.role}`,
        ]) {
          expect(await errorOf(database.query(text)), text).toMatchObject({ code: '42501' });
        }
      });
    });

    test('cannot use another service’s schema, nor enter the cluster’s own databases, nor without its password', async () => {
      const own = await provision(options);
      const other = await provision({ ...options, service: 'other', migrations: [] });
      expect(other.password).not.toBe(own.password);
      for (const text of [
        'SELECT FROM other.schema_migrations',
        'CREATE TABLE other.mine ()',
        `SET ROLE "${other.role}"`,
      ]) {
        expect(await errorOf(withDatabase(own, (database) => database.query(text))), text).toMatchObject({
          code: '42501',
        });
      }
      if (server || !process.env.TEST_DATABASE_URL) {
        for (const database of ['postgres', 'template1']) {
          expect(await errorOf(withDatabase({ ...own, database }, (d) => d.ping()))).toMatchObject({ code: '42501' });
        }
        expect(await errorOf(withDatabase({ ...own, password: 'x' }, (d) => d.ping()))).toMatchObject({
          code: '28P01',
        });
      }
    });

    test('and others of one process get a login that may become each of them, and nothing else', async () => {
      const own = await provision(options);
      await provision({ ...options, service: 'other', migrations: [] });
      const ask = { admin, prefix, services: ['shop', 'other'] };
      const [shared] = await Promise.all([1, 2, 3].map(() => provisionShared(ask)));
      if (!shared) throw new Error('no login');
      await withDatabase(shared, async (database) => {
        expect(await errorOf(database.query('SELECT FROM shop.tea'))).toMatchObject({ code: '42501' });
        expect(await errorOf(database.query(`SET ROLE ${admin.role}`))).toMatchObject({ code: '42501' });
        await database.transaction(async (transaction) => {
          expect((await transaction.as(own.role).query('SELECT id FROM tea')).rows).toEqual([{ id: 1 }]);
          await transaction.as(`${prefix}_other`).query('SELECT FROM schema_migrations');
        });
      });
    });

    test('is not set up beside a store of the time when each had a database of its own', async () => {
      await withDatabase(admin, (database) => database.query(`CREATE DATABASE ${prefix}_old`));
      await expect(provision({ ...options, service: 'old', migrations: [] })).rejects.toThrow(
        'was made by a version before the first release',
      );
    });

    test('gets a new password with the administrator’s, and with nothing to do is left alone', async () => {
      const before = await provision(options);
      await withDatabase(superuser, (database) => database.query(`ALTER ROLE ${admin.role} PASSWORD 'changed'`));
      const changed = { ...admin, password: 'changed' };
      const after = await provision({ ...options, admin: changed });
      expect(after.password).not.toBe(before.password);
      await withDatabase(after, (database) => database.ping());
      // All is in place, so the administrator is not even asked for.
      expect(await provision({ ...options, admin: { ...changed, role: 'nobody', database: 'nowhere' } })).toEqual(
        after,
      );
      await withDatabase(superuser, (database) =>
        database.query(`ALTER ROLE ${admin.role} PASSWORD '${admin.password}'`),
      );
      await provision(options);
    });

    test('is refused in plain words by a user who may not create databases', async () => {
      const own = await provision(options);
      const weak = { ...own, database: own.database };
      await expect(provision({ ...options, admin: weak, service: 'third' })).rejects.toThrow(
        `The database user ${own.role} may not set up ${prefix}:`,
      );
    });
  });
});

describe('migrations', () => {
  async function migrated(...folders: MigrationFolder[]) {
    const prefix = uniqueName('m');
    const run = (...migrations: MigrationFolder[]) =>
      provision({ admin: testCluster(), prefix, service: 'shop', migrations });
    const own = await run(...folders);
    return {
      own,
      run,
      [Symbol.asyncDispose]: () =>
        withSession(testCluster(), async (session) => {
          await session.script(`DROP DATABASE ${own.database} WITH (FORCE)`);
          await session.script(`DROP ROLE ${own.role}`);
        }),
    };
  }
  const first = 'CREATE TABLE one (id int);';
  const second = 'ALTER TABLE one ADD COLUMN name text;';

  const extra = 'INSERT INTO one SELECT count(*) FROM one;';

  test('that are new are applied in order, by one of several processes that start together', async () => {
    await using shop = await migrated(folder('shop', { '0001_one.sql': first }));
    const more = folder('shop', {
      '0001_one.sql': first,
      '0002_name.sql': second,
      '0003_row.sql': `${extra} GRANT SELECT ON one TO :role`,
    });
    await Promise.all([1, 2, 3, 4].map(() => shop.run(more)));
    await withDatabase(shop.own, async (database) => {
      expect((await database.query('SELECT id, name FROM one')).rows).toEqual([{ id: 0, name: null }]);
    });
  });

  test('that were changed after they had been applied are refused', async () => {
    await using shop = await migrated(folder('shop', { '0001_one.sql': first }));
    const changed = folder('shop', { '0001_one.sql': 'CREATE TABLE one (id bigint);' });
    await expect(shop.run(changed)).rejects.toThrow(
      'Migration shop/0001_one.sql was changed after it had been applied',
    );
  });

  test('that come before one that was applied are refused', async () => {
    await using shop = await migrated(folder('shop', { '0001_one.sql': first, '0002_name.sql': second }));
    const renamed = folder('shop', { '0001_one.sql': first, '0002_late.sql': extra });
    await expect(shop.run(renamed)).rejects.toThrow(
      /shop\/0002_late.sql was never applied, though the later 0002_name.sql was/,
    );
  });

  test.each([
    [{ '0001_one.sql': first, '0003_name.sql': second }, 'expected a file 0002_….sql but found 0003_name.sql'],
    [{ '0001_one.sql': first, '0001_two.sql': second }, 'expected a file 0002_….sql but found 0001_two.sql'],
    [{ 'one.sql': first }, 'expected a file 0001_….sql but found one.sql'],
  ])('with numbers that do not run on are refused: %j', async (files, words) => {
    await expect(migrated(folder('shop', files))).rejects.toThrow(words);
  });

  test('that a newer version has applied do not stop an older one', async () => {
    await using shop = await migrated(folder('shop', { '0001_one.sql': first, '0002_name.sql': second }));
    await expect(shop.run(folder('shop', { '0001_one.sql': first }))).resolves.toEqual(shop.own);
  });

  test('that fail leave nothing of themselves, are named, and can be mended', async () => {
    await using shop = await migrated(folder('shop', { '0001_one.sql': first }));
    const broken = folder('shop', { '0001_one.sql': first, '0002_two.sql': 'CREATE TABLE two (id int); SELECT 1/0;' });
    await expect(shop.run(broken)).rejects.toThrow('Migration shop/0002_two.sql failed: division by zero (22012)');
    await shop.run(folder('shop', { '0001_one.sql': first, '0002_two.sql': 'CREATE TABLE two (id int);' }));
  });

  test('that end their transaction themselves are refused', async () => {
    await using shop = await migrated(folder('shop', { '0001_one.sql': first }));
    const ending = folder('shop', { '0001_one.sql': first, '0002_two.sql': 'CREATE TABLE two (id int); COMMIT;' });
    await expect(shop.run(ending)).rejects.toThrow('Migration shop/0002_two.sql must not begin or end a transaction');
  });
});

test('a DATABASE_URL without a password is refused: the roles’ passwords are derived from it', async () => {
  const admin = { ...testCluster(), password: '' };
  await expect(provision({ admin, service: 'shop', migrations: [] })).rejects.toThrow('DATABASE_URL has no password');
});

test.each([
  [
    'postgres://ann:p%40ss@db.example:6543/shop',
    { host: 'db.example', port: 6543, role: 'ann', password: 'p@ss', database: 'shop' },
  ],
  [
    'postgres://ann:x@/shop?host=/run/postgresql',
    { host: '/run/postgresql', port: 5432, role: 'ann', password: 'x', database: 'shop' },
  ],
])('a DATABASE_URL is read: %s', (url, options) => {
  expect(connectionOptionsOf(url)).toEqual(options);
});

test('fresh databases for tests are apart from each other, and gone when dropped', async () => {
  const [one, two] = await Promise.all([freshDatabase([runtime]), freshDatabase([runtime])]);
  await withDatabase(one.connection, (database) => database.query('INSERT INTO log VALUES (1)'));
  await withDatabase(two.connection, async (database) => {
    expect(await database.query('SELECT * FROM log')).toEqual({ rows: [], count: 0 });
  });
  const { schemas, ...location } = one.connection;
  expect(schemas).toEqual(['own']);
  expect(connectionOptionsOf(urlOf(one.connection))).toEqual(location);
  await Promise.all([one.drop(), two.drop()]);
  expect(await errorOf(withDatabase(one.connection, (database) => database.ping()))).toMatchObject({ code: '28P01' });
});
