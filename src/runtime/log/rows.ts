import type { Message } from '#contracts/message.ts';

/** A row of the log or of dead_letters as the database gives it. */
export interface MessageRow {
  readonly position: bigint;
  readonly type: string;
  readonly version: number;
  readonly key: string;
  readonly said_at: number;
  readonly traceparent: string;
  readonly cause: string;
  readonly data: unknown;
}

export const messageColumns = 'position, type, version, key, said_at, traceparent, cause, data';

export function messageOf(source: string, row: MessageRow): Message {
  return {
    source,
    position: Number(row.position),
    type: row.type,
    version: row.version,
    key: row.key,
    timeMs: row.said_at,
    traceparent: row.traceparent,
    causationId: row.cause,
    data: row.data,
  };
}
