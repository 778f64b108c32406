import type { Phrases } from '../notices.ts';

export const zhCN: Phrases = {
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
    order_shipped: ({ number, carrier, trackingNumber }) => ({
      title: `订单 ${number} 已发货`,
      body: `您的商品已交给 ${carrier}，运单号 ${trackingNumber}。收到后请确认收货。`,
    }),
    order_completed: ({ number, how }) => {
      const why = {
        delivered: '承运方已确认送达。',
        received: '您已确认收货，感谢您。',
        elapsed: '商品发出已有一段时间，系统已自动确认收货。',
      };
      return { title: `订单 ${number} 已完成`, body: `${why[how]}如果商品有问题，可以为这笔订单申请退款。` };
    },
    refund_requested: ({ number, amount }, money) => ({
      title: `订单 ${number} 的退款申请已收到`,
      body: `您申请退款 ${money(amount)}，我们会尽快审核，并告知您结果。`,
    }),
    refund_approved: ({ number, amount }, money) => ({
      title: `订单 ${number} 的退款已批准`,
      body: `${money(amount)} 将按原支付方式退回，完成后会通知您。`,
    }),
    refund_rejected: ({ number, amount, note }, money) => ({
      title: `订单 ${number} 的退款申请未通过`,
      body: `您申请的退款 ${money(amount)} 未能通过审核。${note ? `说明：${note}` : ''}`,
    }),
    refund_settled: ({ number, amount, note }, money) => ({
      title: `订单 ${number} 已退款 ${money(amount)}`,
      body: `${money(amount)} 已通过其他方式（${note}）退还给您。`,
    }),
    refund_to_settle: ({ number, refundId, reason }) => ({
      title: number === null ? '有一笔退款失败' : `订单 ${number} 退款失败`,
      body: `退款 ${refundId} 失败，原因：${reason}。请重试，或手工处理；买家在等这笔钱。`,
    }),
  },
  greeting: (name) => `${name}，您好：`,
  closing: '感谢您的光临。',
  automatic: '此邮件由系统自动发送。',
};
