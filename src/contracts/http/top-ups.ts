import Type from 'typebox';
import { operation } from '../operation.ts';
import { closed, Money, PositiveMoney, TopUpId } from '../schema.ts';
import { demoPhoneUrl, Payment, PaymentAction, PaymentMethod, PaymentStatus, paymentChoice } from './payment.ts';

/** Money on its way into a wallet: like a payment, but that it is tried once. It is in the wallet soon after it SUCCEEDED. */
export const TopUp = closed({
  id: TopUpId,
  method: Type.Union([PaymentMethod, Type.Null()]),
  amount: Money,
  captured: Money,
  refunded: Money,
  status: PaymentStatus,
  statusReason: Payment.properties.statusReason,
  action: Type.Optional(PaymentAction),
  demoPhoneUrl,
});

const { flow, openid, returnUrl } = paymentChoice;

export const topUpWallet = operation({
  service: 'payment',
  name: 'topUpWallet',
  summary: 'Put money into one’s own wallet',
  method: 'POST',
  path: '/v1/wallet/top-ups',
  access: 'user',
  body: closed({
    amount: PositiveMoney,
    method: Type.Union([Type.Literal('wechat'), Type.Literal('alipay'), Type.Literal('card')]),
    ...{ flow, openid, returnUrl },
  }),
  answers: { 201: TopUp },
  problems: ['currency_mismatch', 'method_not_available', 'order_not_payable', 'provider_refused', 'provider_unknown'],
  idempotencyKey: 'required',
  urgent: true,
});

export const getTopUp = operation({
  service: 'payment',
  name: 'getTopUp',
  summary: 'What became of a top-up',
  method: 'GET',
  path: '/v1/wallet/top-ups/{id}',
  access: 'user',
  params: closed({ id: TopUpId }),
  answers: { 200: TopUp },
  problems: ['not_found'],
});
