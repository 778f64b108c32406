import type { Static } from 'typebox';
import type { Payment, PaymentAction } from '#contracts/http/payment.ts';
import { refuse } from '#kernel/problem.ts';
import { batchedReadBy } from '#runtime/batch/batched-read.ts';
import type { Context } from '#runtime/service.ts';
import { phoneOf, phonesOf } from '../demo-phones.ts';
import type { PaymentView } from '../domain/model.ts';
import { type PaymentWithAttempt, readPayments } from '../reads.ts';

export type Body = Static<typeof Payment>;

export const payments = batchedReadBy(readPayments);

export async function findPayment({ database }: Context, id: string, userId: string): Promise<PaymentWithAttempt> {
  const payment = (await payments(database, [id])).get(id);
  return payment?.userId === userId ? payment : refuse('not_found', 'No such payment.');
}

/** What a payment shows of itself; the action is for the buyer to do, while it is waited for. */
export function bodyOf(
  context: Context,
  view: PaymentView,
  status: Body['status'],
  action: PaymentAction | null,
): Body {
  const { id, orderId } = view;
  return { id, orderId, ...figuresOf(context, view, status, action) };
}

export function figuresOf(context: Context, view: PaymentView, status: Body['status'], action: PaymentAction | null) {
  const { method, due, captured, refunded, currency, statusReason } = view;
  const amountOf = (amount: number) => ({ amount, currency });
  const figures = { amount: amountOf(due), captured: amountOf(captured), refunded: amountOf(refunded) };
  const figured = { method, ...figures, status, statusReason };
  if (status !== 'REQUIRES_ACTION' || action === null) return figured;
  const demoPhoneUrl = phoneOf(phonesOf(context), method, action);
  return { ...figured, action, ...(demoPhoneUrl === undefined ? {} : { demoPhoneUrl }) };
}
