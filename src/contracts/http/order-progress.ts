import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed, list, Money, OrderId, Page, RefundId, Timestamp } from '../schema.ts';
import { OrderStatus } from './ordering.ts';
import { PaymentMethod, PaymentStatus } from './payment.ts';

/** How an order comes along: its time line, and the same live. */

const ofOrder = closed({ id: OrderId });

/** Names for what happened; clients say it in the reader's language. */
export const TimelineCode = Type.Enum([
  'placed',
  'payable',
  'paid',
  'confirmed',
  'shipped',
  'completed',
  'failed',
  'cancelled',
  'refund_requested',
  'refund_approved',
  'refund_rejected',
  'refund_succeeded',
  'refund_failed',
]);
export type TimelineCode = Type.Static<typeof TimelineCode>;

/**
 * `reason`: of `failed` and `cancelled` the order's `statusReason`; of `completed` delivered, received or elapsed; of a refund what
 * the buyer or operator wrote. `amount`: of a refund. `status`: what the order became, null where it stayed what it was.
 */
export const TimelineEntry = closed({
  id: Type.String(),
  at: Timestamp,
  code: TimelineCode,
  status: Type.Union([OrderStatus, Type.Null()]),
  reason: Type.Optional(Type.String()),
  carrier: Type.Optional(Type.String()),
  trackingNumber: Type.Optional(Type.String()),
  refundId: Type.Optional(RefundId),
  amount: Type.Optional(Money),
});
export type TimelineEntry = Type.Static<typeof TimelineEntry>;

export const getOrderTimeline = operation({
  service: 'ordering',
  name: 'getOrderTimeline',
  summary: 'What happened to an order, oldest first',
  method: 'GET',
  path: '/v1/orders/{id}/timeline',
  access: 'user',
  params: ofOrder,
  query: closed(Page),
  answers: { 200: list(TimelineEntry) },
  problems: ['not_found'],
});

/**
 * Server-sent events: `event: order` with `{status, statusReason, at}` for each transition and `event: payment` with
 * `{status, statusReason, method}` for each status of the payment; a comment every 15 s. After `Last-Event-ID` it goes on where
 * that was; without, it begins with the order's first. It ends with the order's end, and is 204 where nothing more will come.
 */
export const streamOrder = operation({
  service: 'gateway',
  name: 'streamOrder',
  summary: 'Follow an order live',
  method: 'GET',
  path: '/v1/orders/{id}/stream',
  access: 'user',
  params: ofOrder,
  answers: { 200: Type.String(), 204: Type.Null() },
  problems: ['not_found', 'rate_limited'],
  produces: 'text/event-stream',
});

/** The data of an `order` event. */
export const OrderEvent = closed({
  status: OrderStatus,
  statusReason: Type.Union([Type.String(), Type.Null()]),
  at: Timestamp,
});
export type OrderEvent = Type.Static<typeof OrderEvent>;

/** The data of a `payment` event. */
export const PaymentEvent = closed({
  status: PaymentStatus,
  statusReason: Type.Union([Type.String(), Type.Null()]),
  method: Type.Union([PaymentMethod, Type.Null()]),
});
export type PaymentEvent = Type.Static<typeof PaymentEvent>;

/** Names a state of a payment, among those that it has been in. */
const Mark = Type.String({ pattern: '^[\\w.]{1,40}$' });
const WaitMs = Type.Integer({ minimum: 0, maximum: 20_000 });

/** Transitions behind a position of ordering's log; waits for one where there is none yet. `ended`: there will be no more. */
export const followOrder = operation({
  service: 'ordering',
  name: 'followOrder',
  summary: 'Wait for what happens to an order',
  method: 'GET',
  path: '/internal/ordering/orders/{id}/progress',
  access: 'service',
  params: ofOrder,
  query: closed({ after: Type.Integer({ minimum: 0 }), waitMs: WaitMs }),
  answers: {
    200: closed({
      events: Type.Array(closed({ position: Type.Integer(), ...OrderEvent.properties })),
      ended: Type.Boolean(),
    }),
  },
});

/** The payment's status once its `mark` is another than the one known; null where there is no payment yet. */
export const followPayment = operation({
  service: 'payment',
  name: 'followPayment',
  summary: 'Wait for another status of a payment',
  method: 'GET',
  path: '/internal/payment/orders/{id}/progress',
  access: 'service',
  params: ofOrder,
  query: closed({ known: Type.Optional(Mark), waitMs: WaitMs }),
  answers: {
    200: closed({ payment: Type.Union([closed({ mark: Mark, ...PaymentEvent.properties }), Type.Null()]) }),
  },
});
