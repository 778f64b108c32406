import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed, list, Money, OrderId, Page, PaymentId, PositiveMoney } from '../schema.ts';

const PaymentMethod = Type.Union([
  Type.Literal('balance'),
  Type.Literal('wechat'),
  Type.Literal('alipay'),
  Type.Literal('card'),
]);

/** The open attempt's status, else the payment's own. */
const PaymentStatus = Type.Union([
  Type.Literal('DUE'),
  Type.Literal('REQUIRES_ACTION'),
  Type.Literal('PROCESSING'),
  Type.Literal('SUCCEEDED'),
  Type.Literal('FAILED'),
  Type.Literal('CLOSED'),
]);

/**
 * The one payment of an order. `amount` is what is due; `captured` what was taken for it, `refunded` what went back of that.
 * `method`: that of the last attempt, null before the first.
 */
export const Payment = closed({
  id: PaymentId,
  orderId: OrderId,
  method: Type.Union([PaymentMethod, Type.Null()]),
  amount: Money,
  captured: Money,
  refunded: Money,
  status: PaymentStatus,
  statusReason: Type.Union([Type.String(), Type.Null()]),
});

/** `flow` and what follows it are the providers' and refused with a method that has no use for them. */
export const paymentChoice = {
  method: PaymentMethod,
  flow: Type.Optional(Type.Union([Type.Literal('qr'), Type.Literal('page'), Type.Literal('jsapi')])),
  openid: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  returnUrl: Type.Optional(Type.String({ format: 'uri', maxLength: 2048 })),
  balanceAmount: Type.Optional(PositiveMoney),
};

const PaymentRequest = closed({ orderId: OrderId, ...paymentChoice });

/** Pays an order. `id` is the order's single payment; each request with a new key is an attempt (001 §2). */
export const payOrder = operation({
  service: 'payment',
  name: 'payOrder',
  summary: 'Pay an order',
  method: 'POST',
  path: '/v1/payments',
  access: 'user',
  body: PaymentRequest,
  answers: { 201: Payment },
  problems: [
    'not_found',
    'insufficient_balance',
    'order_not_payable',
    'payment_in_progress',
    'method_not_available',
    'unavailable',
    'provider_unknown',
  ],
  idempotencyKey: 'required',
  urgent: true,
});

export const listPayments = operation({
  service: 'payment',
  name: 'listPayments',
  summary: 'The payment of an order',
  method: 'GET',
  path: '/v1/payments',
  access: 'user',
  query: closed({ orderId: OrderId, ...Page }),
  answers: { 200: list(Payment) },
});

export const getPayment = operation({
  service: 'payment',
  name: 'getPayment',
  summary: 'A payment',
  method: 'GET',
  path: '/v1/payments/{id}',
  access: 'user',
  params: closed({ id: PaymentId }),
  answers: { 200: Payment },
  problems: ['not_found'],
});

/** Ends the open attempt, so that the payment is due again and another method can be chosen. */
export const closePayment = operation({
  service: 'payment',
  name: 'closePayment',
  summary: 'End the open attempt of a payment',
  method: 'POST',
  path: '/v1/payments/{id}/close',
  access: 'user',
  params: closed({ id: PaymentId }),
  answers: { 200: Payment },
  problems: ['not_found', 'payment_not_closable'],
  urgent: true,
});
