import type { Language } from '#contracts/schema.ts';
import type { WireMoney } from '#kernel/money.ts';

/** What a user is told, before it is put into words. Amounts as they came over the wire. */
export type Notice =
  | { readonly type: 'payment_succeeded'; readonly amount: WireMoney }
  | { readonly type: 'order_confirmed'; readonly number: string; readonly total: WireMoney }
  | {
      readonly type: 'order_cancelled';
      readonly number: string;
      readonly total: WireMoney;
      readonly reason: string;
      readonly note?: string | undefined;
    }
  | { readonly type: 'order_failed'; readonly reason: string; readonly shortages: readonly Shortage[] }
  | {
      readonly type: 'refund_succeeded';
      /** Null where the order's number is not known here. */
      readonly number: string | null;
      readonly amount: WireMoney;
      readonly toBalance: boolean;
    }
  | { readonly type: 'refund_failed'; readonly number: string | null };

export type NoticeType = Notice['type'];

export interface Shortage {
  readonly sku: string;
  readonly requested: number;
  readonly available: number;
}

export interface Text {
  readonly title: string;
  readonly body: string;
}

type NoticeOf<Type extends NoticeType> = Extract<Notice, { readonly type: Type }>;

/** All that is said in one language. */
interface Phrases {
  readonly notices: {
    readonly [Type in NoticeType]: (notice: NoticeOf<Type>, money: (value: WireMoney) => string) => Text;
  };
  readonly greeting: (name: string) => string;
  readonly closing: string;
}

const en: Phrases = {
  notices: {
    payment_succeeded: ({ amount }, money) => ({
      title: `We have received your payment of ${money(amount)}`,
      body: `Thank you! Your payment of ${money(amount)} has arrived. We are getting your goods ready and will tell you as soon as the order is confirmed.`,
    }),
    order_confirmed: ({ number, total }, money) => ({
      title: `Order ${number} is confirmed`,
      body: `Your goods for ${money(total)} are set aside and ready to be shipped. There is nothing more for you to do.`,
    }),
    order_cancelled: ({ number, total, reason, note }, money) => {
      const why: Readonly<Record<string, string>> = {
        expired:
          'it was not paid in time. Nothing is charged; a payment that still arrives goes back in full. You are welcome to order again',
        payment_failed:
          'the payment did not succeed. Whatever was charged goes back to you. You are welcome to order again',
        stock_lost:
          'the goods turned out to be lost or damaged, and we are sorry. Your payment goes back to you in full; you need do nothing',
        cancelled_by_buyer: 'you asked us to. If you have paid, the money goes back to you; you need do nothing',
        cancelled_by_operator: 'the shop had to. If you have paid, the money goes back to you; you need do nothing',
      };
      return {
        title: `Order ${number} was cancelled`,
        body: `Your order ${number} for ${money(total)} was cancelled: ${why[reason] ?? 'it could not be carried out. If you have paid, the money goes back to you'}.${note ? ` Reason given: ${note}` : ''}`,
      };
    },
    order_failed: ({ reason, shortages }) => {
      const short = shortages.map(({ sku, requested, available }) => `${sku} (${requested} wanted, ${available} left)`);
      const why: Readonly<Record<string, string>> = {
        insufficient_stock: `there is not enough in stock${short.length > 0 ? `: ${short.join(', ')}` : ''}. Order fewer, or look again later`,
        item_not_for_sale: 'an item is not for sale any more. Take it out and order again',
        price_changed: 'a price has changed meanwhile. Look at the new total and order again',
        coupon_not_applicable: 'the coupon does not apply to it. Take it off and order again',
        refused_by_risk: 'it did not pass our checks. Write to us if you think that is a mistake',
        deadline: 'it took us too long. Please order again in a moment',
        cancelled: 'you cancelled it. You are welcome to order again',
      };
      return {
        title: 'Your order could not be placed',
        body: `Your order could not be placed: ${why[reason] ?? 'something went wrong on our side. Please order again in a moment'}. Nothing was charged.`,
      };
    },
    refund_succeeded: ({ number, amount, toBalance }, money) => ({
      title: number === null ? `${money(amount)} refunded` : `${money(amount)} refunded for order ${number}`,
      body: toBalance
        ? `${money(amount)} is back in your balance and can be used at once.`
        : `${money(amount)} is on its way back the way you paid; it can take a few working days to show.`,
    }),
    refund_failed: ({ number }) => ({
      title: number === null ? 'Your refund is taking longer' : `The refund for order ${number} is taking longer`,
      body: 'Your refund did not go through at the first try. Somebody is looking into it; your money is safe, and you need do nothing. We will tell you when it is done.',
    }),
  },
  greeting: (name) => `Hello ${name},`,
  closing: 'Thank you for shopping with us.\n\nThis message was sent automatically.',
};

