import type { PaymentAction } from '#contracts/http/payment.ts';
import type { Context } from '#runtime/service.ts';
import { optionalText } from '#runtime/settings/settings.ts';
import type { ProviderMethod } from './domain/methods.ts';

const help = 'Where people pay at a provider that the demo plays, which sets it itself.';

/** The page where a person pays at a provider that is played, by the method. */
export const demoPhoneSettings = {
  wechatPhoneUrl: optionalText('DEMO_PHONE_WECHAT', help),
  alipayPhoneUrl: optionalText('DEMO_PHONE_ALIPAY', help),
  cardPhoneUrl: optionalText('DEMO_PHONE_CARD', help),
};

export type Phones = Readonly<Record<`${ProviderMethod}PhoneUrl`, string | undefined>>;

export const phonesOf = ({ settings }: Context): Phones => settings as Phones;

/** The page of just this charge, as a scan of its code, or the page of its form, would open it; undefined where nobody plays. */
export function phoneOf(phones: Phones, method: string | null, action: PaymentAction): string | undefined {
  const url = method === null ? undefined : phones[`${method}PhoneUrl` as keyof Phones];
  if (url === undefined) return undefined;
  switch (action.type) {
    case 'qr_code':
      // Alipay's code is the address of its page.
      return URL.canParse(action.content) && action.content.startsWith('http')
        ? action.content
        : within(url, 'code', action.content);
    case 'redirect':
      return action.url;
    case 'jsapi':
      return within(url, 'prepay_id', action.parameters.package?.replace('prepay_id=', '') ?? '');
    case 'card':
      return within(url, 'client_secret', action.clientSecret);
  }
}

function within(phoneUrl: string, name: string, value: string): string {
  const url = new URL(phoneUrl);
  url.searchParams.set(name, value);
  return url.href;
}
