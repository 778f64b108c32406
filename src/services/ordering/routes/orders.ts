import {
  type AdminOrder,
  cancelAnyOrder,
  cancelOrder,
  completeAnyOrder,
  confirmReceipt,
  dispatchOrder,
  getAnyOrder,
  getOrder,
  getOrderForPayment,
  getOrderForShipping,
  listAllOrders,
  listOrders,
  type Order as OrderBody,
  reviewOrder,
} from '#contracts/http/ordering.ts';
import { lookUpUsers } from '#contracts/http/users.ts';
import { fromTimestamp, toTimestamp } from '#kernel/clock.ts';
import { idPattern } from '#kernel/ids.ts';
import { money, toWire } from '#kernel/money.ts';
import { refuse } from '#kernel/problem.ts';
import { batchedReadBy } from '#runtime/batch/batched-read.ts';
import { decodeCursor, encodeCursor, refuseCursor } from '#runtime/http/paging.ts';
import { answer, type Context as ContextOf, type Origin } from '#runtime/service.ts';
import { type Act, actOnOrder } from '../domain/deciders.ts';
import type { WholeOrder } from '../domain/order.ts';
import { adminOrderBody, orderBody } from '../domain/views.ts';
import { findOrder, findOrders, findOrdersForPayment, type OrderFilter } from '../queries.ts';
import type { orderingSettings } from '../settings.ts';

type Context = ContextOf<typeof orderingSettings>;

export const list = answer(listOrders, async ({ caller, query }, context: Context) => {
  return page(context, { ...query, userId: caller.id, text: undefined }, orderBody);
});

export const read = answer(getOrder, async ({ caller, params }, context: Context) => {
  const whole = await findOrder(context.database, params.id);
  if (whole?.order.userId !== caller.id) refuse('not_found');
  return { status: 200 as const, body: orderBody(whole) };
});

export const cancel = answer(cancelOrder, async (request, context: Context) => {
  const { params, body, caller } = request;
  const whole = await act(context, request, {
    orderId: params.id,
    userId: caller.id,
    signal: { kind: 'cancelled', by: 'buyer', ...noteOf(body.reason) },
    otherwise: 'order_not_cancellable',
  });
  return { status: 200 as const, body: orderBody(whole) };
});

export const receipt = answer(confirmReceipt, async (request, context: Context) => {
  const whole = await act(context, request, {
    orderId: request.params.id,
    userId: request.caller.id,
    signal: { kind: 'completed', how: 'received' },
    otherwise: 'conflict',
  });
  return { status: 200 as const, body: orderBody(whole) };
});

export const listAll = answer(listAllOrders, async (request, context: Context) => {
  const { query } = request;
  const { user: userId, q: text, from, to, ...rest } = query;
  const textUsers = text === undefined ? [] : await usersMeant(context, text, request);
  const range = {
    from: from === undefined ? undefined : fromTimestamp(from),
    to: to === undefined ? undefined : fromTimestamp(to),
  };
  return page(context, { ...rest, ...range, userId, text, textUsers }, adminOrderBody);
});

/** Addresses are identity's to know. */
async function usersMeant({ call }: Context, text: string, origin: Origin): Promise<string[]> {
  if (!text.includes('@')) return [];
  return (await call(lookUpUsers, { body: { email: text } }, origin)).body.data.map(({ id }) => id);
}

export const readAny = answer(getAnyOrder, async ({ params }, context: Context) => {
  const whole = await findOrder(context.database, params.id);
  if (!whole) refuse('not_found');
  return { status: 200 as const, body: adminOrderBody(whole) };
});

export const cancelAny = answer(cancelAnyOrder, async (request, context: Context) => {
  const { params, body } = request;
  const whole = await act(context, request, {
    orderId: params.id,
    signal: { kind: 'cancelled', by: 'operator', ...noteOf(body.reason) },
    otherwise: 'order_not_cancellable',
    trail: { action: 'order.cancelled', ...(body.reason === undefined ? {} : { reason: body.reason }) },
  });
  return { status: 200 as const, body: adminOrderBody(whole) };
});

export const completeAny = answer(completeAnyOrder, async (request, context: Context) => {
  const whole = await act(context, request, {
    orderId: request.params.id,
    signal: { kind: 'completed', how: 'received' },
    otherwise: 'conflict',
    trail: { action: 'order.completed', reason: request.body.reason },
  });
  return { status: 200 as const, body: adminOrderBody(whole) };
});

export const review = answer(reviewOrder, async (request, context: Context) => {
  const { params, body } = request;
  const isApproved = body.decision === 'approve';
  const whole = await act(context, request, {
    orderId: params.id,
    signal: { kind: isApproved ? 'approved' : 'rejected' },
    otherwise: 'conflict',
    trail: { action: isApproved ? 'order.approved' : 'order.rejected', reason: body.reason },
  });
  return { status: 200 as const, body: adminOrderBody(whole) };
});

const forPayment = batchedReadBy(findOrdersForPayment);

export const readForPayment = answer(getOrderForPayment, async ({ params }, context: Context) => {
  const order = (await forPayment(context.database, [params.id])).get(params.id);
  if (!order) refuse('not_found');
  const { id, userId, status, total, currency, payableUntil } = order;
  return {
    status: 200 as const,
    body: {
      id,
      userId,
      status,
      total: toWire(money(total, currency)),
      payableUntil: payableUntil === null ? null : toTimestamp(payableUntil),
    },
  };
});

export const readForShipping = answer(getOrderForShipping, async ({ params }, context: Context) => {
  const whole = await findOrder(context.database, params.id);
  if (!whole) refuse('not_found');
  const { id, userId, number, status } = whole.order;
  return { status: 200 as const, body: { id, userId, number, status } };
});

/** Who asked is on fulfillment's audit trail. */
export const dispatch = answer(dispatchOrder, async (request, context: Context) => {
  const signal = { kind: 'shipped', ...request.body } as const;
  await context.write(actOnOrder, { orderId: request.params.id, signal, otherwise: 'conflict' }, request);
  return { status: 200 as const, body: {} };
});

async function act(context: Context, origin: Origin, command: Act): Promise<WholeOrder> {
  await context.write(actOnOrder, command, origin);
  const whole = await findOrder(context.database, command.orderId);
  if (!whole) throw new Error(`order ${command.orderId} was acted on and cannot be found`);
  return whole;
}

function noteOf(reason: string | undefined): { note?: string } {
  return reason === undefined ? {} : { note: reason };
}

type Listing = Omit<Partial<OrderFilter>, 'before' | 'limit'> & { readonly limit?: number; readonly cursor?: string };

async function page<Body extends OrderBody | AdminOrder>(
  { database }: Context,
  { limit = 20, cursor, ...filter }: Listing,
  bodyOf: (whole: WholeOrder) => Body,
) {
  const before = decodeCursor(cursor, 1)?.[0];
  if (before !== undefined && !orderId.test(before)) refuseCursor();
  // One more than asked for tells whether there is a next page.
  const found = await findOrders(database, {
    ...{ userId: undefined, status: undefined, text: undefined },
    ...filter,
    before,
    limit: limit + 1,
  });
  const data = found.slice(0, limit);
  const last = found.length > limit ? data.at(-1)?.order.id : undefined;
  return {
    status: 200 as const,
    body: { data: data.map(bodyOf), nextCursor: last === undefined ? null : encodeCursor([last]) },
  };
}

const orderId = new RegExp(idPattern('order'));
