import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed, Money, OrderId, SignedMoney, Timestamp, text, UserId } from '../schema.ts';

/**
 * What every service answers for the operators' console: its part of a case, of the audit trail, of settings, health and
 * figures.
 */

function nullable<const Schema extends Type.TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

export const recordKinds = [
  'order',
  'reservation',
  'payment',
  'attempt',
  'callback',
  'difference',
  'journal',
  'refund',
  'shipment',
  'notification',
  'mail',
] as const;

/**
 * A row that a service keeps of an order. `moved` is set where it is money that came in or went out; `raw` is the row, without
 * secrets.
 */
export const CaseRecord = closed({
  at: Timestamp,
  kind: Type.Enum(recordKinds),
  id: Type.String(),
  title: Type.String(),
  summary: Type.String(),
  status: Type.Optional(Type.String()),
  cause: Type.Optional(Type.String()),
  moved: Type.Optional(closed({ direction: Type.Enum(['in', 'out']), amount: Money })),
  raw: Type.Unknown(),
});
export type CaseRecord = Type.Static<typeof CaseRecord>;

export const TrailEntry = closed({
  /** `<service>/<number>` */
  id: Type.String(),
  at: Timestamp,
  service: Type.String(),
  /** A user's id, or the name of a service or command. */
  actor: Type.String(),
  action: Type.String(),
  object: Type.String(),
  reason: nullable(Type.String()),
  details: Type.Unknown(),
  cause: Type.String(),
});
export type TrailEntry = Type.Static<typeof TrailEntry>;

export const actionNames = [
  'cancel',
  'refund',
  'ship',
  'deliver',
  'complete',
  'approve_refund',
  'reject_refund',
  'retry_refund',
  'carry_on_refund',
  'settle_refund',
  'query_provider',
  'retry_message',
] as const;
export const ActionName = Type.Enum(actionNames);
export type ActionName = Type.Static<typeof ActionName>;

/** What an act would be asked with; what is left out is taken as the act's usual (a refund of all that is left). */
export const ActionInput = closed({
  reason: Type.Optional(text(1, 500)),
  amount: Type.Optional(SignedMoney),
  restock: Type.Optional(Type.Boolean()),
  carrier: Type.Optional(text(1, 100)),
  trackingNumber: Type.Optional(text(1, 100)),
});
export type ActionInput = Type.Static<typeof ActionInput>;

export const ActionRefusal = closed({ code: Type.String(), detail: Type.Optional(Type.String()) });

/**
 * An act as it would be decided now: refused, or which rows it would change and what would be said. A service that only has a part
 * in it says its part.
 */
export const RehearsedAct = closed({
  action: ActionName,
  /** What it is done to: the order, a refund, a payment, a dead letter. */
  object: Type.String(),
  refusal: nullable(ActionRefusal),
  /** Of a refund: what can still be given back. */
  most: Type.Optional(Money),
  changes: Type.Array(
    closed({ table: Type.String(), key: Type.String(), before: Type.Unknown(), after: Type.Unknown() }),
  ),
  says: Type.Array(closed({ type: Type.String(), data: Type.Unknown() })),
  /** Whom it would ask for what, outside of the platform. */
  asks: Type.Array(closed({ whom: Type.String(), what: Type.String() })),
});
export type RehearsedAct = Type.Static<typeof RehearsedAct>;

export const ShownSetting = closed({
  /** The environment variable. */
  name: Type.String(),
  help: Type.String(),
  secret: Type.Boolean(),
  /** Whether the environment sets it. */
  set: Type.Boolean(),
  /** As it would be written in the environment; null where it is secret or has none. */
  value: nullable(Type.String()),
  default: nullable(Type.String()),
});
export type ShownSetting = Type.Static<typeof ShownSetting>;

/** A part that a service cannot work without. */
export const PartHealth = closed({
  ok: Type.Boolean(),
  error: nullable(Type.String()),
  latencyMs: nullable(Type.Number()),
});

const ofProcess = {
  version: Type.String(),
  startedAt: Timestamp,
  memoryBytes: Type.Integer(),
  bus: closed({ kind: Type.String(), ok: Type.Boolean(), error: nullable(Type.String()) }),
};

export const ServiceHealth = closed({
  service: Type.String(),
  /** The process that answered; services with the same one are in the same process. */
  process: Type.String(),
  ...ofProcess,
  uptimeSeconds: Type.Number(),
  database: PartHealth,
});
export type ServiceHealth = Type.Static<typeof ServiceHealth>;

/** What a process tells of itself every few seconds. */
export const ProcessState = closed({ services: Type.Array(Type.String()), ...ofProcess });
export type ProcessState = Type.Static<typeof ProcessState>;

export const SeenProcess = closed({ id: Type.String(), seenAt: Timestamp, ...ProcessState.properties });
export type SeenProcess = Type.Static<typeof SeenProcess>;

/** A sample of a process's counters: counts since its start, and what was waiting then. */
export const Sample = closed({
  at: Timestamp,
  /** Messages that had their effect. */
  handled: Type.Array(closed({ service: Type.String(), type: Type.String(), count: Type.Integer() })),
  /** Requests at the gateway: how many, how many of them 5xx, and how many took at most each of the bounds. */
  requests: Type.Array(
    closed({
      operation: Type.String(),
      count: Type.Integer(),
      errors: Type.Integer(),
      within: Type.Array(Type.Integer()),
    }),
  ),
  retries: Type.Array(closed({ service: Type.String(), what: Type.String(), count: Type.Integer() })),
  backlog: Type.Array(closed({ consumer: Type.String(), source: Type.String(), positions: Type.Integer() })),
  deadLetters: Type.Array(closed({ service: Type.String(), status: Type.String(), count: Type.Integer() })),
});
export type Sample = Type.Static<typeof Sample>;