const zhCN: Phrases = {
  notices: {
    payment_succeeded: ({ amount }, money) => ({
      title: `已收到您的付款 ${money(amount)}`,
      body: `谢谢您！${money(amount)} 已到账，我们正在为您备货，订单确认后会马上通知您。`,
    }),
    order_confirmed: ({ number, total }, money) => ({
      title: `订单 ${number} 已确认`,
      body: `您的商品（共 ${money(total)}）已备好，等待发货，您无需再做任何操作。`,
    }),
    order_cancelled: ({ number, total, reason, note }, money) => {
      const why: Readonly<Record<string, string>> = {
        expired: '未在规定时间内付款。我们没有扣款，之后到账的款项会全额退回，欢迎您重新下单',
        payment_failed: '付款没有成功。已扣的款项会退还给您，欢迎您重新下单',
        stock_lost: '商品在仓库中遗失或损坏，非常抱歉。您的付款会全额退回，无需任何操作',
        cancelled_by_buyer: '您申请了取消。如果已经付款，款项会退还给您，无需任何操作',
        cancelled_by_operator: '商家取消了订单。如果您已经付款，款项会退还给您，无需任何操作',
      };
      return {
        title: `订单 ${number} 已取消`,
        body: `您的订单 ${number}（${money(total)}）已取消，原因：${why[reason] ?? '订单无法继续处理。如果您已经付款，款项会退还给您'}。${note ? `说明：${note}` : ''}`,
      };
    },
    order_failed: ({ reason, shortages }) => {
      const short = shortages.map(
        ({ sku, requested, available }) => `${sku}（需要 ${requested} 件，仅剩 ${available} 件）`,
      );
      const why: Readonly<Record<string, string>> = {
        insufficient_stock: `库存不足${short.length > 0 ? `：${short.join('、')}` : ''}。请减少数量，或稍后再来看看`,
        item_not_for_sale: '有商品已下架。请移除后重新下单',
        price_changed: '商品价格有变动。请确认新的总价后重新下单',
        coupon_not_applicable: '优惠券不适用于这笔订单。请取消使用后重新下单',
        refused_by_risk: '订单没有通过安全检查。如有疑问，请联系我们',
        deadline: '处理超时。请稍后重新下单',
        cancelled: '您取消了订单。欢迎您重新下单',
      };
      return {
        title: '下单没有成功',
        body: `您的订单没有成功，原因：${why[reason] ?? '我们这边出了点问题。请稍后重新下单'}。我们没有扣款。`,
      };
    },
    refund_succeeded: ({ number, amount, toBalance }, money) => ({
      title: number === null ? `已退款 ${money(amount)}` : `订单 ${number} 已退款 ${money(amount)}`,
      body: toBalance
        ? `${money(amount)} 已退回您的余额，可以马上使用。`
        : `${money(amount)} 已按原支付方式退回，可能需要几个工作日到账。`,
    }),
    refund_failed: ({ number }) => ({
      title: number === null ? '您的退款需要多一点时间' : `订单 ${number} 的退款需要多一点时间`,
      body: '退款第一次没有成功，我们的同事正在处理。您的钱是安全的，无需任何操作，完成后会通知您。',
    }),
  },
  greeting: (name) => `${name}，您好：`,
  closing: '感谢您的光临。\n\n此邮件由系统自动发送。',
};

