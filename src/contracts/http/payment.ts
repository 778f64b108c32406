import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed, list, Money, OrderId, Page, PaymentId, PositiveMoney, RefundId, Timestamp, text } from '../schema.ts';

export const PaymentMethod = Type.Union([
  Type.Literal('balance'),
  Type.Literal('wechat'),
  Type.Literal('alipay'),
  Type.Literal('card'),
]);

/** The open attempt's status, else the payment's own. */
export const PaymentStatus = Type.Union([
  Type.Literal('DUE'),
  Type.Literal('REQUIRES_ACTION'),
  Type.Literal('PROCESSING'),
  Type.Literal('SUCCEEDED'),
  Type.Literal('FAILED'),
  Type.Literal('CLOSED'),
]);

/**
 * What the buyer has to do: scan a code with the provider's app, go to its page, hand the parameters to WeChat's own bridge, or
 * give a card to Stripe's form.
 */
export const PaymentAction = Type.Union([
  closed({ type: Type.Literal('qr_code'), content: Type.String(), expiresAt: Timestamp }),
  closed({ type: Type.Literal('redirect'), url: Type.String() }),
  closed({ type: Type.Literal('jsapi'), parameters: Type.Record(Type.String(), Type.String()) }),
  closed({ type: Type.Literal('card'), clientSecret: Type.String(), publishableKey: Type.String() }),
]);
export type PaymentAction = Type.Static<typeof PaymentAction>;

/** In the demo: where the played provider's page for this charge is, while the status is REQUIRES_ACTION. */
export const demoPhoneUrl = Type.Optional(Type.String({ format: 'uri' }));

/**
 * The one payment of an order. `amount` is what is due; `captured` what was taken for it, `refunded` what went back of that.
 * `method`: that of the last attempt, null before the first. `action` while the status is REQUIRES_ACTION.
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
  action: Type.Optional(PaymentAction),
  demoPhoneUrl,
});

/**
 * `flow` and what follows it are the providers' and refused with a method that has no use for them: wechat takes qr (the default)
 * or jsapi with openid, alipay qr (the default) or page with returnUrl. `balanceAmount` is what the balance pays of it.
 */
export const paymentChoice = {
  method: PaymentMethod,
  flow: Type.Optional(Type.Union([Type.Literal('qr'), Type.Literal('page'), Type.Literal('jsapi')])),
  openid: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  returnUrl: Type.Optional(Type.String({ format: 'uri', maxLength: 2048 })),
  balanceAmount: Type.Optional(PositiveMoney),
};

const PaymentFlow = Type.Union([Type.Literal('qr'), Type.Literal('page'), Type.Literal('jsapi'), Type.Literal('card')]);

/**
 * What the shop has set up, in the order to offer it. `flows`: the usual one first; none for the balance. `card` is no flow to ask
 * for, but what cards do. `publishableKey`: for Stripe's form. `isDemo`: the provider is played.
 */
export const listPaymentMethods = operation({
  service: 'payment',
  name: 'listPaymentMethods',
  summary: 'How orders can be paid in this shop',
  method: 'GET',
  path: '/v1/payments/methods',
  access: 'public',
  answers: {
    200: closed({
      data: Type.Array(
        closed({
          method: PaymentMethod,
          flows: Type.Array(PaymentFlow),
          publishableKey: Type.Optional(Type.String()),
          isDemo: Type.Boolean(),
        }),
      ),
    }),
  },
});

const PaymentRequest = closed({ orderId: OrderId, ...paymentChoice });

/**
 * Pays an order. `id` is the order's single payment; each request with a new key is an attempt (001 §2), but where what is asked
 * for is open already it is that one again. Another choice closes it.
 */
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
    'provider_refused',
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