/**
 * A subscription as it stands: what the service hears of the source, up to where it has heard all of it, and how many messages
 * beyond (a broker may have brought them before others).
 */
export const Heard = closed({
  source: Type.String(),
  types: Type.Array(Type.String()),
  position: Type.Integer(),
  ahead: Type.Integer(),
});
export type Heard = Type.Static<typeof Heard>;

/** The runtime's operations of one service that show it to operators. */
export function insightOperations(service: string) {
  return { ...recordOperations(service), ...stateOperations(service), ...figureOperations(service) };
}

function ownOf(service: string) {
  return {
    own: { service, access: 'service' } as const,
    path: (rest: string): string => `/internal/${service}/${rest}`,
  };
}

/** What is known of an order, and what was done by hand. */
function recordOperations(service: string) {
  const { own, path } = ownOf(service);
  return {
    records: operation({
      ...own,
      name: `${service}Records`,
      summary: 'What the service keeps of an order; `userId` is whose it is, where that is known',
      method: 'GET',
      path: path('records'),
      query: closed({ orderId: OrderId, userId: Type.Optional(UserId) }),
      answers: { 200: closed({ records: Type.Array(CaseRecord) }) },
    }),
    /** All acts about the order that the service has a part in, or one of them. Nothing is written. */
    rehearse: operation({
      ...own,
      name: `${service}Rehearse`,
      summary: 'Acts on an order as they would be decided',
      method: 'POST',
      path: path('rehearsals'),
      body: closed({
        orderId: OrderId,
        action: Type.Optional(ActionName),
        object: Type.Optional(Type.String()),
        input: ActionInput,
      }),
      answers: { 200: closed({ acts: Type.Array(RehearsedAct) }) },
    }),
    /** Newest first; those before a moment, or of that moment and before a number. */
    trail: operation({
      ...own,
      name: `${service}Trail`,
      summary: 'Acts of operators in the service',
      method: 'POST',
      path: path('trail'),
      body: closed({
        actors: Type.Optional(Type.Array(Type.String(), { maxItems: 100 })),
        objects: Type.Optional(Type.Array(Type.String(), { maxItems: 1000 })),
        action: Type.Optional(text(1, 100)),
        from: Type.Optional(Timestamp),
        to: Type.Optional(Timestamp),
        before: Type.Optional(closed({ at: Timestamp, number: Type.Integer({ minimum: 0 }) })),
        limit: Type.Integer({ minimum: 1, maximum: 1000 }),
      }),
      answers: { 200: closed({ data: Type.Array(TrailEntry) }) },
    }),
  };
}

/** How the service is set up, and how it is. */
function stateOperations(service: string) {
  const { own, path } = ownOf(service);
  return {
    settings: operation({
      ...own,
      name: `${service}Settings`,
      summary: 'Settings as they are in force',
      method: 'GET',
      path: path('settings'),
      /** Its own, and those of the process that it runs in. */
      answers: { 200: closed({ own: Type.Array(ShownSetting), process: Type.Array(ShownSetting) }) },
    }),
    health: operation({
      ...own,
      name: `${service}Health`,
      summary: 'Whether the service can do its work',
      method: 'GET',
      path: path('health'),
      answers: { 200: ServiceHealth },
    }),
  };
}

/** What it has not heard, and what was counted. */
function figureOperations(service: string) {
  const { own, path } = ownOf(service);
  return {
    /** What it hears, and how far. */
    subscriptions: operation({
      ...own,
      name: `${service}Subscriptions`,
      summary: 'Subscriptions of the service',
      method: 'GET',
      path: path('subscriptions'),
      answers: { 200: closed({ heard: Type.Array(Heard) }) },
    }),
    /** How much of its log each of these has not heard, up to 10,000, and how old the oldest of it is. */
    backlogs: operation({
      ...own,
      name: `${service}Backlogs`,
      summary: 'What consumers have not heard yet',
      method: 'POST',
      path: path('backlogs'),
      body: closed({
        subscriptions: Type.Array(
          closed({
            consumer: Type.String(),
            position: Type.Integer({ minimum: 0 }),
            types: Type.Array(Type.String({ pattern: '^\\S+$' })),
          }),
          { maxItems: 100 },
        ),
      }),
      answers: {
        200: closed({
          data: Type.Array(
            closed({ consumer: Type.String(), messages: Type.Integer(), oldestAt: nullable(Timestamp) }),
          ),
        }),
      },
    }),
    /** Processes that keep their samples in the service's store, and did so in the last 15 seconds. */
    processes: operation({
      ...own,
      name: `${service}Processes`,
      summary: 'Processes at work',
      method: 'GET',
      path: path('processes'),
      answers: { 200: closed({ data: Type.Array(SeenProcess) }) },
    }),
    /** What processes have counted that keep their samples in the service's store: since a moment, oldest first. */
    samples: operation({
      ...own,
      name: `${service}Samples`,
      summary: 'Samples of the counters of processes',
      method: 'GET',
      path: path('samples'),
      query: closed({ since: Type.Optional(Timestamp) }),
      answers: {
        200: closed({
          /** Seconds: of the latencies that are told apart. */
          bounds: Type.Array(Type.Number()),
          samples: Type.Array(closed({ process: Type.String(), sample: Sample })),
        }),
      },
    }),
  };
}
