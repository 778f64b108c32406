import {
  approveRefund,
  createRefund,
  getAnyRefund,
  getRefund,
  listAllRefunds,
  listRefunds,
  rejectRefund,
  requestRefund,
  retryRefund as retryRefundOperation,
  settleRefund as settleRefundOperation,
} from '#contracts/http/refunds.ts';
import { idPattern } from '#kernel/ids.ts';
import { fromWire } from '#kernel/money.ts';
import { refuse } from '#kernel/problem.ts';
import { decodeCursor, encodeCursor, refuseCursor } from '#runtime/http/paging.ts';
import { answer, type Context as ContextOf, type Origin, type Request } from '#runtime/service.ts';
import { retryRefund, settleRefund } from '../domain/failed-refunds.ts';
import { type AskForRefund, askForRefund, decideRefund } from '../domain/refunds.ts';
import { adminRefundBody, refundBody } from '../domain/views.ts';
import { findRefund, findRefunds, type OwnedRefund, type RefundFilter } from '../queries.ts';
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

export const list = answer(listRefunds, async ({ caller, query }, context: Context) => {
  return page(context, { ...query, userId: caller.id }, refundBody);
});

export const readRefund = answer(getRefund, async ({ caller, params }, context: Context) => {
  const refund = await findRefund(context.database, params.id);
  if (refund?.userId !== caller.id) refuse('not_found');
  return { status: 200 as const, body: refundBody(refund) };
});

export const listAll = answer(listAllRefunds, async ({ query }, context: Context) => {
  return page(context, { ...query, userId: query.user }, adminRefundBody);
});

export const readAny = answer(getAnyRefund, async ({ params }, context: Context) => shown(context, params.id));

export const approve = answer(approveRefund, async (request, context: Context) => {
  const { reason, restock } = request.body;
  const act = await actOn(context, request);
  await context.write(decideRefund, { ...act, verdict: 'approve', reason, restock }, request);
  return shown(context, act.refundId);
});

export const reject = answer(rejectRefund, async (request, context: Context) => {
  const act = await actOn(context, request);
  await context.write(decideRefund, { ...act, verdict: 'reject', reason: request.body.reason }, request);
  return shown(context, act.refundId);
});

export const retry = answer(retryRefundOperation, async (request, context: Context) => {
  const act = { ...(await actOn(context, request)), reason: request.body.reason };
  await context.write(retryRefund, { ...act, retryId: context.ids.next('refund') }, request);
  return shown(context, act.refundId);
});

export const settle = answer(settleRefundOperation, async (request, context: Context) => {
  const { reason, amount } = request.body;
  const act = await actOn(context, request);
  await context.write(settleRefund, { ...act, reason, amount: amount && fromWire(amount) }, request);
  return shown(context, act.refundId);
});

async function asked(context: Context, request: Origin & Pick<Request, 'idempotencyKey'>, command: AskForRefund) {
  const written = await context.write(askForRefund, command, request);
  if (!written.answer) throw new Error('a refund was asked for and not returned');
  const headers: Record<string, string> = { location: `/v1/refunds/${written.answer.id}` };
  if (written.replayed) headers['idempotency-replayed'] = 'true';
  return { status: 202 as const, body: written.answer, headers };
}

/** Who acts on what: a refund's order never changes, so it may be looked up before the write. */
async function actOn({ database }: Context, { params, caller }: Origin & { readonly params: { readonly id: string } }) {
  const refund = await findRefund(database, params.id);
  if (!refund) refuse('not_found');
  return { refundId: refund.id, orderId: refund.orderId, operatorId: caller.id };
}

async function shown({ database }: Context, id: string) {
  const refund = await findRefund(database, id);
  if (!refund) refuse('not_found');
  return { status: 200 as const, body: adminRefundBody(refund) };
}

const refundId = new RegExp(idPattern('refund'));

async function page<Body>(
  { database }: Context,
  asked: Partial<RefundFilter> & { readonly cursor?: string },
  bodyOf: (refund: OwnedRefund) => Body,
) {
  const { userId, orderId, status, limit = 20, cursor } = asked;
  const before = decodeCursor(cursor, 1)?.[0];
  if (before !== undefined && !refundId.test(before)) refuseCursor();
  // One more than asked for tells whether there is a next page.
  const found = await findRefunds(database, { userId, orderId, status, before, limit: limit + 1 });
  const data = found.slice(0, limit);
  const last = found.length > limit ? data.at(-1)?.id : undefined;
  return {
    status: 200 as const,
    body: { data: data.map(bodyOf), nextCursor: last === undefined ? null : encodeCursor([last]) },
  };
}
