import Type from 'typebox';
import { Violation } from '../audit.ts';
import { operation } from '../operation.ts';
import { closed, list, OrderId, Page, Timestamp, text } from '../schema.ts';
import { Order, orderRequestProperties, placeOrder } from './ordering.ts';
import { callbackProvider, Payment, paymentChoice, payOrder } from './payment.ts';
import { DeadLetter, DeadLetterListFilter, OpenDeadLetterFilter, ShownDeadLetter } from './runtime.ts';

/** A problem inside an answer: what RFC 9457 puts on the wire. */
export const ProblemBody = closed({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.Optional(Type.String()),
  code: Type.String(),
  traceId: Type.String(),
  errors: Type.Optional(Type.Array(Type.Unknown())),
});
export type ProblemBody = Type.Static<typeof ProblemBody>;

/**
 * One click (002): the order, then its payment. If the payment cannot be opened the order stays PENDING, and `payment` is the
 * problem. 202 where the order is not settled within the wait limit: nothing was paid, ask again at `Location`.
 */
export const checkout = operation({
  service: 'gateway',
  name: 'checkout',
  summary: 'Order and pay with one click',
  method: 'POST',
  path: '/v1/checkout',
  access: 'user',
  body: closed({ ...orderRequestProperties, payment: closed(paymentChoice) }),
  answers: {
    201: closed({ order: Order, payment: Type.Union([Payment, ProblemBody]) }),
    202: closed({ order: placeOrder.answers[202] }),
  },
  problems: [...(placeOrder.problems ?? []), ...(payOrder.problems ?? [])],
  idempotencyKey: 'required',
  urgent: true,
});

/**
 * Where providers call, in their own formats: WeChat Pay's APIv3 notifications, Alipay's forms, Stripe's webhooks. What is not
 * signed by the provider is refused.
 */
export const receiveCallback = operation({
  service: 'gateway',
  name: 'receiveCallback',
  summary: 'A payment provider tells of a payment or a refund',
  method: 'POST',
  path: '/callbacks/{provider}',
  access: 'public',
  params: callbackProvider,
  answers: { 200: Type.String(), 204: Type.Null(), 400: Type.String(), 401: Type.String() },
  problems: ['not_found'],
  urgent: true,
  // All callbacks of a provider come from a few addresses.
  ratePerMinute: 120_000,
  rateBy: 'address',
  raw: true,
});

const AuditId = closed({ id: Type.String({ pattern: '^adt_' }) });
const own = { service: 'gateway', access: 'operator' } as const;

export const Audit = closed({
  id: Type.String(),
  startedAt: Timestamp,
  /** null while it runs. */
  finishedAt: Type.Union([Timestamp, Type.Null()]),
  checked: Type.Record(Type.String(), Type.Integer()),
  violations: Type.Array(Violation),
  /** Why it broke off and found nothing; null where it did not. */
  error: Type.Union([Type.String(), Type.Null()]),
});
export type Audit = Type.Static<typeof Audit>;

/** Checks the invariants over live data; what looks wrong is looked at again after the bound, and only then named. */
export const startAudit = operation({
  ...own,
  name: 'startAudit',
  summary: 'Audit the invariants over live data',
  method: 'POST',
  path: '/v1/admin/audits',
  answers: { 202: closed({ id: Type.String() }) },
});

export const getLatestAudit = operation({
  ...own,
  name: 'getLatestAudit',
  summary: 'The latest finished audit',
  method: 'GET',
  path: '/v1/admin/audits/latest',
  answers: { 200: Audit },
  problems: ['not_found'],
});

export const getAudit = operation({
  ...own,
  name: 'getAudit',
  summary: 'One audit',
  method: 'GET',
  path: '/v1/admin/audits/{id}',
  params: AuditId,
  answers: { 200: Audit },
  problems: ['not_found'],
});

/** Mermaid of what really happened to an order, calls between services included. */
export const getOrderDiagram = operation({
  ...own,
  name: 'getOrderDiagram',
  summary: 'Diagram of what happened to an order',
  method: 'GET',
  path: '/v1/admin/orders/{id}/diagram',
  params: closed({ id: OrderId }),
  query: closed({ view: Type.Optional(Type.Enum(['sequence', 'dynamic'])) }),
  answers: { 200: Type.String() },
  produces: 'text/plain',
  problems: ['not_found'],
});

