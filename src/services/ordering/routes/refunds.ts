import { approveRefund, createRefund, getRefund, rejectRefund, requestRefund } from '#contracts/http/ordering.ts';
import { fromWire } from '#kernel/money.ts';
import { refuse } from '#kernel/problem.ts';
import { answer, type Context as ContextOf, type Origin, type Request } from '#runtime/service.ts';
import { type AskForRefund, askForRefund, type DecideRefund, decideRefund } from '../domain/refunds.ts';
import { refundBody } from '../domain/views.ts';
import { findRefund } from '../queries.ts';
import type { orderingSettings } from '../settings.ts';

type Context = ContextOf<typeof orderingSettings>;

export const ask = answer(requestRefund, async (request, context: Context) => {
  const { orderId, amount, reason } = request.body;
  return asked(context, request, {
    refundId: context.ids.next('refund'),
    orderId,
    by: 'buyer',
    userId: request.caller.id,
    amount: amount ? fromWire(amount) : null,
    reason,
    restock: false,
  });
});

export const create = answer(createRefund, async (request, context: Context) => {
  const { orderId, amount, reason, restock = false } = request.body;
  return asked(context, request, {
    refundId: context.ids.next('refund'),
    orderId,
    by: 'operator',
    userId: request.caller.id,
    amount: fromWire(amount),
    reason,
    restock,
  });
});

export const readRefund = answer(getRefund, async ({ caller, params }, context: Context) => {
  const refund = await findRefund(context.database, params.id);
  if (refund?.userId !== caller.id) refuse('not_found');
  return { status: 200 as const, body: refundBody(refund) };
});

export const approve = answer(approveRefund, async (request, context: Context) => {
  return decided(context, request, {
    refundId: request.params.id,
    verdict: 'approve',
    operatorId: request.caller.id,
    reason: request.body.reason,
  });
});

export const reject = answer(rejectRefund, async (request, context: Context) => {
  return decided(context, request, {
    refundId: request.params.id,
    verdict: 'reject',
    operatorId: request.caller.id,
    reason: request.body.reason,
  });
});

async function asked(context: Context, request: Origin & Pick<Request, 'idempotencyKey'>, command: AskForRefund) {
  const written = await context.write(askForRefund, command, request);
  if (!written.answer) throw new Error('a refund was asked for and not returned');
  const headers: Record<string, string> = { location: `/v1/refunds/${written.answer.id}` };
  if (written.replayed) headers['idempotency-replayed'] = 'true';
  return { status: 202 as const, body: written.answer, headers };
}

async function decided(context: Context, origin: Origin, command: Omit<DecideRefund, 'orderId'>) {
  const { database } = context;
  const refund = await findRefund(database, command.refundId);
  if (!refund) refuse('not_found');
  await context.write(decideRefund, { ...command, orderId: refund.orderId }, origin);
  const after = await findRefund(database, command.refundId);
  if (!after) throw new Error(`refund ${command.refundId} was decided and cannot be found`);
  return { status: 200 as const, body: refundBody(after) };
}
