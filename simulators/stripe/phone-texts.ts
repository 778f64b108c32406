/** The words of the phone page, in the languages of the shop. */
export interface Texts {
  readonly language: string;
  readonly title: string;
  readonly simulator: string;
  readonly amount: string;
  readonly number: string;
  readonly expiry: string;
  readonly code: string;
  readonly pay: (amount: string) => string;
  readonly close: string;
  readonly try: string;
  readonly cards: Readonly<Record<string, string>>;
  readonly challengeTitle: string;
  readonly challenge: (amount: string, last: string) => string;
  readonly approve: string;
  readonly reject: string;
  readonly paid: string;
  readonly canceled: string;
  readonly closed: string;
  readonly back: string;
  readonly again: string;
  readonly unknown: string;
  readonly waiting: string;
  readonly none: string;
  readonly errors: Readonly<Record<string, string>>;
}

const simplified: Texts = {
  language: 'zh-CN',
  title: '银行卡支付',
  simulator: '这是模拟器：不会扣任何钱，请勿填写真实卡号。',
  amount: '应付金额',
  number: '卡号',
  expiry: '有效期',
  code: '安全码',
  pay: (amount) => `支付 ${amount}`,
  close: '关闭，不支付',
  try: '测试卡',
  cards: {
    '4242424242424242': '支付成功',
    '4000000000003220': '银行要求验证（3-D Secure）',
    '4000000000000002': '被拒绝',
    '4000000000009995': '余额不足',
    '4000000000000069': '卡已过期',
  },
  challengeTitle: '银行验证',
  challenge: (amount, last) => `尾号 ${last} 的卡即将支付 ${amount}。是您本人操作吗？`,
  approve: '是，确认支付',
  reject: '不是，拒绝',
  paid: '支付成功',
  canceled: '这笔支付已取消，无法再付款。',
  closed: '您已关闭页面，没有付款。',
  back: '返回商店',
  again: '重新打开',
  unknown: '没有这笔支付。',
  waiting: '等待付款',
  none: '现在没有等待付款的订单。',
  errors: {
    card_declined: '您的卡被拒绝，请换一张卡。',
    insufficient_funds: '卡内余额不足，请换一张卡。',
    expired_card: '您的卡已过期，请换一张卡。',
    incorrect_number: '卡号不正确。',
    payment_intent_authentication_failure: '银行验证未通过，请换一张卡。',
  },
};

const traditional: Texts = {
  language: 'zh-TW',
  title: '信用卡付款',
  simulator: '這是模擬器：不會扣任何款項，請勿填寫真實卡號。',
  amount: '應付金額',
  number: '卡號',
  expiry: '有效期限',
  code: '安全碼',
  pay: (amount) => `付款 ${amount}`,
  close: '關閉，不付款',
  try: '測試卡',
  cards: {
    '4242424242424242': '付款成功',
    '4000000000003220': '銀行要求驗證（3-D Secure）',
    '4000000000000002': '被拒絕',
    '4000000000009995': '餘額不足',
    '4000000000000069': '卡片已過期',
  },
  challengeTitle: '銀行驗證',
  challenge: (amount, last) => `末四碼 ${last} 的卡片即將付款 ${amount}。是您本人操作嗎？`,
  approve: '是，確認付款',
  reject: '不是，拒絕',
  paid: '付款成功',
  canceled: '這筆付款已取消，無法再付款。',
  closed: '您已關閉頁面，沒有付款。',
  back: '返回商店',
  again: '重新開啟',
  unknown: '沒有這筆付款。',
  waiting: '等待付款',
  none: '目前沒有等待付款的訂單。',
  errors: {
    card_declined: '您的卡片被拒絕，請換一張卡。',
    insufficient_funds: '卡片餘額不足，請換一張卡。',
    expired_card: '您的卡片已過期，請換一張卡。',
    incorrect_number: '卡號不正確。',
    payment_intent_authentication_failure: '銀行驗證未通過，請換一張卡。',
  },
};

const english: Texts = {
  language: 'en',
  title: 'Pay by card',
  simulator: 'This is a simulator: no money moves. Do not enter a real card.',
  amount: 'Amount due',
  number: 'Card number',
  expiry: 'Expiry',
  code: 'Security code',
  pay: (amount) => `Pay ${amount}`,
  close: 'Close without paying',
  try: 'Test cards',
  cards: {
    '4242424242424242': 'is accepted',
    '4000000000003220': 'the bank asks first (3-D Secure)',
    '4000000000000002': 'is declined',
    '4000000000009995': 'has too little on it',
    '4000000000000069': 'has expired',
  },
  challengeTitle: 'Your bank asks',
  challenge: (amount, last) => `The card ending in ${last} is about to pay ${amount}. Is that you?`,
  approve: 'Yes, pay',
  reject: 'No, refuse',
  paid: 'Paid',
  canceled: 'This payment was canceled and can no longer be paid.',
  closed: 'You have closed the page. Nothing was paid.',
  back: 'Back to the shop',
  again: 'Open it again',
  unknown: 'There is no such payment.',
  waiting: 'Waiting to be paid',
  none: 'Nothing is waiting to be paid.',
  errors: {
    card_declined: 'Your card was declined. Try another one.',
    insufficient_funds: 'Your card has insufficient funds. Try another one.',
    expired_card: 'Your card has expired. Try another one.',
    incorrect_number: 'Your card number is incorrect.',
    payment_intent_authentication_failure: 'Your bank did not approve this. Try another card.',
  },
};

/** By `?lang=`, else by the browser's languages in their order, else English. */
export function textsFor(asked: string | null, accepted: string | undefined): Texts {
  const wanted = [asked ?? '', ...(accepted ?? '').split(',').map((part) => part.split(';')[0]?.trim() ?? '')];
  for (const language of wanted) {
    if (/^zh[-_](tw|hk|mo|hant)/i.test(language)) return traditional;
    if (/^zh/i.test(language)) return simplified;
    if (/^en/i.test(language)) return english;
  }
  return english;
}