/** The buyer is back from the provider: it is asked at once what became of the open attempt, where nobody has told yet. */
export const refreshPayment = operation({
  service: 'payment',
  name: 'refreshPayment',
  summary: 'Ask the provider what became of a payment',
  method: 'POST',
  path: '/v1/payments/{id}/refresh',
  access: 'user',
  params: closed({ id: PaymentId }),
  answers: { 200: Payment },
  problems: ['not_found'],
  ratePerMinute: 30,
});

/** What `refreshPayment` does, asked for by an operator: there, nobody has to have come back. */
export const refreshAnyPayment = operation({
  service: 'payment',
  name: 'refreshAnyPayment',
  summary: 'Ask the provider again what became of a payment',
  method: 'POST',
  path: '/v1/admin/payments/{id}/refresh',
  access: 'operator',
  params: closed({ id: PaymentId }),
  body: closed({ reason: text(1, 500) }),
  answers: { 200: Payment },
  problems: ['not_found', 'conflict'],
});

/**
 * The way out for a refund that a provider could not carry out: once its cause is mended (money on the merchant's account, a
 * transfer made on the provider's own pages) the provider is asked what became of it, and where it knows nothing, for it again.
 */
export const carryOnWithRefund = operation({
  service: 'payment',
  name: 'carryOnWithRefund',
  summary: 'Carry on with a refund that failed',
  method: 'POST',
  path: '/v1/admin/payments/refunds/{id}/retry',
  access: 'operator',
  params: closed({ id: RefundId }),
  body: closed({ reason: text(1, 500) }),
  answers: { 202: closed({ id: RefundId, status: Type.Literal('PROCESSING') }) },
  problems: ['not_found', 'conflict', 'refund_exceeds_payment'],
});

/** For the operators' overview: what waits for a person, up to 1,000. */
export const getPaymentFigures = operation({
  service: 'payment',
  name: 'getPaymentFigures',
  summary: 'What of payments waits for a person',
  method: 'GET',
  path: '/internal/payment/figures',
  access: 'service',
  answers: { 200: closed({ openDifferences: Type.Integer() }) },
});

/** As they stand in the addresses that providers call. */
const CallbackProvider = Type.Union([Type.Literal('wechat'), Type.Literal('alipay'), Type.Literal('stripe')]);
export const callbackProvider = closed({ provider: CallbackProvider });

/** A provider's call as it came to the gateway, its body in base64. Answered with what the provider is to be answered. */
export const takeCallback = operation({
  service: 'payment',
  name: 'takeCallback',
  summary: 'Take what a provider tells',
  method: 'POST',
  path: '/internal/payment/callbacks/{provider}',
  access: 'service',
  params: callbackProvider,
  body: closed({ path: Type.String(), headers: Type.Record(Type.String(), Type.String()), body: Type.String() }),
  answers: {
    200: closed({
      status: Type.Integer(),
      contentType: Type.Union([Type.String(), Type.Null()]),
      body: Type.String(),
    }),
  },
  problems: ['not_found'],
  urgent: true,
});

/**
 * A provider's call that was taken, or refused: forged, stale, of another merchant, over another amount, of nothing known here.
 */
export const listCallbacks = operation({
  service: 'payment',
  name: 'listCallbacks',
  summary: 'Calls of providers, those that were refused by default',
  method: 'GET',
  path: '/v1/admin/callbacks',
  access: 'operator',
  query: closed({ status: Type.Optional(Type.Union([Type.Literal('REFUSED'), Type.Literal('TAKEN')])), ...Page }),
  answers: {
    200: list(
      closed({
        id: Type.String(),
        provider: Type.String(),
        receivedAt: Timestamp,
        status: Type.Union([Type.Literal('REFUSED'), Type.Literal('TAKEN')]),
        why: Type.Union([Type.String(), Type.Null()]),
        detail: Type.Union([Type.String(), Type.Null()]),
        number: Type.Union([Type.String(), Type.Null()]),
        orderId: Type.Union([OrderId, Type.Null()]),
        deliveries: Type.Integer(),
        body: Type.String(),
      }),
    ),
  },
});
