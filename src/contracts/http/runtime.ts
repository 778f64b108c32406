import Type from 'typebox';
import { Violation } from '../audit.ts';
import { operation } from '../operation.ts';
import { closed, list, Page, Timestamp, text } from '../schema.ts';
import { Heard, insightOperations } from './runtime-insight.ts';

export { Heard };

/** What every service answers beside its own operations: its part of a subject's history, and its dead letters. */

export const SaidMessage = closed({
  source: Type.String(),
  position: Type.Integer(),
  type: Type.String(),
  version: Type.Integer(),
  key: Type.String(),
  time: Timestamp,
  traceparent: Type.String(),
  causationId: Type.String(),
  data: Type.Unknown(),
});
export type SaidMessage = Type.Static<typeof SaidMessage>;

export const MadeCall = closed({
  traceId: Type.String(),
  spanId: Type.String(),
  parentSpanId: Type.String(),
  caller: Type.String(),
  callee: Type.String(),
  operation: Type.String(),
  status: Type.Integer(),
  startedAt: Timestamp,
  durationMs: Type.Number(),
});
export type MadeCall = Type.Static<typeof MadeCall>;

export const deadLetterStatuses = ['RETRYING', 'HELD', 'PARKED', 'RETRIED', 'DISCARDED'] as const;
export const DeadLetterStatus = Type.Enum(deadLetterStatuses);

/**
 * In the place of a message's source: bytes that a broker brought and that are no message of ours. The data of such a letter has
 * them in `base64` (the first 256 KiB), how many they were in `bytes`, and why they cannot be read in `error`.
 */
export const unreadableSource = 'unreadable';

export const DeadLetter = closed({
  id: Type.String(),
  service: Type.String(),
  status: DeadLetterStatus,
  attempts: Type.Integer(),
  nextAttemptAt: Type.Union([Timestamp, Type.Null()]),
  error: Type.Union([Type.String(), Type.Null()]),
  setAsideAt: Timestamp,
  /** Who made it due by hand last. */
  retriedAt: Type.Union([Timestamp, Type.Null()]),
  retriedBy: Type.Union([Type.String(), Type.Null()]),
  settledAt: Type.Union([Timestamp, Type.Null()]),
  settledBy: Type.Union([Type.String(), Type.Null()]),
  settledReason: Type.Union([Type.String(), Type.Null()]),
  message: SaidMessage,
});
export type DeadLetter = Type.Static<typeof DeadLetter>;

/** A letter as one looks at it alone: what it waits for, and what waits for it. */
export const ShownDeadLetter = closed({
  ...DeadLetter.properties,
  /** Of one that is HELD: the first unsettled letter of its subject, behind which it waits; null otherwise. */
  heldBehind: Type.Union([Type.String(), Type.Null()]),
  /** The letters of its subject that wait behind it: how many, and the first hundred of them in their order. */
  holding: closed({ count: Type.Integer(), ids: Type.Array(Type.String()) }),
});
export type ShownDeadLetter = Type.Static<typeof ShownDeadLetter>;

/** Which letters: all that every given part is true of. */
export const DeadLetterFilter = {
  /** A message's type, for instance `ordering.order-paid`. */
  type: Type.Optional(text(1, 200)),
  /** Its subject, for nearly all messages an order's id. */
  key: Type.Optional(text(1, 512)),
  /** Set aside at least so long ago; at most ten years. */
  olderThanSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 315_360_000 })),
};
export const DeadLetterListFilter = {
  ...DeadLetterFilter,
  status: Type.Optional(DeadLetterStatus),
  /** `false`: what still waits for something (RETRYING, HELD, PARKED). */
  settled: Type.Optional(Type.Boolean()),
};
/** `PARKED` by default. What is RETRYING is made due at once, unless a person did that already and it was not tried since. */
export const OpenDeadLetterFilter = {
  ...DeadLetterFilter,
  status: Type.Optional(Type.Enum(['PARKED', 'RETRYING'])),
};

/** What is retried or discarded, counted by type; `ids` are the first hundred, the oldest first. */
const ChosenLetters = closed({
  groups: Type.Array(closed({ type: Type.String(), count: Type.Integer() })),
  ids: Type.Array(Type.String()),
});
export type ChosenLetters = Type.Static<typeof ChosenLetters>;

const DeadLetterId = closed({ id: Type.String({ pattern: '^dlt_' }) });

/** The runtime's operations of one service; the gateway composes them for operators. */
export function runtimeOperations(service: string) {
  return {
    ...historyOperations(service),
    ...auditOperations(service),
    ...deadLetterOperations(service),
    ...insightOperations(service),
  };
}

/** What all of them have in common. */
function ownOf(service: string) {
  return {
    own: { service, access: 'service' } as const,
    path: (rest: string): string => `/internal/${service}/${rest}`,
  };
}

