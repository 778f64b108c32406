import { expect, test } from 'vitest';
import { type Phones, phoneOf } from './demo-phones.ts';

const phones: Phones = {
  wechatPhoneUrl: 'http://127.0.0.1:1/_simulator/phone',
  alipayPhoneUrl: 'http://127.0.0.1:2/_simulator/phone',
  cardPhoneUrl: 'http://127.0.0.1:3/_simulator/phone',
};
const none: Phones = { wechatPhoneUrl: undefined, alipayPhoneUrl: undefined, cardPhoneUrl: undefined };
const qr = (content: string) => ({ type: 'qr_code', content, expiresAt: '2026-11-20T10:00:00Z' }) as const;

test.each([
  [
    'wechat',
    qr('weixin://wxpay/bizpayurl?pr=a&b'),
    `${phones.wechatPhoneUrl}?code=weixin%3A%2F%2Fwxpay%2Fbizpayurl%3Fpr%3Da%26b`,
  ],
  ['wechat', { type: 'jsapi', parameters: { package: 'prepay_id=wx7' } }, `${phones.wechatPhoneUrl}?prepay_id=wx7`],
  ['alipay', qr('http://127.0.0.1:2/_simulator/phone?code=7'), 'http://127.0.0.1:2/_simulator/phone?code=7'],
  ['alipay', { type: 'redirect', url: 'http://127.0.0.1:2/gateway.do?x=1' }, 'http://127.0.0.1:2/gateway.do?x=1'],
  [
    'card',
    { type: 'card', clientSecret: 'pi_1_secret_2', publishableKey: 'pk_test_1' },
    `${phones.cardPhoneUrl}?client_secret=pi_1_secret_2`,
  ],
] as const)('%s has a page for just this charge, where it is played and nowhere else', (method, action, page) => {
  expect(phoneOf(phones, method, action)).toBe(page);
  expect(phoneOf(none, method, action)).toBeUndefined();
});
