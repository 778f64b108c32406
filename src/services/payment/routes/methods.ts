import { listPaymentMethods as operation } from '#contracts/http/payment.ts';
import { answer } from '#runtime/service.ts';
import { phonesOf } from '../demo-phones.ts';
import { methods, type PaymentContext, providersOf } from '../providers/methods.ts';
import { flowNames } from './choice.ts';

/** The balance is always there, and asks nobody. */
const balance = { method: 'balance' as const, flows: [], isDemo: false };

export const listPaymentMethods = answer(operation, async (_request, context) => {
  const { stripePublishableKey } = (context as PaymentContext).settings;
  const phones = phonesOf(context);
  const providers = providersOf(context);
  const offered = methods
    .filter((method) => providers[method])
    .map((method) => ({
      method,
      flows: flowNames(method),
      ...(method === 'card' && stripePublishableKey !== undefined ? { publishableKey: stripePublishableKey } : {}),
      isDemo: phones[`${method}PhoneUrl`] !== undefined,
    }));
  return { status: 200, body: { data: [balance, ...offered] } };
});
