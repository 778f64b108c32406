import { getOrder, getOrderForPayment } from '#contracts/http/ordering.ts';
import { payOrder as payOrderOperation } from '#contracts/http/payment.ts';
import { fromTimestamp } from '#kernel/clock.ts';
import { type Problem, type ProblemCode, ProblemError, problem } from '#kernel/problem.ts';
import { answer, type Context, type Origin, type Request, type Written } from '#runtime/service.ts';
import { type Concluded, voided } from '../domain/funnel.ts';
import { type Payment, paymentIdOf, viewOf } from '../domain/model.ts';
import {
  giveWay,
  inTheWay,
  notHeardOf,
  notPayable,
  type OpenAttempt,
  type Opened,
  openAttempt,
} from '../domain/opening.ts';
import type { OrderFacts } from '../domain/record.ts';
import { type AttemptToSettle, findAttempt, findAttempts } from '../reads.ts';
import { debitOf, open as openAtProvider, recording, resolve, take } from '../settle.ts';
import { choiceOf, named } from './choice.ts';
import { bodyOf, findPayment, payments } from './payment-body.ts';

type PayRequest = Request<typeof payOrderOperation>;

/**
 * Attempt first, then wallet or provider, then the outcome: each committed before the next, or together where all can be
 * (LIFECYCLE, Payment).
 */
export const payOrder = answer(payOrderOperation, async (request, context) => {
  const { orderId } = request.body;
  const chosen = choiceOf(request.body, context);
  const choice = chosen.method === 'balance' ? chosen : named(chosen, await orderNumber(request, context));
  const command = { attemptId: context.ids.next('attempt'), orderId, userId: request.caller.id, ...choice };
  const {
    replayed,
    bound,
    concluded: taken,
  } = await context.inSteps(request, async (origin) => {
    const { replayed, bound, answer: opened } = await open(command, origin, context);
    if (bound === undefined) throw new Error('an attempt was opened and not bound to its key');
    if (!opened || choice.method !== 'balance') return { replayed, bound };
    const attempt = { id: bound, paymentId: paymentIdOf(orderId), orderId, userId: request.caller.id };
    return { replayed, bound, concluded: await take(context, { ...attempt, wireAmount: opened.amount }, origin) };
  });
  let concluded = taken;
  if (!concluded || isRetriable(concluded)) concluded = await goOn(context, bound, request, replayed);
  const { payment, ...told } = toldOf(concluded, replayed);
  return { status: 201, body: bodyOf(context, payment, told.status, told.action), ...told.headers };
});

/** For the buyer to read; where ordering is away, or does not know the order as this buyer's, the end of its id does. */
async function orderNumber(request: PayRequest, context: Context): Promise<string> {
  const { orderId } = request.body;
  const ofId = orderId.slice(-12);
  try {
    return (await context.call(getOrder, { params: { id: orderId } }, request)).body.number ?? ofId;
  } catch (error) {
    if (error instanceof ProblemError) return ofId;
    throw error;
  }
}

/**
 * Where payment has not heard enough of the order yet, ordering is asked: a buyer may be faster than the messages. Where another
 * choice is open at a provider, that gives way first.
 */
async function open(command: OpenAttempt, request: PayRequest, context: Context): Promise<Written<Opened>> {
  try {
    return await context.write(openAttempt, command, request, { urgent: true });
  } catch (error) {
    const value = error instanceof ProblemError ? error.problem : undefined;
    if (value === notHeardOf && !command.order) {
      return open({ ...command, ...(await askOrdering(request, context)) }, request, context);
    }
    if (value !== inTheWay) throw error;
  }
  await makeWay(paymentIdOf(request.body.orderId), request, context);
  return open({ ...command, isCleared: true }, request, context);
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
    return { refusal: notPayable(`The order is ${status}.`, status.toLowerCase()) };
  }
  return { order: { orderId, userId, total, payableUntil: fromTimestamp(payableUntil) } };
}

/** Resolve before retry: what is unknown is asked about, and what waits for the buyer is closed. */
async function makeWay(paymentId: string, request: PayRequest, context: Context): Promise<void> {
  const attemptId = (await payments(context.database, [paymentId])).get(paymentId)?.openAttempt;
  const attempt = attemptId ? await findAttempt(context.database, attemptId) : undefined;
  if (!attempt) return;
  if (attempt.status === 'UNKNOWN') await resolve(context, attempt, request);
  await context.write(giveWay, { paymentId, attemptId: attempt.id }, recording(request, context), { urgent: true });
}

