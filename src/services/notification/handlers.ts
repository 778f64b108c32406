import type { DataOf, MessageContract } from '#contracts/message.ts';
import { UserRegistered } from '#contracts/messages/identity/user-registered.v1.ts';
import { UserRenamed } from '#contracts/messages/identity/user-renamed.v1.ts';
import { OrderCancelled } from '#contracts/messages/ordering/order-cancelled.v1.ts';
import { OrderCompleted } from '#contracts/messages/ordering/order-completed.v1.ts';
import { OrderConfirmed } from '#contracts/messages/ordering/order-confirmed.v1.ts';
import { OrderFailed } from '#contracts/messages/ordering/order-failed.v1.ts';
import { OrderShipped } from '#contracts/messages/ordering/order-shipped.v1.ts';
import { RefundDecided } from '#contracts/messages/ordering/refund-decided.v1.ts';
import { RefundOpened } from '#contracts/messages/ordering/refund-opened.v1.ts';
import { RefundSettled } from '#contracts/messages/ordering/refund-settled.v1.ts';
import { PaymentSuccess } from '#contracts/messages/payment/payment-success.v1.ts';
import { RefundFailed } from '#contracts/messages/payment/refund-failed.v1.ts';
import { RefundSucceeded } from '#contracts/messages/payment/refund-succeeded.v1.ts';
import type { State } from '#runtime/batch/workset.ts';
import { handle } from '#runtime/service.ts';
import type { Notice } from './domain/notices.ts';
import {
  type Channel,
  channelsOfOperators,
  type NotificationTables,
  needsFor,
  notify,
  operators,
  orderKey,
  remember,
} from './domain.ts';

const onUserRegistered = handle(UserRegistered, {
  needs: ({ data }) => ({ recipients: [data.userId] }),
  decide: (state: State<NotificationTables>, { data, position }, { cause }) => remember(state, data, position, cause),
});

const onUserRenamed = handle(UserRenamed, {
  needs: ({ data }) => ({ recipients: [data.userId] }),
  decide: (state: State<NotificationTables>, { data, position }, { cause }) => remember(state, data, position, cause),
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

/** The buyer is told that it takes longer, and operators that it waits for them. */
const onRefundFailed = handle(RefundFailed, {
  needs: ({ data }) => ({
    recipients: [data.userId, operators],
    mailPolicy: ['mail'],
    orderNumbers: [orderKey(data.userId, data.orderId)],
  }),
  decide: (state: State<NotificationTables>, message, moment) => {
    const { userId, orderId, refundId, reason } = message.data;
    const number = state.orderNumbers.get(orderKey(userId, orderId))?.number ?? null;
    const buyer = { userId, orderId, channels: ['in_app'] } as const;
    const toBuyer = notify(state, message, moment, buyer, { type: 'refund_failed', number });
    const house = { userId: operators, orderId, channels: channelsOfOperators(state) };
    const toHouse = notify(state, message, moment, house, { type: 'refund_to_settle', number, refundId, reason });
    return { put: { notifications: [...(toBuyer.put?.notifications ?? []), ...(toHouse.put?.notifications ?? [])] } };
  },
});

const inApp = (): readonly Channel[] => ['in_app'];
const everywhere = (): readonly Channel[] => ['in_app', 'email'];

/** An approval is followed by the money, of which a mail tells; a rejection by nothing. */
const decided = ({ verdict }: DataOf<typeof RefundDecided>) => (verdict === 'approved' ? inApp() : everywhere());

/** A message that names its order, told to the buyer in so many words. */
function tell<const Contract extends MessageContract>(
  contract: Contract,
  channelsOf: (data: DataOf<Contract>) => readonly Channel[],
  noticeOf: (data: DataOf<Contract>) => Notice,
) {
  type Data = DataOf<Contract> & { readonly userId: string; readonly orderId: string; readonly number: string };
  return handle(contract, {
    needs: ({ data }) => needsFor((data as Data).userId),
    decide: (state: State<NotificationTables>, message, moment) => {
      const { userId, orderId, number } = message.data as Data;
      const addressee = { userId, orderId, orderNumber: number, channels: channelsOf(message.data) };
      return notify(state, message, moment, addressee, noticeOf(message.data));
    },
  });
}

export const handlers = [
  onUserRegistered,
  onUserRenamed,
  onPaymentSuccess,
  onOrderConfirmed,
  onOrderCancelled,
  onOrderFailed,
  onRefundSucceeded,
  onRefundFailed,
  tell(OrderShipped, everywhere, ({ number, carrier, trackingNumber }) => ({
    type: 'order_shipped',
    number,
    carrier,
    trackingNumber,
  })),
  tell(OrderCompleted, inApp, ({ number, how }) => ({ type: 'order_completed', number, how })),
  tell(RefundOpened, inApp, ({ number, amount }) => ({ type: 'refund_requested', number, amount })),
  tell(RefundDecided, decided, ({ number, amount, verdict, note }) =>
    verdict === 'approved'
      ? { type: 'refund_approved', number, amount }
      : { type: 'refund_rejected', number, amount, note },
  ),
  tell(RefundSettled, everywhere, ({ number, amount, note }) => ({ type: 'refund_settled', number, amount, note })),
];
