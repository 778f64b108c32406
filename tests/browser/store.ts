import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { LOOPBACK } from '../../src/runtime/database/embedded/server-settings.ts';
import { schemaOf } from '../../src/runtime/database/provision.ts';

/**
 * The store of a shop that runs in another process, with the rights of whoever owns its folder: to break things, and mend them.
 */
export interface Store {
  sql<Row = Record<string, unknown>>(
    service: string,
    text: string,
    values?: readonly unknown[],
  ): Promise<readonly Row[]>;
  close(): Promise<void>;
}

export function storeIn(dataDir: string): Store {
  const cluster = join(dataDir, 'postgres');
  const [, , , port] = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  const at = { host: LOOPBACK, port: Number(port) };
  const password = readFileSync(join(dataDir, 'postgres.password'), 'utf8').trim();
  const opened = new Map<string, Database>();
  const open = (service: string): Database => {
    const known = opened.get(service);
    if (known) return known;
    const login = { ...at, role: 'postgres', password, database: 'suanpan', schemas: [schemaOf(service)] };
    const database = connect({ ...login, poolSize: 1, applicationName: 'test' });
    opened.set(service, database);
    return database;
  };
  return {
    sql: async <Row>(service: string, text: string, values: readonly unknown[] = []) =>
      (await open(service).query<Row>(text, values)).rows,
    async close() {
      await Promise.all([...opened.values()].map((database) => database.close()));
    },
  };
}
