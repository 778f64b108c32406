import type { Phrases } from '../notices.ts';

export const zhTW: Phrases = {
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
    order_shipped: ({ number, carrier, trackingNumber }) => ({
      title: `訂單 ${number} 已出貨`,
      body: `您的商品已交給 ${carrier}，託運單號 ${trackingNumber}。收到後請確認收貨。`,
    }),
    order_completed: ({ number, how }) => {
      const why = {
        delivered: '物流業者已確認送達。',
        received: '您已確認收貨，感謝您。',
        elapsed: '商品寄出已有一段時間，系統已自動確認收貨。',
      };
      return { title: `訂單 ${number} 已完成`, body: `${why[how]}如果商品有問題，可以為這筆訂單申請退款。` };
    },
    refund_requested: ({ number, amount }, money) => ({
      title: `訂單 ${number} 的退款申請已收到`,
      body: `您申請退款 ${money(amount)}，我們會儘快審核，並告知您結果。`,
    }),
    refund_approved: ({ number, amount }, money) => ({
      title: `訂單 ${number} 的退款已核准`,
      body: `${money(amount)} 將依原付款方式退回，完成後會通知您。`,
    }),
    refund_rejected: ({ number, amount, note }, money) => ({
      title: `訂單 ${number} 的退款申請未通過`,
      body: `您申請的退款 ${money(amount)} 未能通過審核。${note ? `說明：${note}` : ''}`,
    }),
    refund_settled: ({ number, amount, note }, money) => ({
      title: `訂單 ${number} 已退款 ${money(amount)}`,
      body: `${money(amount)} 已透過其他方式（${note}）退還給您。`,
    }),
    refund_to_settle: ({ number, refundId, reason }) => ({
      title: number === null ? '有一筆退款失敗' : `訂單 ${number} 退款失敗`,
      body: `退款 ${refundId} 失敗，原因：${reason}。請重試，或手動處理；買家在等這筆錢。`,
    }),
  },
  greeting: (name) => `${name}，您好：`,
  closing: '感謝您的光臨。',
  automatic: '此郵件由系統自動寄出。',
};
