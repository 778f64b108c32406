import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed, list, Money, OrderId, Page, Timestamp, text } from '../schema.ts';
import { AdminOrder } from './ordering.ts';
import {
  ActionInput,
  ActionName,
  ActionRefusal,
  recordKinds,
  SeenProcess,
  ServiceHealth,
  ShownSetting,
  TrailEntry,
} from './runtime-insight.ts';
import { AdminUser } from './users.ts';

/** What the gateway composes for operators out of what all services answer. A service that is away is named, the rest is shown. */

const own = { service: 'gateway', access: 'operator' } as const;
const ofOrder = closed({ id: OrderId });

function nullable<const Schema extends Type.TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** Services that did not answer, and why. */
export const Missing = Type.Array(closed({ service: Type.String(), why: Type.String() }));
export type Missing = Type.Static<typeof Missing>;

export const caseKinds = ['transition', 'message', 'call', 'dead_letter', 'act', ...recordKinds] as const;

export const CaseEntry = closed({
  /** Tells entries of one case apart. */
  id: Type.String(),
  at: Timestamp,
  service: Type.String(),
  kind: Type.Enum(caseKinds),
  /** The message's or operation's name, or what the row is: `OrderPaid`, `payOrder`, `Attempt 1 over wechat`. */
  title: Type.String(),
  summary: Type.String(),
  /** Of rows their status; of transitions the order's; of calls the HTTP status. */
  status: Type.Optional(Type.String()),
  cause: Type.Optional(Type.String()),
  traceId: Type.Optional(Type.String()),
  /** Of messages and calls: from whom, and to whom it came. */
  from: Type.Optional(Type.String()),
  to: Type.Optional(Type.Array(Type.String())),
  durationMs: Type.Optional(Type.Number()),
  /** The row or message itself; what is secret in it is masked. */
  raw: Type.Unknown(),
});
export type CaseEntry = Type.Static<typeof CaseEntry>;

export const CaseFile = closed({
  /** Null where ordering is away. */
  order: nullable(AdminOrder),
  customer: nullable(AdminUser),
  /** What providers and balances gave and got, as payment records it: `kept` is the difference. */
  money: nullable(closed({ total: nullable(Money), in: Money, out: Money, kept: Type.Integer() })),
  /** Oldest first. */
  entries: Type.Array(CaseEntry),
  missing: Missing,
});
export type CaseFile = Type.Static<typeof CaseFile>;

export const getOrderCase = operation({
  ...own,
  name: 'getOrderCase',
  summary: 'The case file of an order: everything that all services recorded, on one time line',
  method: 'GET',
  path: '/v1/admin/orders/{id}/case',
  params: ofOrder,
  answers: { 200: CaseFile },
  problems: ['not_found'],
});

/** What would happen, step by step. `code` and `facts` say the same as `text`, for other languages. */
export const ActionStep = closed({
  service: Type.String(),
  kind: Type.Enum(['state', 'money', 'stock', 'notice', 'message', 'call', 'trail']),
  code: Type.String(),
  text: Type.String(),
  facts: Type.Record(Type.String(), Type.Unknown()),
});
export type ActionStep = Type.Static<typeof ActionStep>;

export const OrderAction = closed({
  action: ActionName,
  /** What it is done to: the order, a refund, a payment, a dead letter. */
  object: Type.String(),
  allowed: Type.Boolean(),
  /** Why not. */
  refusal: nullable(ActionRefusal),
  /** Of a refund: what can still be given back. */
  most: Type.Optional(Money),
  /** The operation that does it. */
  operation: closed({ name: Type.String(), method: Type.String(), path: Type.String() }),
  steps: Type.Array(ActionStep),
});
export type OrderAction = Type.Static<typeof OrderAction>;

/** Decided now by the rules that decide the act itself; by the time of the act things may be different. */
export const listOrderActions = operation({
  ...own,
  name: 'listOrderActions',
  summary: 'What an operator may do about an order now, and what each would do',
  method: 'GET',
  path: '/v1/admin/orders/{id}/actions',
  params: ofOrder,
  answers: { 200: closed({ data: Type.Array(OrderAction), missing: Missing }) },
  problems: ['not_found'],
});

/** One act with the input it would have; nothing is changed. `object`: which refund or dead letter, where there are several. */
export const showOrderAction = operation({
  ...own,
  name: 'showOrderAction',
  summary: 'What an act on an order would do',
  method: 'POST',
  path: '/v1/admin/orders/{id}/dry-run',
  params: ofOrder,
  body: closed({
    action: ActionName,
    object: Type.Optional(text(1, 100)),
    input: Type.Optional(ActionInput),
  }),
  answers: { 200: OrderAction },
  problems: ['not_found'],
});

/** `actor`: a user's id or e-mail address, or the name of a service. `action`: its beginning, for instance `refund.`. */
export const listTrail = operation({
  ...own,
  name: 'listTrail',
  summary: 'The audit trail of all services, newest first',
  method: 'GET',
  path: '/v1/admin/trail',
  query: closed({
    ...Page,
    actor: Type.Optional(text(1, 254)),
    object: Type.Optional(text(1, 200)),
    action: Type.Optional(text(1, 100)),
    service: Type.Optional(text(1, 50)),
    from: Type.Optional(Timestamp),
    to: Type.Optional(Timestamp),
  }),
  answers: { 200: list(closed({ ...TrailEntry.properties, actorEmail: nullable(Type.String()) })) },
});

