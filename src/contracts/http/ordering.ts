import Type from 'typebox';
import { operation } from '../operation.ts';
import {
  closed,
  list,
  Money,
  OrderId,
  OrderLine,
  Page,
  PositiveMoney,
  Quantity,
  RefundId,
  Sku,
  Timestamp,
  text,
  UserId,
} from '../schema.ts';

function nullable<const Schema extends Type.TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

export const OrderStatus = Type.Enum([
  'CREATED',
  'REVIEW',
  'PENDING',
  'PAID',
  'CONFIRMED',
  'SHIPPED',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
]);
export type OrderStatus = Type.Static<typeof OrderStatus>;

/** Where the goods go: as the buyer wrote it. */
export const ShippingAddress = closed({
  name: text(1, 100),
  phone: text(1, 40),
  line1: text(1, 200),
  line2: Type.Optional(text(0, 200)),
  city: text(1, 100),
  region: text(1, 100),
  postalCode: text(1, 20),
  country: text(1, 60),
});
export type ShippingAddress = Type.Static<typeof ShippingAddress>;

export const OrderItem = closed({
  sku: Sku,
  name: Type.String(),
  quantity: Quantity,
  unitPrice: Money,
  subtotal: Money,
});

const orderProperties = {
  id: OrderId,
  /** Given when the order becomes payable. */
  number: nullable(Type.String()),
  status: OrderStatus,
  /** Why it failed or was cancelled. */
  statusReason: nullable(Type.String()),
  items: Type.Array(OrderItem),
  subtotal: Money,
  discount: Money,
  total: Money,
  note: nullable(Type.String()),
  shippingAddress: ShippingAddress,
  payableUntil: nullable(Timestamp),
  refunded: Money,
  createdAt: Timestamp,
};
export const Order = closed(orderProperties);
export type Order = Type.Static<typeof Order>;

/** What an operator sees beside it: whose it is, what was captured, and what payment was asked to give back. */
export const AdminOrder = closed({ ...orderProperties, userId: UserId, paid: Money, refundRequested: Money });
export type AdminOrder = Type.Static<typeof AdminOrder>;

const id = closed({ id: OrderId });

/** What a buyer asks for; `/v1/checkout` asks the same. `expectedTotal` refuses the order where prices have changed. */
export const orderRequestProperties = {
  items: Type.Array(OrderLine, { minItems: 1, maxItems: 100 }),
  shippingAddress: ShippingAddress,
  couponCode: Type.Optional(text(1, 64)),
  note: Type.Optional(text(0, 500)),
  expectedTotal: Type.Optional(Money),
};

/** 201 once every participant agreed; 202 past the wait limit: the order goes on, ask again at `Location` (docs/order-lifecycle.md, Order). */
export const placeOrder = operation({
  service: 'ordering',
  name: 'placeOrder',
  summary: 'Place an order',
  method: 'POST',
  path: '/v1/orders',
  access: 'user',
  body: closed(orderRequestProperties),
  answers: { 201: Order, 202: closed({ id: OrderId, status: Type.Enum(['CREATED', 'REVIEW']) }) },
  problems: [
    'insufficient_stock',
    'price_changed',
    'order_failed',
    'item_not_for_sale',
    'coupon_not_applicable',
    'currency_mismatch',
    'refused_by_risk',
  ],
  idempotencyKey: 'required',
});

export const listOrders = operation({
  service: 'ordering',
  name: 'listOrders',
  summary: 'Orders of the user, newest first',
  method: 'GET',
  path: '/v1/orders',
  access: 'user',
  query: closed({ ...Page, status: Type.Optional(OrderStatus) }),
  answers: { 200: list(Order) },
});

export const getOrder = operation({
  service: 'ordering',
  name: 'getOrder',
  summary: 'An order',
  method: 'GET',
  path: '/v1/orders/{id}',
  access: 'user',
  params: id,
  answers: { 200: Order },
  problems: ['not_found'],
});

const cancelBody = closed({ reason: Type.Optional(text(1, 500)) });

/** Until it is shipped; what was paid is refunded. Cancelling again is no error. */
export const cancelOrder = operation({
  service: 'ordering',
  name: 'cancelOrder',
  summary: 'Cancel an order',
  method: 'POST',
  path: '/v1/orders/{id}/cancel',
  access: 'user',
  params: id,
  body: cancelBody,
  answers: { 200: Order },
  problems: ['not_found', 'order_not_cancellable'],
});

