import type { Phrases } from '../notices.ts';

export const en: Phrases = {
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
    order_shipped: ({ number, carrier, trackingNumber }) => ({
      title: `Order ${number} is on its way`,
      body: `Your goods were handed to ${carrier}; the tracking number is ${trackingNumber}. Please confirm that they arrived once you have them.`,
    }),
    order_completed: ({ number, how }) => {
      const why = {
        delivered: 'The carrier says that your goods have arrived.',
        received: 'Thank you for telling us that your goods have arrived.',
        elapsed: 'Your goods were sent some time ago, so we take it that they have arrived.',
      };
      return {
        title: `Order ${number} is completed`,
        body: `${why[how]} If something is wrong with them, ask for a refund of the order.`,
      };
    },
    refund_requested: ({ number, amount }, money) => ({
      title: `We have your refund request for order ${number}`,
      body: `You asked for ${money(amount)} back. Somebody is looking at it, and we will tell you what was decided.`,
    }),
    refund_approved: ({ number, amount }, money) => ({
      title: `${money(amount)} will be refunded for order ${number}`,
      body: 'The refund was approved. The money goes back the way you paid; we will tell you when it is done.',
    }),
    refund_rejected: ({ number, amount, note }, money) => ({
      title: `Your refund request for order ${number} was declined`,
      body: `We have looked at your request for ${money(amount)} and cannot refund it.${note ? ` Reason given: ${note}` : ''}`,
    }),
    refund_settled: ({ number, amount, note }, money) => ({
      title: `${money(amount)} refunded for order ${number}`,
      body: `${money(amount)} was given back to you by other means (${note}).`,
    }),
    refund_to_settle: ({ number, refundId, reason }) => ({
      title: number === null ? 'A refund failed' : `A refund for order ${number} failed`,
      body: `Refund ${refundId} failed: ${reason}. Retry it, or settle it by hand; the buyer is waiting for the money.`,
    }),
  },
  greeting: (name) => `Hello ${name},`,
  closing: 'Thank you for shopping with us.',
  automatic: 'This message was sent automatically.',
};
