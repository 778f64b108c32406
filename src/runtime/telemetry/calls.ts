import type { Queries } from '../database/database.ts';
import { rowsOf } from '../database/rows-of.ts';
import type { Call, CallRecorder } from '../http/dispatch.ts';
import { traceIdOf } from '../http/trace.ts';
import type { Scheduler } from '../seams/scheduler.ts';
import type { Log } from './log.ts';

const insertCalls = `
  insert into calls (trace_id, span_id, parent_span_id, caller, operation, key, status, started_at, duration_us)
  select * from ${rowsOf(`
      trace_id text, span_id text, parent_span_id text, caller text, operation text, key text, status smallint,
      started_at timestamptz, duration_us int`)} as new`;

const flushMs = 1_000;
/** What a database that is away may cost in memory; older calls are forgotten first. */
const keptMost = 20_000;

/** Keeps the calls of one service in its own database, beside the request and never in its way. */
export interface StoredCalls extends CallRecorder {
  /** Writes what is waiting; a case file asks for it before it reads. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

export function storeCalls(database: Queries, scheduler: Scheduler, log: Log): StoredCalls {
  let waiting: Call[] = [];
  let cancel: (() => void) | undefined;
  let writing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    const calls = waiting;
    if (calls.length === 0) return;
    waiting = [];
    try {
      await database.query(insertCalls, columnsOf(calls));
    } catch (error) {
      waiting = [...calls, ...waiting].slice(-keptMost);
      log.warn({ err: error, calls: calls.length }, 'calls could not be recorded; trying again');
    }
  };
  const flush = (): Promise<void> => {
    cancel?.();
    cancel = undefined;
    writing = writing.then(write);
    return writing;
  };
  return {
    record(call) {
      waiting.push(call);
      cancel ??= scheduler.after(flushMs, () => void flush());
    },
    flush,
    stop: flush,
  };
}

function columnsOf(calls: readonly Call[]): unknown[] {
  return [
    calls.map(({ traceparent }) => traceIdOf(traceparent)),
    calls.map(({ callId }) => callId),
    calls.map(({ parent }) => parent),
    calls.map(({ caller }) => caller),
    calls.map(({ operation }) => operation),
    calls.map(({ key }) => key ?? null),
    calls.map(({ status }) => status),
    calls.map(({ startedMs }) => startedMs),
    calls.map(({ durationMs }) => Math.min(Math.round(durationMs * 1000), 2 ** 31 - 1)),
  ];
}
