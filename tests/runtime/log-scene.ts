import { connect, type Database, type Transaction } from '../../src/runtime/database/database.ts';
import { type LogReader, makeLogReader } from '../../src/runtime/log/reader.ts';
import { systemScheduler } from '../../src/runtime/seams/scheduler.ts';
import { makeLog } from '../../src/runtime/telemetry/log.ts';
import { type Send, send, sender } from '../conformance/post-office.ts';
import { startTestHost, type TestHost } from '../support/host.ts';
import { ownerOf } from '../support/postgres.ts';
import { nodeOf } from './tally.ts';

/** Two processes that write to one log, and the database's owner, who looks at it. */
export class LogScene {
  readonly one: TestHost;
  readonly other: TestHost;
  readonly owner: Database;

  private constructor(one: TestHost, other: TestHost, owner: Database) {
    this.one = one;
    this.other = other;
    this.owner = owner;
  }

  static async open(): Promise<LogScene> {
    const one = await startTestHost([sender]);
    const other = await startTestHost([sender], { prefix: one.prefix });
    return new LogScene(one, other, connect(ownerOf(one.prefix, 'sender')));
  }

  async positionsAfter(position: number): Promise<number[]> {
    const { rows } = await this.owner.query<{ position: bigint }>(
      'select position from log where position > $1 order by 1',
      [position],
    );
    return rows.map((row) => Number(row.position));
  }

  async head(): Promise<number> {
    return (await this.positionsAfter(0)).at(-1) ?? 0;
  }

  /** A reader of its own, beside those of the two processes. */
  reader(options: { pollMs?: number; sizes?: { window: number; fetch: number }; database?: Database } = {}): LogReader {
    return makeLogReader({
      source: 'sender',
      database: this.owner,
      scheduler: systemScheduler(),
      log: makeLog({ level: 'silent' }),
      pollMs: 1,
      ...options,
    });
  }

  /** What a fresh reader finds in the database. */
  async readAfter(position: number) {
    const reader = this.reader();
    await reader.start();
    const messages = await reader.after(position, 1_000);
    await reader.stop();
    return messages;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.owner.close();
    await this.other.stop();
    await this.one[Symbol.asyncDispose]();
  }
}

export const letter = (to: string, number: number): Send => ({ to, number, contents: 'text' });

export function post(on: TestHost, letters: readonly Send[]) {
  const { context } = nodeOf(on, 'sender');
  return context.write(send, letters, context.timer('test'));
}

/** As the writer appends: the turn, then positions drawn under it. */
export async function append(transaction: Transaction, count: number): Promise<void> {
  await transaction.query('select take_turn()');
  await transaction.query(
    `insert into log (type, version, key, said_at, traceparent, cause, data)
     select 'sender.letter', 1, 'raw', now(), '', 'test', '{}' from generate_series(1, $1)`,
    [count],
  );
}

/** Follows the log as a tail does, until `isEnough`. */
export async function follow(reader: LogReader, from: number, limit: number, isEnough: (last: number) => boolean) {
  const seen: number[] = [];
  const { signal } = new AbortController();
  for (let position = from; !isEnough(position); ) {
    const messages = await reader.after(position, limit);
    if (messages.length === 0) await reader.more(position, signal);
    for (const message of messages) seen.push(message.position);
    position = messages.at(-1)?.position ?? position;
  }
  return seen;
}