export const listSettings = operation({
  ...own,
  name: 'listSettings',
  summary: 'Settings as they are in force, by service; secrets only as set or not',
  method: 'GET',
  path: '/v1/admin/settings',
  answers: {
    200: closed({
      data: Type.Array(closed({ service: Type.String(), settings: Type.Array(ShownSetting) })),
      missing: Missing,
    }),
  },
});

export const getHealth = operation({
  ...own,
  name: 'getHealth',
  summary: 'Each service: ready or why not, its process, version, uptime, database and bus',
  method: 'GET',
  path: '/v1/admin/health',
  answers: {
    200: closed({
      data: Type.Array(
        closed({
          service: Type.String(),
          ready: Type.Boolean(),
          why: nullable(Type.String()),
          /** Null where it did not answer. */
          health: nullable(ServiceHealth),
        }),
      ),
      /** All that told of themselves in the last 15 seconds, other instances and those that are asked by nobody among them. */
      processes: Type.Array(SeenProcess),
    }),
  },
});

const Milliseconds = nullable(Type.Number());
const Latency = { p50Ms: Milliseconds, p95Ms: Milliseconds, p99Ms: Milliseconds };
const Rates = {
  ordersPerSecond: Type.Number(),
  reservedPerSecond: Type.Number(),
  paidPerSecond: Type.Number(),
  confirmedPerSecond: Type.Number(),
  requestsPerSecond: Type.Number(),
  errorsPerSecond: Type.Number(),
  retriesPerSecond: Type.Number(),
  /** Of placing orders (`placeOrder`, `checkout`); null where there were none. */
  ...Latency,
};

export const Overview = closed({
  at: Timestamp,
  /** Over the last 15 seconds. */
  now: closed(Rates),
  /** The last quarter of an hour, a point every so many seconds, oldest first; `at` is the end of each. */
  everySeconds: Type.Integer(),
  series: Type.Array(closed({ at: Timestamp, ...Rates, backlog: Type.Integer(), deadLetters: Type.Integer() })),
  /**
   * Of the orders placed since `from`, how many came so far; `confirmed` are those that still are, or went on from there. Where
   * there are more than are counted, those are the newest, and `from` says since when.
   */
  funnel: nullable(
    closed({
      from: Timestamp,
      created: Type.Integer(),
      reserved: Type.Integer(),
      paid: Type.Integer(),
      confirmed: Type.Integer(),
      failed: Type.Integer(),
      cancelled: Type.Integer(),
    }),
  ),
  /** Requests at the gateway by operation, over the last minute, busiest first. */
  operations: Type.Array(
    closed({ operation: Type.String(), requestsPerSecond: Type.Number(), errorsPerSecond: Type.Number(), ...Latency }),
  ),
  /** Messages not heard yet; counted up to 10,000. */
  subscriptions: Type.Array(
    closed({
      consumer: Type.String(),
      source: Type.String(),
      messages: Type.Integer(),
      oldestSeconds: nullable(Type.Number()),
    }),
  ),
  /** In the last quarter of an hour. */
  retries: Type.Array(closed({ service: Type.String(), what: Type.String(), count: Type.Integer() })),
  deadLetters: Type.Array(
    closed({ service: Type.String(), retrying: Type.Integer(), held: Type.Integer(), parked: Type.Integer() }),
  ),
  /** Orders that time or a message should have moved on; null where ordering is away. The first hundred. */
  stuck: nullable(
    Type.Array(
      closed({
        id: OrderId,
        number: Type.String(),
        status: Type.String(),
        /** When it should have moved. */
        dueAt: Timestamp,
        why: Type.Enum(['timer', 'not_confirmed']),
      }),
    ),
  ),
  /** What waits for a person; null where it could not be counted. Counted up to 1,000. */
  waiting: closed({
    refundsToDecide: nullable(Type.Integer()),
    refundsFailed: nullable(Type.Integer()),
    differences: nullable(Type.Integer()),
  }),
  missing: Missing,
});
export type Overview = Type.Static<typeof Overview>;

/**
 * The same live: `event: overview` with the whole of it at once and every two seconds, a comment every 15 s. Where it cannot be
 * made, the next one comes as soon as it can.
 */
export const streamOverview = operation({
  ...own,
  name: 'streamOverview',
  summary: 'Follow how the platform does',
  method: 'GET',
  path: '/v1/admin/overview/stream',
  answers: { 200: Type.String() },
  problems: ['rate_limited'],
  produces: 'text/event-stream',
});

/** Made for being asked every two seconds. */
export const getOverview = operation({
  ...own,
  name: 'getOverview',
  summary: 'How the platform does now, and did in the last quarter of an hour',
  method: 'GET',
  path: '/v1/admin/overview',
  answers: { 200: Overview },
});
