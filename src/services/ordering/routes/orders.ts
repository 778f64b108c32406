import {
  type AdminOrder,
  cancelAnyOrder,
  cancelOrder,
  confirmReceipt,
  deliverOrder,
  getAnyOrder,
  getOrder,
  getOrderForPayment,
  listAllOrders,
  listOrders,
  type Order as OrderBody,
  shipOrder,
} from '#contracts/http/ordering.ts';
import { toTimestamp } from '#kernel/clock.ts';
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

export const listAll = answer(listAllOrders, async ({ query }, context: Context) => {
  return page(context, { ...query, userId: query.user, text: query.q }, adminOrderBody);
});

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

/** Until there is a fulfillment service, an operator's word stands for its ShipmentShipped. */
export const ship = answer(shipOrder, async (request, context: Context) => {
  const { params, body } = request;
  const completeAt = context.clock.now() + context.settings.completionMs;
  const whole = await act(context, request, {
    orderId: params.id,
    signal: { kind: 'shipped', ...body, completeAt },
    otherwise: 'conflict',
    trail: { action: 'order.shipped', reason: `${body.carrier} ${body.trackingNumber}` },
  });
  return { status: 200 as const, body: adminOrderBody(whole) };
});

export const deliver = answer(deliverOrder, async (request, context: Context) => {
  const whole = await act(context, request, {
    orderId: request.params.id,
    signal: { kind: 'completed', how: 'delivered' },
    otherwise: 'conflict',
    trail: { action: 'order.delivered' },
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
  { userId, status, text, limit = 20, cursor }: Listing,
  bodyOf: (whole: WholeOrder) => Body,
) {
  const before = decodeCursor(cursor, 1)?.[0];
  if (before !== undefined && !orderId.test(before)) refuseCursor();
  // One more than asked for tells whether there is a next page.
  const found = await findOrders(database, { userId, status, text, before, limit: limit + 1 });
  const data = found.slice(0, limit);
  const last = found.length > limit ? data.at(-1)?.order.id : undefined;
  return {
    status: 200 as const,
    body: { data: data.map(bodyOf), nextCursor: last === undefined ? null : encodeCursor([last]) },
  };
}

const orderId = new RegExp(idPattern('order'));
