import { expect } from 'vitest';
import { ProblemError } from '../../src/kernel/problem.ts';
import type { Database } from '../../src/runtime/database/database.ts';
import { type Send, send } from '../conformance/post-office.ts';
import { eventually } from '../support/eventually.ts';
import type { TestHost } from '../support/host.ts';
import { uniqueName } from '../support/postgres.ts';
import { nodeOf } from './tally.ts';

export function lettersTo(to: string, contents: readonly string[]): Send[] {
  return contents.map((text, index) => ({ to, number: index + 1, contents: text }));
}

export async function post(on: TestHost, letters: readonly Send[]): Promise<void> {
  const { context } = nodeOf(on, 'sender');
  const key = { scope: 'post', key: uniqueName('post'), fingerprint: 'same' };
  for (;;) {
    try {
      await context.write(send, letters, { ...context.timer('test'), idempotencyKey: key });
      return;
    } catch (error) {
      // What one service's batch fails of, all that leave together are told of: as any client does, again with the same key.
      if (!(error instanceof ProblemError) || error.problem.code !== 'unavailable') throw error;
    }
  }
}

/** What was kept for somebody, in the order in which it was. */
export async function keptFor(receiver: Database, to: string): Promise<number[]> {
  const sql = 'select number from received where addressee = $1 order by place';
  return (await receiver.query<{ number: number }>(sql, [to])).rows.map(({ number }) => number);
}

/** Effects and the distinct messages that caused them: the same, or something took effect twice. */
export async function effectsOf(receiver: Database): Promise<{ effects: bigint; causes: bigint }> {
  const { rows } = await receiver.query<{ effects: bigint; causes: bigint }>(
    'select count(*) as effects, count(distinct cause) as causes from received',
  );
  return rows[0] ?? { effects: 0n, causes: 0n };
}

/** Waits until everything said so far has had its effect or stands in the dead letters: the cursor is at the head. */
export async function settled(sender: Database, receiver: Database): Promise<void> {
  const { rows } = await sender.query<{ head: bigint }>('select max(position) as head from log');
  const head = rows[0]?.head ?? 0n;
  await eventually(async () => expect(await cursorOf(receiver)).toBeGreaterThanOrEqual(head));
}

export async function cursorOf(receiver: Database): Promise<bigint> {
  const { rows } = await receiver.query<{ position: bigint }>(`select position from cursors where source = 'sender'`);
  return rows[0]?.position ?? 0n;
}

export async function lettersOf(receiver: Database, key: string) {
  const { rows } = await receiver.query<{ id: string; status: string; attempts: number; error: string | null }>(
    'select id, status, attempts, error from dead_letters where key = $1 order by position',
    [key],
  );
  return rows;
}
