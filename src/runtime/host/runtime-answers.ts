import { type Heard, type MadeCall, runtimeOperations, type SaidMessage } from '#contracts/http/runtime.ts';
import type { Message } from '#contracts/message.ts';
import { type Clock, toTimestamp } from '#kernel/clock.ts';
import { refuse } from '#kernel/problem.ts';
import { decodeCursor, encodeCursor } from '../http/paging.ts';
import { traceIdOf } from '../http/trace.ts';
import { DeadLetterDesk } from '../inbox/dead-letter-desk.ts';
import { type Answering, answer } from '../service.ts';
import type { ServiceNode } from './service-node.ts';

const selectCalls = `
  select trace_id, span_id, parent_span_id, caller, operation, status, started_at, duration_us from calls
  where trace_id = any($1) or key = $2 order by started_at limit 10000`;

const selectCursors = 'select source, position from cursors order by source';
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

/** What the runtime answers for every service: histories, its part of audits, and dead letters. */
export function runtimeAnswers(node: ServiceNode): readonly Answering[] {
  const operations = runtimeOperations(node.service.name);
  const desk = new DeadLetterDesk(node.service.name, node.database);
  return [
    ...historyAnswers(node, operations, desk),
    ...auditAnswers(node, operations),
    ...deadLetterAnswers(node.context.clock, operations, desk),
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
      const own = await node.service.audit?.checks(node.database);
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

function deadLetterAnswers(clock: Clock, operations: Operations, desk: DeadLetterDesk): readonly Answering[] {
  const actOf = (actor: string, reason: string | undefined, cause: string) => ({
    actor,
    reason,
    cause,
    at: clock.now(),
  });
  return [
    answer(operations.listDeadLetters, async ({ query: { id, type, status, limit = 50, cursor } }) => {
      const [before] = decodeCursor(cursor, 1) ?? [];
      const filter = { ...(id && { id }), ...(type && { type }), ...(status && { status }), ...(before && { before }) };
      const letters = await desk.list(filter, limit + 1);
      const data = letters.slice(0, limit);
      const last = data.at(-1);
      return {
        status: 200,
        body: { data, nextCursor: letters.length > limit && last ? encodeCursor([last.id]) : null },
      };
    }),
    answer(operations.showDeadLetter, async ({ params: { id } }) => {
      const letter = await desk.show(id);
      return letter ? { status: 200, body: letter } : refuse('not_found', 'There is no such dead letter.');
    }),
    answer(operations.retryDeadLetters, async ({ body: { ids, actor, reason }, cause }) => {
      return { status: 200, body: { retried: await desk.retry(ids, actOf(actor, reason, cause)) } };
    }),
    answer(operations.discardDeadLetter, async ({ params: { id }, body: { actor, reason }, cause }) => {
      const letter = await desk.show(id);
      if (!letter) refuse('not_found', 'There is no such dead letter.');
      if (!(await desk.discard(id, actOf(actor, reason, cause))))
        refuse('dead_letter_closed', `It is ${letter.status} already.`);
      return { status: 200, body: (await desk.show(id)) ?? letter };
    }),
  ];
}

async function heardBy(node: ServiceNode): Promise<Heard[]> {
  const { rows } = await node.database.query<{ source: string; position: bigint }>(selectCursors);
  const types = [...node.inbox.types];
  return rows.map(({ source, position }) => ({
    source,
    types: types.filter((type) => type.startsWith(`${source}.`)),
    position: Number(position),
  }));
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
