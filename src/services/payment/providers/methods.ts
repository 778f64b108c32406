import type { Context } from '#runtime/service.ts';
import type { ProviderMethod } from '../domain/methods.ts';
import type { paymentSettings } from '../settings.ts';
import { alipayProvider } from './alipay/provider.ts';
import { readAlipay } from './alipay/settings.ts';
import { cardProvider } from './card/card.ts';
import { cardSettingsFrom } from './card/settings.ts';
import type { Provider } from './provider.ts';
import { wechatAccount } from './wechat/settings.ts';
import { wechatProvider } from './wechat/wechat.ts';

export type PaymentContext = Context<typeof paymentSettings>;
/** Those that the merchant has keys for. */
export type Providers = { readonly [Method in ProviderMethod]?: Provider };

type Values = PaymentContext['settings'];
/** What the adapters need of the world. */
export type Means = Pick<Context, 'clock' | 'scheduler' | 'random'> & {
  readonly log: { warn(about: object, message: string): void };
};

export const methods = ['wechat', 'alipay', 'card'] as const satisfies readonly ProviderMethod[];

/** Each by the merchant's settings: undefined where nothing of it is set. Throws a SettingsError where only a part is. */
export const makers: { readonly [Method in ProviderMethod]: (values: Values, means: Means) => Provider | undefined } = {
  wechat(values, means) {
    const account = wechatAccount(values);
    return account && wechatProvider(account, means);
  },
  alipay(values, means) {
    const merchant = readAlipay(values);
    return merchant && alipayProvider(merchant, means);
  },
  card(values, means) {
    const account = cardSettingsFrom(values);
    return account && cardProvider(account, means);
  },
};

const made = new WeakMap<object, Providers>();

/**
 * The providers that are set up here; made once for a service at work. Throws a SettingsError where one is set up in part only.
 */
export function providersOf(context: Context): Providers {
  const known = made.get(context);
  if (known) return known;
  const { settings } = context as PaymentContext;
  const all = methods.map((method) => [method, makers[method](settings, context)] as const);
  const providers: Providers = Object.fromEntries(all.filter(([, provider]) => provider !== undefined));
  made.set(context, providers);
  return providers;
}

/** Has a service at work ask these, and not those of its settings: for who plays providers behind the port, without a wire. */
export function playProviders(context: object, providers: Providers): void {
  made.set(context, providers);
}

/** The provider of an attempt that was made while it was set up; throws where it is not any more. */
export function providerOf(context: Context, method: ProviderMethod): Provider {
  const provider = providersOf(context)[method];
  if (!provider) throw new Error(`${method} is not set up any more, and there are attempts over it`);
  return provider;
}
