import type { CaseEntry } from '#contracts/http/operator.ts';
import type { DeadLetter, MadeCall, SaidMessage } from '#contracts/http/runtime.ts';
import type { CaseRecord, TrailEntry } from '#contracts/http/runtime-insight.ts';
import type { History } from '../story/history.ts';
import { hearersOf, nameOfMessage, withoutQuestions } from '../story/sequence.ts';
import { masked } from './masking.ts';

/** A row, and whose it is. */
export interface ServiceRecord {
  readonly service: string;
  readonly record: CaseRecord;
}

/** An act with the address of who did it, where that is known. */
type KnownAct = TrailEntry & { readonly actorEmail: string | null };

/** All of it on one time line, oldest first. */
export function entriesOf(history: History, records: readonly ServiceRecord[], acts: readonly KnownAct[]): CaseEntry[] {
  return timeLine([
    ...history.messages.map((message) => messageEntry(message, history)),
    ...withoutQuestions(history.calls).map(callEntry),
    ...history.deadLetters.map(letterEntry),
    ...records.map(recordEntry),
    ...acts.map(actEntry),
  ]);
}

/** What an order is from then on, by what ordering says of it. */
const statuses: Readonly<Record<string, string>> = {
  'ordering.order-created': 'CREATED',
  'ordering.order-pending': 'PENDING',
  'ordering.order-paid': 'PAID',
  'ordering.order-confirmed': 'CONFIRMED',
  'ordering.order-shipped': 'SHIPPED',
  'ordering.order-completed': 'COMPLETED',
  'ordering.order-failed': 'FAILED',
  'ordering.order-cancelled': 'CANCELLED',
};

function messageEntry(message: SaidMessage, history: History): CaseEntry {
  const { source, position, type, time, causationId: cause, traceparent } = message;
  const status = statuses[type];
  const hearers = hearersOf(message, history);
  const { reason } = message.data as { readonly reason?: unknown };
  const because = typeof reason === 'string' && reason !== '' ? `: ${reason}` : '';
  return {
    id: `${source}/${position}`,
    at: time,
    service: source,
    kind: status === undefined ? 'message' : 'transition',
    title: nameOfMessage(message),
    summary: `${status === undefined ? '' : `${status}${because}; `}${heardBy(message, history)}`,
    ...(status !== undefined && { status }),
    cause,
    traceId: traceparent.slice(3, 35),
    from: source,
    to: hearers.map(({ to }) => to),
    raw: masked(message),
  };
}

function heardBy(message: SaidMessage, history: History): string {
  const { source, type } = message;
  const isHeard = [...history.heard.values()].some((subscriptions) =>
    subscriptions.some((one) => one.source === source && one.types.includes(type)),
  );
  if (!isHeard) return 'nobody listens';
  const hearers = hearersOf(message, history).map(({ to, isAside }) => (isAside ? `${to} (set aside)` : to));
  return `heard by ${hearers.length === 0 ? 'nobody yet' : hearers.join(', ')}`;
}

function callEntry(call: MadeCall): CaseEntry {
  const { startedAt, callee, caller, operation, status, durationMs, traceId, spanId } = call;
  return {
    id: `call/${spanId}`,
    at: startedAt,
    service: callee,
    kind: 'call',
    title: operation,
    summary: `${caller === callee ? 'client' : caller} asks ${callee}: ${status} in ${durationMs.toFixed(1)} ms`,
    status: `${status}`,
    traceId,
    from: caller === callee ? 'client' : caller,
    to: [callee],
    durationMs,
    raw: call,
  };
}

function letterEntry(letter: DeadLetter): CaseEntry {
  const { id, service, status, attempts, error, setAsideAt, message } = letter;
  return {
    id,
    at: setAsideAt,
    service,
    kind: 'dead_letter',
    title: nameOfMessage(message),
    summary: `${service} set it aside after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}: ${error ?? 'it waits behind another'}`,
    status,
    cause: `${message.source}/${message.position}`,
    traceId: message.traceparent.slice(3, 35),
    raw: masked(letter),
  };
}

function recordEntry({ service, record }: ServiceRecord): CaseEntry {
  const { moved: _, raw, id, ...rest } = record;
  return { ...rest, id: `${service}/${record.kind}/${id}`, service, raw: masked(raw) };
}

function actEntry(entry: KnownAct): CaseEntry {
  const { id, at, service, action, actor, actorEmail, reason, cause } = entry;
  const summary = `By ${actorEmail ?? actor}${reason === null ? '' : `: ${reason}`}`;
  return { id: `trail/${id}`, at, service, kind: 'act', title: action, summary, cause, raw: masked(entry) };
}

/** Of one moment, what was asked before what came of it, and causes before effects. */
const ranks: Partial<Record<CaseEntry['kind'], number>> = { call: 0, act: 1, order: 2, transition: 3, message: 3 };

function timeLine(entries: readonly CaseEntry[]): CaseEntry[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const depthOf = ({ at, cause }: CaseEntry): number => {
    const before = cause === undefined ? undefined : byId.get(cause);
    return before?.at === at ? depthOf(before) + 1 : 0;
  };
  return entries
    .map((entry) => ({ entry, depth: depthOf(entry), rank: ranks[entry.kind] ?? 4 }))
    .sort((left, right) => {
      if (left.entry.at !== right.entry.at) return left.entry.at < right.entry.at ? -1 : 1;
      return left.depth - right.depth || left.rank - right.rank || inNumbers.compare(left.entry.id, right.entry.id);
    })
    .map(({ entry }) => entry);
}

const inNumbers = new Intl.Collator('en', { numeric: true });