/**
 * Goes on with an attempt that was opened before, by this key or by a request that is still at it: asking again changes
 * nothing. One that was resolved to nothing, because its request had gone, is followed by another; and one that a provider
 * would not open, where it is asked for again.
 */
export async function goOn(
  context: Context,
  attemptId: string,
  request: Origin,
  isRepeat: boolean,
): Promise<Concluded> {
  const attempt = await findAttempt(context.database, attemptId);
  if (!attempt) throw new Error(`no attempt ${attemptId}`);
  if (attempt.retriedAs !== null) return goOn(context, attempt.retriedAs, request, isRepeat);
  const wasRefused = isRepeat && attempt.status === 'DECLINED' && attempt.problem === 'provider_refused';
  const concluded = await outcomeOf(context, attempt, request);
  const isDue = concluded.payment.status === 'DUE';
  if (!isRetriable(concluded) && !(wasRefused && isDue)) return concluded;
  const command = { ...(await sameAgain(context, attempt)), retryOf: attempt.id };
  const next = await context.write(openAttempt, command, recording(request, context), { urgent: true });
  if (!next.answer) throw new Error(`attempt ${attempt.id} was retried without an answer`);
  return goOn(context, next.answer.attemptId, request, false);
}

async function sameAgain(context: Context, attempt: AttemptToSettle): Promise<OpenAttempt> {
  const { orderId, userId, method, charge } = attempt;
  const base = { attemptId: context.ids.next('attempt'), orderId, userId };
  if (method === 'balance' || !charge) return { ...base, method: 'balance' };
  const { flow, returnUrl, openid, description, balanceAttempt } = charge;
  const [part] = balanceAttempt === null ? [] : await findAttempts(context.database, [balanceAttempt]);
  const balance = part ? { ...part, attemptId: context.ids.next('attempt') } : null;
  return { ...base, method, charge: { flow, returnUrl, openid, description, balance } };
}

async function outcomeOf(context: Context, attempt: AttemptToSettle, request: Origin): Promise<Concluded> {
  switch (attempt.status) {
    case 'SUCCEEDED':
    case 'DECLINED':
    case 'CLOSED':
      return standing(context, attempt);
    case 'CLOSING':
      return attempt.method === 'balance' ? resolve(context, attempt, request) : standing(context, attempt);
    default:
      return attempt.method === 'balance'
        ? take(context, debitOf(attempt), request)
        : atProvider(context, attempt, request);
  }
}

/** What the provider has said before is said again; where it is not known that it has, it is asked to open the same again. */
async function atProvider(context: Context, attempt: AttemptToSettle, request: Origin): Promise<Concluded> {
  const isWaiting = attempt.status === 'REQUIRES_ACTION' && attempt.charge?.action;
  if (isWaiting || attempt.status === 'PROCESSING') return standing(context, attempt);
  const concluded = await openAtProvider(context, attempt, request);
  if (concluded) return concluded;
  const after = await findAttempt(context.database, attempt.id);
  return standing(context, after ?? attempt);
}

async function standing(context: Context, attempt: AttemptToSettle): Promise<Concluded> {
  const payment: Payment = await findPayment(context, attempt.paymentId, attempt.userId);
  const { status, problem: why, charge } = attempt;
  return { status, problem: why, action: charge?.action ?? null, payment: viewOf(payment) };
}

function isRetriable({ status, problem: why, payment }: Concluded): boolean {
  return status === 'CLOSED' && why === voided && payment.status === 'DUE';
}

/** What the buyer is told of an attempt; a refusal is thrown. */
export function toldOf({ status, problem: why, payment, action }: Concluded, replayed: boolean) {
  const headers = replayed ? { headers: { 'idempotency-replayed': 'true' } } : {};
  switch (status) {
    case 'SUCCEEDED':
      if (why !== null)
        throw refused('order_not_payable', 'The order could no longer be paid; the money goes back.', replayed);
      return { payment, status, action: null, headers };
    case 'REQUIRES_ACTION':
    case 'PROCESSING':
      return { payment, status, action, headers };
    case 'DECLINED':
      throw refused(why as ProblemCode, undefined, replayed);
    case 'CLOSED':
      throw refused('order_not_payable', 'The attempt was closed; no money was taken.', replayed);
    case 'CLOSING':
      if (payment.method !== 'balance') throw refused('order_not_payable', 'The attempt is being closed.', replayed);
  }
  const detail = 'The attempt is being resolved: ask again with the same Idempotency-Key.';
  throw new ProblemError({ code: 'provider_unknown', detail, retryAfterSeconds: 1 });
}

function refused(code: ProblemCode, detail: string | undefined, replayed: boolean): ProblemError {
  return new ProblemError(problem(code, detail), { replayed });
}
