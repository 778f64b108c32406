import { UserRegistered } from '#contracts/messages/identity/user-registered.v1.ts';
import { OrderCancelled } from '#contracts/messages/ordering/order-cancelled.v1.ts';
import { OrderConfirmed } from '#contracts/messages/ordering/order-confirmed.v1.ts';
import { OrderFailed } from '#contracts/messages/ordering/order-failed.v1.ts';
import { PaymentSuccess } from '#contracts/messages/payment/payment-success.v1.ts';
import { RefundFailed } from '#contracts/messages/payment/refund-failed.v1.ts';
import { RefundSucceeded } from '#contracts/messages/payment/refund-succeeded.v1.ts';
import type { State } from '#runtime/batch/workset.ts';
import { handle } from '#runtime/service.ts';
import { type NotificationTables, needsFor, notify, orderKey, remember } from './domain.ts';

const onUserRegistered = handle(UserRegistered, {
  needs: ({ data }) => ({ recipients: [data.userId] }),
  decide: (state: State<NotificationTables>, { data }, { cause }) => remember(state, data, cause),
});

const onPaymentSuccess = handle(PaymentSuccess, {
  needs: ({ data }) => needsFor(data.userId),
  decide: (state: State<NotificationTables>, message, moment) => {
    const { userId, orderId, amount } = message.data;
    const addressee = { userId, orderId, channels: ['in_app'] } as const;
    return notify(state, message, moment, addressee, { type: 'payment_succeeded', amount });
  },
});

const onOrderConfirmed = handle(OrderConfirmed, {
  needs: ({ data }) => needsFor(data.userId),
  decide: (state: State<NotificationTables>, message, moment) => {
    const { userId, orderId, number, total } = message.data;
    const addressee = { userId, orderId, orderNumber: number, channels: ['in_app', 'email'] } as const;
    return notify(state, message, moment, addressee, { type: 'order_confirmed', number, total });
  },
});

const onOrderCancelled = handle(OrderCancelled, {
  needs: ({ data }) => needsFor(data.userId),
  decide: (state: State<NotificationTables>, message, moment) => {
    const { userId, orderId, number, total, reason, note } = message.data;
    const addressee = { userId, orderId, orderNumber: number, channels: ['in_app', 'email'] } as const;
    return notify(state, message, moment, addressee, { type: 'order_cancelled', number, total, reason, note });
  },
});

const onOrderFailed = handle(OrderFailed, {
  needs: ({ data }) => needsFor(data.userId),
  decide: (state: State<NotificationTables>, message, moment) => {
    const { userId, orderId, reason, shortages } = message.data;
    const addressee = { userId, orderId, channels: ['in_app'] } as const;
    return notify(state, message, moment, addressee, { type: 'order_failed', reason, shortages });
  },
});

const onRefundSucceeded = handle(RefundSucceeded, {
  needs: ({ data }) => ({ ...needsFor(data.userId), orderNumbers: [orderKey(data.userId, data.orderId)] }),
  decide: (state: State<NotificationTables>, message, moment) => {
    const { userId, orderId, amount, parts } = message.data;
    const number = state.orderNumbers.get(orderKey(userId, orderId))?.number ?? null;
    const toBalance = parts.every(({ method }) => method === 'balance');
    const addressee = { userId, orderId, channels: ['in_app', 'email'] } as const;
    return notify(state, message, moment, addressee, { type: 'refund_succeeded', number, amount, toBalance });
  },
});

const onRefundFailed = handle(RefundFailed, {
  needs: ({ data }) => ({ ...needsFor(data.userId), orderNumbers: [orderKey(data.userId, data.orderId)] }),
  decide: (state: State<NotificationTables>, message, moment) => {
    const { userId, orderId } = message.data;
    const number = state.orderNumbers.get(orderKey(userId, orderId))?.number ?? null;
    const addressee = { userId, orderId, channels: ['in_app'] } as const;
    return notify(state, message, moment, addressee, { type: 'refund_failed', number });
  },
});

export const handlers = [
  onUserRegistered,
  onPaymentSuccess,
  onOrderConfirmed,
  onOrderCancelled,
  onOrderFailed,
  onRefundSucceeded,
  onRefundFailed,
];
