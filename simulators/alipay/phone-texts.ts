/** What the phone's page says. Whoever reads it shall know at once that no money moves. */
const english = {
  lang: 'en',
  title: 'Payment simulator',
  notice: 'This is a simulator. No money moves, and no account is needed.',
  waiting: 'Waiting to be paid',
  none: 'Nothing waits to be paid. Open a payment in the shop first.',
  to: 'For',
  number: 'Merchant’s number',
  until: 'Pay until',
  pay: 'Pay',
  decline: 'Have the payment fail',
  close: 'Give up this payment',
  paid: 'Paid',
  declined: 'The payment failed. The money stayed where it was; you can try again.',
  closed: 'Closed. It can no longer be paid.',
  refunded: 'Paid, and given back',
  gone: 'This code is not valid (any more).',
  refused: 'The order was refused',
  back: 'Back to the shop',
  all: 'All payments',
};

export type Texts = Readonly<typeof english>;

const simplified: Texts = {
  lang: 'zh-CN',
  title: '支付模拟器',
  notice: '这是模拟器：不会发生真实扣款，也不需要任何账户。',
  waiting: '待付款',
  none: '没有待付款的订单。请先在商店里发起支付。',
  to: '商品',
  number: '商户订单号',
  until: '付款截止',
  pay: '付款',
  decline: '模拟付款失败',
  close: '放弃付款',
  paid: '已付款',
  declined: '付款失败，没有扣款，可以再试一次。',
  closed: '交易已关闭，不能再付款。',
  refunded: '已付款，并已全额退款',
  gone: '此二维码无效或已失效。',
  refused: '订单被拒绝',
  back: '返回商店',
  all: '全部付款',
};

const traditional: Texts = {
  lang: 'zh-TW',
  title: '付款模擬器',
  notice: '這是模擬器：不會發生真實扣款，也不需要任何帳戶。',
  waiting: '待付款',
  none: '沒有待付款的訂單。請先在商店裡發起付款。',
  to: '商品',
  number: '商戶訂單號',
  until: '付款期限',
  pay: '付款',
  decline: '模擬付款失敗',
  close: '放棄付款',
  paid: '已付款',
  declined: '付款失敗，沒有扣款，可以再試一次。',
  closed: '交易已關閉，不能再付款。',
  refunded: '已付款，並已全額退款',
  gone: '此 QR Code 無效或已失效。',
  refused: '訂單被拒絕',
  back: '返回商店',
  all: '全部付款',
};

/** By `?lang=`, else by the first language of Accept-Language that there are texts in. */
export function textsFor(lang: string | null, acceptLanguage: string | undefined): Texts {
  for (const wish of [lang ?? '', ...(acceptLanguage ?? '').split(',')]) {
    const tag = wish.split(';')[0]?.trim().toLowerCase() ?? '';
    if (/^zh-(hant|tw|hk|mo)/.test(tag)) return traditional;
    if (/^zh\b/.test(tag)) return simplified;
    if (/^en\b/.test(tag)) return english;
  }
  return simplified;
}
