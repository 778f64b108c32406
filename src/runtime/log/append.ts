import type { Saying } from '#contracts/message.ts';
import { type Instant, toTimestamp } from '#kernel/clock.ts';
import type { DedicatedConnection, Transaction } from '../database/database.ts';
import { StatementError } from '../database/failure.ts';

/** A message to be appended, with what the writer knows of its origin. */
export interface Said extends Saying {
  readonly traceparent: string;
  readonly cause: string;
}

const lockLog = `select pg_advisory_xact_lock(hashtext('suanpan log'))`;

const extend = 'select extend_log()';

const appendMessages = `
  insert into log (type, version, key, said_at, traceparent, cause, data)
  select type, version, key, $1::timestamptz, traceparent, cause, data::json
  from unnest($2::text[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::text[])
    as said (type, version, key, traceparent, cause, data)`;

/**
 * Appends to the service's log as the last statements of the transaction. The lock is held from here to the commit and
 * positions are drawn under it, so they are in commit order: a reader that has seen a position has seen all before it.
 */
export function append(transaction: Transaction, said: readonly Said[], now: Instant): Promise<unknown>[] {
  if (said.length === 0) return [];
  return [
    transaction.query(lockLog),
    transaction.query(appendMessages, [
      toTimestamp(now),
      said.map(({ contract }) => contract.type),
      said.map(({ contract }) => contract.version),
      said.map(({ contract, data }) => (data as Readonly<Record<string, string>>)[contract.key]),
      said.map(({ traceparent }) => traceparent),
      said.map(({ cause }) => cause),
      said.map(({ data }) => JSON.stringify(data)),
    ]),
  ];
}

/** The head has come to a position that no partition holds yet: SQLSTATE 23514 like a row that a CHECK refuses, but no item's fault. */
export function isPastPartitions(error: unknown): boolean {
  return error instanceof StatementError && error.code === '23514' && error.routine === 'ExecFindPartition';
}

/** Adds the partition of the head and the one after it. */
export async function extendLog(connection: DedicatedConnection): Promise<void> {
  await connection.transaction((transaction) => transaction.query(extend));
}
