import type { Message } from '../../src/contracts/message.ts';
import { connect, type Database } from '../../src/runtime/database/database.ts';
import { type LogReader, makeLogReader } from '../../src/runtime/log/reader.ts';
import { systemScheduler } from '../../src/runtime/seams/scheduler.ts';
import { makeLog } from '../../src/runtime/telemetry/log.ts';
import { ownerOf } from './postgres.ts';

/** What services have written, seen from outside of their processes, with their databases' owner's rights. */
export interface Records {
  /** One statement in the service's database. */
  sql<Row = Record<string, unknown>>(
    service: string,
    text: string,
    values?: readonly unknown[],
  ): Promise<readonly Row[]>;
  /** Everything the service has said of one subject, oldest first. */
  history(service: string, key: string): Promise<readonly Message[]>;
  close(): Promise<void>;
}

interface Opened {
  readonly database: Database;
  readonly log: LogReader;
}

export function recordsOf(prefix: string): Records {
  const opened = new Map<string, Opened>();
  const open = (service: string): Opened => {
    const known = opened.get(service);
    if (known) return known;
    const location = ownerOf(prefix, service);
    const database = connect({ ...location, poolSize: 2, applicationName: 'test' });
    const [scheduler, log] = [systemScheduler(), makeLog({ level: 'silent' })];
    // It is asked for history only, and never started: it follows nothing.
    const made = { database, log: makeLogReader({ source: service, database, scheduler, log, pollMs: 1_000 }) };
    opened.set(service, made);
    return made;
  };
  return {
    sql: async <Row>(service: string, text: string, values: readonly unknown[] = []) =>
      (await open(service).database.query<Row>(text, values)).rows,
    history: (service, key) => open(service).log.history(key),
    async close() {
      await Promise.all([...opened.values()].map(({ database }) => database.close()));
      opened.clear();
    },
  };
}
