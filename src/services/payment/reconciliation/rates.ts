import type { Context } from '#runtime/service.ts';
import { type FeeRate, parseFeeRate } from '../domain/matching.ts';
import type { ProviderMethod } from '../domain/methods.ts';
import type { PaymentContext } from '../providers/methods.ts';

/** What was agreed with the provider; undefined where nothing is set: then no fee is compared. */
export function rateOf(context: Context, provider: ProviderMethod): FeeRate | undefined {
  const { wechatFee, alipayFee, cardFee } = (context as PaymentContext).settings;
  const text = { wechat: wechatFee, alipay: alipayFee, card: cardFee }[provider];
  return text === undefined ? undefined : parseFeeRate(text);
}
