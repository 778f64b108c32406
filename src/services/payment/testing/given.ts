import { expect } from 'vitest';
import type { Saying } from '#contracts/message.ts';
import { ClosePayment } from '#contracts/messages/ordering/close-payment.v1.ts';
import { OrderCancelled } from '#contracts/messages/ordering/order-cancelled.v1.ts';
import { OrderCreated } from '#contracts/messages/ordering/order-created.v1.ts';
import { OrderFailed } from '#contracts/messages/ordering/order-failed.v1.ts';
import { OrderPending } from '#contracts/messages/ordering/order-pending.v1.ts';
import { RefundRequested } from '#contracts/messages/ordering/refund-requested.v1.ts';
import { toTimestamp } from '#kernel/clock.ts';
import type { Decision } from '#runtime/batch/decider.ts';
import { type Ask, ask, deliver, messageOf, numbered, Rehearsal } from '#runtime/batch/testing/rehearsal.ts';
import { type AttemptOutcome, closeAttempt, concludeAttempt } from '../domain/funnel.ts';
import { type Attempt, type Payment, type PaymentTables, paymentIdOf, type Refund } from '../domain/model.ts';
import { giveWay, type OpenAttempt, openAttempt } from '../domain/opening.ts';
import { concludePart, type PartOutcome } from '../domain/refund.ts';
import { retryRefund } from '../domain/retry.ts';
import { payment } from '../service.ts';
import { tables } from '../store.ts';

type Tables = PaymentTables;

export const orderId = 'ord_tea';
export const paymentId = paymentIdOf(orderId);
/** What the order comes to, and until when it may be paid. */
export const due = 100;
export const payableUntilMs = 1_000_000;

const yuan = (amount: number) => ({ amount, currency: 'CNY' });
const order = { orderId, userId: 'ann', number: '1', total: yuan(due) };

export const created = (total = due): Ask<Tables> =>
  deliver(
    payment.hears,
    messageOf(OrderCreated, {
      orderId,
      userId: 'ann',
      lines: [{ sku: 'tea', quantity: 1 }],
      total: yuan(total),
      placedAt: toTimestamp(0),
    }),
  );
export const pending = (total = due): Ask<Tables> =>
  deliver(
    payment.hears,
    messageOf(OrderPending, { ...order, total: yuan(total), payableUntil: toTimestamp(payableUntilMs) }),
  );
export const failed = (): Ask<Tables> =>
  deliver(payment.hears, messageOf(OrderFailed, { orderId, userId: 'ann', reason: 'deadline', shortages: [] }));
export const cancelled = (): Ask<Tables> =>
  deliver(payment.hears, messageOf(OrderCancelled, { ...order, reason: 'cancelled_by_buyer' }));
export const askedToClose = (): Ask<Tables> => deliver(payment.hears, messageOf(ClosePayment, { orderId }));
export const refundAsked = (refundId: string, amount: number | null): Ask<Tables> =>
  deliver(
    payment.hears,
    messageOf(RefundRequested, {
      refundId,
      orderId,
      userId: 'ann',
      amount: amount === null ? null : yuan(amount),
      reason: 'returned',
    }),
  );

type OpenOptions = Partial<OpenAttempt>;

export const opened = (attemptId: string, options: OpenOptions = {}): Ask<Tables> =>
  ask(openAttempt, { attemptId, orderId, userId: 'ann', method: 'balance', ...options } as OpenAttempt);
/** A charge of WeChat Pay by QR code, a part of it over the balance where that is named. */
export const chargeOpened = (
  attemptId: string,
  balance?: { attemptId: string; amount: bigint },
  more: OpenOptions = {},
) =>
  opened(attemptId, {
    method: 'wechat',
    charge: {
      ...{ flow: 'qr', returnUrl: null, openid: null, description: 'tea' },
      balance: balance ? { ...balance, currency: 'CNY' } : null,
    },
    ...more,
  } as OpenOptions);
export const shown = (attemptId: string) =>
  concluded(attemptId, {
    kind: 'opened',
    action: { type: 'redirect', url: 'https://provider.example' },
    reference: null,
  });
export const gaveWay = (attemptId: string): Ask<Tables> => ask(giveWay, { paymentId, attemptId });
export const concluded = (attemptId: string, outcome: AttemptOutcome): Ask<Tables> =>
  ask(concludeAttempt, { paymentId, attemptId, outcome });
export const succeeded = (attemptId: string) => concluded(attemptId, { kind: 'succeeded' });
export const declined = (attemptId: string) =>
  concluded(attemptId, { kind: 'declined', problem: 'insufficient_balance' });
export const failedForGood = (attemptId: string) =>
  concluded(attemptId, { kind: 'failed', problem: 'provider_refused' });
export const voidedAttempt = (attemptId: string) => concluded(attemptId, { kind: 'void' });
export const unanswered = (attemptId: string) => concluded(attemptId, { kind: 'unknown' });
export const givenUp = (userId = 'ann'): Ask<Tables> => ask(closeAttempt, { paymentId, userId });
export const retried = (refundId: string): Ask<Tables> => ask(retryRefund, { refundId, reason: 'paid in' });
export const partConcluded = (refundId: string, attemptId: string, outcome: PartOutcome): Ask<Tables> =>
  ask(concludePart, { refundId, paymentId, attemptId, outcome });

/** What went before; each ask is a batch of its own, at the time of its number in milliseconds. */
export function given(...before: Ask<Tables>[]) {
  const rehearsal = new Rehearsal<Tables>(tables);
  return {
    async when(...asks: Ask<Tables>[]) {
      await rehearsal.inTurn(before);
      const saidBefore = rehearsal.said.length;
      const decisions = await rehearsal.inTurn(asks, numbered(before.length));
      return outcome(rehearsal, decisions, saidBefore);
    },
  };
}

function outcome(rehearsal: Rehearsal<Tables>, decisions: readonly Decision<Tables, unknown>[], saidBefore: number) {
  return {
    rehearsal,
    decisions,
    /** The payment's columns that are named here. */
    hasPayment: (expected: Partial<Payment>) => expect(rehearsal.row('payments', paymentId)).toMatchObject(expected),
    hasAttempt: (id: string, expected: Partial<Attempt>) =>
      expect(rehearsal.row('attempts', id)).toMatchObject(expected),
    hasRefund: (id: string, expected: Partial<Refund>) => expect(rehearsal.row('refunds', id)).toMatchObject(expected),
    /** Short names of what was said since `given`, in order. */
    says: (...names: string[]) => expect(rehearsal.said.slice(saidBefore).map(shortName)).toEqual(names),
    /** Codes of refusals, statuses of attempts, or how a message was set aside. */
    answered: (...answers: unknown[]) => expect(decisions.map(toldOf)).toEqual(answers),
  };
}

/** `payment.payment-captured` of an attempt over 100 is `captured att_1 100`. */
export function shortName({ contract, data }: Saying): string {
  const { attemptId, refundId, reason, amount } = data as Readonly<Record<string, unknown>>;
  const name = contract.type.replace(/^payment\.(payment-)?/, '');
  const figure = (amount as { amount: number } | undefined)?.amount;
  return [name, attemptId, refundId, reason, figure].filter((part) => part !== undefined).join(' ');
}

function toldOf({ answer, refuse, setAside }: Decision<Tables, unknown>): unknown {
  const told = (answer ?? {}) as { status?: string; attemptId?: string };
  return refuse?.code ?? setAside?.as ?? told.status ?? told.attemptId;
}
