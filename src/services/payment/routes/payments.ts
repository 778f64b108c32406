import {
  closePayment as closePaymentOperation,
  getPayment as getPaymentOperation,
  listPayments as listPaymentsOperation,
  refreshAnyPayment as refreshAnyPaymentOperation,
  refreshPayment as refreshPaymentOperation,
} from '#contracts/http/payment.ts';
import { refuse } from '#kernel/problem.ts';
import { refuseCursor } from '#runtime/http/paging.ts';
import { answer, type Context } from '#runtime/service.ts';
import { closeAttempt } from '../domain/funnel.ts';
import { paymentIdOf, viewOf } from '../domain/model.ts';
import { noteQuery } from '../domain/query.ts';
import { isTopUp } from '../domain/top-ups.ts';
import { type AttemptToSettle, findAttempt, type PaymentWithAttempt } from '../reads.ts';
import { resolve } from '../settle.ts';
import { type Body, bodyOf, findPayment, payments } from './payment-body.ts';

export const getPayment = answer(getPaymentOperation, async ({ params, caller }, context) => {
  const payment = await findPayment(context, params.id, caller.id);
  if (isTopUp(payment)) refuse('not_found', 'No such payment.');
  return { status: 200, body: shown(context, payment) };
});

const answerable: readonly (string | null)[] = ['REQUIRES_ACTION', 'PROCESSING', 'UNKNOWN'];

/** The open attempt that a provider can be asked about. */
export async function followed(
  { database }: Context,
  { openAttempt, attemptStatus }: PaymentWithAttempt,
): Promise<AttemptToSettle | undefined> {
  if (openAttempt === null || !answerable.includes(attemptStatus)) return undefined;
  const attempt = await findAttempt(database, openAttempt);
  return attempt?.method === 'balance' ? undefined : attempt;
}

/** What the provider says enters the funnel that its own call enters. */
export const refreshPayment = answer(refreshPaymentOperation, async (request, context) => {
  const { id } = request.params;
  const before = await findPayment(context, id, request.caller.id);
  if (isTopUp(before)) refuse('not_found', 'No such payment.');
  const attempt = await followed(context, before);
  if (!attempt) return { status: 200, body: shown(context, before) };
  await resolve(context, attempt, request);
  return { status: 200, body: shown(context, await findPayment(context, id, request.caller.id)) };
});

/** On the trail before the provider is asked. */
export const refreshAnyPayment = answer(refreshAnyPaymentOperation, async (request, context) => {
  const { id } = request.params;
  const before = (await payments(context.database, [id])).get(id);
  if (!before) refuse('not_found', 'No such payment.');
  const attempt = await followed(context, before);
  if (!attempt) refuse('conflict', 'No attempt over a provider is open.');
  await context.write(noteQuery, { paymentId: id, attemptId: attempt.id, reason: request.body.reason }, request);
  await resolve(context, attempt, request);
  const after = (await payments(context.database, [id])).get(id);
  return { status: 200, body: shown(context, after ?? before) };
});

export const listPayments = answer(listPaymentsOperation, async ({ query, caller }, context) => {
  // An order has one payment: there is no second page, so no cursor is ours.
  if (query.cursor !== undefined) refuseCursor();
  const id = paymentIdOf(query.orderId);
  const payment = (await payments(context.database, [id])).get(id);
  const data = payment?.userId === caller.id ? [shown(context, payment)] : [];
  return { status: 200, body: { data, nextCursor: null } };
});

export const closePayment = answer(closePaymentOperation, async (request, context) => {
  const { id } = request.params;
  const command = { paymentId: id, userId: request.caller.id };
  const written = await context.write(closeAttempt, command, request, { urgent: true });
  if (!written.answer) throw new Error('an attempt was closed without an answer');
  const attempt = await findAttempt(context.database, written.answer.attemptId);
  if (!attempt) throw new Error(`no attempt ${written.answer.attemptId}`);
  const { status, payment } = await resolve(context, attempt, request);
  if (status === 'SUCCEEDED') refuse('payment_not_closable', 'The money had been taken already.');
  return { status: 200, body: bodyOf(context, payment, payment.status, null) };
});

function shown(context: Context, payment: PaymentWithAttempt): Body {
  return bodyOf(context, viewOf(payment), statusOf(payment), payment.action);
}

/** The open attempt's status, as far as a buyer can do anything about it, else the payment's. */
export function statusOf({ status, attemptStatus }: PaymentWithAttempt): Body['status'] {
  if (attemptStatus === null) return status;
  return attemptStatus === 'REQUIRES_ACTION' ? 'REQUIRES_ACTION' : 'PROCESSING';
}
