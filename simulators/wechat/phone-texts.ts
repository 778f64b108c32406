export type Language = 'zh-CN' | 'zh-TW' | 'en';

export interface PhoneTexts {
  readonly title: string;
  readonly notice: string;
  readonly to: string;
  readonly order: string;
  readonly payBefore: string;
  readonly pay: string;
  readonly decline: string;
  readonly leave: string;
  readonly again: string;
  readonly back: string;
  readonly waiting: string;
  readonly nobody: string;
  readonly states: Readonly<Record<PhoneState, { readonly title: string; readonly text: string }>>;
}

export type PhoneState = 'open' | 'paid' | 'refunded' | 'declined' | 'closed' | 'expired' | 'left' | 'unknown';

export const phoneTexts: Readonly<Record<Language, PhoneTexts>> = {
  'zh-CN': {
    title: '手机支付（模拟）',
    notice: '这是本机上的模拟器，不会发生真实扣款。',
    to: '商户',
    order: '订单号',
    payBefore: '请在此之前支付',
    pay: '确认支付',
    decline: '让银行拒绝',
    leave: '不付了，返回',
    again: '再看一次',
    back: '待支付订单',
    waiting: '待支付的订单',
    nobody: '现在没有待支付的订单。',
    states: {
      open: { title: '等待支付', text: '' },
      paid: { title: '支付成功', text: '商户会收到通知。' },
      refunded: { title: '已支付，发生过退款', text: '' },
      declined: { title: '支付失败', text: '银行拒绝了这笔付款。商户不会收到通知，查询订单才能知道。' },
      closed: { title: '订单已关闭', text: '商户已关闭订单，不能再支付。' },
      expired: { title: '订单已过期', text: '已超过支付时间，不能再支付。' },
      left: { title: '没有支付', text: '页面已离开，订单仍可支付。' },
      unknown: { title: '没有这笔订单', text: '二维码可能来自别处，或者模拟器重新启动过。' },
    },
  },
  'zh-TW': {
    title: '手機支付（模擬）',
    notice: '這是本機上的模擬器，不會發生真實扣款。',
    to: '商家',
    order: '訂單編號',
    payBefore: '請在此之前付款',
    pay: '確認付款',
    decline: '讓銀行拒絕',
    leave: '不付了，返回',
    again: '再看一次',
    back: '待付款訂單',
    waiting: '待付款的訂單',
    nobody: '目前沒有待付款的訂單。',
    states: {
      open: { title: '等待付款', text: '' },
      paid: { title: '付款成功', text: '商家會收到通知。' },
      refunded: { title: '已付款，曾退款', text: '' },
      declined: { title: '付款失敗', text: '銀行拒絕了這筆付款。商家不會收到通知，查詢訂單才會知道。' },
      closed: { title: '訂單已關閉', text: '商家已關閉訂單，無法再付款。' },
      expired: { title: '訂單已過期', text: '已超過付款時間，無法再付款。' },
      left: { title: '沒有付款', text: '已離開頁面，訂單仍可付款。' },
      unknown: { title: '沒有這筆訂單', text: 'QR Code 可能來自別處，或者模擬器重新啟動過。' },
    },
  },
  en: {
    title: 'Phone (simulated)',
    notice: 'A simulator on this machine: no money moves.',
    to: 'To',
    order: 'Order number',
    payBefore: 'Pay before',
    pay: 'Pay',
    decline: 'Have the bank decline',
    leave: 'Leave without paying',
    again: 'Look again',
    back: 'Orders to pay',
    waiting: 'Orders that wait to be paid',
    nobody: 'No order waits to be paid now.',
    states: {
      open: { title: 'Waiting for you', text: '' },
      paid: { title: 'Paid', text: 'The shop is told.' },
      refunded: { title: 'Paid, and refunded since', text: '' },
      declined: { title: 'Declined', text: 'The bank said no. The shop is not told: it learns by asking.' },
      closed: { title: 'Closed', text: 'The shop closed the order: it cannot be paid any more.' },
      expired: { title: 'Too late', text: 'The time to pay is over.' },
      left: { title: 'Not paid', text: 'You left the page. The order can still be paid.' },
      unknown: { title: 'No such order', text: 'The code may be from elsewhere, or the simulator was started anew.' },
    },
  },
};

/** By `?lang=`, else by the first language of the browser that is there. */
export function languageOf(wanted: string | null, accepted: string): Language {
  for (const tag of [wanted ?? '', ...accepted.split(',')].map(
    (part) => part.split(';')[0]?.trim().toLowerCase() ?? '',
  )) {
    if (/^zh-(tw|hk|mo|hant)/.test(tag)) return 'zh-TW';
    if (tag.startsWith('zh')) return 'zh-CN';
    if (tag.startsWith('en')) return 'en';
  }
  return 'en';
}
