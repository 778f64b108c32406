import type { DeadLetter } from '#contracts/http/runtime.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { type MessageRow, messageColumns } from '../log/rows.ts';

/** A row of dead_letters as the database gives it. */
export interface LetterRow extends MessageRow {
  readonly id: string;
  readonly source: string;
  readonly status: DeadLetter['status'];
  readonly attempts: number;
  readonly next_attempt_at: number | null;
  readonly error: string | null;
  readonly set_aside_at: number;
  readonly retried_at: number | null;
  readonly retried_by: string | null;
  readonly settled_at: number | null;
  readonly settled_by: string | null;
  readonly settled_reason: string | null;
}

export const letterColumns = `id, source, status, attempts, next_attempt_at, error, set_aside_at, retried_at, retried_by,
  settled_at, settled_by, settled_reason, ${messageColumns}`;

/** As people see it. */
export function presentLetter(service: string, row: LetterRow): DeadLetter {
  return {
    id: row.id,
    service,
    status: row.status,
    attempts: row.attempts,
    nextAttemptAt: time(row.next_attempt_at),
    error: row.error,
    setAsideAt: toTimestamp(row.set_aside_at),
    retriedAt: time(row.retried_at),
    retriedBy: row.retried_by,
    settledAt: time(row.settled_at),
    settledBy: row.settled_by,
    settledReason: row.settled_reason,
    message: {
      source: row.source,
      position: Number(row.position),
      type: row.type,
      version: row.version,
      key: row.key,
      time: toTimestamp(row.said_at),
      traceparent: row.traceparent,
      causationId: row.cause,
      data: row.data,
    },
  };
}

function time(instant: number | null): string | null {
  return instant === null ? null : toTimestamp(instant);
}
