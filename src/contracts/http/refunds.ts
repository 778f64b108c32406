import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed, list, Money, OrderId, Page, PositiveMoney, RefundId, Timestamp, text, UserId } from '../schema.ts';

/** What is given back of an order: asked for, decided and counted by ordering, carried out by payment. */

function nullable<const Schema extends Type.TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/**
 * `REQUESTED`: waits for an operator. `APPROVED`: payment was asked for it. `FAILED`: it waits for a person, who has it retried
 * (`PROCESSING`) or settles it by hand.
 */
export const RefundStatus = Type.Enum(['REQUESTED', 'APPROVED', 'PROCESSING', 'SUCCEEDED', 'FAILED', 'REJECTED']);
export type RefundStatus = Type.Static<typeof RefundStatus>;

const refundProperties = {
  id: RefundId,
  orderId: OrderId,
  /** Null while only payment knows how much was captured. */
  amount: nullable(Money),
  status: RefundStatus,
  reason: Type.String(),
  createdAt: Timestamp,
};
export const Refund = closed(refundProperties);
export type Refund = Type.Static<typeof Refund>;

/**
 * What an operator sees beside it: whose order, who asked (`system`: a compensation; `payment`: late or double money), who
 * decided and why.
 */
export const AdminRefund = closed({
  ...refundProperties,
  userId: UserId,
  requestedBy: Type.String(),
  decidedBy: nullable(Type.String()),
  /** Why it was decided so, or why it failed. */
  decisionReason: nullable(Type.String()),
  /** An operator gave it back by other means than the payment. */
  settledByHand: Type.Boolean(),
  /**
   * Of one that failed, where it is tried again, and under which id: `ordering` has it asked for anew (`retryRefund`); of what
   * payment gives back by itself, or has given back a part of, `payment` carries on with the rest (`carryOnWithRefund`).
   */
  retry: nullable(closed({ at: Type.Enum(['ordering', 'payment']), id: RefundId })),
  updatedAt: Timestamp,
});
export type AdminRefund = Type.Static<typeof AdminRefund>;

const ofRefund = closed({ id: RefundId });

/**
 * Full (`amount` absent, or all that is left) and before shipping: approved at once, and the order is cancelled.
 * Partial or later: an operator decides.
 */
export const requestRefund = operation({
  service: 'ordering',
  name: 'requestRefund',
  summary: 'Ask for a refund',
  method: 'POST',
  path: '/v1/refunds',
  access: 'user',
  body: closed({ orderId: OrderId, amount: Type.Optional(PositiveMoney), reason: text(1, 500) }),
  answers: { 202: Refund },
  problems: ['not_found', 'refund_exceeds_payment', 'currency_mismatch'],
  idempotencyKey: 'required',
});

export const listRefunds = operation({
  service: 'ordering',
  name: 'listRefunds',
  summary: 'Refunds of the user, newest first',
  method: 'GET',
  path: '/v1/refunds',
  access: 'user',
  query: closed({ ...Page, orderId: Type.Optional(OrderId) }),
  answers: { 200: list(Refund) },
});

export const getRefund = operation({
  service: 'ordering',
  name: 'getRefund',
  summary: 'A refund',
  method: 'GET',
  path: '/v1/refunds/{id}',
  access: 'user',
  params: ofRefund,
  answers: { 200: Refund },
  problems: ['not_found'],
});

export const listAllRefunds = operation({
  service: 'ordering',
  name: 'listAllRefunds',
  summary: 'Refunds of all users: `status=REQUESTED` is to be decided, `status=FAILED` waits for a person',
  method: 'GET',
  path: '/v1/admin/refunds',
  access: 'operator',
  query: closed({
    ...Page,
    status: Type.Optional(RefundStatus),
    orderId: Type.Optional(OrderId),
    user: Type.Optional(UserId),
  }),
  answers: { 200: list(AdminRefund) },
});

export const getAnyRefund = operation({
  service: 'ordering',
  name: 'getAnyRefund',
  summary: 'A refund of any user',
  method: 'GET',
  path: '/v1/admin/refunds/{id}',
  access: 'operator',
  params: ofRefund,
  answers: { 200: AdminRefund },
  problems: ['not_found'],
});

/** Approved at once. `restock`: the goods came back and are booked in; only with all that is left to refund, once shipped. */
export const createRefund = operation({
  service: 'ordering',
  name: 'createRefund',
  summary: 'Refund an order, wholly or in part',
  method: 'POST',
  path: '/v1/admin/refunds',
  access: 'operator',
  body: closed({
    orderId: OrderId,
    amount: PositiveMoney,
    reason: text(1, 500),
    restock: Type.Optional(Type.Boolean()),
  }),
  answers: { 202: Refund },
  problems: ['not_found', 'refund_exceeds_payment', 'currency_mismatch'],
  idempotencyKey: 'required',
});

/** Of all that is left, and before shipping: the order is cancelled. `restock` as in `createRefund`. */
export const approveRefund = operation({
  service: 'ordering',
  name: 'approveRefund',
  summary: 'Approve a refund that a buyer asked for',
  method: 'POST',
  path: '/v1/admin/refunds/{id}/approve',
  access: 'operator',
  params: ofRefund,
  body: closed({ reason: Type.Optional(text(1, 500)), restock: Type.Optional(Type.Boolean()) }),
  answers: { 200: AdminRefund },
  problems: ['not_found', 'refund_not_decidable', 'refund_exceeds_payment'],
});

export const rejectRefund = operation({
  service: 'ordering',
  name: 'rejectRefund',
  summary: 'Reject a refund that a buyer asked for',
  method: 'POST',
  path: '/v1/admin/refunds/{id}/reject',
  access: 'operator',
  params: ofRefund,
  body: closed({ reason: text(1, 500) }),
  answers: { 200: AdminRefund },
  problems: ['not_found', 'refund_not_decidable'],
});

/** Asks payment once more for what failed. 409 `conflict` where only payment knows the amount and the order goes on. */
export const retryRefund = operation({
  service: 'ordering',
  name: 'retryRefund',
  summary: 'Retry a refund that failed',
  method: 'POST',
  path: '/v1/admin/refunds/{id}/retry',
  access: 'operator',
  params: ofRefund,
  body: closed({ reason: text(1, 500) }),
  answers: { 200: AdminRefund },
  problems: ['not_found', 'refund_not_failed', 'conflict'],
});

/** The money went back by other means: cash, a transfer. `amount` is needed where the refund has none. */
export const settleRefund = operation({
  service: 'ordering',
  name: 'settleRefund',
  summary: 'Record that a failed refund was given back by hand',
  method: 'POST',
  path: '/v1/admin/refunds/{id}/settle',
  access: 'operator',
  params: ofRefund,
  body: closed({ reason: text(1, 500), amount: Type.Optional(PositiveMoney) }),
  answers: { 200: AdminRefund },
  problems: ['not_found', 'refund_not_failed', 'currency_mismatch'],
});
