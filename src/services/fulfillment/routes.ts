import {
  type AdminShipment,
  deliverOrder,
  getAnyShipment,
  getShipment,
  listShipments,
  type Shipment as ShipmentBody,
  shipOrder,
} from '#contracts/http/fulfillment.ts';
import { getOrderForShipping } from '#contracts/http/ordering.ts';
import { toTimestamp } from '#kernel/clock.ts';
import { idPattern } from '#kernel/ids.ts';
import { refuse } from '#kernel/problem.ts';
import { decodeCursor, encodeCursor, refuseCursor } from '#runtime/http/paging.ts';
import { answer, type Context, type Origin } from '#runtime/service.ts';
import { dispatch } from './dispatch.ts';
import {
  type Asked,
  askToShip,
  deliverShipment,
  type Facts,
  type Handover,
  type Shipment,
  shipmentIdOf,
} from './domain.ts';
import { findShipment, findShipments } from './store.ts';

/** The intent first, then ordering's word, then the outcome: each committed before the next. */
export const ship = answer(shipOrder, async (request, context) => {
  const handover = { orderId: request.params.id, ...request.body };
  const asked = await ask(context, handover, request);
  const refusal = asked === 'dispatching' ? await dispatch(context, handover, request) : undefined;
  if (refusal) refuse('conflict', refusal.detail);
  return shown(context, handover.orderId);
});

/** An operator may be faster than the message: then ordering says whether the order is confirmed. */
async function ask(context: Context, handover: Handover, origin: Origin): Promise<Asked | undefined> {
  const { answer: asked } = await context.write(askToShip, handover, origin);
  if (asked !== 'unheard') return asked;
  const order = await confirmed(context, handover.orderId, origin);
  return (await context.write(askToShip, { ...handover, order }, origin)).answer;
}

export const deliver = answer(deliverOrder, async (request, context) => {
  const orderId = request.params.id;
  const { answer: delivered } = await context.write(deliverShipment, { orderId }, request);
  if (delivered === 'unheard') {
    await confirmed(context, orderId, request);
    refuse('conflict', 'The order was not shipped.');
  }
  return shown(context, orderId);
});

async function confirmed(context: Context, orderId: string, origin: Origin): Promise<Facts> {
  const { body: order } = await context.call(getOrderForShipping, { params: { id: orderId } }, origin);
  if (order.status !== 'CONFIRMED') refuse('conflict', `The order is ${order.status}.`);
  return { orderId, userId: order.userId, number: order.number };
}

export const readAny = answer(getAnyShipment, async ({ params }, context) => shown(context, params.id));

async function shown({ database }: Context, orderId: string) {
  const shipment = await findShipment(database, orderId);
  if (!shipment) refuse('not_found');
  return { status: 200 as const, body: adminBodyOf(shipment) };
}

export const read = answer(getShipment, async ({ caller, params }, { database }) => {
  const shipment = await findShipment(database, params.id);
  if (shipment?.userId !== caller.id) refuse('not_found');
  return { status: 200, body: bodyOf(shipment) };
});

const orderIdForm = new RegExp(idPattern('order'));

export const listAll = answer(listShipments, async ({ query }, { database }) => {
  const { limit = 20, cursor, status } = query;
  const before = decodeCursor(cursor, 1)?.[0];
  if (before !== undefined && !orderIdForm.test(before)) refuseCursor();
  // One more than asked for tells whether there is a next page.
  const found = await findShipments(database, { status, before, limit: limit + 1 });
  const data = found.slice(0, limit);
  const last = found.length > limit ? data.at(-1)?.orderId : undefined;
  const nextCursor = last === undefined ? null : encodeCursor([last]);
  return { status: 200, body: { data: data.map(adminBodyOf), nextCursor } };
});

function bodyOf(shipment: Shipment): ShipmentBody {
  const { orderId, status, carrier, trackingNumber, createdAt, shippedAt, deliveredAt } = shipment;
  return {
    id: shipmentIdOf(orderId),
    orderId,
    status,
    carrier,
    trackingNumber,
    createdAt: toTimestamp(createdAt),
    shippedAt: shippedAt === null ? null : toTimestamp(shippedAt),
    deliveredAt: deliveredAt === null ? null : toTimestamp(deliveredAt),
  };
}

function adminBodyOf(shipment: Shipment): AdminShipment {
  const { userId, number } = shipment;
  return { ...bodyOf(shipment), userId, number };
}
