import type { payOrder } from '#contracts/http/payment.ts';
import type { BodyOf } from '#contracts/operation.ts';
import { refuse } from '#kernel/problem.ts';
import type { Context } from '#runtime/service.ts';
import type { Charge } from '../domain/model.ts';
import type { OpenAttempt } from '../domain/opening.ts';
import { type PaymentContext, providersOf } from '../providers/methods.ts';

type Body = Omit<BodyOf<typeof payOrder>, 'orderId'>;
type Field = 'flow' | 'openid' | 'returnUrl' | 'balanceAmount';
/** How to pay, without who and what. */
export type Choice = DistributiveOmit<OpenAttempt, 'attemptId' | 'orderId' | 'userId'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** The flows of a provider, the usual one first, and what each cannot do without or may have. */
const flows: Readonly<
  Record<Exclude<Body['method'], 'balance'>, readonly (readonly [Charge['flow'], readonly Field[], readonly Field[]])[]>
> = {
  wechat: [
    ['qr', [], []],
    ['jsapi', ['openid'], []],
  ],
  alipay: [
    ['qr', [], []],
    ['page', [], ['returnUrl']],
  ],
  card: [['card', [], []]],
};

/** The flows of a method, the usual one first. */
export function flowNames(method: keyof typeof flows): Charge['flow'][] {
  return flows[method].map(([name]) => name);
}

/** With what the buyer reads at the provider beside the shop's name: the order's number, or what else it is for. */
export function named(choice: Choice, subject: string): Choice {
  if (choice.method === 'balance') return choice;
  return { ...choice, charge: { ...choice.charge, description: `${choice.charge.description} ${subject}` } };
}

/** What the buyer has chosen; refuses what this shop or the method does not offer. */
export function choiceOf(body: Body, context: Context): Choice {
  const { method } = body;
  if (method === 'balance') {
    refuseUseless(body, method, ['flow', 'openid', 'returnUrl', 'balanceAmount']);
    return { method };
  }
  if (!providersOf(context)[method]) refuse('method_not_available', `The method ${method} is not set up in this shop.`);
  const [flow, needed, allowed] = flowOf(body, method);
  const missing = needed.filter((name) => body[name] === undefined);
  if (missing.length > 0) {
    const errors = missing.map((name) => ({ pointer: `/${name}`, detail: `is needed for ${method} by ${flow}` }));
    refuse('validation_failed', undefined, errors);
  }
  refuseUseless(
    body,
    `${method} by ${flow}`,
    (['openid', 'returnUrl'] as const).filter((name) => !needed.includes(name) && !allowed.includes(name)),
  );
  const { openid = null, returnUrl = null, balanceAmount } = body;
  const balance = balanceAmount && {
    attemptId: context.ids.next('attempt'),
    amount: BigInt(balanceAmount.amount),
    currency: balanceAmount.currency,
  };
  // The subject's name follows, where the buyer's request has found it.
  const description = (context as PaymentContext).settings.shopName;
  return { method, charge: { flow, openid, returnUrl, description, balance: balance ?? null } };
}

function flowOf(body: Body, method: keyof typeof flows) {
  const [usual] = flows[method];
  if (!usual) throw new Error(`${method} has no flow`);
  if (body.flow === undefined) return usual;
  const found = flows[method].find(([name]) => name === body.flow);
  return found ?? refuse('validation_failed', undefined, [{ pointer: '/flow', detail: `is not for ${method}` }]);
}

function refuseUseless(body: Body, what: string, names: readonly Field[]): void {
  const useless = names.filter((name) => body[name] !== undefined);
  if (useless.length === 0) return;
  const errors = useless.map((name) => ({ pointer: `/${name}`, detail: `is not for the method ${what}` }));
  refuse('validation_failed', undefined, errors);
}