const zhTW: Phrases = {
  notices: {
    payment_succeeded: ({ amount }, money) => ({
      title: `已收到您的付款 ${money(amount)}`,
      body: `謝謝您！${money(amount)} 已入帳，我們正在為您備貨，訂單確認後會馬上通知您。`,
    }),
    order_confirmed: ({ number, total }, money) => ({
      title: `訂單 ${number} 已確認`,
      body: `您的商品（共 ${money(total)}）已備妥，等待出貨，您無需再做任何操作。`,
    }),
    order_cancelled: ({ number, total, reason, note }, money) => {
      const why: Readonly<Record<string, string>> = {
        expired: '未在期限內付款。我們沒有扣款，之後入帳的款項會全額退回，歡迎您重新下單',
        payment_failed: '付款沒有成功。已扣的款項會退還給您，歡迎您重新下單',
        stock_lost: '商品在倉庫中遺失或損壞，非常抱歉。您的付款會全額退回，無需任何操作',
        cancelled_by_buyer: '您申請了取消。如果已經付款，款項會退還給您，無需任何操作',
        cancelled_by_operator: '商家取消了訂單。如果您已經付款，款項會退還給您，無需任何操作',
      };
      return {
        title: `訂單 ${number} 已取消`,
        body: `您的訂單 ${number}（${money(total)}）已取消，原因：${why[reason] ?? '訂單無法繼續處理。如果您已經付款，款項會退還給您'}。${note ? `說明：${note}` : ''}`,
      };
    },
    order_failed: ({ reason, shortages }) => {
      const short = shortages.map(
        ({ sku, requested, available }) => `${sku}（需要 ${requested} 件，僅剩 ${available} 件）`,
      );
      const why: Readonly<Record<string, string>> = {
        insufficient_stock: `庫存不足${short.length > 0 ? `：${short.join('、')}` : ''}。請減少數量，或稍後再來看看`,
        item_not_for_sale: '有商品已下架。請移除後重新下單',
        price_changed: '商品價格有變動。請確認新的總價後重新下單',
        coupon_not_applicable: '優惠券不適用於這筆訂單。請取消使用後重新下單',
        refused_by_risk: '訂單沒有通過安全檢查。如有疑問，請聯絡我們',
        deadline: '處理逾時。請稍後重新下單',
        cancelled: '您取消了訂單。歡迎您重新下單',
      };
      return {
        title: '下單沒有成功',
        body: `您的訂單沒有成功，原因：${why[reason] ?? '我們這邊出了點問題。請稍後重新下單'}。我們沒有扣款。`,
      };
    },
    refund_succeeded: ({ number, amount, toBalance }, money) => ({
      title: number === null ? `已退款 ${money(amount)}` : `訂單 ${number} 已退款 ${money(amount)}`,
      body: toBalance
        ? `${money(amount)} 已退回您的餘額，可以馬上使用。`
        : `${money(amount)} 已依原付款方式退回，可能需要幾個工作天入帳。`,
    }),
    refund_failed: ({ number }) => ({
      title: number === null ? '您的退款需要多一點時間' : `訂單 ${number} 的退款需要多一點時間`,
      body: '退款第一次沒有成功，我們的同事正在處理。您的錢是安全的，無需任何操作，完成後會通知您。',
    }),
  },
  greeting: (name) => `${name}，您好：`,
  closing: '感謝您的光臨。\n\n此郵件由系統自動寄出。',
};

const phrases: Readonly<Record<Language, Phrases>> = { en, 'zh-CN': zhCN, 'zh-TW': zhTW };

/** The language of people whose own is not known here. */
export const defaultLanguage: Language = 'en';

/** The notice in words: short enough for a list, complete enough for a mail. */
export function textOf(notice: Notice, language: Language): Text {
  const write = phrases[language].notices[notice.type] as (notice: Notice, money: (value: WireMoney) => string) => Text;
  return write(notice, (value) => formatMoney(value, language));
}

/** A notice as a mail: the same words between a greeting and a closing. */
export function mailOf(text: Text, name: string | null, language: Language): { subject: string; text: string } {
  const { greeting, closing } = phrases[language];
  const opening = name === null ? '' : `${greeting(name)}\n\n`;
  return { subject: text.title, text: `${opening}${text.body}\n\n${closing}\n` };
}

const formats = new Map<string, { readonly format: Intl.NumberFormat; readonly digits: number }>();

/** `¥129.00`: symbol and number of digits by currency, separators by language. */
export function formatMoney({ amount, currency }: WireMoney, language: Language): string {
  const key = `${language} ${currency}`;
  let known = formats.get(key);
  if (!known) {
    // The shop's own currency carries its short sign in every language; abroad it would read CN¥.
    const currencyDisplay = currency === 'CNY' ? 'narrowSymbol' : 'symbol';
    const format = new Intl.NumberFormat(language, { style: 'currency', currency, currencyDisplay });
    known = { format, digits: format.resolvedOptions().maximumFractionDigits ?? 2 };
    formats.set(key, known);
  }
  return known.format.format(decimal(amount, known.digits) as Intl.StringNumericLiteral);
}

/** Exact: a division would round what is past 2^53. */
function decimal(amount: number, digits: number): string {
  const units = String(Math.abs(amount)).padStart(digits + 1, '0');
  const sign = amount < 0 ? '-' : '';
  return digits === 0 ? `${sign}${units}` : `${sign}${units.slice(0, -digits)}.${units.slice(-digits)}`;
}
