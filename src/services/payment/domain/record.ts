import { type DataOf, type Saying, say } from '#contracts/message.ts';
import type { ClosePayment } from '#contracts/messages/ordering/close-payment.v1.ts';
import type { OrderCancelled } from '#contracts/messages/ordering/order-cancelled.v1.ts';
import type { OrderCreated } from '#contracts/messages/ordering/order-created.v1.ts';
import type { OrderFailed } from '#contracts/messages/ordering/order-failed.v1.ts';
import type { OrderPending } from '#contracts/messages/ordering/order-pending.v1.ts';
import { PaymentClosed } from '#contracts/messages/payment/payment-closed.v1.ts';
import { PaymentSuccess } from '#contracts/messages/payment/payment-success.v1.ts';
import { fromTimestamp, type Instant } from '#kernel/clock.ts';
import { type Decision, type MessageDecider, type Moment, nothing } from '#runtime/batch/decider.ts';
import type { State } from '#runtime/batch/workset.ts';
import { attemptsOf, openOf, released } from './legs.ts';
import { type Payment, type PaymentTables, paymentIdOf } from './model.ts';

/** What payment has to know of an order; `payableUntil` once it is PENDING. */
export interface OrderFacts {
  readonly orderId: string;
  readonly userId: string;
  readonly total: { readonly amount: number; readonly currency: string };
  readonly payableUntil: Instant | null;
}

/** The payment with what is known of its order filled in; the same object if that is nothing new. */
export function withFacts(payment: Payment | undefined, facts: OrderFacts, moment: Moment): Payment {
  const known = payment ?? unknownPayment(facts.orderId, moment);
  const payableUntil = known.payableUntil ?? facts.payableUntil;
  if (payment && known.due !== null && payableUntil === known.payableUntil) return payment;
  return {
    ...known,
    userId: facts.userId,
    due: BigInt(facts.total.amount),
    currency: facts.total.currency,
    payableUntil,
  };
}

function unknownPayment(orderId: string, { now, cause }: Moment): Payment {
  return {
    id: paymentIdOf(orderId),
    orderId,
    userId: null,
    status: 'DUE',
    statusReason: null,
    due: null,
    currency: null,
    captured: 0n,
    credited: 0n,
    refunded: 0n,
    payableUntil: null,
    closing: null,
    attempts: 0,
    method: null,
    openAttempt: null,
    openBalance: null,
    capturedAttempts: [],
    createdAt: now,
    cause,
  };
}

/** A draft was written: the record is opened (003 §4), and cannot be paid yet. */
export const openPayment: MessageDecider<PaymentTables, DataOf<typeof OrderCreated>> = {
  needs: ({ data }) => ({ payments: [paymentIdOf(data.orderId)] }),
  decide: (state, { data }, moment) => learn(state, { ...data, payableUntil: null }, moment),
};

/** The order may be paid. Where nothing is due, it is paid. */
export const makePayable: MessageDecider<PaymentTables, DataOf<typeof OrderPending>> = {
  needs: ({ data }) => ({ payments: [paymentIdOf(data.orderId)] }),
  decide: (state, { data }, moment) =>
    learn(state, { ...data, payableUntil: fromTimestamp(data.payableUntil) }, moment),
};

function learn(state: State<PaymentTables>, facts: OrderFacts, moment: Moment): Decision<PaymentTables> {
  const before = state.payments.get(paymentIdOf(facts.orderId));
  const payment = withFacts(before, facts, moment);
  if (payment === before) return nothing;
  if (payment.status !== 'DUE' || payment.due !== 0n || payment.payableUntil === null) {
    return { put: { payments: [payment] } };
  }
  return { put: { payments: [{ ...payment, status: 'SUCCEEDED' }] }, say: [success(payment)] };
}

/**
 * The order cannot be paid any more, whatever the reason: the payment is sealed at once. An attempt under way is watched until
 * its last word; money that still comes goes back.
 */
export const sealPayment: MessageDecider<PaymentTables, DataOf<typeof OrderFailed> | DataOf<typeof OrderCancelled>> = {
  needs: ({ data }) => ({ payments: [paymentIdOf(data.orderId)] }),
  needsThen: ({ data }, state) => attemptsOf(state.payments.get(paymentIdOf(data.orderId))),
  decide(state, { data }, moment) {
    const payment = state.payments.get(paymentIdOf(data.orderId)) ?? unknownPayment(data.orderId, moment);
    if (payment.status !== 'DUE') return nothing;
    return seal(state, { ...payment, userId: payment.userId ?? data.userId }, data.reason, moment);
  },
};

/**
 * Ordering asks whether it was paid: PaymentSuccess was said already, or PaymentClosed is said now, or, where an attempt is
 * under way, one of the two once that has ended.
 */
export const closeWhenUnpaid: MessageDecider<PaymentTables, DataOf<typeof ClosePayment>> = {
  needs: ({ data }) => ({ payments: [paymentIdOf(data.orderId)] }),
  needsThen: ({ data }, state) => attemptsOf(state.payments.get(paymentIdOf(data.orderId))),
  decide(state, { data }, moment) {
    const payment = state.payments.get(paymentIdOf(data.orderId)) ?? unknownPayment(data.orderId, moment);
    if (payment.status !== 'DUE' || payment.closing !== null) return nothing;
    if (payment.openAttempt !== null) return awaited(state, payment, moment);
    return seal(state, payment, 'expired', moment);
  },
};

/** A provider is asked at once to close what is open there; the balance has its word soon by itself. */
function awaited(state: State<PaymentTables>, payment: Payment, { now }: Moment): Decision<PaymentTables> {
  const open = openOf(state, payment).filter(({ method }) => method !== 'balance');
  const attempts = open.map((attempt) => ({ ...attempt, nextCheckAt: now, checks: 0 }));
  return { put: { payments: [{ ...payment, closing: 'expired' }], attempts } };
}

/** Closes the payment: nobody can begin to pay it any more, and the attempt under way is to be closed. */
function seal(state: State<PaymentTables>, payment: Payment, reason: string, moment: Moment): Decision<PaymentTables> {
  const { payments, ...rest } = released(state, payment, moment);
  const { sealed, says } = closed(payments[0], reason);
  return { put: { payments: [sealed], ...rest }, say: says };
}

export function closed(payment: Payment, reason: string): { readonly sealed: Payment; readonly says: Saying[] } {
  return {
    sealed: { ...payment, status: 'CLOSED', statusReason: reason, closing: null },
    says: [say(PaymentClosed, { paymentId: payment.id, orderId: payment.orderId, reason })],
  };
}

export function success(payment: Payment): Saying {
  const { id, orderId, userId, due, currency } = payment;
  if (userId === null || due === null || currency === null)
    throw new Error(`payment ${id} succeeded before its order was known`);
  return say(PaymentSuccess, { paymentId: id, orderId, userId, amount: { amount: Number(due), currency } });
}