const DeadLetterId = closed({ id: Type.String({ pattern: '^dlt_' }) });
const ofService = { service: Type.Optional(text(1, 50)) };

export const listDeadLetters = operation({
  ...own,
  name: 'listDeadLetters',
  summary: 'Dead letters of all services, or of one',
  method: 'GET',
  path: '/v1/admin/dead-letters',
  query: closed({ ...ofService, ...DeadLetterListFilter, ...Page }),
  answers: { 200: list(DeadLetter) },
});

/** With what it waits for, and what waits behind it. */
export const showDeadLetter = operation({
  ...own,
  name: 'showDeadLetter',
  summary: 'One dead letter',
  method: 'GET',
  path: '/v1/admin/dead-letters/{id}',
  params: DeadLetterId,
  answers: { 200: ShownDeadLetter },
  problems: ['not_found'],
});

/** Due at once, with all its attempts before it. What waits behind it follows, in order, when it has had its effect. */
export const retryDeadLetter = operation({
  ...own,
  name: 'retryDeadLetter',
  summary: 'Retry a dead letter now',
  method: 'POST',
  path: '/v1/admin/dead-letters/{id}/retry',
  params: DeadLetterId,
  body: Type.Optional(closed({ reason: Type.Optional(text(0, 500)) })),
  answers: { 202: DeadLetter },
  problems: ['not_found', 'dead_letter_closed', 'dead_letter_held'],
});

/** Settled without its effect. What waits behind it goes on. */
export const discardDeadLetter = operation({
  ...own,
  name: 'discardDeadLetter',
  summary: 'Discard a dead letter',
  method: 'POST',
  path: '/v1/admin/dead-letters/{id}/discard',
  params: DeadLetterId,
  body: closed({ reason: text(1, 500) }),
  answers: { 200: DeadLetter },
  problems: ['not_found', 'dead_letter_closed'],
});

const chosenLetters = {
  dryRun: Type.Boolean(),
  count: Type.Integer(),
  groups: Type.Array(closed({ service: Type.String(), type: Type.String(), count: Type.Integer() })),
  ids: Type.Array(Type.String()),
};

/** What would be retried, or is: by service and type, and the first hundred ids in the order in which they are tried. */
export const RetryRun = closed({
  ...chosenLetters,
  /** When the last of them is tried; null where there are none. */
  lastAt: Type.Union([Timestamp, Type.Null()]),
});
export type RetryRun = Type.Static<typeof RetryRun>;

/**
 * Retries all letters that the filter chooses, the oldest first; a dry run only says which. With a rate they are spread over
 * time, so many a second over all services together; without one all are due at once. Repeated, it leaves alone what was made
 * due and not tried yet.
 */
export const retryDeadLetters = operation({
  ...own,
  name: 'retryDeadLetters',
  summary: 'Retry dead letters by filter',
  method: 'POST',
  path: '/v1/admin/dead-letters/retry',
  body: closed({
    ...ofService,
    ...OpenDeadLetterFilter,
    dryRun: Type.Optional(Type.Boolean()),
    ratePerSecond: Type.Optional(Type.Number({ minimum: 0.01, maximum: 1000 })),
    reason: Type.Optional(text(0, 500)),
  }),
  answers: { 200: RetryRun },
});

/** What would be discarded, or is: by service and type, and the first hundred ids. */
export const DiscardRun = closed(chosenLetters);
export type DiscardRun = Type.Static<typeof DiscardRun>;

/**
 * Discards all letters that the filter chooses: parked ones, unless it says otherwise; a dry run only says which. What waits
 * behind them goes on. What an instance is trying at this moment is left to that attempt.
 */
export const discardDeadLetters = operation({
  ...own,
  name: 'discardDeadLetters',
  summary: 'Discard dead letters by filter',
  method: 'POST',
  path: '/v1/admin/dead-letters/discard',
  body: closed({
    ...ofService,
    ...OpenDeadLetterFilter,
    dryRun: Type.Optional(Type.Boolean()),
    reason: text(1, 500),
  }),
  answers: { 200: DiscardRun },
});