/** What was said, and what of it was not heard yet. */
function historyOperations(service: string) {
  const { own, path } = ownOf(service);
  return {
    /** What it said of the subject, and the calls it answered about it or within the traces. */
    history: operation({
      ...own,
      name: `${service}History`,
      summary: 'Messages and calls of one subject',
      method: 'POST',
      path: path('history'),
      body: closed({ key: Type.String(), traceIds: Type.Array(Type.String(), { maxItems: 10_000 }) }),
      answers: {
        200: closed({
          messages: Type.Array(SaidMessage),
          calls: Type.Array(MadeCall),
          deadLetters: Type.Array(DeadLetter),
          heard: Type.Array(Heard),
        }),
      },
    }),
    /** Up to which position it has heard all of a source that it is to hear: where a publisher that lost its place begins. */
    heard: operation({
      ...own,
      name: `${service}Heard`,
      summary: 'How far a source was heard',
      method: 'GET',
      path: path('heard'),
      query: closed({ source: Type.String() }),
      answers: { 200: closed({ position: Type.Integer() }) },
    }),
    /**
     * How much of its log is after a position and of these types, and how old the oldest is: what a subscriber has not heard.
     * `head` is where the log ends.
     */
    unheard: operation({
      ...own,
      name: `${service}Unheard`,
      summary: 'Messages after a position',
      method: 'POST',
      path: path('unheard'),
      body: closed({ position: Type.Integer({ minimum: 0 }), types: Type.Array(Type.String()) }),
      answers: {
        200: closed({
          messages: Type.Integer(),
          oldestAt: Type.Union([Timestamp, Type.Null()]),
          head: Type.Integer(),
        }),
      },
    }),
  };
}

/** What an audit asks of each service. */
function auditOperations(service: string) {
  const { own, path } = ownOf(service);
  return {
    /** Its own invariants over its own rows, and its subscriptions. */
    auditChecks: operation({
      ...own,
      name: `${service}AuditChecks`,
      summary: 'Check own invariants',
      method: 'GET',
      path: path('audit/checks'),
      answers: {
        200: closed({
          violations: Type.Array(Violation),
          checked: Type.Record(Type.String(), Type.Integer()),
          heard: Type.Array(Heard),
        }),
      },
    }),
    /** What it knows of the orders in a range of ids; see contracts/audit.ts for each service's shape. */
    auditFacts: operation({
      ...own,
      name: `${service}AuditFacts`,
      summary: 'Facts about orders',
      method: 'GET',
      path: path('audit/facts'),
      query: closed({
        after: Type.String(),
        upTo: Type.Optional(Type.String()),
        limit: Type.Integer({ minimum: 1, maximum: 5000 }),
      }),
      answers: { 200: closed({ facts: Type.Array(Type.Unknown()) }) },
    }),
  };
}

/** Who acts, and why. The cause that the request carries names the act: its repeat is answered as the first time. */
const Act = { actor: Type.String(), reason: Type.Optional(text(0, 500)) };
/** The letter as the person saw it: of two who act on what both have seen, one is refused. */
const Seen = closed({ retriedAt: DeadLetter.properties.retriedAt });

/** Messages set aside: to be read, retried, discarded. */
function deadLetterOperations(service: string) {
  const { own, path } = ownOf(service);
  return {
    listDeadLetters: operation({
      ...own,
      name: `${service}DeadLetters`,
      summary: 'Dead letters of the service',
      method: 'GET',
      path: path('dead-letters'),
      query: closed({ ...DeadLetterListFilter, ...Page }),
      answers: { 200: list(DeadLetter) },
    }),
    showDeadLetter: operation({
      ...own,
      name: `${service}DeadLetter`,
      summary: 'One dead letter',
      method: 'GET',
      path: path('dead-letters/{id}'),
      params: DeadLetterId,
      answers: { 200: ShownDeadLetter },
      problems: ['not_found'],
    }),
    /** Makes the letter due now, with all its attempts before it. */
    retryDeadLetter: operation({
      ...own,
      name: `${service}RetryDeadLetter`,
      summary: 'Retry a dead letter',
      method: 'POST',
      path: path('dead-letters/{id}/retry'),
      params: DeadLetterId,
      body: closed({ ...Act, seen: Seen }),
      answers: { 200: DeadLetter },
      problems: ['not_found', 'dead_letter_closed', 'dead_letter_held'],
    }),
    /** Settles the letter without its effect. */
    discardDeadLetter: operation({
      ...own,
      name: `${service}DiscardDeadLetter`,
      summary: 'Discard a dead letter',
      method: 'POST',
      path: path('dead-letters/{id}/discard'),
      params: DeadLetterId,
      body: closed({ ...Act, reason: text(1, 500), seen: Seen }),
      answers: { 200: DeadLetter },
      problems: ['not_found', 'dead_letter_closed'],
    }),
    ...deadLetterRuns(service),
  };
}

/** The same by filter. */
function deadLetterRuns(service: string) {
  const { own, path } = ownOf(service);
  return {
    /** Makes all that the filter chooses due, oldest first: the first at `from`, each of the others `spacingMs` after it. */
    retryDeadLetters: operation({
      ...own,
      name: `${service}RetryDeadLetters`,
      summary: 'Retry dead letters by filter',
      method: 'POST',
      path: path('dead-letters/retry'),
      body: closed({
        ...Act,
        filter: closed(OpenDeadLetterFilter),
        dryRun: Type.Boolean(),
        from: Timestamp,
        spacingMs: Type.Number({ minimum: 0 }),
      }),
      answers: { 200: ChosenLetters },
    }),
    /** Settles all that the filter chooses without their effect. */
    discardDeadLetters: operation({
      ...own,
      name: `${service}DiscardDeadLetters`,
      summary: 'Discard dead letters by filter',
      method: 'POST',
      path: path('dead-letters/discard'),
      body: closed({
        ...Act,
        reason: text(1, 500),
        filter: closed(OpenDeadLetterFilter),
        dryRun: Type.Boolean(),
      }),
      answers: { 200: ChosenLetters },
    }),
  };
}
