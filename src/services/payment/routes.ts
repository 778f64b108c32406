import { getOrderForPayment } from '#contracts/http/ordering.ts';
import {
  closePayment as closePaymentOperation,
  getPayment as getPaymentOperation,
  listPayments as listPaymentsOperation,
  payOrder as payOrderOperation,
} from '#contracts/http/payment.ts';
import type { AnswerOf } from '#contracts/operation.ts';
import { fromTimestamp } from '#kernel/clock.ts';
import { type Problem, type ProblemCode, ProblemError, problem, refuse } from '#kernel/problem.ts';
import { batchedReadBy } from '#runtime/batch/batched-read.ts';
import { refuseCursor } from '#runtime/http/paging.ts';
import { answer, type Context, type Request, type Written } from '#runtime/service.ts';
import { type PaymentView, paymentIdOf, viewOf } from './domain/model.ts';
import type { OrderFacts } from './domain/record.ts';
import { type Concluded, closeAttempt, notHeardOf, type Opened, openAttempt, voided } from './domain.ts';
import { recording, resolve, take } from './settle.ts';
import { findAttempt, type PaymentWithAttempt, readPayments } from './store.ts';

type PayRequest = Request<typeof payOrderOperation>;
type Body = AnswerOf<typeof payOrderOperation>['body'];

const payments = batchedReadBy(readPayments);

/** Attempt first, then the wallet, then the outcome: each committed before the next (LIFECYCLE, Payment). */
export const payOrder = answer(payOrderOperation, async (request, context) => {
  checkMethod(request.body);
  const { orderId } = request.body;
  const { replayed, bound, answer: opened } = await open(request, context);
  if (bound === undefined) throw new Error('an attempt was opened and not bound to its key');
  let concluded: Concluded | undefined;
  if (opened) {
    const attempt = { id: bound, paymentId: paymentIdOf(orderId), orderId, userId: request.caller.id };
    concluded = await take(context, { ...attempt, wireAmount: opened.amount }, request);
  }
  if (!concluded || isRetriable(concluded)) concluded = await goOn(context, bound, request);
  return answerOf(concluded, replayed);
});

function checkMethod(body: PayRequest['body']): void {
  if (body.method !== 'balance')
    refuse('method_not_available', `The method ${body.method} is not set up in this shop.`);
  const useless = (['flow', 'openid', 'returnUrl', 'balanceAmount'] as const).filter(
    (name) => body[name] !== undefined,
  );
  if (useless.length === 0) return;
  const errors = useless.map((name) => ({ pointer: `/${name}`, detail: 'is not for the method balance' }));
  refuse('validation_failed', undefined, errors);
}

/** Where payment has not heard enough of the order yet, ordering is asked: a buyer may be faster than the messages. */
async function open(request: PayRequest, context: Context): Promise<Written<Opened>> {
  const { orderId, method } = request.body;
  const command = { attemptId: context.ids.next('attempt'), orderId, userId: request.caller.id, method };
  try {
    return await context.write(openAttempt, command, request, { urgent: true });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem !== notHeardOf) throw error;
  }
  const said = await askOrdering(request, context);
  return context.write(openAttempt, { ...command, ...said }, request, { urgent: true });
}

/** What an attempt can be opened by, or the refusal, which the writer keeps for the key as it does its own. */
async function askOrdering(
  request: PayRequest,
  context: Context,
): Promise<{ readonly order: OrderFacts } | { readonly refusal: Problem }> {
  const { orderId } = request.body;
  const { body: order } = await context.call(getOrderForPayment, { params: { id: orderId } }, request);
  const { userId, total, payableUntil, status } = order;
  if (userId !== request.caller.id) return { refusal: problem('not_found', 'No such order.') };
  if (status !== 'PENDING' || payableUntil === null) {
    return { refusal: problem('order_not_payable', `The order is ${status}.`) };
  }
  return { order: { orderId, userId, total, payableUntil: fromTimestamp(payableUntil) } };
}

/**
 * Goes on with an attempt that was opened before, by this key or by a request that is still at it: asking again changes
 * nothing. One that was resolved to nothing, because its request had gone, is followed by another.
 */
