import type { Message, Saying } from '#contracts/message.ts';
import { type Instant, toTimestamp } from '#kernel/clock.ts';
import type { DedicatedConnection, Transaction } from '../database/database.ts';
import { StatementError } from '../database/failure.ts';

/** A message to be appended, with what the writer knows of its origin. */
export interface Said extends Saying {
  readonly traceparent: string;
  readonly cause: string;
}

const extend = 'select extend_log()';

const appendMessages = `
  with said as (
    insert into log (type, version, key, said_at, traceparent, cause, data)
    select type, version, key, $1::timestamptz, traceparent, cause, data::json
    from unnest($2::text[], $3::smallint[], $4::text[], $5::text[], $6::text[], string_to_array($7, E'\\x1e'))
      as said (type, version, key, traceparent, cause, data)
    returning position)
  select min(position) as first, max(position) as last from said`;

/**
 * Appends to the service's log. Resolves with what readers will see once the transaction is committed; with nothing where they
 * have to look for themselves, or where the statement, and so the transaction, failed. Throws at once for what is not JSON.
 */
export function append(
  transaction: Transaction,
  source: string,
  said: readonly Said[],
  now: Instant,
): Promise<readonly Message[]> {
  const keys = said.map(({ contract, data }) => (data as Readonly<Record<string, string>>)[contract.key] ?? '');
  const drawn = transaction.query<{ first: bigint; last: bigint }>(appendMessages, [
    toTimestamp(now),
    said.map(({ contract }) => contract.type),
    said.map(({ contract }) => contract.version),
    keys,
    said.map(({ traceparent }) => traceparent),
    said.map(({ cause }) => cause),
    // JSON has no bare control characters. As an array literal all its quotes would be escaped, and read one by one.
    said.map(({ data }) => JSON.stringify(data)).join('\x1e'),
  ]);
  const messageOf = (
    { contract: { type, version }, traceparent, cause, data }: Said,
    position: number,
    key: string,
  ) => ({
    source,
    position,
    type,
    version,
    key,
    timeMs: now,
    traceparent,
    causationId: cause,
    data,
  });
  return drawn.then(
    ({ rows: [positions] }) => {
      const first = Number(positions?.first);
      const isRun = Number(positions?.last) === first + said.length - 1;
      return isRun ? said.map((saying, index) => messageOf(saying, first + index, keys[index] ?? '')) : [];
    },
    () => [],
  );
}

/** The head has come to a position that no partition holds yet: SQLSTATE 23514 like a row that a CHECK refuses, but no item's fault. */
export function isPastPartitions(error: unknown): boolean {
  return error instanceof StatementError && error.code === '23514' && error.routine === 'ExecFindPartition';
}

/** Adds the partition of the head and the one after it. */
export async function extendLog(connection: DedicatedConnection): Promise<void> {
  await connection.transaction((transaction) => transaction.query(extend));
}
