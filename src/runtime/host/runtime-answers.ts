import { type MadeCall, runtimeOperations, type SaidMessage } from '#contracts/http/runtime.ts';
import type { Message } from '#contracts/message.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { traceIdOf } from '../http/trace.ts';
import { DeadLetterDesk } from '../inbox/dead-letter-desk.ts';
import { type Answering, answer } from '../service.ts';
import { deadLetterAnswers } from './dead-letter-answers.ts';
import { heardBy } from './heard.ts';
import { insightAnswers } from './insight-answers.ts';
import type { ProcessFacts } from './process-facts.ts';
import type { ServiceNode } from './service-node.ts';

const selectCalls = `
  select trace_id, span_id, parent_span_id, caller, operation, status, started_at, duration_us from calls
  where trace_id = any($1) or key = $2 order by started_at limit 10000`;

const countUnheard = `
  select count(*) as messages, min(said_at) as oldest, (select coalesce(max(position), 0) from log) as head
  from log where position > $1 and type = any($2)`;

interface CallRow {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id: string | null;
  readonly caller: string;
  readonly operation: string;
  readonly status: number;
  readonly started_at: number;
  readonly duration_us: number;
}

/** What the runtime answers for every service: histories, its part of audits, dead letters, and what operators see of it. */
export function runtimeAnswers(node: ServiceNode, facts: ProcessFacts): readonly Answering[] {
  const operations = runtimeOperations(node.service.name);
  const desk = new DeadLetterDesk(node.service.name, node.database);
  return [
    ...historyAnswers(node, operations, desk),
    ...auditAnswers(node, operations),
    ...deadLetterAnswers(node.context, operations, desk),
    ...insightAnswers(node, operations, facts),
  ];
}

type Operations = ReturnType<typeof runtimeOperations>;

function historyAnswers(node: ServiceNode, operations: Operations, desk: DeadLetterDesk): readonly Answering[] {
  return [
    answer(operations.history, async ({ body: { key, traceIds } }) => {
      await node.calls.flush();
      const messages = await node.log.history(key);
      const traces = new Set([...traceIds, ...messages.map(({ traceparent }) => traceIdOf(traceparent))]);
      const [calls, deadLetters] = await Promise.all([
        node.database.query<CallRow>(selectCalls, [[...traces], key]),
        desk.ofSubject(key),
      ]);
      const made = calls.rows.map((row) => presentCall(node.service.name, row));
      const body = { messages: messages.map(presentMessage), calls: made, deadLetters, heard: await heardBy(node) };
      return { status: 200, body };
    }),
    answer(operations.heard, async ({ query: { source } }) => {
      return { status: 200, body: { position: await node.inbox.heard(source) } };
    }),
    answer(operations.unheard, async ({ body: { position, types } }) => {
      const { rows } = await node.database.query<{ messages: bigint; oldest: number | null; head: bigint }>(
        countUnheard,
        [position, types],
      );
      const [row] = rows;
      const oldestAt = row?.oldest ? toTimestamp(row.oldest) : null;
      return { status: 200, body: { messages: Number(row?.messages ?? 0n), oldestAt, head: Number(row?.head ?? 0n) } };
    }),
  ];
}

function auditAnswers(node: ServiceNode, operations: Operations): readonly Answering[] {
  return [
    answer(operations.auditChecks, async () => {
      const { audit } = node.service;
      const own = audit && (await node.database.patiently((queries) => audit.checks(queries)));
      const { violations = [], checked = {} } = own ?? {};
      return {
        status: 200,
        body: { violations: [...violations], checked: { ...checked }, heard: await heardBy(node) },
      };
    }),
    answer(operations.auditFacts, async ({ query: { after, upTo, limit } }) => {
      const facts = await node.service.audit?.facts?.(node.database, { after, upTo, limit });
      return { status: 200, body: { facts: [...(facts ?? [])] } };
    }),
  ];
}

function presentMessage(message: Message): SaidMessage {
  const { timeMs, ...rest } = message;
  return { ...rest, time: toTimestamp(timeMs) };
}

function presentCall(callee: string, row: CallRow): MadeCall {
  return {
    traceId: row.trace_id,
    spanId: row.span_id,
    parentSpanId: row.parent_span_id ?? '',
    caller: row.caller,
    callee,
    operation: row.operation,
    status: row.status,
    startedAt: toTimestamp(row.started_at),
    durationMs: row.duration_us / 1000,
  };
}