async function goOn(context: Context, attemptId: string, request: PayRequest): Promise<Concluded> {
  const attempt = await findAttempt(context.database, attemptId);
  if (!attempt) throw new Error(`no attempt ${attemptId}`);
  if (attempt.retriedAs !== null) return goOn(context, attempt.retriedAs, request);
  const concluded = await outcomeOf(context, attempt, request);
  if (!isRetriable(concluded)) return concluded;
  const { orderId, userId, method } = attempt;
  const command = { attemptId: context.ids.next('attempt'), orderId, userId, method, retryOf: attempt.id };
  const next = await context.write(openAttempt, command, recording(request, context), { urgent: true });
  if (!next.answer) throw new Error(`attempt ${attempt.id} was retried without an answer`);
  return goOn(context, next.answer.attemptId, request);
}

type Found = NonNullable<Awaited<ReturnType<typeof findAttempt>>>;

async function outcomeOf(context: Context, attempt: Found, request: PayRequest): Promise<Concluded> {
  switch (attempt.status) {
    case 'SUCCEEDED':
    case 'DECLINED':
    case 'CLOSED': {
      const payment = await find(context, attempt.paymentId, attempt.userId);
      return { status: attempt.status, problem: attempt.problem, payment: viewOf(payment) };
    }
    case 'CLOSING':
      return resolve(context, attempt, request);
    default: {
      const wireAmount = { amount: Number(attempt.amount), currency: attempt.currency };
      return take(context, { ...attempt, wireAmount }, request);
    }
  }
}

function isRetriable({ status, problem, payment }: Concluded): boolean {
  return status === 'CLOSED' && problem === voided && payment.status === 'DUE';
}

function answerOf({ status, problem, payment }: Concluded, replayed: boolean) {
  switch (status) {
    case 'SUCCEEDED':
      if (problem !== null)
        throw refused('order_not_payable', 'The order could no longer be paid; the money goes back.', replayed);
      return {
        status: 201 as const,
        body: bodyOf(payment, 'SUCCEEDED'),
        ...(replayed ? { headers: { 'idempotency-replayed': 'true' } } : {}),
      };
    case 'DECLINED':
      throw refused(problem as ProblemCode, undefined, replayed);
    case 'CLOSED':
      throw refused('order_not_payable', 'The attempt was closed; no money was taken.', replayed);
    default: {
      const detail = 'The attempt is being resolved: ask again with the same Idempotency-Key.';
      throw new ProblemError({ code: 'provider_unknown', detail, retryAfterSeconds: 1 });
    }
  }
}

function refused(code: ProblemCode, detail: string | undefined, replayed: boolean): ProblemError {
  return new ProblemError(problem(code, detail), { replayed });
}

export const getPayment = answer(getPaymentOperation, async ({ params, caller }, context) => {
  const payment = await find(context, params.id, caller.id);
  return { status: 200, body: bodyOf(viewOf(payment), statusOf(payment)) };
});

export const listPayments = answer(listPaymentsOperation, async ({ query, caller }, { database }) => {
  // An order has one payment: there is no second page, so no cursor is ours.
  if (query.cursor !== undefined) refuseCursor();
  const id = paymentIdOf(query.orderId);
  const payment = (await payments(database, [id])).get(id);
  const data = payment?.userId === caller.id ? [bodyOf(viewOf(payment), statusOf(payment))] : [];
  return { status: 200, body: { data, nextCursor: null } };
});

export const closePayment = answer(closePaymentOperation, async (request, context) => {
  const { id } = request.params;
  const written = await context.write(closeAttempt, { paymentId: id, userId: request.caller.id }, request, {
    urgent: true,
  });
  if (!written.answer) throw new Error('an attempt was closed without an answer');
  const { status, payment } = await resolve(context, { id: written.answer.attemptId, paymentId: id }, request);
  if (status === 'SUCCEEDED') refuse('payment_not_closable', 'The money had been taken already.');
  return { status: 200, body: bodyOf(payment, payment.status) };
});

async function find({ database }: Context, id: string, userId: string): Promise<PaymentWithAttempt> {
  const payment = (await payments(database, [id])).get(id);
  return payment?.userId === userId ? payment : refuse('not_found', 'No such payment.');
}

/** The open attempt's status, as far as a buyer can do anything about it, else the payment's. */
function statusOf({ status, attemptStatus }: PaymentWithAttempt): Body['status'] {
  if (attemptStatus === null) return status;
  return attemptStatus === 'REQUIRES_ACTION' ? 'REQUIRES_ACTION' : 'PROCESSING';
}

function bodyOf(view: PaymentView, status: Body['status']): Body {
  const { id, orderId, method, due, captured, refunded, currency, statusReason } = view;
  const amountOf = (amount: number) => ({ amount, currency });
  const figures = { amount: amountOf(due), captured: amountOf(captured), refunded: amountOf(refunded) };
  return { id, orderId, method, ...figures, status, statusReason };
}
