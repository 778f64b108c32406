import Type from 'typebox';
import { operation } from '../operation.ts';
import {
  Amount,
  closed,
  list,
  Money,
  OrderId,
  OrderLine,
  Page,
  Quantity,
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
  /** What was missing, where it failed for want of stock. */
  shortages: Type.Optional(
    Type.Array(closed({ sku: Sku, requested: Quantity, available: Type.Integer({ minimum: 0 }) })),
  ),
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

/**
 * 201 once every participant agreed; 202 past the wait limit: the order goes on, ask again at `Location`
 * (docs/order-lifecycle.md, Order).
 */
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

/** Placed from `from` on and before `to`; the total in minor units, both ends included. */
export const listAllOrders = operation({
  service: 'ordering',
  name: 'listAllOrders',
  summary:
    'Orders of all users, newest first; `q` finds the beginning of a number or of an e-mail address, an order id or a user id',
  method: 'GET',
  path: '/v1/admin/orders',
  access: 'operator',
  query: closed({
    ...Page,
    status: Type.Optional(OrderStatus),
    user: Type.Optional(UserId),
    q: Type.Optional(text(1, 254)),
    from: Type.Optional(Timestamp),
    to: Type.Optional(Timestamp),
    totalFrom: Type.Optional(Amount),
    totalTo: Type.Optional(Amount),
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

/** The goods arrived, as the buyer or carrier told the shop. */
export const completeAnyOrder = operation({
  service: 'ordering',
  name: 'completeAnyOrder',
  summary: 'Complete a shipped order of any user',
  method: 'POST',
  path: '/v1/admin/orders/{id}/complete',
  access: 'operator',
  params: id,
  body: closed({ reason: text(1, 500) }),
  answers: { 200: AdminOrder },
  problems: ['not_found', 'conflict'],
});

/** An order that is held for a person to look at: it becomes payable, or fails (`refused_by_risk`). The same again is no error. */
export const reviewOrder = operation({
  service: 'ordering',
  name: 'reviewOrder',
  summary: 'Decide about an order that is under review',
  method: 'POST',
  path: '/v1/admin/orders/{id}/review',
  access: 'operator',
  params: id,
  body: closed({ decision: Type.Enum(['approve', 'reject']), reason: text(1, 500) }),
  answers: { 200: AdminOrder },
  problems: ['not_found', 'conflict'],
});

/** How orders do, for the operators' overview: of the newest so many since a moment, how far they came, and which are stuck. */
export const getOrderFigures = operation({
  service: 'ordering',
  name: 'getOrderFigures',
  summary: 'How far orders come, and which are stuck',
  method: 'GET',
  path: '/internal/ordering/figures',
  access: 'service',
  query: closed({ since: Timestamp }),
  answers: {
    200: closed({
      funnel: closed({
        from: Timestamp,
        created: Type.Integer(),
        reserved: Type.Integer(),
        paid: Type.Integer(),
        confirmed: Type.Integer(),
        failed: Type.Integer(),
        cancelled: Type.Integer(),
      }),
      stuck: Type.Array(
        closed({
          id: OrderId,
          number: Type.String(),
          status: OrderStatus,
          dueAt: Timestamp,
          why: Type.Enum(['timer', 'not_confirmed']),
        }),
      ),
      /** Up to 1,000 of each. */
      refundsToDecide: Type.Integer(),
      refundsFailed: Type.Integer(),
    }),
  },
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

/** Whether it may be shipped: asked by fulfillment where it has not heard of the order yet. */
export const getOrderForShipping = operation({
  service: 'ordering',
  name: 'getOrderForShipping',
  summary: 'An order as fulfillment sees it',
  method: 'GET',
  path: '/internal/ordering/orders/{id}/shipping',
  access: 'service',
  params: id,
  answers: { 200: closed({ id: OrderId, userId: UserId, number: Type.String(), status: OrderStatus }) },
  problems: ['not_found'],
});

/**
 * The goods are about to leave: may they? From the 200 on the order is SHIPPED and can no longer be cancelled; 409 where it was
 * cancelled before. Asked again it says again what it said.
 */
export const dispatchOrder = operation({
  service: 'ordering',
  name: 'dispatchOrder',
  summary: 'Let the goods of an order leave',
  method: 'POST',
  path: '/internal/ordering/orders/{id}/dispatch',
  access: 'service',
  params: id,
  body: closed({ carrier: text(1, 100), trackingNumber: text(1, 100) }),
  answers: { 200: closed({}) },
  problems: ['not_found', 'conflict'],
});