export const confirmReceipt = operation({
  service: 'ordering',
  name: 'confirmReceipt',
  summary: 'Say that the goods arrived',
  method: 'POST',
  path: '/v1/orders/{id}/receipt',
  access: 'user',
  params: id,
  body: closed({}),
  answers: { 200: Order },
  problems: ['not_found', 'conflict'],
});

export const RefundStatus = Type.Enum(['REQUESTED', 'APPROVED', 'PROCESSING', 'SUCCEEDED', 'FAILED', 'REJECTED']);
export type RefundStatus = Type.Static<typeof RefundStatus>;

/** `amount` is null while only payment knows how much was captured. */
export const Refund = closed({
  id: RefundId,
  orderId: OrderId,
  amount: nullable(Money),
  status: RefundStatus,
  reason: Type.String(),
  createdAt: Timestamp,
});
export type Refund = Type.Static<typeof Refund>;

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

export const getRefund = operation({
  service: 'ordering',
  name: 'getRefund',
  summary: 'A refund',
  method: 'GET',
  path: '/v1/refunds/{id}',
  access: 'user',
  params: closed({ id: RefundId }),
  answers: { 200: Refund },
  problems: ['not_found'],
});

export const listAllOrders = operation({
  service: 'ordering',
  name: 'listAllOrders',
  summary: 'Orders of all users, newest first; `q` finds the beginning of a number, an order id or a user id',
  method: 'GET',
  path: '/v1/admin/orders',
  access: 'operator',
  query: closed({
    ...Page,
    status: Type.Optional(OrderStatus),
    user: Type.Optional(UserId),
    q: Type.Optional(text(1, 100)),
  }),
  answers: { 200: list(AdminOrder) },
});

export const getAnyOrder = operation({
  service: 'ordering',
  name: 'getAnyOrder',
  summary: 'An order of any user',
  method: 'GET',
  path: '/v1/admin/orders/{id}',
  access: 'operator',
  params: id,
  answers: { 200: AdminOrder },
  problems: ['not_found'],
});

export const cancelAnyOrder = operation({
  service: 'ordering',
  name: 'cancelAnyOrder',
  summary: 'Cancel an order of any user',
  method: 'POST',
  path: '/v1/admin/orders/{id}/cancel',
  access: 'operator',
  params: id,
  body: cancelBody,
  answers: { 200: AdminOrder },
  problems: ['not_found', 'order_not_cancellable'],
});

export const shipOrder = operation({
  service: 'ordering',
  name: 'shipOrder',
  summary: 'Record that an order was handed to the carrier',
  method: 'POST',
  path: '/v1/admin/orders/{id}/ship',
  access: 'operator',
  params: id,
  body: closed({ carrier: text(1, 100), trackingNumber: text(1, 100) }),
  answers: { 200: AdminOrder },
  problems: ['not_found', 'conflict'],
});

export const deliverOrder = operation({
  service: 'ordering',
  name: 'deliverOrder',
  summary: 'Record that an order was delivered',
  method: 'POST',
  path: '/v1/admin/orders/{id}/deliver',
  access: 'operator',
  params: id,
  body: closed({}),
  answers: { 200: AdminOrder },
  problems: ['not_found', 'conflict'],
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

export const approveRefund = operation({
  service: 'ordering',
  name: 'approveRefund',
  summary: 'Approve a refund that a buyer asked for',
  method: 'POST',
  path: '/v1/admin/refunds/{id}/approve',
  access: 'operator',
  params: closed({ id: RefundId }),
  body: closed({ reason: Type.Optional(text(1, 500)) }),
  answers: { 200: Refund },
  problems: ['not_found', 'refund_not_decidable', 'refund_exceeds_payment'],
});

export const rejectRefund = operation({
  service: 'ordering',
  name: 'rejectRefund',
  summary: 'Reject a refund that a buyer asked for',
  method: 'POST',
  path: '/v1/admin/refunds/{id}/reject',
  access: 'operator',
  params: closed({ id: RefundId }),
  body: closed({ reason: text(1, 500) }),
  answers: { 200: Refund },
  problems: ['not_found', 'refund_not_decidable'],
});

/** Whose order, and may it be paid: asked by payment where its own record does not say so yet (001 §2). */
export const getOrderForPayment = operation({
  service: 'ordering',
  name: 'getOrderForPayment',
  summary: 'An order as payment sees it',
  method: 'GET',
  path: '/internal/ordering/orders/{id}',
  access: 'service',
  params: id,
  answers: {
    200: closed({ id: OrderId, userId: UserId, status: OrderStatus, total: Money, payableUntil: nullable(Timestamp) }),
  },
  problems: ['not_found'],
});
