import { duration, flag, integer, oneOf, optionalText, type Setting, text } from '#runtime/settings/settings.ts';
import { demoPhoneSettings } from './demo-phones.ts';
import { parseFeeRate } from './domain/matching.ts';
import { alipaySettings } from './providers/alipay/settings.ts';
import { cardSettings } from './providers/card/settings.ts';
import { wechatSettings } from './providers/wechat/settings.ts';

function feeSetting(name: string, provider: string): Setting<string | undefined> {
  return {
    ...optionalText(
      name,
      `What was agreed that ${provider} keeps of a payment, for instance 0.6% or 2.9%+30 (minor units); unset: fees are not compared.`,
    ),
    parse(given: string): string {
      if (parseFeeRate(given)) return given;
      throw new Error('expected a rate such as 0.6% or 2.9%+30');
    },
  };
}

export const paymentSettings = {
  ...wechatSettings,
  ...alipaySettings,
  ...cardSettings,
  ...demoPhoneSettings,
  shopName: text('SHOP_NAME', 'Suanpan', 'What buyers read at providers, before the order: the name of the shop.'),
  onFinalFailure: oneOf(
    'PAYMENT_ON_FINAL_FAILURE',
    ['cancel', 'keep'],
    'cancel',
    'A payment that a provider has refused for good: cancel the order, or keep it until it expires.',
  ),
  callbackRetentionMs: duration(
    'CALLBACK_RETENTION',
    '365d',
    'How long what providers told is kept, word for word: longer than they repeat it, which is some days.',
  ),
  reconciles: flag('RECONCILIATION', true, "off: providers' bills are fetched only where an operator asks for one."),
  reconciliationLookEveryMs: duration('RECONCILIATION_EVERY', '10m', 'How often it is looked whether a bill is due.'),
  reconciliationDays: integer('RECONCILIATION_DAYS', 7, 'Bills of so many days back are fetched by themselves.', {
    min: 1,
    max: 60,
  }),
  reconciliationAlarmAfterMs: duration(
    'RECONCILIATION_ALARM_AFTER',
    '1d',
    'A day whose bill is due for so long and is not there is an alarm.',
  ),
  wechatFee: feeSetting('WECHAT_FEE', 'WeChat Pay'),
  alipayFee: feeSetting('ALIPAY_FEE', 'Alipay'),
  cardFee: feeSetting('STRIPE_FEE', 'Stripe'),
};
