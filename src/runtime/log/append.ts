import type { Message, Saying } from '#contracts/message.ts';
import type { Instant } from '#kernel/clock.ts';
import type { DedicatedConnection, Transaction } from '../database/database.ts';
import { StatementError } from '../database/failure.ts';

/** A message to be appended, with what the writer knows of its origin. */
export interface Said extends Saying {
  readonly traceparent: string;
  readonly cause: string;
}

const extend = 'select extend_log()';

const appended = `
  with said as (
    insert into log (type, version, key, said_at, traceparent, cause, data)
    select type, version, key, $1::timestamptz, traceparent, cause, data
    from (
      select unnest($2::text[]) as type, unnest($3::smallint[]) as version, unnest($4::text[]) as key,
        unnest($5::text[]) as traceparent, unnest($6::text[]) as cause, unnest($7::json[]) as data) as said
    returning position)`;
const appendMessages = `${appended} select min(position) as first, max(position) as last from said`;
const placeMessages = `${appended} select lose_turn() from said having min(position) <> $8 or max(position) <> $9`;

/** A message as readers get it, once it has its place in the log. */
export function messageAt(
  source: string,
  position: number,
  now: Instant,
  { contract: { type, version, key }, data, traceparent, cause }: Said,
): Message {
  const subject = (data as Readonly<Record<string, string>>)[key] ?? '';
  return { source, position, type, version, key: subject, timeMs: now, traceparent, causationId: cause, data };
}

/**
 * Appends to the service's log, at positions that are drawn there. Resolves with what readers will see once the transaction is
 * committed; with nothing where they have to look for themselves, or where the statement, and so the transaction, failed. Throws
 * at once for what is not JSON.
 */
export function append(
  transaction: Transaction,
  source: string,
  said: readonly Said[],
  now: Instant,
): Promise<readonly Message[]> {
  const messages = said.map((saying, index) => messageAt(source, index, now, saying));
  const drawn = transaction.query<{ first: bigint; last: bigint }>(appendMessages, parametersOf(messages, now));
  return drawn.then(
    ({ rows: [positions] }) => {
      const first = Number(positions?.first);
      const isRun = Number(positions?.last) === first + said.length - 1;
      return isRun ? messages.map((message, index) => ({ ...message, position: first + index })) : [];
    },
    () => [],
  );
}

/**
 * Appends messages whose positions are foretold, one after the other: whoever kept the turn knows what will be drawn. The
 * transaction fails with TURN_LOST where that is not so. Throws at once for what is not JSON.
 */
export function place(transaction: Transaction, messages: readonly Message[], now: Instant): void {
  const [first, last] = [messages[0]?.position, messages.at(-1)?.position];
  void transaction.query(placeMessages, [...parametersOf(messages, now), first, last]);
}

function parametersOf(messages: readonly Message[], now: Instant): unknown[] {
  return [
    now,
    messages.map(({ type }) => type),
    messages.map(({ version }) => version),
    messages.map(({ key }) => key),
    messages.map(({ traceparent }) => traceparent),
    messages.map(({ causationId }) => causationId),
    messages.map(({ data }) => JSON.stringify(data)),
  ];
}

/**
 * The head has come to a position that no partition holds yet: SQLSTATE 23514 like a row that a CHECK refuses, but no item's
 * fault.
 */
export function isPastPartitions(error: unknown): boolean {
  return error instanceof StatementError && error.code === '23514' && error.routine === 'ExecFindPartition';
}

/** Adds the partition of the head and the one after it. */
export async function extendLog(connection: DedicatedConnection): Promise<void> {
  await connection.transaction((transaction) => transaction.query(extend));
}
